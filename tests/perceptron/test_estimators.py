"""Estimators of the stages on what is known: limits, series, and curves that are made by hand."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.numerics.statistics import Estimate
from shallownets.studies.perceptron.measure import against_size, curves
from shallownets.studies.perceptron.theory import laws, limits, saddle


def test_angles_between_students_of_any_norm():
    turns = np.array([1e-9, 0.3, np.pi / 2, 3.0])
    a = 7 * np.tile([1.0, 0.0], (4, 1))
    b = 0.2 * np.column_stack([np.cos(turns), np.sin(turns)])
    np.testing.assert_allclose(curves.angle(a, b), turns, rtol=1e-7)


@pytest.mark.parametrize("alpha", [1.0, 20.0])
def test_both_ends_of_the_error_at_fixed_norm(alpha):
    """Hebb's end in closed form; from ten times the norms the other one is nearer to -1."""
    found = curves.ends(alpha)
    assert abs(found.slope - limits.hebb_slope(alpha)) <= found.slope_off + 1e-6
    assert abs(found.approach + 1) <= found.approach_off < 0.1
    error, kappa = limits.stability(alpha)
    farther = 10 * curves.FAR[:2]
    short = 1 - saddle.solve(alpha, farther / kappa).error / error
    assert abs(curves.exponent(farther, short) + 1) < abs(found.approach + 1)


def test_what_follows_the_limits_of_the_best_error_and_of_maximum_stability():
    """From the limits, which the coefficients do not know."""
    _, Phi = laws.optimum_series()
    off = curves.excess(60.0) - (Phi[0] / limits.bayes_limit() - 1)
    assert 60.0**2 * off == pytest.approx(curves.excess_next(), rel=0.02)
    limit = limits.maximum_stability(0.0)[0] / np.pi
    off = 60.0 * limits.stability(60.0)[0] / limit - 1
    assert 60.0**2 * off == pytest.approx(laws.stability_next(), rel=0.02)


def test_the_time_at_which_the_best_norm_is_passed():
    curve = saddle.solve(5.0, np.geomspace(1, 20, 60))
    norm, _ = curves.optimum(5.0)
    assert curves.optimum_passed(curve, curve.lam**3) == pytest.approx(norm**3 / 25, rel=1e-6)


def test_estimates_against_the_size():
    """The limit of exact lines in 1/N; over many draws its error is that of what it says, and so for a difference."""
    sizes, rng = [50, 100, 200], default_rng(6400)
    exactly = [Estimate(1.5 + 8 / N, 0.1, 20) for N in sizes]
    found = against_size.line(sizes, exactly).coefficients
    assert (found[0].value, found[1].value) == (pytest.approx(1.5), pytest.approx(8))
    drawn = [
        against_size.line(sizes, [Estimate(1.5 + 8 / N + 0.1 * rng.standard_normal(), 0.1, 20) for N in sizes])
        for _ in range(2000)
    ]
    spread = np.std([one.coefficients[0].value for one in drawn])
    assert spread == pytest.approx(found[0].error, rel=4 / np.sqrt(2 * 2000))
    apart = against_size.less(Estimate(3.0, 0.12, 16), Estimate(1.0, 0.05, 4))
    assert (apart.value, apart.error, apart.n) == (2.0, pytest.approx(0.13), 16)
