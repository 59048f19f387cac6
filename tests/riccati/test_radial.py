import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import exact, radial
from shallownets.studies.riccati.measure.radial import with_overlaps
from shallownets.studies.riccati.starts import Start
from shallownets.studies.riccati.theory import least_squares


def learned(M_star, N, d, t, rng):
    """Weights and overlaps of the exact flow at time t."""
    lam = model.spectrum(M_star, 1.0)
    Z = next(exact.overlaps(starts.uniform(M_star, N, d, rng), lam, [t]))
    return Start(Z, np.linalg.cholesky(np.eye(N) - Z.T @ Z).T).weights(d), Z, lam


def test_directions_with_given_overlaps_also_where_all_is_learned(rng):
    N = 4
    Z = next(exact.overlaps(starts.uniform(9, N, 60, rng), model.spectrum(9, 1.0), [1.0]))
    rest = with_overlaps(Z).rest
    np.testing.assert_allclose(rest, np.linalg.cholesky(np.eye(N) - Z.T @ Z).T, rtol=0, atol=1e-13)
    learned = np.linalg.qr(rng.standard_normal((9, N)))[0]
    W = with_overlaps(learned).weights(13)
    np.testing.assert_allclose(W.T @ W, np.eye(N), rtol=0, atol=1e-13)
    np.testing.assert_allclose(W[:9], learned, rtol=0, atol=0)


def test_a_teacher_within_the_students_span_is_found_without_error(rng):
    M_star, N, d = 3, 5, 30
    turn = np.linalg.qr(rng.standard_normal((N, N)))[0]
    W = np.eye(d)[:, :N] @ turn
    lam = model.spectrum(M_star, 0.5)
    Omega = radial.fit(W, lam, 60, rng)
    np.testing.assert_allclose(Omega, turn[:M_star].T @ (lam[:, None] * turn[:M_star]), rtol=0, atol=1e-12)


def test_the_mean_fit_is_the_best_radial_part_and_its_excess_that_of_theory():
    N, samples, replicates = 3, 1200, 400
    W, Z, lam = learned(5, N, 20, 3.0, default_rng(1))
    best = Z.T @ (lam[:, None] * Z)
    fits = np.array([radial.fit(W, lam, samples, default_rng((2, r))) for r in range(replicates)])
    error = fits.std(0) / np.sqrt(replicates)
    assert np.abs((fits.mean(0) - best) / error).max() < 5
    excess = ((fits - best) ** 2).sum((1, 2))
    first = least_squares.excess(Z, lam, samples)
    error = excess.std() / np.sqrt(replicates)
    assert error < 0.06 * first
    # the next order is smaller by unknowns over samples
    assert abs(excess.mean() - first) < 4 * error + first * least_squares.next_order(N, samples)
    # the residual depends on the features, and that counts: unlike noise of the same variance
    assert excess.mean() - 4 * error > model.risk(Z, lam) * N * (N + 1) / 2 / samples


def test_the_fit_depends_on_the_overlaps_alone():
    """Other weights of the same overlaps, other samples: the same mean excess."""
    N, samples, replicates, d = 2, 200, 300, 12
    W, Z, lam = learned(4, N, d, 3.0, default_rng(3))
    turn = np.eye(d)
    turn[4:, 4:] = np.linalg.qr(default_rng(4).standard_normal((d - 4, d - 4)))[0]
    best = Z.T @ (lam[:, None] * Z)
    means, errors = [], []
    for seed, weights in enumerate((W, turn @ W)):
        found = [
            ((radial.fit(weights, lam, samples, default_rng((seed, r))) - best) ** 2).sum() for r in range(replicates)
        ]
        means.append(np.mean(found))
        errors.append(np.std(found) / np.sqrt(replicates))
    assert abs(means[0] - means[1]) < 4 * np.hypot(*errors)
    assert max(errors) < 0.1 * means[0]


def test_the_positive_part_is_nearer_to_every_matrix_without_negative_eigenvalues(rng):
    A = rng.standard_normal((20, 4, 4))
    for noisy, root in zip(A + A.transpose(0, 2, 1), rng.standard_normal((20, 4, 4)), strict=True):
        part = radial.positive_part(noisy)
        assert np.linalg.eigvalsh(part).min() > -1e-12
        assert np.linalg.norm(part - root @ root.T) <= np.linalg.norm(noisy - root @ root.T)
    np.testing.assert_allclose(radial.positive_part(root @ root.T), root @ root.T, rtol=0, atol=1e-12)


def test_too_few_samples_are_refused(rng):
    with pytest.raises(ValueError, match="9 samples for 10 unknowns"):
        radial.fit(np.eye(12)[:, :4], model.spectrum(3, 1.0), 9, rng)
