"""The stages of norm learning, the plateau and the escape, at tiny sizes, and the figures drawn from their tables."""

from importlib import import_module

import msgspec
import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.stage import Arrays
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.parameters import plateau as parameters
from shallownets.studies.escape.stages.escape_law import escape_law
from shallownets.studies.escape.stages.escape_time import escape_time
from shallownets.studies.escape.stages.plateau_optimum import plateau_optimum
from shallownets.studies.escape.stages.plateau_rates import plateau_rates
from shallownets.studies.escape.stages.plateau_scan import plateau_scan
from shallownets.studies.escape.stages.plateau_shared import gaussian_starts
from shallownets.studies.escape.theory import plateau as theory
from tests.escape.made import made


def test_gaussian_starts_do_not_depend_on_how_many_are_drawn():
    few, many = gaussian_starts(1, 3, 2, 100, 2), gaussian_starts(1, 3, 2, 100, 5)
    np.testing.assert_array_equal(few[1].M, many[1].M)
    assert not np.array_equal(gaussian_starts(2, 3, 2, 100, 1)[0].M, few[0].M)
    size = np.mean([start.M**2 for start in gaussian_starts(1, 3, 2, 100, 400)])
    assert size == pytest.approx(0.01, rel=3 * np.sqrt(2 / 2400))


def finite(tables):
    """The tables of a stage, each without gaps."""
    for table in tables:
        # but degrees of freedom: none where they are n - 1
        frame = table.frame.drop(columns="degrees", errors="ignore")
        assert np.isfinite(frame.select_dtypes("number")).all(axis=None)
        assert not frame.isna().any(axis=None)
    return tables


def drawn(name, given, table):
    """A figure from a table, with the parameters that its record has: all of the stage's, and what it found out."""
    style.apply()
    return import_module(f"shallownets.studies.escape.figures.{name}").draw(
        table.frame, msgspec.to_builtins(given) | dict(table.parameters)
    )


SCAN = {"widths": [(1, 1), (2, 1), (3, 1), (4, 1)], "N": 1000, "starts": 4, "fraction": 0.5, "converged": 0.02}

SCAN |= {"step": 0.02, "largest": 0.3, "alpha_max": 1000.0, "tolerance": 1e-8, "seed": 1}


def test_the_scan_stops_where_no_start_converges_and_keeps_both_times():
    (kept,) = plateau_scan(parameters.PlateauScan(**SCAN | {"widths": [(1, 1)]}))
    escaped, converged = kept.arrays["escaped"][0], kept.arrays["converged"][0]
    np.testing.assert_allclose(kept.arrays["eta_hat"], np.arange(0.02, 0.301, 0.02))
    good = np.isfinite(escaped).all(1)
    assert (kept.arrays["eta_hat"][good] < theory.last_convergence(1)).all()
    assert (escaped[good] < converged[good]).all()
    last = np.flatnonzero(np.isinf(escaped).all(1))
    assert len(last) == 1  # the first rate at which no start converges
    assert np.isnan(escaped[last[0] + 1 :]).all()
    np.testing.assert_array_equal(np.isfinite(escaped), np.isfinite(converged))
    start = gaussian_starts(1, 1, 1, 1000, 1)[0]
    level = theory.plateau_level(1, 1, 0.5)
    assert escaped[0, 0] == spectral.escape_time(start, 0.02, level, 1000.0, 1e-8)


def test_the_stage_of_the_optimum_and_its_figure():
    scan = plateau_scan(parameters.PlateauScan(**SCAN)).data
    kept = Arrays(scan.arrays, scan.units, SCAN)
    given = parameters.PlateauOptimum(resamples=20, seed=1)
    measured, shown = finite(plateau_optimum(given, kept))
    table, data = measured.frame, shown.frame
    limits = table[table.quantity == "eta_limit"]
    assert list(limits.estimate / limits.p) == [pytest.approx(0.16)] * 4  # the grid's last below 1/6
    assert (data[(data.quantity == "scan") & (data.eta_hat > 0.17)].censored > 0).all()
    assert {"eta_opt_slope", "eta_opt_quadratic", "eta_opt_exponent"} <= set(table.quantity)
    best = data[data.quantity == "optimum"]
    left, right = drawn("fig2", given, shown).axes
    assert left.lines[0].get_ydata() == pytest.approx((best.p * best.eta_hat).to_numpy())
    rings = [line.get_xdata()[0] for line in right.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert rings == pytest.approx(best.eta_hat.iloc[[*range(len(rings) - 1), -1]].to_numpy())


def test_the_stage_of_the_rates():
    given = parameters.PlateauRates(widths=[(1, 1), (3, 2)], norms=[0.2, 1.5], eta_hat=[0.05], tolerance=1e-11)
    (measured,) = finite(plateau_rates(given))
    table = measured.frame
    found = table[table.p == 3].set_index("quantity").estimate
    expected = {"overlap_rate": 4 / 6, "student_source": 8 / 6, "student_decay": 8 / 15, "norm_mean_rate": 4 / 3}
    expected |= {"norm_difference_rate": 8 / 15, "norm": 3 / 5, "plateau_risk": 1 / 2 + 1 / 5}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-5), name
    assert found["start_risk"] == pytest.approx(1 / 3 + 1 / 2, rel=1e-14)
    assert found["risk_after_norms"] == pytest.approx(1 / 5 - 1 / 3, rel=1e-6)
    assert found["overlap_from_none"] == 0
    assert found["norms_over_overlaps"] == pytest.approx(0.5, abs=1e-3)
    assert found["others"] < 1e-8
    at_finite = table[table.quantity == "finite_norm"]
    np.testing.assert_allclose(at_finite.estimate, at_finite.theory, rtol=1e-6)
    # one student vector has nothing that differs or overlaps
    assert set(table[table.p == 1].quantity) == {
        "overlap_rate",
        "norm_mean_rate",
        "norm",
        "plateau_risk",
        "finite_norm",
        "start_risk",
        "risk_after_norms",
        "overlap_from_none",
    }


LAW = {"widths": [(1, 1), (2, 1), (4, 1), (2, 2)], "sigma": 1e-3, "starts": 30, "points": 60, "reduction_max": 1e-4}

LAW |= {"reduction": 1e-3, "reduction_last": 0.5, "eta_hat": [0.05], "resamples": 20, "tolerance": 1e-10, "seed": 1}


def test_the_stage_of_the_law_and_its_figure():
    given = parameters.EscapeLaw(**LAW)
    measured, shown = finite(escape_law(given))
    table = measured.frame
    rates = table[table.quantity == "rate"]
    np.testing.assert_allclose(rates.estimate, 8 / rates.p_star, rtol=1e-3)
    assert list(table[table.quantity == "rate_slope_in_log_p"].p_star) == [1]  # three widths only there
    given_overlaps = table[table.quantity == "prefactor_given_overlaps"]
    expected = [theory.escape_prefactor(p, s) for p, s in zip(given_overlaps.p, given_overlaps.p_star, strict=True)]
    np.testing.assert_allclose(given_overlaps.estimate, expected, rtol=1e-3)
    assert len(drawn("escape_law", given, shown).axes) == 3


COMMON = {"p_star": 2, "N": 200, "eta_hat": 0.1, "t_max": 1.0, "points": 21, "replicates": 6, "tolerance": 1e-9}


def norm_learning(values):
    """The tables of norm learning, straight from the runs."""
    runs = made("norm_learning_runs", values).data
    return made("norm_learning", {"compared": [0.5], "later": 3.0, "tolerance": 1e-9}, runs=runs)


def overlap_growth(values):
    """The tables of the overlaps' growth, straight from the runs."""
    runs = made("overlap_growth_runs", values).data
    return made("overlap_growth", {"t_fit": 0.5, "resamples": 20, "seed": 1}, runs=runs)


def test_the_stage_of_norm_learning_and_its_figure():
    measured, shown = finite(norm_learning(COMMON | {"seed": 1, "initial": [0.5, 1.5]}))
    row = measured.frame[measured.frame.quantity == "mean_norm"].iloc[0]
    assert row.low - 0.05 < row.ode < row.high + 0.05
    assert len(drawn("norm_learning", {}, shown).axes) == 2


def test_the_stage_of_overlap_growth_and_its_figure():
    measured, shown = finite(overlap_growth(COMMON | {"seed": 1, "p": 2}))
    assert measured.frame.ode.iloc[0] == pytest.approx(measured.frame.finite.iloc[0], rel=0.1)
    assert len(drawn("overlap_growth", {}, shown).axes) == 1


@pytest.mark.parametrize(
    ("stage", "more"),
    [
        (parameters.NormLearningRuns, {"initial": [0.5, 1.5]}),
        (parameters.OverlapGrowthRuns, {"p": 2}),
    ],
)
def test_a_learning_rate_without_a_plateau_is_refused(stage, more):
    last = theory.last_plateau(2, 2)
    for eta_hat, holds in ((0.999 * last, True), (1.001 * last, False)):
        given = stage(**COMMON | {"seed": 1, "N": 500, "eta_hat": eta_hat}, **more)
        broken = [(key, right) for fine, key, right in given.limits() if not fine]
        assert broken == (
            [] if holds else [("eta_hat", f"a number below {last:.4g}, beyond which there is no plateau")]
        )


def escape_times_at(N, rng):
    """Escape times of SGD as part finite keeps them."""
    said = {"p": 2, "p_star": 1, "fraction": 0.5, "eta_hat": 0.1, "N": N}
    times = 10 + np.log(N) + rng.standard_normal((2, 4))
    return Arrays({"sgd": times[0], "ode": times[1]}, parameters=said)


TIMES = {"N": [10**4, 10**5, 10**6], "eta_hat": [0.05], "starts": 5, "widths": [(1, 1), (4, 1)], "aligned": (3, 2)}

TIMES |= {"at": 10**4, "at_eta_hat": 0.05, "resamples": 20, "tolerance": 1e-9, "seed": 1}


def test_the_stage_of_the_times_and_its_figure(rng):
    given = parameters.EscapeTime(**TIMES)
    sgd = [escape_times_at(N, rng) for N in (50, 100, 200)]
    sgd[0].arrays["sgd"][0] = np.inf
    measured, shown = finite(escape_time(given, sgd))
    table, data = measured.frame, shown.frame
    slopes = table[(table.quantity == "slope") & (table.engine == "ODE")]
    np.testing.assert_allclose(slopes.estimate, slopes.theory, rtol=1e-2)
    assert {"rank_squares", "rank_node_minus_squares", "narrow_over_wide"} <= set(table.quantity)
    assert "rank_squares_minus_squares" not in set(table.quantity)
    of_sgd = table[table.engine == "SGD"].set_index(["quantity", "N"]).estimate
    assert list(of_sgd["censored"]) == [1, 0, 0]
    both = np.isfinite(sgd[0].arrays["sgd"])
    assert of_sgd["time", 50] == pytest.approx(sgd[0].arrays["sgd"][both].mean())
    assert list(measured.notes) == ["SGD, N = 50: 1 of 4 runs did not escape"]
    assert list(data.quantity) == [*["time"] * 3, *["time"] * 3, *["law"] * 3, *["width"] * 2]
    assert len(drawn("escape_time", given, shown).axes) == 2


def optimum_of(given):
    """The tables of Figure 2, straight from a scan."""
    scan = plateau_scan(given).data
    kept = Arrays(scan.arrays, scan.units, msgspec.to_builtins(given))
    return plateau_optimum(parameters.PlateauOptimum(resamples=20, seed=1), kept)


LOST = {
    "overlap_growth": (
        overlap_growth,
        COMMON
        | {"p": 2, "p_star": 1, "N": 80, "eta_hat": 0.16, "t_max": 20.0, "points": 81, "replicates": 4}
        | {"seed": 1},
        "SGD: ",
    ),
    "norm_learning": (
        norm_learning,
        COMMON
        | {"initial": [0.5, 1.5], "N": 6, "eta_hat": 0.2, "t_max": 3.0, "points": 11, "replicates": 3}
        | {"seed": 1},
        "SGD: ",
    ),
    "fig2": (
        optimum_of,
        parameters.PlateauScan(
            **SCAN | {"widths": [(1, 1), (4, 4)], "starts": 3, "step": 0.06, "largest": 0.4, "alpha_max": 200.0}
        ),
        "p = 1, p* = 1: every start escapes at fewer than 4 learning rates",
    ),
    "escape_time": (
        lambda given: escape_time(given, [escape_times_at(100, np.random.default_rng(1))]),
        parameters.EscapeTime(**TIMES | {"widths": [(1, 1), (8, 4)], "at_eta_hat": 0.2}),
        "ODE, p = 1, p* = 1: 5 of 5 runs did not escape",
    ),
}


def test_a_learning_rate_at_which_the_ode_diverges_is_refused():
    values = COMMON | {"seed": 1, "p": 2, "p_star": 1, "N": 80, "eta_hat": 0.18, "t_max": 20.0}
    with pytest.raises(UserError, match=r"^eta_hat = 0\.18: expected a smaller number, the ODE diverges"):
        made("overlap_growth_runs", values)


@pytest.mark.parametrize("figure", LOST)
def test_a_figure_is_drawn_from_what_is_left_and_says_what_is_not(figure):
    stage, given, said = LOST[figure]
    measured, shown = finite(stage(given))
    assert any(note.startswith(said) for note in measured.notes)
    assert measured.notes == shown.notes
    drawn(figure, given, shown).canvas.draw()


def test_nothing_left_is_said():
    given = parameters.PlateauScan(**SCAN | {"widths": [(1, 1)], "step": 0.1})
    with pytest.raises(
        UserError, match=r"nothing is left to show: p = 1, p\* = 1: every start escapes at fewer than 4"
    ):
        optimum_of(given)
