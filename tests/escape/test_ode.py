import numpy as np
import pytest
from scipy.integrate import solve_ivp

from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.starts import Start

TIMES = np.linspace(0, 60, 31)


def by_scipy(start, eta, times, rhs):
    """The same ODE by SciPy on the formulas of ``model``."""
    p, p_star = start.M.shape

    def flat(_, y):
        M, Q = y[: p * p_star].reshape(p, p_star), y[p * p_star :].reshape(p, p)
        return np.concatenate([part.ravel() for part in rhs(M, Q, eta)])

    y0 = np.concatenate([start.M.ravel(), start.Q.ravel()])
    y = solve_ivp(flat, (0, times[-1]), y0, method="DOP853", rtol=1e-12, atol=1e-14, t_eval=times).y.T
    return y[:, : p * p_star].reshape(-1, p, p_star), y[:, p * p_star :].reshape(-1, p, p)


@pytest.mark.parametrize(("p", "p_star", "eta"), [(4, 2, 0.4), (2, 2, 0.3), (1, 1, 0.05), (2, 3, 0.3), (5, 1, 0.4)])
def test_it_solves_the_model(p, p_star, eta, rng):
    for start in (starts.gaussian(p, p_star, 100, rng), Start(np.full((p, p_star), 0.1), np.eye(p) + 0.2)):
        M, Q = by_scipy(start, eta, TIMES, model.drift)
        result = ode.simulate(start, eta, TIMES, 1e-10)
        np.testing.assert_allclose(result.M[0], M, atol=2e-8)
        np.testing.assert_allclose(result.Q[0], Q, atol=2e-8)
        np.testing.assert_array_equal(result.alpha, TIMES)
        np.testing.assert_array_equal(result.M[0, 0], start.M)


def test_gradient_flow_leaves_out_the_noise(rng):
    start = starts.gaussian(3, 2, 100, rng)
    M, Q = by_scipy(start, 0.4, TIMES, lambda M, Q, eta: (model.drift_M(M, Q, eta), model.drift_Q(M, Q, eta)))
    result = ode.simulate(start, 0.4, TIMES, 1e-10, gradient_flow=True)
    np.testing.assert_allclose(result.M[0], M, atol=2e-8)
    np.testing.assert_allclose(result.Q[0], Q, atol=2e-8)


def test_the_error_follows_the_tolerance(rng):
    start = starts.gaussian(4, 2, 100, rng)
    ends = TIMES[[0, -1]]
    M, _ = by_scipy(start, 0.4, ends, model.drift)
    errors = [np.abs(ode.simulate(start, 0.4, ends, tol).M[0] - M).max() for tol in (1e-3, 1e-6, 1e-9)]
    assert errors[0] > 10 * errors[1] > 100 * errors[2]


def test_small_eta_approaches_gradient_flow_linearly(rng):
    """At equal η α the distance to gradient flow is of order η."""
    start = Start(0.3 * model.polar_factor(rng.standard_normal((4, 2))), np.eye(4))
    rescaled = np.linspace(0, 20, 21)
    flow = ode.simulate(start, 1.0, rescaled, 1e-11, gradient_flow=True)
    gaps = []
    for eta in (0.02, 0.01, 0.005):
        finite = ode.simulate(start, eta, rescaled / eta, 1e-11)
        gaps.append(max(np.abs(finite.M - flow.M).max(), np.abs(finite.Q - flow.Q).max()))
    slopes = np.diff(np.log(gaps)) / np.log(0.5)
    np.testing.assert_allclose(slopes, 1, atol=0.05)


def test_gradient_flow_lowers_the_risk_always(rng):
    result = ode.simulate(starts.gaussian(4, 2, 1000, rng), 0.4, np.linspace(0, 200, 400), 1e-10, gradient_flow=True)
    assert np.all(np.diff(model.population_risk(result.M[0], result.Q[0])) <= 1e-12)


@pytest.mark.parametrize(("p", "p_star"), [(4, 2), (2, 2), (5, 3)])
def test_the_polar_factor_is_conserved_at_finite_eta(p, p_star, rng):
    start = starts.gaussian(p, p_star, 10_000, rng)
    times = np.linspace(0, 300, 40)
    result = ode.simulate(start, 0.1 * p, times, 1e-12)
    assert model.population_risk(result.M[0, -1], result.Q[0, -1]) < 1e-2
    R0 = model.polar_factor(start.M)
    assert max(np.abs(model.polar_factor(M) - R0).max() for M in result.M[0]) < 1e-7


def test_the_norms_settle_on_the_plateau_from_above_and_below():
    p, eta = 4, 1e-3
    for norm in (0.1, 1.0, 3.0):
        start = Start(np.zeros((p, 2)), norm * np.eye(p))
        result = ode.simulate(start, eta, np.array([0.0, 40 / eta]), 1e-10)
        np.testing.assert_allclose(result.Q[0, -1], model.plateau_norm(p) * np.eye(p), atol=2 * eta)


def test_divergence_is_reported_with_its_time(rng):
    start = starts.gaussian(2, 1, 100, rng)
    result = ode.simulate(start, 4.0, TIMES, 1e-8)
    time = result.diverged_at[0]
    assert 0 < time < TIMES[-1]
    np.testing.assert_array_equal(np.isfinite(result.Q[0]).all((1, 2)), time > TIMES)
    finer = ode.simulate(start, 4.0, np.linspace(0, 60, 601), 1e-8)
    assert finer.diverged_at[0] == pytest.approx(time, rel=1e-3)


def test_many_starts_and_rates_give_the_same_as_one_by_one(rng):
    many = [starts.gaussian(3, 2, 100, rng) for _ in range(3)]
    etas = [0.1, 0.3, 5.0]
    together = ode.simulate_all(many, etas, TIMES, 1e-9)
    for replicate, (start, eta) in enumerate(zip(many, etas, strict=True)):
        alone = ode.simulate(start, eta, TIMES, 1e-9)
        np.testing.assert_array_equal(together.M[replicate], alone.M[0])
        assert together.diverged_at[replicate] == alone.diverged_at[0]
    assert np.isfinite(together.diverged_at).tolist() == [False, False, True]
    with pytest.raises(ValueError, match="zip"):
        ode.simulate_all(many, etas[:2], TIMES, 1e-9)
