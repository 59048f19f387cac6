"""The chain makes what it promises; its rules have logs and resources."""

import re
import subprocess
import sys
from collections import defaultdict

import pytest
import yaml

from shallownets.config import settings
from shallownets.report import site
from shallownets.results.artefacts import load_arrays, load_table
from shallownets.studies.perceptron.stages import optional
from shallownets.workflow import catalogue
from tests.conftest import ROOT
from tests.workflow.conftest import STUDY


def check(checkout, logs):
    """A finished chain has all that it promises."""
    merged = yaml.safe_load((checkout.results / "config.yaml").read_text())
    assert merged["tier"] == "smoke"
    figures = settings.figures(merged, catalogue.names(checkout.folder))
    made = set(checkout.artefacts())
    for study, names in figures.items():
        for name in names:
            assert {f"figures/{study}/{name}.pdf", f"figures/{study}/{name}.png"} <= made
    for name in logs:
        assert (checkout.results / f"logs/{name}.log").is_file()
    chosen = site.shown(catalogue.load(checkout.folder), figures)
    report = checkout.results / site.FOLDER
    files = {path.relative_to(report).as_posix() for path in report.rglob("*") if path.is_file()}
    assert {name for name in files if not name.endswith(".run.json")} == set(site.files(figures, chosen))
    for study, names in figures.items():
        page = (report / f"{study}.html").read_text()
        assert len(page.encode()) < 3e6
        assert page.count("<article ") == len(names)
        assert "not recorded" not in page
    return merged, (report / "provenance.html").read_text()


def test_the_chain_makes_what_it_promises(finished):
    merged, page = check(finished, [f"toy/{name}" for name in ("start", "sgd_0-49", "sgd_50-99", "relaxation")])
    assert merged["toy"]["runs"] == {"eta": 0.1, "noise": 0.5, "steps": 40, "points": 11, "replicates": 100}
    assert "5 values differ from those of config.yaml" in page
    assert {row.split(",")[0] for row in finished.artefacts()["claims.csv"].decode().splitlines()} >= {
        "toy-mean[time=4]",
        "toy-mean-square[time=40]",
    }


def test_a_rule_that_only_collects_says_what_and_lists_no_file(finished):
    said = finished.snakemake("-n", "--forcerun", "toy", "all").stdout
    assert "all figures, the ledger of claims and the report" in said and "all figures of toy" in said
    assert not re.search(r"localrule (all|toy):", said)


@pytest.mark.slow
def test_the_real_chain_makes_what_it_promises(real):
    names = ("start", "ode", "gather", "sgd_0-1", "sgd_2-3")
    merged, _ = check(real, [f"escape/fig1/{name}" for name in names])
    assert merged["escape"]["runs"]["fig1"]["p"] == 4
    assert "done in" in (real.results / "logs/escape/fig1/sgd_0-1.log").read_text()


def test_the_real_chain_of_one_study_makes_its_tables_and_figures(study):
    """A run of all studies is slow; this one is shared with test_reruns."""
    merged = yaml.safe_load((study.results / "config.yaml").read_text())
    names = settings.figures(merged, catalogue.names(study.folder))[STUDY]
    made = set(study.artefacts())
    assert len(names) > 5
    for name in names:
        assert {f"figures/{STUDY}/{name}.pdf", f"figures/{STUDY}/{name}.png", f"figure_data/{STUDY}/{name}.csv"} <= made
    assert "done in" in (study.results / f"logs/{STUDY}/emergence.log").read_text()


def wrong_units(checkout):
    """Units of what is neither a column, a quantity nor an array of their stage, and times whose unit is not said."""
    results, made, wrong = checkout.results, defaultdict(list), []
    for path in sorted(results.glob("data/**/*.npz")):
        kept = load_arrays(path)
        wrong += [f"{path.name}: {name}" for name in kept.units if name not in kept.arrays]
    for path in sorted([*results.glob("measurements/**/*.csv"), *results.glob("figure_data/**/*.csv")]):
        table = load_table(path)
        (stage,) = re.findall(r'^# stage: "(.+)"$', path.read_text(), re.MULTILINE)
        made[stage].append(table)
        wrong += [f"{path.name}: t has no unit"] if "t" in table.frame and "t" not in table.units else []
    for stage, tables in made.items():
        if optional.ABSENT not in tables[0].parameters.get("notes", ()):  # else columns of what was not run are missing
            named = {name for table in tables for name in (*table.frame, *table.frame.get("quantity", ()))}
            wrong += [f"{stage}: {name}" for table in tables for name in table.units if name not in named]
    assert made
    return wrong


def test_units_are_those_of_columns_quantities_and_arrays(finished, study):
    assert wrong_units(finished) == wrong_units(study) == []


@pytest.mark.slow
def test_units_of_all_studies_are_those_of_columns_quantities_and_arrays(real):
    assert wrong_units(real) == []


def test_every_rule_has_log_and_resources_and_lint_is_clean(toy):
    for folder in (ROOT, toy.folder):
        done = subprocess.run(
            [sys.executable, "workflow/lint.py"], cwd=folder, capture_output=True, text=True, timeout=1800
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for path in (ROOT / "workflow").rglob("*.smk"):
        for rule in re.split(r"^(?=\s*(?:use )?rule\b)", path.read_text(), flags=re.MULTILINE)[1:]:
            parts = ("log", "message") if "use rule" in rule else ("log", "resources")
            if "shell:" in rule or "use rule" in rule:
                assert all(f"    {part}:" in rule for part in parts), rule
            if "shell:" in rule or "    resources:" in rule:  # what a rule says replaces all that its base said
                assert "mem_mb=" in rule
                assert "runtime=" in rule
