"""Dynamical mean-field theory of a free norm: against quadrature, against samples of large N, and in its limits."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.errors import Impossible
from shallownets.studies.perceptron import model, starts
from shallownets.studies.perceptron.engines import descend, minimise
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.theory import dynamics, laws, limits, saddle


@pytest.fixture(scope="module")
def theory():
    """At α = 3, from 1024 paths: relative errors of 1e-3 up to norm 1."""
    return dynamics.descent(3.0, 2.0, 1024, default_rng(5300))


def two_points(alpha, eta):
    """ρ and the variance across the teacher behind a step of Heun, by Gauss and Hermite over r and ζ."""
    x, w = np.polynomial.hermite_e.hermegauss(60)
    w = w / np.sqrt(2 * np.pi)
    z, v = np.polynomial.legendre.leggauss(60)
    r, v = 5 * (1 + z), 5 * v * 2 * np.exp(-((5 * (1 + z)) ** 2) / 2) / np.sqrt(2 * np.pi)
    rho = eta * alpha * np.sqrt(2 / np.pi)  # of the predictor, behind a force f = 1
    h = r[:, None] * rho + eta * np.sqrt(alpha) * x + eta  # with the answer to its own force
    f = 2 / (1 + np.exp(2 * h))
    mean = lambda values: float(v @ values @ w)  # noqa: E731
    K = -alpha * mean(f * (2 - f))
    along = eta / 2 * alpha * (np.sqrt(2 / np.pi) + mean(r[:, None] * f))
    # W = η/2 [(1 + η K) u_0 + u_1]
    across = (eta / 2) ** 2 * alpha * ((1 + eta * K) ** 2 + 2 * (1 + eta * K) * mean(f) + mean(f * f))
    return along, across


@pytest.mark.parametrize("alpha", [0.7, 2.0, 10.0])
def test_the_first_step_is_that_of_quadrature(alpha):
    found = dynamics.descent(alpha, 0.01, 4096, default_rng(5301))
    along, across = two_points(alpha, found.eta[0])
    assert found.lam[0] == pytest.approx(np.sqrt(along**2 + across), rel=1e-3)
    assert found.error[0] == pytest.approx(np.arctan2(np.sqrt(across), along) / np.pi, rel=1e-3)


def test_samples_take_the_same_path(theory):
    """Every step's norm and error, at N = 400: 16 samples, 4 standard errors and 2/N."""
    N, runs = 400, []
    for seed in range(5310, 5326):
        drawn = starts.draw(N, 1200, default_rng(seed))
        flow = descend.follow(drawn, theory.eta)
        runs.append((flow.lam / theory.lam, model.test_error(drawn.overlap(flow.W)) / theory.error))
    off = np.array(runs).mean(0) - 1
    allowed = 4 * np.array(runs).std(0, ddof=1) / 4 + 2 / N
    assert (np.abs(off) < allowed).all()
    assert allowed.max() < 0.05


def test_over_the_minimiser_errors_are_ten_times_smaller(theory):
    """On the same samples, at N = 200: 3 standard errors and 2/N, and far from a ratio of 1."""
    norms, ratios = np.array([0.33, 0.66, 1.0]), []
    for seed in range(5330, 5346):
        drawn = starts.draw(200, 600, default_rng(seed))
        flow = descend.follow(drawn, theory.eta)
        free = curves.values_at(flow.lam, model.test_error(drawn.overlap(flow.W)), norms)
        ratios.append(free / model.test_error(drawn.overlap(minimise.minimise(drawn, norms).W)))
    predicted = curves.values_at(theory.lam, theory.error, norms) / saddle.solve(3.0, norms).error
    allowed = 3 * np.std(ratios, axis=0, ddof=1) / 4 + 2 / 200
    assert (np.abs(np.mean(ratios, axis=0) - predicted) < allowed).all()
    assert (predicted - 1 > 1.5 * allowed).all()


def test_it_begins_as_hebbs_rule(theory):
    """The error as λ -> 0 by extrapolation from the first steps."""
    lam, error = theory.lam[:3], theory.error[:3]
    assert np.polyfit(lam, error, 2)[-1] == pytest.approx(limits.hebb(3.0), rel=2e-3)


def test_at_small_norm_it_is_the_minimiser_at_half_of_it(theory):
    """The angle between them is of order λ^2, at λ = 0.1 a fifth of a percent."""
    free = curves.value_at(theory.lam, theory.error, 0.1)
    at_half, at_norm = (saddle.solve(3.0, lam).error[0] for lam in (0.05, 0.1))
    assert free == pytest.approx(at_half, rel=5e-3)
    assert free > 1.01 * at_norm


def test_with_many_examples_it_is_the_flow_of_infinitely_many():
    """The distance falls as 1/α: 1.1482 - ratio at norm 0.66, and a half of it with twice as many examples."""
    away = []
    for alpha in (20.0, 40.0):
        found = dynamics.descent(alpha, 0.8, 512, default_rng(5302))
        ratio = curves.value_at(found.lam, found.error, 0.66) / saddle.solve(alpha, 0.66).error[0]
        away.append(float(laws.flow([0.66])[0] / laws.ghat(0.66)) - ratio)
    assert 0.1 / 20 < away[0] < 0.3 / 20
    assert away[0] / away[1] == pytest.approx(2, abs=0.4)


def test_late_it_is_close_to_the_minimiser():
    """At α = 1 and norm 3 to 2 %, with a sampling error below 1 %, over four sets of paths; at norm 0.5 it is not."""
    norms, ratios = np.array([0.5, 3.0]), []
    for seed in range(5303, 5307):
        found = dynamics.descent(1.0, 3.0, 512, default_rng(seed))
        assert (np.diff(found.lam) > 0).all()
        ratios.append(curves.values_at(found.lam, found.error, norms) / saddle.solve(1.0, norms).error)
    mean, error = np.mean(ratios, axis=0), np.std(ratios, axis=0, ddof=1) / 2
    assert mean[0] > 1.02 and error[0] < 1e-3
    assert abs(mean[1] - 1) < 0.02 and error[1] < 0.01


@pytest.mark.slow
def test_shorter_steps_change_little(theory, monkeypatch):
    """Heun's error is that of the square of the step: a quarter of 1 %."""
    monkeypatch.setattr(dynamics, "_STABLE", 0.4)
    monkeypatch.setattr(dynamics, "_SHARE", 0.04)
    fine = dynamics.descent(3.0, 1.0, 1024, default_rng(5300))
    assert len(fine.eta) > 1.5 * (theory.lam < 1).sum()
    at = np.array([0.33, 0.66, 0.9])
    near, far = (curves.values_at(one.lam, one.error, at) for one in (fine, theory))
    np.testing.assert_allclose(far / near, 1, atol=2.5e-3)


def test_a_norm_that_is_too_large_is_refused():
    with pytest.raises(Impossible, match="norm = 1e\\+09: not reached in 200 steps"):
        dynamics.descent(0.5, 1e9, 64, default_rng(1))


def test_steps_of_given_lengths_are_those_of_the_flow():
    """`follow` with Heun's own formula."""
    drawn, eta = starts.draw(20, 50, default_rng(5304)), np.array([0.01, 0.03])
    W = np.zeros(20)
    force = lambda W: drawn.z.T @ (2 / (1 + np.exp(2 * drawn.z @ W)))  # noqa: E731
    for one in eta:
        first = force(W)
        W = W + one / 2 * (first + force(W + one * first))
    flow = descend.follow(drawn, eta)
    np.testing.assert_allclose(flow.W[-1], W, rtol=1e-10)
    assert flow.lam[-1] == pytest.approx(np.linalg.norm(W) / np.sqrt(20))
    assert flow.t.tolist() == pytest.approx([0.01, 0.04])
    assert flow.steps.tolist() == [1, 2]


@pytest.mark.parametrize(("alpha", "last"), [(3.0, 1.5), (0.1, 4.0)])
def test_its_steps_are_those_that_the_engine_would_take_twice_as_long(alpha, last):
    """One rule for both: a share of the norm, or of the stable step, which is shorter at α = 0.1 from norm 2 on.

    By the time and the number of steps to a norm.
    """
    found = dynamics.descent(alpha, last, 256, default_rng(5305))
    t, n = np.cumsum(found.eta), found.lam.size - 2
    drawn = starts.draw(1000, round(1000 * alpha), default_rng(5306))
    flow = descend.descend(drawn, found.lam[n : n + 1], fineness=0.5)
    assert flow.steps[0] == pytest.approx(n + 1, abs=1.1)
    assert np.log(flow.t[0] / t[n]) == pytest.approx(0, abs=0.1 * last)  # late it is exp(2 λ κ)
    lengths = np.diff(np.append(0, found.lam))
    assert lengths[0] == pytest.approx(0.08 * 0.05, rel=0.02)
    assert (lengths < 0.0801 * (0.05 + found.lam)).all()
