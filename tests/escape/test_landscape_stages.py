"""The stages of the landscape: their tables, their figures, and what they refuse."""

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.studies.escape.figures import fig5, fig6, hessian, hessian_ratio, null_directions
from tests.escape.made import made
from tests.pictures import assert_drawn

GIVEN = {
    "dimensions": {"N": [3], "p_max": 5, "p_star": [1, 2], "manifold_p_max": 4, "seed": 1},
    "hessian": {
        "spectra": [{"p": 3, "p_star": 2, "N": 6}, {"p": 2, "p_star": 3, "N": 6}],
        "ratio": [{"p_star": 2, "N": 6}],
        "weak": [{"p": 3, "p_star": 1, "N": 20}, {"p": 3, "p_star": 1, "N": 60}],
        "seed": 1,
    },
    "null_directions": {
        "p_star": 2,
        "N": 8,
        "widths": [2, 4],
        "p": 4,
        "directions": 3,
        "shortest_step": 1e-3,
        "longest_step": 1e-1,
        "points": 5,
        "seed": 1,
    },
}


@pytest.fixture(scope="module")
def tables():
    """{stage: what it makes}"""
    return {stage: made(stage, values) for stage, values in GIVEN.items()}


@pytest.mark.parametrize("stage", GIVEN)
def test_tables_are_complete_and_finite(stage, tables):
    measured, *drawn = (table.frame for table in tables[stage])
    assert list(measured.columns[-4:]) == ["estimate", "low", "high", "n"]
    for frame in (measured, *drawn):
        assert not frame.isna().any(axis=None)
        assert np.isfinite(frame.select_dtypes("number")).all(axis=None)
    keys = [column for column in measured.columns if column not in ("estimate", "low", "high", "n")]
    assert not measured.duplicated(keys).any()
    for table in tables[stage]:
        assert table.units.keys() <= set(table.frame.columns)


def test_measured_and_formula_agree(tables):
    fig5_data, fig6_data = (getattr(tables["dimensions"], name).frame for name in ("fig5", "fig6"))
    assert (fig5_data.measured == fig5_data.formula).all()
    assert (fig6_data.tangent == fig6_data.formula).all()
    assert (fig6_data.orbit == fig6_data.formula).all()
    spectra, ratios = (getattr(tables["hessian"], name).frame for name in ("hessian", "hessian_ratio"))
    assert (spectra.multiplicity == spectra.measured_multiplicity).all()
    np.testing.assert_allclose(spectra.measured_eigenvalue, spectra.eigenvalue, atol=1e-12)
    np.testing.assert_allclose(ratios.measured, ratios.formula, rtol=1e-12)
    totals = spectra.groupby(["point", "p", "p_star", "N"]).multiplicity.sum().reset_index()
    assert (totals.multiplicity == totals.p * totals.N).all()
    frame = tables["null_directions"].figure_data.frame
    counts = frame[frame.panel == "counts"].pivot(index="x", columns="kind", values="y")
    for kind in ("all null", "tangent"):
        assert (counts[kind] == counts[f"{kind}, formula"]).all()
    assert frame[frame.kind == "tangent, curved"].y.max() < 1e-28


def test_measured_exponents_and_coefficients_are_those_of_theory(tables):
    frame = tables["null_directions"].measurements.frame
    found = frame.set_index(["quantity", "kind"]).estimate
    assert found["exponent", "positive"] == pytest.approx(2, abs=0.1)
    for kind in ("tangent, straight", "extra, straight", "extra, relaxed"):
        assert found["exponent", kind] == pytest.approx(4, abs=1e-3)
        assert found["coefficient over formula", kind] == pytest.approx(1, rel=1e-3)
    assert ("coefficient over formula", "positive") not in found.index
    assert found["largest risk", "tangent, curved"] < 1e-28


@pytest.mark.slow
def test_every_figure_shows_its_table(tables, tmp_path):
    style.apply()
    shown = {
        "fig5": (fig5, tables["dimensions"].fig5, 1),
        "fig6": (fig6, tables["dimensions"].fig6, 1),
        "hessian": (hessian, tables["hessian"].hessian, 2),
        "hessian_ratio": (hessian_ratio, tables["hessian"].hessian_ratio, 1),
        "null_directions": (null_directions, tables["null_directions"].figure_data, 2),
    }
    figures = {}
    for name, (module, table, panels) in shown.items():
        figures[name] = module.draw(table.frame, table.parameters)
        assert len(figures[name].axes) == panels, name
        style.save(figures[name], [tmp_path / f"{name}.png"], "")
        assert_drawn(tmp_path / f"{name}.png", *figures[name].get_size_inches())
    markers = [line for line in figures["fig5"].axes[0].lines if line.get_marker() == "o"]
    np.testing.assert_array_equal(markers[0].get_ydata(), [3, 5, 6, 6, 6])


def test_what_needs_no_formula_of_an_eigenvalue(tables):
    frame = tables["hessian"].measurements.frame
    got = frame.groupby("quantity").estimate.max()
    assert got["eigenvector error"] < 1e-12
    assert got["curvature error in W"] < 1e-6
    assert max(got["gradient error"], got["Hessian error"]) < 1e-7
    assert frame[frame.quantity == "least loss of the null share"].estimate.item() == pytest.approx(1 / 12)  # 1/(2 N)
    # 1/(N - p* - (p+1)/2) between N = 20 and 60
    gain = frame[frame.quantity == "exponent of the ratio's gain"].estimate.item()
    assert gain == pytest.approx(np.log(17 / 57) / np.log(3), rel=1e-10)
    shares = tables["null_directions"].measurements.frame.set_index(["quantity", "p"]).estimate
    assert shares["null share", 4] == shares["all null", 4] / (4 * 8)
    assert shares["least growth of the null share", 4] == pytest.approx(
        shares["null share", 4] - shares["null share", 2]
    )


def test_a_multiplicity_that_differs_is_shown(tables):
    frame = tables["hessian"].hessian.frame.copy()
    frame.loc[frame.index[0], "multiplicity"] += 1
    style.apply()
    texts = [text.get_text() for axes in hessian.draw(frame, {}).axes for text in axes.texts]
    assert sum("≠" in text for text in texts) == 1


REFUSED = [
    ("hessian", {"spectra": [{"p": 3, "p_star": 2, "N": 4}]}, r"spectra.0.N = 4: expected at least p \+ p\* = 5"),
    ("hessian", {"spectra": [{"p": 3}]}, "spectra.0.p_star: missing"),
    ("hessian", {"ratio": [{"p_star": 2, "N": 6, "p": 7}]}, "ratio.0.p = 7: unknown key"),
    ("hessian", {"ratio": [{"p_star": 2, "N": 3}]}, r"ratio.0.N = 3: expected at least p_star \+ 2 = 4"),
    (
        "hessian",
        {"weak": [{"p": 2, "p_star": 1, "N": 9}, {"p": 2, "p_star": 1, "N": 8}]},
        "weak.1 = .*: expected the widths of the first, and a larger N than the one before",
    ),
    ("hessian", {"weak": [{"p": 1, "p_star": 1, "N": N} for N in (8, 9)]}, "weak.0.p = 1: expected a number above 1"),
    ("null_directions", {"widths": [1]}, "widths.0 = 1: expected a number from 2 to 6"),
    ("null_directions", {"p": 2}, "p = 2: expected a number from 3 to 6"),
    (
        "null_directions",
        {"shortest_step": 1e-1, "longest_step": 1e-3},
        "shortest_step = 0.1: expected a number below longest_step = 0.001",
    ),
]


@pytest.mark.parametrize(("stage", "wrong", "message"), REFUSED)
def test_what_has_no_meaning_is_refused_in_one_line(stage, wrong, message):
    with pytest.raises(UserError, match=f"^{stage}: {message}"):
        made(stage, GIVEN[stage] | wrong)
