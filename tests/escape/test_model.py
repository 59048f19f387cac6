"""Every formula of the model by a second road: Monte Carlo, finite differences, known limits."""

import numpy as np
import pytest

from shallownets.studies.escape import model

SAMPLES = 1_000_000
CASES = [(1, 1), (2, 2), (4, 2), (2, 3), (3, 1)]


def random_overlaps(p, p_star, rng):
    """Overlaps of order one that some weights have: neither small nor symmetric."""
    N = p + p_star + 3
    W = rng.standard_normal((p, N)) * rng.uniform(0.5, 1.3, (p, 1))
    W_star = np.sqrt(N) * np.linalg.qr(rng.standard_normal((N, p_star)))[0].T
    return W @ W_star.T / N, W @ W.T / N


def sampled(M, Q, rng):
    """Pre-activations λ and λ* with covariance [7], and the outputs f and y."""
    p, p_star = M.shape
    covariance = np.block([[Q, M], [M.T, np.eye(p_star)]])
    z = rng.standard_normal((SAMPLES, p + p_star)) @ np.linalg.cholesky(covariance).T
    lam, lam_star = z[:, :p], z[:, p:]
    return lam, lam_star, (lam**2).mean(1), (lam_star**2).mean(1)


def z_score(samples, expected):
    """Deviation of the mean over samples, in standard errors, element by element."""
    return (samples.mean(0) - expected) / (samples.std(0) / np.sqrt(len(samples)))


@pytest.mark.parametrize(("p", "p_star"), CASES)
def test_population_risk_is_the_mean_loss_over_samples(p, p_star, rng):
    M, Q = random_overlaps(p, p_star, rng)
    _, _, f, y = sampled(M, Q, rng)
    assert abs(z_score((f - y) ** 2 / 2, model.population_risk(M, Q))) < 4


@pytest.mark.slow
@pytest.mark.parametrize(("p", "p_star"), CASES)
def test_drift_is_the_mean_of_one_step_of_sgd(p, p_star, rng):
    """One step changes w_i by (η/√N) a_i x: N times the change of M is η a λ*^T, that of Q has an η^2 part a a^T."""
    M, Q = random_overlaps(p, p_star, rng)
    lam, lam_star, f, y = sampled(M, Q, rng)
    a = (2 / p) * (y - f)[:, None] * lam
    outer = a[:, :, None] * lam[:, None, :]
    step_M = a[:, :, None] * lam_star[:, None, :]
    eta = 0.7
    scores = {
        "M": z_score(eta * step_M, model.drift_M(M, Q, eta)),
        "Q": z_score(eta * (outer + np.swapaxes(outer, 1, 2)), model.drift_Q(M, Q, eta)),
        "noise": z_score(eta**2 * a[:, :, None] * a[:, None, :], model.noise_Q(M, Q, eta)),
    }
    for name, score in scores.items():
        assert np.abs(score).max() < 4.5, name


@pytest.mark.parametrize(("p", "p_star"), CASES)
def test_the_part_linear_in_eta_is_gradient_flow_of_the_risk(p, p_star, rng):
    """With V = W/√N, gradient flow is dV = -η grad L, so that dM = dV W*^T/√N and dQ = dV V^T + V dV^T."""
    N = p + p_star + 2
    V = rng.standard_normal((p, N)) / np.sqrt(p)
    V_star = np.linalg.qr(rng.standard_normal((N, p_star)))[0].T

    def risk(v):
        return model.population_risk(v @ V_star.T, v @ v.T)

    gradient = np.zeros_like(V)
    for index in np.ndindex(V.shape):
        h = np.zeros_like(V)
        h[index] = 1e-6
        gradient[index] = (risk(V + h) - risk(V - h)) / 2e-6
    M, Q = V @ V_star.T, V @ V.T
    np.testing.assert_allclose(model.drift_M(M, Q, 0.3), -0.3 * gradient @ V_star.T, atol=1e-8)
    np.testing.assert_allclose(model.drift_Q(M, Q, 0.3), -0.3 * (gradient @ V.T + V @ gradient.T), atol=1e-8)


def test_drift_has_its_two_parts(rng):
    M, Q = random_overlaps(4, 2, rng)
    dM, dQ = model.drift(M, Q, 0.5)
    np.testing.assert_array_equal(dM, model.drift_M(M, Q, 0.5))
    np.testing.assert_array_equal(dQ, model.drift_Q(M, Q, 0.5) + model.noise_Q(M, Q, 0.5))


@pytest.mark.parametrize(("p", "p_star"), CASES)
def test_the_plateau_is_a_fixed_point_of_gradient_flow_with_the_stated_risk(p, p_star):
    M, Q = np.zeros((p, p_star)), model.plateau_norm(p) * np.eye(p)
    np.testing.assert_allclose(model.drift_Q(M, Q, 1.0), 0, atol=1e-15)
    assert model.population_risk(M, Q) == pytest.approx(model.plateau_risk(p, p_star), abs=1e-15)


@pytest.mark.parametrize(("p", "p_star"), [(2, 2), (4, 2), (3, 1)])
def test_solutions_have_no_risk_and_do_not_move_even_at_finite_eta(p, p_star, rng):
    R = model.polar_factor(rng.standard_normal((p, p_star)))
    M, Q = np.sqrt(p / p_star) * R, (p / p_star) * R @ R.T
    assert model.population_risk(M, Q) == pytest.approx(0, abs=1e-14)
    for part in model.drift(M, Q, 1.0):
        np.testing.assert_allclose(part, 0, atol=1e-13)


def test_stacks_give_the_same_as_one_by_one(rng):
    pairs = [random_overlaps(3, 2, rng) for _ in range(4)]
    M, Q = (np.array(stack).reshape(2, 2, 3, -1) for stack in zip(*pairs, strict=True))
    risks = model.population_risk(M, Q)
    dM, dQ = model.drift(M, Q, 0.4)
    for n, (one_M, one_Q) in enumerate(pairs):
        place = divmod(n, 2)
        assert risks[place] == pytest.approx(model.population_risk(one_M, one_Q), rel=1e-14)
        np.testing.assert_allclose(dM[place], model.drift(one_M, one_Q, 0.4)[0], rtol=1e-13)
        np.testing.assert_allclose(dQ[place], model.drift(one_M, one_Q, 0.4)[1], rtol=1e-13, atol=1e-15)


def test_polar_factor_is_orthonormal_and_the_closest(rng):
    M = rng.standard_normal((5, 3))
    R = model.polar_factor(M)
    np.testing.assert_allclose(R.T @ R, np.eye(3), atol=1e-14)
    others = np.linalg.qr(rng.standard_normal((1000, 5, 3)))[0]
    assert np.linalg.norm(M - R) < np.linalg.norm(M - others, axis=(1, 2)).min()
