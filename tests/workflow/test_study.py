"""A study that `make study` makes is whole: its tests and the shared ones pass, its claims hold, its code is clean."""

import re
import subprocess
import sys

import pandas as pd
import pytest

from tests.workflow.conftest import Checkout

# Tests that look at every study and start neither Snakemake nor a server.
SHARED = (
    "tests/report/test_table.py",
    "tests/test_catalogue.py",
    "tests/test_claims_of_the_project.py",
    "tests/test_coverage_tables.py",
    "tests/test_docs.py",
    "tests/test_metadata.py",
    "tests/test_parameters.py",
)


@pytest.mark.slow
def test_a_new_study_passes_its_tests(toy):
    done = toy.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/toy")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_beside_the_real_studies_no_shared_test_fails_but_those_that_the_page_says_how_to_satisfy(tmp_path):
    checkout = Checkout(tmp_path)
    made = checkout.python("-m", "shallownets", "study", "toy")
    assert made.returncode == 0, made.stderr
    apart = "not colours and not [paper] and not [cluster]"  # what knows no study, and tiers beside the smoke tier
    done = checkout.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-rfE", "--tb=line", "-k", apart, *SHARED)
    failed = re.findall(r"^(?:FAILED|ERROR) \S+?::(\w+)", done.stdout, re.MULTILINE)
    page = (checkout.folder / "docs/add-a-study.md").read_text()
    assert sorted(failed) == sorted(re.findall(r"`(test_\w+)`", page)), done.stdout


def test_its_claims_hold_at_every_time(finished):
    ledger = pd.read_csv(finished.results / "claims.csv")
    assert set(ledger.verdict) == {"reproduced"}
    assert len(ledger) == 2 * 10


def test_its_code_and_rules_are_clean(toy):
    mine = ["src/shallownets/studies/toy", "tests/toy"]
    for words in (["ruff", "check", *mine], ["ruff", "format", "--check", *mine]):
        done = subprocess.run([sys.executable, "-m", *words], cwd=toy.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
    done = toy.python("-m", "snakefmt.snakefmt", "--check", "workflow/rules")
    assert done.returncode == 0, done.stderr


def test_nothing_of_the_template_s_name_is_left(toy):
    files = [path for path in toy.folder.rglob("*toy*") if ".snakemake" not in path.parts and path.is_file()]
    assert {path.suffix for path in files} == {".yaml", ".smk", ".py", ".md"}
    assert not [path for path in files if "__study__" in path.read_text() or "__Study__" in path.read_text()]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Toy", "NAME = 'Toy': expected 2 to 20 lower-case letters and digits"),
        ("../x", "NAME = '../x': expected 2 to 20 lower-case letters and digits"),
        ("my_study", "NAME = 'my_study': expected 2 to 20"),
        ("lambda", "NAME = 'lambda': expected 2 to 20"),
        ("toy", "NAME = toy: expected a name that no study, key of config.yaml, rule or page of the report has"),
        ("seed", "NAME = seed: expected a name that no study"),
        ("all", "NAME = all: expected a name that no study"),
        ("stage", "NAME = stage: expected a name that no study"),
        ("engines", "docs/engines.md: is there already; expected a name without files"),
        ("claims", "NAME = claims: expected a name that no study"),
        ("learned", "NAME = learned: expected a name that no study"),
    ],
)
def test_a_name_that_cannot_be_or_is_taken_is_one_line_and_writes_nothing(toy, name, said):
    def files():
        return {path for path in toy.folder.rglob("*") if "__pycache__" not in path.parts}

    before = files()
    contents = (toy.folder / "config.yaml").read_bytes()
    done = toy.python("-m", "shallownets", "study", name, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert files() == before
    assert (toy.folder / "config.yaml").read_bytes() == contents
