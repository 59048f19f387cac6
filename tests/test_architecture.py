"""The rooms of the house keep to their neighbours, as .importlinter says and docs/architecture.md explains."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from importlinter.api import read_configuration

from tests.conftest import ROOT

# Which studies there are only the folders say, so this contract is written here.
STUDIES = """
[importlinter:contract:studies]
name = Studies do not import each other
type = independence
modules =
"""


NAMES = [contract["name"] for contract in read_configuration(str(ROOT / ".importlinter"))["contracts_options"]]


def broken(root, source, folder):
    """Names of the contracts that the package in ``source`` breaks; ``folder`` is for the contracts' file."""
    studies = sorted(path.parent.name for path in source.glob("shallownets/studies/*/model.py"))
    contracts = folder / "contracts.ini"
    listed = "".join(f"    shallownets.studies.{name}\n" for name in studies)
    contracts.write_text((root / ".importlinter").read_text() + STUDIES + listed)
    command = "from importlinter.cli import lint_imports_command as check; check()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo", "--config", contracts],
        cwd=source,
        env=os.environ | {"PYTHONPATH": str(source), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))
    assert set(verdicts) == {*NAMES, "Studies do not import each other"}, done.stdout + done.stderr
    found = {name for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert (done.returncode == 0) == (not found)
    return found


def test_each_contract_is_shown_to_catch_what_it_forbids():
    assert {contract for _, _, contract in WRONG} == {*NAMES, "Studies do not import each other"}


def test_every_room_keeps_to_its_neighbours(root, tmp_path):
    assert broken(root, root / "src", tmp_path) == set()


def test_every_module_of_a_study_stands_in_a_room(root):
    contracts = read_configuration(str(root / ".importlinter"))["contracts_options"]
    rooms = set(re.findall(r"\w+", " ".join(contracts[0]["layers"])))
    models = list((root / "src/shallownets/studies").glob("*/model.py"))
    assert models
    for model in models:
        found = {path.stem for path in model.parent.iterdir() if not path.name.startswith("__")}
        assert found <= rooms, f"{model.parent.name}: {found - rooms} in none of the rooms of .importlinter"


FIGURES = "A figure is drawn from its table alone"
SHARED = "What studies share imports no study"
STAGES = "A stage reads no file, writes none, and has no command line"
SERVICES = "What computes knows nothing of what keeps, plans, judges or shows"

# What is added to a file of a copy with a second study, and the contracts that it breaks.
WRONG = [
    (
        "studies/second/engines/chain.py",
        "from shallownets.studies.second import measure",
        "The rooms of a study: each imports only from those below it",
    ),
    (
        "studies/escape/theory/late.py",
        "from shallownets.studies.escape.starts import Start",
        "Theory knows the model and nothing else of its study",
    ),
    (
        "studies/second/figures/fig1.py",
        "from shallownets.studies.second import model",
        FIGURES,
    ),
    (
        "studies/escape/engines/ode.py",
        "def late():\n    from shallownets.drawing import style",
        "Physics knows no files, no command lines and no plots",
    ),
    ("studies/second/model.py", "import matplotlib.pyplot", "Physics knows no files, no command lines and no plots"),
    ("studies/second/engines/chain.py", "import pandas as pd", "Engines and the model know no tables either"),
    (
        "numerics/statistics.py",
        "from shallownets.studies.escape.engines import ode",
        SHARED,
    ),
    ("studies/second/stages/start.py", "import argparse", STAGES),
    ("studies/second/stages/start.py", "def late():\n    from shallownets.results import artefacts", STAGES),
    ("studies/escape/stages/ode.py", "from shallownets.config.commandline import Parser", STAGES),
    ("studies/escape/stages/ode.py", "from shallownets.drawing import style", STAGES),
    ("studies/escape/stages/ode.py", "from shallownets.studies.escape import library", STAGES),
    (
        "studies/escape/library.py",
        "from shallownets.studies.escape.stages import ode",
        "The rooms of a study: each imports only from those below it",
    ),
    ("numerics/statistics.py", "from shallownets.results import lock", SERVICES),
    ("errors.py", "from shallownets import files", SERVICES),
    ("config/section.py", "from shallownets.claims import entries", SERVICES),
    ("claims/judge.py", "from shallownets.workflow import catalogue", SERVICES),
    ("drawing/style.py", "from shallownets.claims import judge", SERVICES),
    (
        "studies/second/engines/chain.py",
        "from shallownets.studies.escape.engines import chain",
        "Studies do not import each other",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "line", "contract"), WRONG)
def test_a_wrong_import_is_found(root, tmp_path, file, line, contract):
    package = shutil.copytree(root / "src/shallownets", tmp_path / "shallownets")
    rooms = [f"{room}/__init__.py" for room in ("engines", "measure", "figures", "stages")]
    for name in ("__init__.py", "model.py", *rooms):
        path = package / "studies/second" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with (package / file).open("a") as module:
        module.write(f"\n{line}\n")
    assert contract in broken(root, tmp_path, tmp_path)


def test_the_page_names_the_rooms_and_files_that_there_are(root):
    page = (root / "docs/architecture.md").read_text()
    contracts = read_configuration(str(root / ".importlinter"))["contracts_options"]
    table = page.partition("| room of a study")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(re.findall(r"\w+", " ".join(contracts[0]["layers"])))
    files = [path for path in re.findall(r"`([\w.]+(?:/[\w.]+)+)`", page) if not path.startswith("results/")]
    assert len(files) >= 3
    assert not [path for path in files if not (root / path).exists()]
