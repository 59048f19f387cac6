"""The integrator on y' = y^3, whose solution 1/sqrt(2 (T - t)) blows up at T."""

import numpy as np
import pytest
from numba import cfunc
from scipy.integrate import DOP853

from shallownets import dop853, integrate

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
    status, time = integrate.first_crossing(
        cube, integrate.of_order_one, falling, start, 0.0, 2 * blow_up, nothing, 0, 1e-10, BOUND
    )
    assert status == integrate.OUT_OF_BOUNDS
    assert time == pytest.approx(blow_up, rel=1e-9)


def test_the_time_of_a_crossing_is_as_accurate_as_the_integration():
    start, nothing = np.array([1.0]), np.empty(0)
    status, time = integrate.first_crossing(
        cube, integrate.of_order_one, falling, start, 0.1, 1.0, nothing, 0, 1e-12, BOUND
    )
    assert status == integrate.CROSSED
    assert time == pytest.approx(0.5 - 0.5 * 0.1**2, rel=1e-11)


def test_a_tolerance_out_of_reach_is_said():
    start, nothing, out = np.array([0.5]), np.empty(0), np.empty((2, 1))
    status, _, _ = integrate.integrate(
        cube, integrate.of_order_one, start, np.array([0.0, 1.4]), nothing, 0, 1e-40, BOUND, out
    )
    assert status == integrate.STEP_TOO_SMALL


def test_the_tableau_is_that_of_scipy_to_the_last_bit():
    stages = DOP853.n_stages
    ours = (dop853.A, dop853.B, dop853.E3, dop853.E5)
    theirs = (DOP853.A[:stages, :stages], DOP853.B, DOP853.E3, DOP853.E5)
    assert stages == dop853.STAGES
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other, strict=True)
