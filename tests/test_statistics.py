import numpy as np
import pandas as pd
import pytest

from shallownets.numerics import statistics


def coverage(estimates, truth):
    return np.mean([abs(e.value - truth) < 2 * e.error for e in estimates])


def test_the_mean_covers_the_truth_as_often_as_it_says(rng):
    estimates = [statistics.mean(rng.normal(3, 2, 50)) for _ in range(2000)]
    assert coverage(estimates, 3) == pytest.approx(0.95, abs=0.015)


def test_the_bootstrap_agrees_with_the_known_error_of_the_mean(rng):
    samples = rng.normal(0, 1, 400)
    boot = statistics.bootstrap(samples, np.mean, rng, resamples=2000)
    assert boot.value == samples.mean()
    assert boot.error == pytest.approx(statistics.mean(samples).error, rel=0.08)


def test_standard_errors_of_curves_are_those_of_the_mean_at_each_point(rng):
    curves = rng.normal(0, [[1.0], [2.0]], (50, 2, 3))
    errors = statistics.standard_errors(curves)
    assert errors.shape == (2, 3)
    for place in np.ndindex(2, 3):
        assert errors[place] == pytest.approx(statistics.mean(curves[:, *place]).error)


def test_a_mean_of_two_and_an_exact_value():
    assert statistics.mean([1, 3]) == statistics.Estimate(2.0, pytest.approx(1), 2)
    assert statistics.exact(7) == statistics.Estimate(7.0, 0.0, 1)


def test_the_bootstrap_is_the_deviation_of_as_many_draws_as_are_asked_for(rng):
    seen = []
    boot = statistics.bootstrap(np.arange(10.0), lambda some: seen.append(some.mean()) or seen[-1], rng, resamples=3)
    assert len(seen) == 4
    assert boot == statistics.Estimate(4.5, pytest.approx(np.std(seen[:3], ddof=1)), 10)
    seen.clear()
    statistics.bootstrap(np.arange(10.0), lambda some: seen.append(some.mean()) or seen[-1], rng)
    assert len(seen) == 401


def test_a_line_through_three_points_is_the_one_on_paper():
    """y = -1/6 + 3/2 x leaves 1/6, -1/3, 1/6; with unit errors the slope's variance is 1/2, the intercept's 5/6."""
    line = statistics.fit_polynomial([0, 1, 2], [0, 1, 3], [1, 1, 1])
    assert [one.value for one in line.coefficients] == pytest.approx([-1 / 6, 3 / 2])
    assert [one.error for one in line.coefficients] == pytest.approx([np.sqrt(5 / 6), np.sqrt(1 / 2)])
    assert [one.n for one in line.coefficients] == [3, 3]
    assert line.chi2_per_degree == pytest.approx(1 / 6)
    half = statistics.fit_polynomial([0, 1, 2], [0, 1, 3], [0.5, 0.5, 0.5])
    assert half.chi2_per_degree == pytest.approx(4 / 6)
    assert half.coefficients[1].error == pytest.approx(np.sqrt(1 / 8))


def test_fits_cover_the_truth_and_have_unit_chi2(rng):
    x = np.linspace(0, 4, 12)
    errors = rng.uniform(0.1, 0.3, 12)
    lines = [
        statistics.fit_polynomial(x, 1 + 2 * x - 0.5 * x**2 + errors * rng.standard_normal(12), errors, 2)
        for _ in range(1500)
    ]
    for k, truth in enumerate((1, 2, -0.5)):
        assert coverage([line.coefficients[k] for line in lines], truth) == pytest.approx(0.955, abs=0.02)
    assert np.mean([line.chi2_per_degree for line in lines]) == pytest.approx(1, abs=0.05)


def test_a_power_law_is_found(rng):
    x = np.array([10.0, 100, 1000])
    line = statistics.fit_power_law(x, 3 * x**-0.5, [0.01] * 3)
    assert line.coefficients[1].value == pytest.approx(-0.5)
    assert np.exp(line.coefficients[0].value) == pytest.approx(3)


def test_the_error_of_a_quotient_is_that_of_a_bootstrap(rng):
    """The delta method, beside resampled means of both; near 0, too, where only the denominator is far from it."""
    below = rng.normal(5, 1, 400)
    for centre in (8.0, 0.02):
        above = rng.normal(centre, 2, 300)
        found = statistics.quotient(statistics.mean(above), statistics.mean(below))
        draws = [
            above[rng.integers(300, size=300)].mean() / below[rng.integers(400, size=400)].mean() for _ in range(4000)
        ]
        assert found.value == above.mean() / below.mean()
        assert found.error == pytest.approx(np.std(draws), rel=0.05)  # 4000 draws are good to 1.1 %
        assert (found.n, found.degrees) == (300, None)
    turned = statistics.quotient(statistics.Estimate(-3.0, 0.3, 9), statistics.Estimate(-2.0, 0.1, 9))
    assert turned.error == pytest.approx(1.5 * np.hypot(0.1, 0.05))


def test_a_difference_scatters_as_it_says(rng):
    pairs = [(statistics.mean(rng.normal(2, 1, 20)), statistics.mean(rng.normal(1, 3, 50))) for _ in range(3000)]
    found = [statistics.difference(a, b) for a, b in pairs]
    assert coverage(found, 1) == pytest.approx(0.95, abs=0.015)
    spread = np.std([one.value for one in found])
    assert np.sqrt(np.mean([one.error**2 for one in found])) == pytest.approx(spread, rel=0.05)
    assert found[0].n == 20


def test_a_difference_counts_the_samples_of_the_one_that_has_fewer_unless_it_is_said():
    few, many = statistics.Estimate(3.0, 0.3, 4), statistics.Estimate(1.0, 0.4, 16)
    fitted = statistics.Estimate(1.0, 0.4, 9, 2.5)
    for a, b in ((few, many), (many, few)):
        assert (statistics.difference(a, b).n, statistics.difference(a, b).freedom) == (4, 3)
    assert statistics.difference(many, few, of=many) == statistics.Estimate(-2.0, pytest.approx(0.5), 16)
    assert statistics.difference(few, fitted) == statistics.Estimate(2.0, pytest.approx(0.5), 9, 2.5)
    assert statistics.quotient(few, fitted).freedom == 2.5
    assert statistics.difference(fitted, 1.5) == statistics.Estimate(-0.5, 0.4, 9, 2.5)


def test_the_limit_of_a_line_in_1_over_N_scatters_as_it_says(rng):
    sizes = np.array([50, 100, 200])
    exactly = statistics.line_through(1 / sizes, [statistics.Estimate(1.5 + 8 / N, 0.1, 20) for N in sizes])
    assert [one.value for one in exactly.coefficients] == pytest.approx([1.5, 8])
    limits = [
        statistics.line_through(
            1 / sizes, [statistics.Estimate(1.5 + 8 / N + 0.1 * rng.standard_normal(), 0.1, 20) for N in sizes]
        ).coefficients[0]
        for _ in range(2000)
    ]
    assert np.std([one.value for one in limits]) == pytest.approx(exactly.coefficients[0].error, rel=4 / np.sqrt(4000))
    assert coverage(limits, 1.5) == pytest.approx(0.955, abs=0.02)


def test_lines_and_power_laws_through_estimates_weigh_them_by_their_errors_and_have_their_degrees_of_freedom():
    x, y, errors = [1.0, 2, 4, 8], [3.0, 2.2, 1.4, 1.1], [0.3, 0.1, 0.2, 0.1]
    estimates = [statistics.Estimate(*one) for one in zip(y, errors, (5, 9, 4, 7), strict=True)]
    line = statistics.line_through(x, estimates)
    assert line == statistics.fit_polynomial(x, y, errors, degrees=[4, 8, 3, 6])
    assert line.coefficients[1].value == pytest.approx(np.polyfit(x, y, 1, w=1 / np.array(errors))[0])
    law = statistics.power_law_through(x, estimates)
    assert law == statistics.fit_power_law(x, y, np.divide(errors, y), [4, 8, 3, 6])
    beside = statistics.exponent_beside(x, y, np.divide(y, errors))
    assert beside == pytest.approx(law.coefficients[1].value, rel=1e-12)


def test_errors_are_read_off_the_columns_of_a_table_and_off_a_row():
    estimates = [statistics.Estimate(1.0, 0.25, 7), statistics.Estimate(-2.0, 0.0, 3)]
    rows = [one.row() for one in estimates]
    assert [statistics.errors_of(row) for row in rows] == [0.25, 0]
    assert statistics.errors_of(pd.DataFrame(rows)).tolist() == [0.25, 0]


def test_the_interval_is_three_standard_errors():
    row = statistics.Estimate(1.0, 0.1, 7).row()
    assert row == {"estimate": 1.0, "low": pytest.approx(0.7), "high": pytest.approx(1.3), "n": 7}


def test_what_cannot_be_estimated_is_refused():
    with pytest.raises(ValueError, match="two samples"):
        statistics.mean([1.0])
    with pytest.raises(ValueError, match="at least 3 points"):
        statistics.fit_polynomial([1, 2], [1, 2], [1, 1])
    with pytest.raises(ValueError, match="above 0"):
        statistics.fit_polynomial([1, 2, 3], [1, 2, 3], [1, 0, 1])
    with pytest.raises(ValueError, match="above 0"):
        statistics.fit_polynomial([1, 2, 3], [1, 2, 3], [1, -1, 1])
    with pytest.raises(ValueError, match="degree 2 needs at least 4 points"):
        statistics.fit_polynomial([1, 2, 3], [1, 2, 3], [1, 1, 1], 2)


def test_degrees_of_freedom_are_those_of_the_samples_and_of_a_fit_by_welch_and_satterthwaite(rng):
    assert statistics.mean(rng.normal(0, 1, 8)).freedom == 7
    assert "degrees" not in statistics.mean(rng.normal(0, 1, 8)).row()
    known = statistics.fit_polynomial([0, 1, 2], [0, 1, 2], [1, 1, 1]).coefficients[1]
    assert known.freedom == np.inf
    # a slope through ends and middle is the difference of the ends: the degrees of both, where their errors are equal
    ends = statistics.fit_polynomial([0, 1, 2], [0, 1, 2], [1, 1, 1], degrees=[5, 3, 5]).coefficients[1]
    assert ends.row()["degrees"] == pytest.approx(10)
    one = statistics.fit_polynomial([0, 1, 2], [0, 1, 2], [1, 1, 1e-3], degrees=[5, 3, 5]).coefficients[1]
    assert 5 < one.freedom < 10


@pytest.mark.slow
def test_the_variance_of_a_fit_scatters_as_its_degrees_of_freedom_say(rng):
    x, size = np.arange(4.0), np.array([3, 4, 9, 5])
    found = []
    for _ in range(3000):
        samples = [statistics.mean(rng.normal(0, 1, n)) for n in size]
        # equal weights: the errors' own scatter must not enter through them
        fit = statistics.fit_polynomial(x, [one.value for one in samples], np.sqrt(1 / size), degrees=size - 1)
        shares = np.polyfit(x, np.eye(4), 1, w=np.sqrt(size))[0]
        found.append(sum(share**2 * one.error**2 for share, one in zip(shares, samples, strict=True)))
    # of a variance with v degrees of freedom, the relative variance is 2/v
    assert 2 / np.var(found / np.mean(found)) == pytest.approx(fit.coefficients[1].freedom, rel=0.12)
