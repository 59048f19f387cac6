"""From a figure back to what made it, asked of Snakemake itself."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shallownets.errors import UserError
from shallownets.workflow import catalogue, explain
from tests.workflow.conftest import CHAIN, TOY

SMOKE = Path("workflow/tiers/smoke.yaml")
PICTURE = Path("results/smoke/figures/toy/relaxation.pdf")


# What lineage says of a checkout, by the code of that checkout.
ASK = """
import dataclasses, json, sys
from pathlib import Path
from shallownets.errors import UserError
from shallownets.workflow import lineage

def told(value):
    return str(value) if isinstance(value, Path) else dataclasses.asdict(value)

try:
    said = eval(sys.argv[1])
except UserError as error:
    said = str(error)
print(json.dumps(said, default=told))
"""


def asked(folder: Path, question: str):
    """The answer to a question about lineage, a Python expression."""
    env = os.environ | {"PYTHONPATH": str(folder / "src")}
    line = [sys.executable, "-c", ASK, question]
    return json.loads(subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, check=True).stdout)


@pytest.fixture
def here(finished, monkeypatch):
    """The finished checkout as the working directory."""
    monkeypatch.chdir(finished.folder)
    return finished


def told(folder: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "shallownets", "explain", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_jobs_behind_a_figure_in_the_order_of_their_results(finished):
    question = f"[(job, lineage.cost(job)) for job in lineage.jobs([{TOY!r}], [Path({str(SMOKE)!r})])]"
    jobs = asked(finished.folder, question)
    assert sorted(job["rule"] for job, _ in jobs) == sorted([*CHAIN, "toy_sgd"])
    made = set()
    for job, cost in jobs:
        assert set(job["inputs"]) <= made
        made |= set(job["outputs"])
        assert all((finished.folder / path).is_file() for path in (*job["code"], *job["outputs"]))
        assert cost["seconds"] > 0
        room, command = ("figures", "draw") if job["rule"] == TOY else ("stages", "run")
        name = job["rule"].rpartition("_")[2]
        assert job["command"].split()[:2] == [command, f"toy.{name}"]
        assert f"src/shallownets/studies/toy/{room}/{name}.py" in job["code"]
    assert str(PICTURE) in made
    batches = {Path(job["outputs"][0]).stem for job, _ in jobs if job["rule"] == "toy_sgd"}
    assert batches == {"0-49", "50-99"}


def test_of_all_jobs_those_behind_one_file_are_those_of_its_target(finished):
    every = f"lineage.jobs(configs=[Path({str(SMOKE)!r})])"
    assert {job["rule"] for job in asked(finished.folder, every)} == CHAIN | {"claims", "report_page"}
    behind, target, none = asked(
        finished.folder,
        f"(lambda jobs: (lineage.behind(Path({str(PICTURE)!r}), jobs),"
        f" lineage.jobs([{str(PICTURE)!r}], [Path({str(SMOKE)!r})]),"
        f" lineage.behind(Path('results/none.pdf'), jobs)))({every})",
    )
    assert len(target) == 5
    assert {tuple(job["outputs"]) for job in behind} == {tuple(job["outputs"]) for job in target}
    assert none == []


def due(folder: Path) -> set[str]:
    """What ``lineage.due`` says of the figure."""
    return set(asked(folder, f"sorted(map(str, lineage.due([{TOY!r}], [Path({str(SMOKE)!r})])))"))


def test_nothing_is_due_in_a_finished_tier_and_an_edit_makes_due_what_follows(done):
    assert due(done.folder) == set()
    done.edit("workflow/tiers/smoke.yaml", "points: 11", "points: 9")
    edited = due(done.folder)
    assert "results/smoke/data/toy/sgd/0-49.npz" in edited
    assert "results/smoke/data/toy/start.npz" not in edited
    text = told(done.folder, "relaxation", "--tier", "smoke").stdout
    assert re.search(r"^    old +[0-9a-f]{64}  results/smoke/figures/toy/relaxation.pdf$", text, re.MULTILINE)
    assert re.search(r"^    current +[0-9a-f]{64}  results/smoke/data/toy/start.npz$", text, re.MULTILINE)
    assert "To make what is old or not made: snakemake --cores all draw_toy_relaxation" in text


def test_snakemakes_refusals_are_one_line(checkout):
    assert re.match(r"fig99: .*No rule to produce fig99", asked(checkout.folder, "lineage.jobs(['fig99'])"))
    wrong = checkout.overlay("wrong.yaml", "toy: {runs: {steps: 0}}")
    refused = asked(checkout.folder, f"lineage.jobs([{TOY!r}], [Path({wrong!r})])")
    assert refused == f"{TOY}: config: toy.runs.steps = 0: expected a whole number from 1 to 1000000"


def test_a_figure_is_explained_from_its_parameters_to_its_claims(here):
    text = told(here.folder, "relaxation", "--tier", "smoke").stdout
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


def test_what_was_not_made_is_said(checkout):
    done = told(checkout.folder, "relaxation", "--tier", "smoke")
    assert done.returncode == 0, done.stderr
    assert "not made    results/smoke/figures/toy/relaxation.pdf" in done.stdout
    assert "cost not known" in done.stdout
    assert re.search(r"^    not made .*toy-mean$", done.stdout, re.MULTILINE)
    assert "snakemake --cores all draw_toy_relaxation results/smoke/measurements/toy/relaxation.csv" in done.stdout


def test_unknown_names_are_one_line_that_lists_the_known_ones(here, monkeypatch):
    done = told(here.folder, "relaxatio")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "error: relaxatio: no such figure; did you mean relaxation? expected one of toy.relaxation"
    )
    assert len(done.stderr.splitlines()) == 1
    with pytest.raises(UserError, match=r"--tier tiny: no such tier .* expected one of paper, smoke"):
        explain.overlays("tiny")
    assert explain.overlays("paper") == []
    assert explain.overlays("smoke") == [SMOKE]
    monkeypatch.chdir(here.folder / "docs")
    with pytest.raises(UserError, match="expected the folder of the checkout"):
        catalogue.load()


# files that are no config of a tier, and what is said of them
NO_TIER = {
    b"escape: {batch: 1}": "expected the name of a tier, got tier = None",
    b"tier: 5": "expected the name of a tier, got tier = 5",
    b"- tier: mine": "expected keys and their values, got [{'tier': 'mine'}]",
    b"": "expected keys and their values, got nothing",
    b"tier: [mine": "not YAML that can be read, line 1",
    b"tier: \xff\xfe": "not YAML that can be read",
    b"tier: mine\ntier: mine": "line 2: tier stands there twice",
}


@pytest.mark.parametrize("place", ["workflow/tiers/{}.yaml", "results/{}/config.yaml"])
def test_a_file_that_is_no_config_of_a_tier_is_left_out_and_said(tmp_path, monkeypatch, capsys, place):
    monkeypatch.chdir(tmp_path)
    write = {
        "config.yaml": b"tier: paper",
        "workflow/tiers/mine.yaml": b"tier: mine",
        "results/mine/config.yaml": b"tier: mine",
        "results/gone/config.yaml": b"tier: gone",
        "results/notes/config.yaml": b"tier: mine",
    } | {place.format(f"bad{n}"): content for n, content in enumerate(NO_TIER)}
    for name, content in write.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content)
    Path(place.format("folder")).mkdir(parents=True)
    wanted = {f"left out: {place.format(f'bad{n}')}: {said}" for n, said in enumerate(NO_TIER.values())} | {
        f"left out: {place.format('folder')}: cannot be read: Is a directory",
        "left out: results/notes/config.yaml: expected the config of tier notes, got that of mine",
    }
    assert explain.overlays("mine") == [Path("workflow/tiers/mine.yaml")]
    assert set(capsys.readouterr().err.splitlines()) == wanted
    assert explain.overlays("gone") == [Path("results/gone/config.yaml")]
    with pytest.raises(UserError, match=r"--tier notes: no such tier .* expected one of paper, gone, mine"):
        explain.overlays("notes")
    capsys.readouterr()
    assert explain.overlays("paper") == []
    assert not capsys.readouterr().err


def test_two_files_of_one_tier_are_refused_where_it_is_wanted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("tier: paper")
    Path("workflow/tiers").mkdir(parents=True)
    for name, tier in (("a", "mine"), ("b", "mine"), ("c", "other")):
        Path(f"workflow/tiers/{name}.yaml").write_text(f"tier: {tier}")
    with pytest.raises(UserError, match=r"--tier mine: workflow/tiers/a.yaml and workflow/tiers/b.yaml have this tier"):
        explain.overlays("mine")
    assert explain.overlays("other") == [Path("workflow/tiers/c.yaml")]


@pytest.mark.parametrize("content", NO_TIER)
def test_a_config_that_is_none_is_one_line(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_bytes(content)
    with pytest.raises(UserError, match=re.escape(f"config.yaml: {NO_TIER[content]}")):
        explain.overlays("mine")
