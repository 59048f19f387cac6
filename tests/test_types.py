"""The type checker that `make lint` runs sees wrong calls of this project's own functions, and only those."""

import re
import subprocess
import sys

CALLS = """
from pathlib import Path

import numpy as np

from shallownets.drawing import style
from shallownets.numerics import normals, seeds, statistics
from shallownets.results import artefacts
from shallownets.stage import Arrays
from shallownets.studies.escape import model
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.parameters.runs import Sgd
from shallownets.studies.escape.stages.sgd import sgd
from shallownets.studies.escape.starts import Start


def calls(given: Sgd, start: Arrays, begun: Start) -> None:
    Sgd(N=4000, eta=0.1, alpha_max=1.0, points=9, seed=1)
    Sgd(N="4000", eta=0.1, alpha_max=1.0, points=9, seed=1)  # wrong: text for a whole number
    Sgd(N=4000, eta=0.1, alpha_max=1.0, points=9)  # wrong: without its seed
    Sgd(4000, 0.1, 1.0, 9, 1)  # wrong: fields have names
    given.N = 4000  # wrong: a section does not change
    given.n  # wrong: no such field
    sgd(given, start).data.arrays["M"]
    sgd(given, "start.npz")  # wrong: a file for what it holds
    sgd(start, given)  # wrong: the wrong way round
    sgd(given, start).measurements  # wrong: this stage makes data
    ode.simulate(begun, 0.1, np.zeros(3), 1e-9).M[0]
    ode.simulate(begun, "0.1", np.zeros(3), 1e-9)  # wrong: text for a number
    ode.simulate(begun, 0.1, np.zeros(3), 1e-9, flow=True)  # wrong: no such argument
    begun.W.shape  # wrong: a start may have no weights
    model.population_risk(begun.M)  # wrong: without Q
    normals.fill(1)  # wrong: a compiled kernel with too few arguments
    seeds.sequence(1, {"p": 2}, "start", 0)  # wrong: parameters before the purpose
    artefacts.load_table(Path("x.csv")).frame.p
    artefacts.load_table(Path("x.csv")).arrays  # wrong: a table has none
    style.colour("blue")  # wrong: colours are counted


def without_types(samples):
    return statistics.mean(samples) + 1  # wrong: an estimate is no number
"""


def test_wrong_calls_are_refused_and_right_ones_are_not(root, tmp_path):
    calls = tmp_path / "calls.py"
    calls.write_text(CALLS)
    checker = [sys.executable, "-m", "ty", "check", "--project", root, "--python", sys.prefix]
    done = subprocess.run([*checker, "--output-format", "concise", calls], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    found = {int(line) for line in re.findall(r"calls\.py:(\d+):\d+: error", done.stdout)}
    wrong = {number for number, line in enumerate(CALLS.splitlines(), 1) if "# wrong" in line}
    assert found == wrong, done.stdout


def test_make_lint_runs_the_checker_on_the_sources(root):
    planned = subprocess.run(["make", "--dry-run", "lint"], cwd=root, capture_output=True, text=True, check=True)
    assert re.search(r"^ty check\b", planned.stdout, re.MULTILINE)
