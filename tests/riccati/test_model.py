"""The model's formulas by second roads: Monte Carlo, finite differences, brute force; and the law of the starts."""

import numpy as np
import pytest
from scipy import stats

from shallownets.numerics import haar
from shallownets.studies.riccati import model, starts


def frame(d, N, rng):
    return np.linalg.qr(rng.standard_normal((d, N)))[0]


@pytest.mark.parametrize("beta", [0.0, 0.25, 1.0])
def test_the_spectrum_is_a_falling_power_of_unit_norm(beta):
    lam = model.spectrum(30, beta)
    assert (lam**2).sum() == pytest.approx(1)
    assert lam[7] / lam[0] == pytest.approx(8**-beta)
    assert model.norm(30, beta) == pytest.approx(np.sqrt(sum(m ** (-2 * beta) for m in range(1, 31))))


def test_the_risks_are_those_of_samples(rng):
    d, M_star, N, n = 12, 5, 3, 400_000
    lam = model.spectrum(M_star, 0.75)
    U = frame(d, N, rng)
    Z = U[:M_star]
    x = rng.standard_normal((n, d))
    y = (x[:, :M_star] ** 2 - 1) @ lam
    q = x @ U
    inner = Z.T @ (lam[:, None] * Z)  # the best radial part
    for prediction, risk in (
        (((q @ inner) * q).sum(1) - np.trace(inner), model.risk(Z, lam)),
        (((q**2).sum(1) - N) / np.sqrt(N), model.plain_risk(Z, lam)),
    ):
        squares = (y - prediction) ** 2 / 2  # E y^2 = 2
        assert squares.mean() == pytest.approx(risk, abs=4 * squares.std() / np.sqrt(n))


def test_no_radial_part_is_better_than_the_best(rng):
    lam = model.spectrum(6, 1.0)
    Z = frame(20, 3, rng)[:6]
    U = np.zeros((20, 3))
    U[:6], U[6:] = Z, np.vstack([np.linalg.cholesky(np.eye(3) - Z.T @ Z).T, np.zeros((11, 3))])
    T = np.zeros((20, 20))
    T[:6, :6] = np.diag(lam)
    best = Z.T @ (lam[:, None] * Z)
    assert ((T - U @ best @ U.T) ** 2).sum() == pytest.approx(model.risk(Z, lam))
    for _ in range(20):
        other = best + 0.1 * rng.standard_normal((3, 3))
        assert ((T - U @ other @ U.T) ** 2).sum() > model.risk(Z, lam)


def test_the_riccati_equation_is_the_flow_of_the_directions(rng):
    d, M_star, N = 15, 4, 3
    lam = model.spectrum(M_star, 1.0)
    U = frame(d, N, rng)
    T = np.zeros((d, d))
    T[:M_star, :M_star] = np.diag(lam)
    velocity = (np.eye(d) - U @ U.T) @ T @ U
    rate = (velocity @ U.T + U @ velocity.T)[:M_star, :M_star]
    assert np.allclose(model.riccati((U @ U.T)[:M_star, :M_star], lam), rate)


def test_the_loss_of_phase_one_has_a_clock_slower_by_the_root_of_the_width(rng):
    """Minus a quarter of the gradient of |T - U U^T/√N|^2 along the manifold is N^(-1/2) (I - U U^T) T U."""
    d, M_star, N, h = 12, 4, 3, 1e-6
    lam = model.spectrum(M_star, 0.25)
    U = frame(d, N, rng)
    T = np.zeros((d, d))
    T[:M_star, :M_star] = np.diag(lam)
    velocity = (np.eye(d) - U @ U.T) @ T @ U / np.sqrt(N)
    tangent = (np.eye(d) - U @ U.T) @ rng.standard_normal((d, N))
    ahead, behind = (np.linalg.qr(U + sign * h * tangent)[0][:M_star] for sign in (1, -1))
    slope = (model.plain_risk(ahead, lam) - model.plain_risk(behind, lam)) / (2 * h)
    assert slope == pytest.approx(-4 * (velocity * tangent).sum(), rel=1e-6)


def test_the_best_risk_is_that_of_the_first_directions():
    lam = model.spectrum(10, 0.5)
    for N in (1, 4, 10, 15):
        assert model.best_risk(lam, N) == pytest.approx(model.risk(np.eye(10, N), lam), abs=1e-15)


def test_starts_have_the_law_of_full_frames(rng):
    """Beside frames drawn in all d dimensions: mean of G, and the law of an entry and of a singular value."""
    M_star, N, d, n = 4, 3, 9, 2000
    short = np.array([starts.uniform(M_star, N, d, rng).Z for _ in range(n)])
    full = np.array([frame(d, N, rng)[:M_star] * rng.choice([-1, 1], N) for _ in range(n)])
    G = short @ np.swapaxes(short, 1, 2)
    assert np.abs(G.mean(0) - N / d * np.eye(M_star)).max() < 5 * G.std() / np.sqrt(n)
    for law in (lambda Z: Z[:, 0, 0] ** 2, lambda Z: np.linalg.svd(Z, compute_uv=False)[:, 0]):
        assert stats.ks_2samp(law(short), law(full)).pvalue > 1e-3


def test_weights_have_the_starts_overlaps(rng):
    start = starts.uniform(5, 3, 20, rng)
    W = start.weights(20)
    assert np.allclose(W.T @ W, np.eye(3), atol=1e-14)
    assert np.array_equal(W[:5], start.Z)
    with pytest.raises(ValueError, match=r"at least M\* \+ N"):
        start.weights(7)


def test_a_start_that_cannot_be_is_refused(rng):
    start = starts.uniform(5, 3, 20, rng)
    with pytest.raises(ValueError, match="not orthonormal"):
        starts.Start(start.Z, 2 * start.rest)
    with pytest.raises(ValueError, match=r"needs \(3, 3\)"):
        starts.Start(start.Z, start.rest[:2])
    with pytest.raises(ValueError, match="their sum is needed"):
        haar.block(5, 3, 7, rng)
