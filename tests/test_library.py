"""What people call from Python: each study's functions, their documentation, what they refuse, where they work."""

import doctest
import inspect
import json
import os
import subprocess
import sys
from importlib import import_module

import matplotlib as mpl
import msgspec
import numpy as np
import pandas as pd
import pytest

import shallownets
from shallownets.config import keywords, settings
from shallownets.config.check import section_of
from shallownets.config.section import Section
from shallownets.drawing import style
from shallownets.errors import Impossible, UserError
from tests.conftest import ROOT
from tests.pictures import assert_drawn

FUNCTIONS = {
    "escape": ("run", {"p": 2, "p_star": 1, "N": 100, "alpha_max": 2.0, "points": 11}),
    "perceptron": ("solve", {"alpha": 5, "norm": 3}),
    "riccati": ("solve", {"M_star": 4, "N": 3, "d": 50, "beta": 1, "points": 20}),
    "spectra": ("solve", {"network": "diagonal", "n": 100, "d": 20, "lam": 1}),
    "emergence": ("run", {"P": 2, "N": 4, "d": 100, "link": "h3"}),
}
STUDIES = pytest.mark.parametrize("study", FUNCTIONS)


def function(study):
    return getattr(getattr(shallownets, study), FUNCTIONS[study][0])


def solved(study, **more):
    return function(study)(**FUNCTIONS[study][1] | more)


def test_every_library_is_tested_here_and_at_hand():
    folder = ROOT / "src/shallownets/studies"
    assert set(FUNCTIONS) == {study for study in settings.study_names() if (folder / study / "library.py").is_file()}
    assert {*FUNCTIONS, "__version__"} <= set(dir(shallownets))
    with pytest.raises(AttributeError, match="module shallownets has no attribute second"):
        shallownets.second  # noqa: B018


@STUDIES
def test_the_example_of_the_documentation_is_what_happens(study):
    module = getattr(shallownets, study)
    done = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert done.attempted >= 4
    assert done.failed == 0


@pytest.mark.slow
def test_the_page_of_the_library_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = doctest.testfile(str(ROOT / "docs/library.md"), module_relative=False)
    assert done.attempted >= 10
    assert done.failed == 0


@STUDIES
def test_a_result_is_one_line_a_plot_and_a_table(study):
    found = solved(study)
    assert len(repr(found)) < 160 and "\n" not in repr(found)
    assert repr(found).startswith(f"<{study}.{type(found).__name__} ")
    before = dict(mpl.rcParams)
    picture = found.plot()
    assert dict(mpl.rcParams) == before
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert [axes for axes in picture.axes if axes.lines]
    table = found.to_pandas()
    assert isinstance(table, pd.DataFrame) and len(table)
    assert len(function(study).__doc__) > 500 and inspect.getdoc(type(found).to_pandas)


@STUDIES
def test_arguments_and_their_words_are_those_of_the_section(study):
    of = function(study)
    for name, argument in inspect.signature(of).parameters.items():
        assert argument.kind is inspect.Parameter.KEYWORD_ONLY
        assert f"    {name}: " in of.__doc__
    assert inspect.signature(of).return_annotation is type(solved(study))
    assert set(FUNCTIONS[study][1]) <= set(inspect.signature(of).parameters)


@STUDIES
def test_the_same_seed_gives_the_same_numbers_and_numpys_numbers_are_as_good(study):
    given = FUNCTIONS[study][1].items()
    again = function(study)(**{name: value if isinstance(value, str) else np.array(value)[()] for name, value in given})
    pd.testing.assert_frame_equal(solved(study).to_pandas(), again.to_pandas())


WRONG = [
    ({"seed": -1}, "seed = -1: expected a whole number of at least 0 and below 1e+15"),
    ({"seed": 0.5}, "seed = 0.5: expected a whole number of at least 0 and below 1e+15"),
    ({"sed": 1}, "sed = 1: unknown key; did you mean seed?"),
]


@STUDIES
@pytest.mark.parametrize(("wrong", "message"), WRONG)
def test_what_is_wrong_is_refused_in_the_words_of_the_config(study, wrong, message):
    with pytest.raises(ValueError) as refused:
        solved(study, **wrong)
    assert isinstance(refused.value, UserError)
    assert str(refused.value) == message


def test_the_config_says_the_same():
    class Both(Section):
        seed: int

    with pytest.raises(Impossible) as by_name:
        keywords.section(Both, {"seed": "x"})
    with pytest.raises(UserError) as of_file:
        section_of({"seed": "x"}, Both)
    assert str(of_file.value) == f"config: {by_name.value}"


def test_text_is_refused_without_advice_on_config_files():
    with pytest.raises(Impossible) as refused:
        shallownets.escape.run(p="4")
    assert str(refused.value) == "p = '4': expected a whole number from 1 to 1000"


class Several(Section):
    N: int
    rate: float = 1.0
    widths: list[int] = msgspec.field(default_factory=list)
    rates: list[float] = msgspec.field(default_factory=list)
    most: int | None = None


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ({"N": 1e4}, {"N": 10_000}),
        ({"N": np.float32(8)}, {"N": 8}),
        ({"N": 1, "rate": 2}, {"N": 1, "rate": 2.0}),
        ({"N": 1, "most": 1e3}, {"N": 1, "most": 1000}),
        ({"N": 1, "widths": [1e2, np.int64(3)], "rates": (1, 0.5)}, {"N": 1, "widths": [100, 3], "rates": [1.0, 0.5]}),
    ],
)
def test_whole_numbers_may_be_written_as_physicists_do(given, right):
    section = keywords.section(Several, given)
    assert section == Several(**right)
    assert all(type(getattr(section, name)) is type(value) for name, value in right.items())
    assert {type(width) for width in section.widths} <= {int}


@pytest.mark.parametrize("given", [{"N": 1.5}, {"N": np.inf}, {"N": True}, {"N": 1, "widths": [1, 1.5]}])
def test_other_numbers_are_no_whole_numbers(given):
    with pytest.raises(Impossible, match=r"expected a (whole|finite) number"):
        keywords.section(Several, given)


@pytest.mark.parametrize(
    ("study", "given", "message"),
    [
        ("perceptron", {"alpha": 5}, "norm: missing; it is needed here"),
        ("escape", {"N": 3}, "N = 3: expected at least p + p* = 6"),
        ("escape", {"eta": 1, "eta_hat": 1}, "eta = 1.0: expected one of eta and eta_hat"),
        ("escape", {"eta": np.nan}, "eta = nan: expected a finite number"),
        ("escape", {"eta": 1e-12}, "4 runs to alpha = 3.1e+13, 3.1e+17 samples each, take about 5.3e+03 years"),
        ("riccati", {"M_star": 4, "N": 3, "d": 5, "beta": 1}, "d = 5: expected at least M* + N = 7"),
        ("emergence", {"P": 1, "N": 1, "d": 9, "link": "h3", "seed": 2}, "N = 1: no neuron of this start can learn;"),
    ],
)
def test_values_that_do_not_go_together_are_refused(study, given, message):
    with pytest.raises(Impossible) as refused:
        function(study)(**given)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_sgd_of_riccati_follows_the_flow_from_the_same_start():
    """At a step size so small that the law of the finite step, of order eta d, is within the noise."""
    found = solved("riccati", d=200, eta_d=0.02)
    both = found.to_pandas()
    assert np.isfinite(both.sgd).all()
    assert np.abs(both.sgd - both.risk).max() < 0.25
    assert abs(both.sgd.iloc[-1] - found.best_risk) < 0.1


IMPORTS = """
import json, sys
from shallownets import {studies}
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.slow
def test_an_import_takes_no_part_of_the_workflow_along_and_compiles_nothing(tmp_path, project):
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "NUMBA_CACHE_DIR": str(tmp_path / "caches")}
    code = IMPORTS.format(studies=", ".join(FUNCTIONS))
    said = subprocess.check_output([sys.executable, "-c", code], cwd=tmp_path, env=environment, text=True)
    assert not set(json.loads(said)) & {*entry().OF_WORKFLOW - {"PIL"}, "matplotlib.pyplot"}
    assert not (tmp_path / "caches").exists()


def entry():
    return import_module("shallownets.commands")


def test_the_modules_of_the_extra_are_those_of_its_packages(project):
    packages = {line.partition(">")[0] for line in project["project"]["optional-dependencies"]["workflow"]}
    modules = {"PIL": "pillow"}
    assert {modules.get(name, name) for name in entry().OF_WORKFLOW} == {
        name for name in packages if not name.startswith("snakemake-")
    }


def test_a_command_without_the_extra_says_what_to_install(tmp_path):
    code = "import sys; sys.modules['snakemake'] = None; sys.argv = ['x', 'explain', 'escape.fig1']; "
    code += "from shallownets.commands import run; run()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: snakemake")
    right = "is not installed; in a checkout of this project, pip install '.[workflow]' installs it"
    assert done.stderr.splitlines()[-1].endswith(right)


@pytest.mark.slow
def test_it_works_once_it_is_installed_and_away_from_its_checkout(tmp_path, project):
    """As a wheel; without its dependencies, which are here."""
    away = tmp_path / "away"
    away.mkdir()
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "wheel", *offline, "--wheel-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([*pip, "install", *offline, "--target", tmp_path / "site", wheel], check=True)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    code = (
        "import shallownets; from shallownets import perceptron; print(shallownets.__file__, shallownets.__version__); "
    )
    code += "print(perceptron.solve(alpha=5, norm=3).error)"
    said = subprocess.check_output([sys.executable, "-c", code], cwd=away, env=environment, text=True).split()
    assert said[0].startswith(str(tmp_path / "site"))
    assert said[1] == project["project"]["version"]
    assert 0 < float(said[2]) < 0.5
    script = [tmp_path / "site/bin/shallownets", "perceptron", "--alpha", "5", "--norm", "3"]
    done = subprocess.run(script, cwd=away, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert_drawn(away / "perceptron.png", style.COLUMN, 2.7)
