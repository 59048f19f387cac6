import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import exact, stiefel
from shallownets.studies.riccati.theory import finite_step


def test_the_second_order_of_the_mean_step(rng):
    """Σ and F are the Gaussian moments that they claim to be."""
    M_star, N, d, samples = 4, 2, 9, 400_000
    lam = model.spectrum(M_star, 0.5)
    start = starts.uniform(M_star, N, d, rng)
    W = start.weights(d)
    x = rng.standard_normal((samples, d))
    q = x @ W
    v = (x - q @ W.T)[:, :M_star]
    s = (x[:, :M_star] ** 2 - 1) @ lam - ((q**2).sum(1) - N) / np.sqrt(N)
    across = (x**2).sum(1) - (q**2).sum(1)
    F, Sigma = finite_step.moments(start.Z, lam, d)
    for vectors, weights, expected in ((q, s**2 * across, F), (v, s**2 * (q**2).sum(1), Sigma)):
        terms = weights[:, None, None] * vectors[:, :, None] * vectors[:, None, :]
        error = terms.std(0) / np.sqrt(samples)
        assert np.abs(error).max() < 0.05 * np.abs(expected).max()
        assert np.abs((terms.mean(0) - expected) / error).max() < 5


@pytest.mark.parametrize("eta_d", [0.05, 0.3])
def test_sgd_follows_it_at_steps_that_are_not_small(eta_d):
    """Up to N/d and the standard error, where the exact flow is off by more."""
    M_star, N, d = 8, 4, 160
    lam, times, eta = model.spectrum(M_star, 1.0), np.linspace(0, 12, 13), eta_d / d
    samples = np.rint(times / (2 * eta)).astype(int)
    over, missed = [], []
    for replicate, stream in enumerate(SeedSequence(1).spawn(12)):
        start = starts.uniform(M_star, N, d, default_rng(replicate))
        sgd = model.risk(stiefel.simulate(start, lam, d, eta, samples, stream).Z, lam)
        flow = [model.risk(Z, lam) for Z in exact.overlaps(start, lam, times)]
        finite = model.risk(finite_step.overlaps(start.Z, lam, d, lambda t: eta, times), lam)
        over.append(np.log(sgd / finite)[1:].mean())
        missed.append(np.log(sgd / flow)[1:].mean())
    error = np.std(over, ddof=1) / np.sqrt(len(over))
    assert abs(np.mean(over)) < 4 * error + N / d
    assert np.mean(missed) > 2 * eta_d


def test_without_a_step_it_is_the_exact_flow(rng):
    M_star, N, d = 7, 3, 100
    lam, times = model.spectrum(M_star, 0.7), np.array([0.0, 2.0, 9.0])
    start = starts.uniform(M_star, N, d, rng)
    found = finite_step.overlaps(start.Z, lam, d, lambda t: 0.0, times)
    for Z, expected in zip(found, exact.overlaps(start, lam, times), strict=True):
        np.testing.assert_allclose(Z @ Z.T, expected @ expected.T, rtol=0, atol=1e-5)


def test_it_is_given_up_at_a_step_size_that_makes_it_too_slow(rng, monkeypatch):
    monkeypatch.setattr(finite_step, "MOST", 300)
    lam, start, eta = model.spectrum(6, 1.0), starts.uniform(6, 3, 80, rng), 1000 / 80
    with pytest.raises(ArithmeticError, match=r"given up at t = .* after 300 evaluations"):
        finite_step.overlaps(start.Z, lam, 80, lambda t: eta, np.array([0.0, 30.0]))
    assert finite_step.time_to_risk(start.Z, lam, 80, eta, 0.4, 100.0) == np.inf


def test_equal_times_have_equal_overlaps(rng):
    lam, start = model.spectrum(5, 1.0), starts.uniform(5, 2, 40, rng)
    found = finite_step.overlaps(start.Z, lam, 40, lambda t: 1e-3, np.array([0.0, 0.0, 2.0, 2.0, 3.0]))
    apart = finite_step.overlaps(start.Z, lam, 40, lambda t: 1e-3, np.array([0.0, 2.0, 3.0]))
    np.testing.assert_array_equal(found, apart[[0, 0, 1, 1, 2]])


def test_the_time_to_a_risk_is_where_the_curve_crosses_it(rng):
    M_star, N, d, eta = 6, 3, 80, 0.1 / 80
    lam, start = model.spectrum(M_star, 1.0), starts.uniform(M_star, N, d, rng)
    t = finite_step.time_to_risk(start.Z, lam, d, eta, 0.4, 100.0)
    curve = finite_step.overlaps(start.Z, lam, d, lambda t: eta, np.array([0.0, t]))
    assert model.risk(curve[-1], lam) == pytest.approx(0.4, abs=1e-4)
    assert finite_step.time_to_risk(start.Z, lam, d, eta, 0.4, 0.9 * t) == np.inf


def test_it_is_followed_from_any_first_time_and_nan_where_it_cannot_be(rng):
    lam = model.spectrum(3, 1.0)
    Z = starts.uniform(3, 2, 20, rng).Z
    times = np.array([0.5, 0.5, 4.0])
    found = finite_step.followed(Z, lam, 20, lambda t: 0.001, times)
    np.testing.assert_array_equal(found[0], found[1])
    alone = finite_step.overlaps(Z, lam, 20, lambda t: 0.001, np.array([0.0, 4.0]))[1]
    np.testing.assert_allclose(found[2], alone, atol=1e-5)
    assert np.isnan(finite_step.followed(Z, lam, 20, lambda t: 1e6, times)).all()
