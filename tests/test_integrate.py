"""The integrator on y' = y^3, whose solution 1/sqrt(2 (T - t)) blows up at T."""

import numpy as np
import pytest
from numba import cfunc
from scipy.integrate import DOP853

from shallownets.numerics import dop853, integrate

BOUND = 1e6


@cfunc(integrate.SIGNATURE)
def cube(y, parameters, work, out):
    out[0] = y[0] ** 3


@cfunc(integrate.OBSERVABLE)
def falling(y, parameters):
    return 1.0 / y[0]


@pytest.mark.parametrize("blow_up", [1.0, 1e5])
def test_a_blow_up_is_out_of_bounds_however_late_it_comes(blow_up):
    """At 1e5 the resolution of t is reached at y = 2e5, before the bound."""
    start, nothing = np.array([1 / np.sqrt(2 * blow_up)]), np.empty(0)
    times, out = np.array([0.0, blow_up / 2, 2 * blow_up]), np.full((3, 1), np.nan)
    status, time, records = integrate.integrate(
        cube, integrate.of_order_one, start, times, nothing, 0, 1e-10, BOUND, out
    )
    assert (status, records) == (integrate.OUT_OF_BOUNDS, 2)
    assert time == pytest.approx(blow_up, rel=1e-9)
    assert out[1, 0] == pytest.approx(1 / np.sqrt(blow_up), rel=1e-9)
    levels, crossed = np.array([0.5 * np.sqrt(2 * blow_up), 0.0]), np.empty((1, 2))
    status, _ = integrate.first_crossings(
        cube, integrate.of_order_one, falling, start[None], levels, 2 * blow_up, nothing, 0, 1e-10, BOUND, crossed
    )
    assert status == integrate.DONE
    assert crossed[0, 0] == pytest.approx(0.75 * blow_up, rel=1e-9)
    assert crossed[0, 1] == np.inf


def test_the_times_of_crossings_are_as_accurate_as_the_integration():
    """y = (y_0^-2 - 2 t)^(-1/2) is 1/level at (y_0^-2 - level^2)/2: levels in one step, far apart, or never reached."""
    y_0, nothing = np.array([1.0, 0.9, 2.0]), np.empty(0)
    levels, times = np.array([0.3, 0.299, 0.1, 0.03]), np.empty((3, 4))
    status, _ = integrate.first_crossings(
        cube, integrate.of_order_one, falling, y_0[:, None], levels, 0.55, nothing, 0, 1e-12, BOUND, times
    )
    exact = (y_0[:, None] ** -2 - levels**2) / 2
    assert status == integrate.DONE
    np.testing.assert_allclose(times, np.where(exact < 0.55, exact, np.inf), rtol=1e-11)
    assert np.isinf(times[1, 2:]).all()


def test_a_step_grows_at_most_tenfold_and_one_that_failed_shrinks_at_most_to_a_fifth_or_a_tenth_where_it_overflowed():
    assert integrate._next_step(0.5, 0.0) == integrate._next_step(0.5, 1e-30) == 5.0
    assert integrate._next_step(0.5, 0.5) == pytest.approx(0.5 * 0.9 * 0.5**-0.125, rel=1e-15)
    assert integrate._next_step(0.5, 1.0) == pytest.approx(0.5 * 0.9, rel=1e-15)
    assert integrate._next_step(0.5, 1e30) == 0.1
    assert integrate._next_step(0.5, np.inf) == 0.05


def test_a_tolerance_out_of_reach_is_said():
    start, nothing, out = np.array([0.5]), np.empty(0), np.empty((2, 1))
    status, _, _ = integrate.integrate(
        cube, integrate.of_order_one, start, np.array([0.0, 1.4]), nothing, 0, 1e-40, BOUND, out
    )
    assert status == integrate.STEP_TOO_SMALL
    status, time = integrate.first_crossings(
        cube, integrate.of_order_one, falling, start[None], np.zeros(1), 1.4, nothing, 0, 1e-40, BOUND, out[:1]
    )
    assert status == integrate.STEP_TOO_SMALL
    assert time < 1.4


def test_the_tableau_is_that_of_scipy_to_the_last_bit():
    stages = DOP853.n_stages
    ours = (dop853.A, dop853.B, dop853.E3, dop853.E5)
    theirs = (DOP853.A[:stages, :stages], DOP853.B, DOP853.E3, DOP853.E5)
    assert stages == dop853.STAGES
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other, strict=True)
