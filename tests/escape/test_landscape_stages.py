"""The commands of the landscape: their tables, their figures, and what they refuse."""

import subprocess
import sys

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.results.artefacts import load_table
from shallownets.studies.escape.figures import fig5, fig6, hessian, hessian_ratio, null_directions

STAGES = "shallownets.studies.escape.stages."
DIMENSIONS = "--N 3 --p-max 5 --p-star 1 2 --manifold-p-max 4 --seed 1 --measurements m.csv --fig5 a.csv --fig6 b.csv"
HESSIAN = "--sizes 3,2,6 2,3,6 --ratio-sizes 2,6 --seed 1 --measurements m.csv --spectra a.csv --ratios b.csv"
NULL = (
    "--p 2 4 --p-star 2 --N 8 --law-p 4 --directions 3 --steps 1e-3 1e-1 --points 5 --seed 1"
    " --measurements m.csv --figure-data a.csv"
)
COMMANDS = {"dimensions": DIMENSIONS, "hessian": HESSIAN, "null_directions": NULL}


def run(stage, options, folder):
    return subprocess.run(
        [sys.executable, "-m", STAGES + stage, *options.split()],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """{stage: (measurements, figure data a, figure data b where there is one, parameters)}"""
    found = {}
    for stage, options in COMMANDS.items():
        folder = tmp_path_factory.mktemp(stage)
        done = run(stage, options, folder)
        assert done.returncode == 0, done.stderr
        frames = [load_table(path) for name in "mab" if (path := folder / f"{name}.csv").exists()]
        found[stage] = (*(frame for frame, _ in frames), frames[-1][1]["parameters"])
    return found


@pytest.mark.parametrize("stage", COMMANDS)
def test_tables_are_complete_and_finite(stage, tables):
    measured, *drawn, _ = tables[stage]
    assert list(measured.columns[-4:]) == ["estimate", "low", "high", "n"]
    for frame in (measured, *drawn):
        assert not frame.isna().any(axis=None)
        assert np.isfinite(frame.select_dtypes("number")).all(axis=None)
    keys = [column for column in measured.columns if column not in ("estimate", "low", "high", "n")]
    assert not measured.duplicated(keys).any()


def test_measured_and_formula_agree(tables):
    _, fig5_data, fig6_data, _ = tables["dimensions"]
    assert (fig5_data.measured == fig5_data.formula).all()
    assert (fig6_data.tangent == fig6_data.formula).all()
    assert (fig6_data.orbit == fig6_data.formula).all()
    _, spectra, ratios, _ = tables["hessian"]
    assert (spectra.multiplicity == spectra.measured_multiplicity).all()
    np.testing.assert_allclose(spectra.measured_eigenvalue, spectra.eigenvalue, atol=1e-12)
    np.testing.assert_allclose(ratios.measured, ratios.formula, rtol=1e-12)
    totals = spectra.groupby(["point", "p", "p_star", "N"]).multiplicity.sum().reset_index()
    assert (totals.multiplicity == totals.p * totals.N).all()
    _, frame, _ = tables["null_directions"]
    counts = frame[frame.panel == "counts"].pivot(index="x", columns="kind", values="y")
    for kind in ("all null", "tangent"):
        assert (counts[kind] == counts[f"{kind}, formula"]).all()
    assert frame[frame.kind == "tangent, curved"].y.max() < 1e-28


def test_every_figure_shows_its_table(tables, tmp_path):
    style.apply()
    figures = {
        "fig5": (fig5.draw(tables["dimensions"][1], {}), 1),
        "fig6": (fig6.draw(tables["dimensions"][2], {}), 1),
        "hessian": (hessian.draw(tables["hessian"][1], {}), 2),
        "hessian_ratio": (hessian_ratio.draw(tables["hessian"][2], {}), 1),
        "null_directions": (null_directions.draw(*tables["null_directions"][1:]), 2),
    }
    for name, (figure, panels) in figures.items():
        assert len(figure.axes) == panels, name
        style.save(figure, [tmp_path / f"{name}.png"])
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
    markers = [line for line in figures["fig5"][0].axes[0].lines if line.get_marker() == "o"]
    np.testing.assert_array_equal(markers[0].get_ydata(), [3, 5, 6, 6, 6])


def test_a_multiplicity_that_differs_is_shown(tables):
    frame = tables["hessian"][1].copy()
    frame.loc[frame.index[0], "multiplicity"] += 1
    style.apply()
    texts = [text.get_text() for axes in hessian.draw(frame, {}).axes for text in axes.texts]
    assert sum("≠" in text for text in texts) == 1


REFUSED = [
    ("hessian", "3,2,6", "3,2,4", "N of at least p + p_star = 5 is right"),
    ("hessian", "3,2,6", "3", "'3' given; p,p_star,N is right"),
    ("hessian", "--ratio-sizes 2,6", "--ratio-sizes 2,6,7", "'2,6,7' given; p_star,N is right"),
    ("hessian", "--ratio-sizes 2,6", "--ratio-sizes 2,3", "N of at least p_star + 2 = 4 is right"),
    ("null_directions", "--p 2 4", "--p 1", "p = 1: a width from p_star = 2 to N - p_star = 6 is right"),
    ("null_directions", "--law-p 4", "--law-p 2", "a width above p_star is right"),
    ("null_directions", "1e-3 1e-1", "1e-1 1e-3", "the shortest step before a longer one is right"),
]


@pytest.mark.parametrize(("stage", "old", "new", "message"), REFUSED)
def test_what_has_no_meaning_is_refused_in_one_line(stage, old, new, message, tmp_path):
    done = run(stage, COMMANDS[stage].replace(old, new, 1), tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
