"""From a figure back to what made it, asked of Snakemake itself."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from shallownets.config import settings
from shallownets.errors import UserError
from shallownets.workflow import catalogue
from tests.workflow.conftest import CHAIN, TOY, Checkout

SMOKE = Path("workflow/tiers/smoke.yaml")
PICTURE = Path("results/smoke/figures/toy/relaxation.pdf")


# What lineage says of a checkout, by the code of that checkout.
ASK = """
import dataclasses, json, sys
from pathlib import Path
from shallownets.errors import UserError
from shallownets.workflow import lineage

def told(value):
    if isinstance(value, Path):
        return str(value)
    said = dataclasses.asdict(value)
    return said | {"code": value.code} if isinstance(value, lineage.Job) else said

try:
    said = eval(sys.argv[1])
except UserError as error:
    said = str(error)
print(json.dumps(said, default=told))
"""


def asked(checkout: Checkout, question: str):
    """The answer to a question about lineage, a Python expression."""
    return json.loads(checkout.python("-c", ASK, question).stdout)


@pytest.fixture
def here(finished, monkeypatch):
    """The finished checkout as the working directory."""
    monkeypatch.chdir(finished.folder)
    return finished


EXPLAIN = ("-m", "shallownets", "explain", "relaxation", "--tier", "smoke")


def test_all_jobs_are_known_in_the_order_of_their_results_and_those_behind_a_figure_among_them(finished):
    every = f"lineage.jobs(configs=[Path({str(SMOKE)!r})])"
    jobs, costs, behind, none = asked(
        finished,
        f"(lambda jobs: (jobs, list(map(lineage.cost, jobs)), lineage.behind(Path({str(PICTURE)!r}), jobs),"
        f" lineage.behind(Path('results/none.pdf'), jobs)))({every})",
    )
    assert {job["rule"] for job in jobs} == CHAIN | {"claims", "report"}
    made = set()
    for job, cost in zip(jobs, costs, strict=True):
        assert set(job["inputs"]) <= made
        made |= set(job["outputs"])
        assert all((finished.folder / path).is_file() for path in (*job["code"], *job["outputs"]))
        assert cost["seconds"] > 0
    assert behind == [job for job in jobs if job["rule"] in CHAIN]
    assert none == []
    assert sorted(job["rule"] for job in behind) == sorted([*CHAIN, "toy_sgd"])
    for job in behind:
        room, command = ("figures", "draw") if job["rule"] == TOY else ("stages", "run")
        name = job["rule"].rpartition("_")[2]
        assert job["command"].split()[:2] == [command, f"toy.{name}"]
        assert f"src/shallownets/studies/toy/{room}/{name}.py" in job["code"]
    assert str(PICTURE) in made
    batches = {job["message"] for job in behind if job["rule"] == "toy_sgd"}
    assert batches == {"SGD, replicates 0 to 49", "SGD, replicates 50 to 99"}


def due(checkout: Checkout) -> set[str]:
    """Which results of the jobs behind the figure a run would make now."""
    jobs = asked(checkout, f"lineage.jobs([{TOY!r}], [Path({str(SMOKE)!r})])")
    assert len(jobs) == len(CHAIN) + 1, "they are all there, due or not"
    return {path for job in jobs if job["due"] for path in job["outputs"]}


@pytest.mark.slow
def test_nothing_is_due_in_a_finished_tier_and_an_edit_makes_due_what_follows(done):
    assert due(done) == set()
    done.edit("workflow/tiers/smoke.yaml", "points: 11", "points: 9")
    edited = due(done)
    assert "results/smoke/data/toy/sgd/0-49.npz" in edited
    assert "results/smoke/data/toy/start.npz" not in edited
    text = done.python(*EXPLAIN).stdout
    assert re.search(r"^    old +[0-9a-f]{64}  results/smoke/figures/toy/relaxation.pdf$", text, re.MULTILINE)
    assert re.search(r"^    current +[0-9a-f]{64}  results/smoke/data/toy/start.npz$", text, re.MULTILINE)
    assert "To make what is old or not made: snakemake --cores all draw_toy_relaxation" in text


@pytest.mark.slow
def test_snakemakes_refusals_are_one_line(checkout):
    assert re.match(r"fig99: .*No rule to produce fig99", asked(checkout, "lineage.jobs(['fig99'])"))
    wrong = checkout.overlay("wrong.yaml", "toy: {runs: {steps: 0}}")
    refused = asked(checkout, f"lineage.jobs([{TOY!r}], [Path({wrong!r})])")
    assert refused == f"{TOY}: config: toy.runs.steps = 0: expected a whole number from 1 to 1000000"
    wrong = checkout.overlay("wrong.yaml", "")
    refused = asked(checkout, f"lineage.jobs([{TOY!r}], [Path({wrong!r})])")
    assert refused == "wrong.yaml: expected keys and their values, got nothing"


@pytest.mark.slow
def test_a_figure_is_explained_from_its_parameters_to_its_claims(here):
    text = here.python(*EXPLAIN).stdout
    parts = ["PARAMETERS", "JOBS", "SOURCE", "CLAIMS"]
    assert re.findall(r"^[A-Z]{4,}", text, re.MULTILINE) == parts
    assert re.search(r"toy\.runs\.steps += 40 +\(last time, in samples\)", text)
    assert re.search(r"seed +\= 20260403 ", text)
    sha = hashlib.sha256((here.folder / PICTURE).read_bytes()).hexdigest()
    assert f"current   {sha}  {PICTURE}" in text
    assert re.search(r"toy_sgd: SGD, replicates (0 to 49|50 to 99), and 1 more", text)
    assert "src/shallownets/studies/toy/engines: __init__.py direct.py" in text
    assert "Versions: " in text and "numpy" in text
    for entry in catalogue.claims_of(catalogue.find("relaxation")):
        assert re.search(rf"(reproduced|deviates|underpowered|calibrated|not judged) .*{entry.id}", text)
    assert text.rstrip().endswith("All of it is current.")


@pytest.mark.slow
def test_what_was_not_made_is_said(checkout):
    done = checkout.python(*EXPLAIN)
    assert done.returncode == 0, done.stderr
    assert "not made    results/smoke/figures/toy/relaxation.pdf" in done.stdout
    assert "cost not known" in done.stdout
    assert re.search(r"^    not made .*toy-mean$", done.stdout, re.MULTILINE)
    assert "snakemake --cores all draw_toy_relaxation results/smoke/measurements/toy/relaxation.csv" in done.stdout


def test_unknown_names_are_one_line_that_lists_the_known_ones(here, monkeypatch):
    done = here.python("-m", "shallownets", "explain", "relaxatio")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: relaxatio: no such figure; did you mean relaxation? expected one of toy.relaxation"
    )
    assert len(done.stderr.splitlines()) == 1
    with pytest.raises(UserError, match=r"--tier tiny: no such tier .* expected one of paper, smoke"):
        settings.overlays("tiny")
    assert settings.overlays("paper") == []
    assert settings.overlays("smoke") == [SMOKE]
    monkeypatch.chdir(here.folder / "docs")
    with pytest.raises(UserError, match="expected the folder of the checkout"):
        catalogue.load()
