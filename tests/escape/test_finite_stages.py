"""The stages of the part finite at small sizes, and their figures."""

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.studies.escape.figures import finite_divergence, finite_escape, overparameterisation
from shallownets.studies.escape.theory import finite as theory
from shallownets.studies.escape.theory import plateau
from tests.escape.made import made

COMMON = {"tolerance": 1e-8, "seed": 1}
WIDTHS = {"p": 2, "p_star": 1}
SGD = COMMON | WIDTHS | {"eta_hat": 0.1, "fraction": 0.5, "alpha_max": 40.0, "points": 201}
SPREAD = COMMON | WIDTHS | {"N": 500, "starts": 60, "runs": 4, "t_max": 6.0, "points": 301, "fraction": 0.5}
CASES = COMMON | {"N": 200, "eta_hat": 0.05, "fraction": 0.5, "starts": 60, "t_max": 6.0, "points": 301}


def sgd(engine, N, replicates):
    return made("escape_times", SGD | {"engine": engine, "N": N, "replicates": replicates}).data


def checked(tables):
    """(measurements, figure data, the parameters in its record), once the numbers make sense."""
    table = tables.measurements.frame
    # but degrees of freedom: none where they are n - 1, infinite where an interval is as it is
    numbers = table.drop(columns="degrees", errors="ignore").select_dtypes("number")
    assert np.isfinite(numbers).all(axis=None)
    assert (table.low <= table.estimate).all() and (table.estimate <= table.high).all()
    style.apply()
    return table, tables.figure_data.frame, tables.figure_data.parameters


def test_both_engines_escape_alike():
    chain, direct = sgd("chain", 60, 200).arrays, sgd("direct", 60, 60).arrays
    for name in ("sgd", "ode"):
        a, b = (run[name][np.isfinite(run[name])] for run in (chain, direct))
        assert abs(a.mean() - b.mean()) < 4 * np.hypot(a.std() / len(a) ** 0.5, b.std() / len(b) ** 0.5)
    # more replicates leave the first ones as they were
    np.testing.assert_array_equal(sgd("chain", 60, 5).arrays["sgd"], chain["sgd"][:5])


@pytest.mark.slow
def test_escape_and_spread_and_their_figure():
    given = COMMON | {"fit_from": 100, "limit_from": 100, "ode_starts": 20, "resamples": 40}
    inputs = {
        "sgd": [sgd("chain", N, 100) for N in (100, 200, 400)],
        "spread": [
            made("finite_spread", SPREAD | {"eta_hat": eta_hat, "one_start": runs}).data
            for eta_hat, runs in ((0.05, 0), (0.1, 240))
        ],
    }
    table, data, parameters = checked(made("finite_escape", given, direct=sgd("direct", 100, 20), **inputs))
    assert {"slope", "shift_limit", "direct_over_chain", "variance_start_share"} <= set(table.quantity)
    over = table.set_index("quantity").loc["noise_shift_over_theory"]
    shifts = table[table.quantity == "noise_shift"]
    assert over.estimate == pytest.approx((shifts.estimate / shifts.theory).mean())
    errors = (shifts.high - shifts.low) / shifts.theory.abs()
    assert over.high - over.low == pytest.approx(np.linalg.norm(errors) / len(errors))
    slope = table[table.quantity == "slope"].iloc[0]
    assert slope.theory == theory.time_per_log(2, 1, 0.1)
    assert slope.low < slope.theory < slope.high
    by_rate = table[table.quantity.str.startswith("variance") & (table.eta_hat > 0)]
    for _, part in by_rate.groupby("eta_hat"):
        found = part.set_index("quantity").estimate
        assert found.variance_total == pytest.approx(found.variance_starts + found.variance_noise)
        assert found.variance_start_share == pytest.approx(found.variance_starts / found.variance_total)
    assert len(finite_escape.draw(data, parameters).axes) == 4
    with pytest.raises(UserError, match="N = 90: expected one of those of the chain"):
        made("finite_escape", given, direct=sgd("direct", 90, 2), **inputs)


def test_the_further_runs_of_one_start_are_those_of_the_median_and_are_made_where_they_are_asked_for():
    few = SPREAD | {"N": 100, "eta_hat": 0.1, "starts": 9, "runs": 2}
    without, with_them = (made("finite_spread", few | {"one_start": runs}).data.arrays for runs in (0, 200))
    for name in ("sgd", "ode"):
        np.testing.assert_array_equal(without[name], with_them[name])
    assert without["one_start"].size == 0
    # SGD from one start is on average as far from its ODE as from the others
    expected = np.median(with_them["ode"]) + theory.noise_shift(2, 1, 0.1)
    found = with_them["one_start"]
    assert abs(found.mean() - expected) < 4 * found.std() / len(found) ** 0.5 + 0.1 * expected
    # where nothing escapes there is no median
    assert made("finite_spread", few | {"t_max": 0.3, "points": 9, "one_start": 3}).data.arrays["one_start"].size == 0


def test_divergence_and_its_figure():
    rates = COMMON | {"first": 0.08, "step": 0.06, "last": 0.32, "t_max": 4.0}
    rates.pop("tolerance")
    runs = [
        made("finite_divergence_runs", rates | WIDTHS | {"N": N, "replicates": replicates}).data
        for N, replicates in ((50, 60), (200, 40))
    ]
    given = {"resamples": 40, "tolerance": 1e-7, "seed": 1}
    table, data, parameters = checked(made("finite_divergence", given, runs=runs))
    shares = table[table.quantity == "diverged"]
    assert sorted(shares.eta_hat.unique()) == [0.08, 0.14, 0.2, 0.26, 0.32]
    assert (shares[shares.eta_hat == 0.32].estimate == 1).all()
    assert (shares[shares.eta_hat == 0.08].estimate < 0.1).all()
    limits = table[table.quantity == "ode_limit"]
    # bounded just below the limit, not above the last plateau
    assert ((limits.estimate > plateau.last_convergence(1)) & (limits.estimate < plateau.last_plateau(2, 1))).all()
    assert len(finite_divergence.draw(data, parameters).axes) == 1


def test_widths_and_their_figure():
    def runs(**changed):
        cases = [{"p": p, "p_star": p_star, "replicates": n} for p, p_star, n in ((1, 1, 40), (4, 1, 40), (2, 2, 8))]
        return [made("overparameterisation_runs", CASES | case | changed).data for case in cases]

    table, data, parameters = checked(made("overparameterisation", {}, runs=runs()))
    times = table[(table.quantity == "time") & (table.p_star == 1)].set_index("p")
    assert times.loc[1].low > times.loc[4].high
    gap = table[table.quantity == "SGD_above_widest"].iloc[0]
    assert gap.estimate == pytest.approx(times.loc[1].estimate - times.loc[4].estimate)
    assert gap.theory == pytest.approx(theory.relative_time(1, 1) - theory.relative_time(4, 1))
    assert len(overparameterisation.draw(data, parameters).axes) == 1
    with pytest.raises(UserError, match="did not escape"):
        made("overparameterisation", {}, runs=runs(t_max=0.2, points=21))
    with pytest.raises(UserError, match="from where on nothing escapes"):
        runs(eta_hat=0.5)
