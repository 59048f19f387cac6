import numpy as np
import pytest

from shallownets.studies.escape import starts
from shallownets.studies.escape.starts import Start


def overlaps(W, W_star):
    N = W.shape[1]
    return W @ W_star.T / N, W @ W.T / N, W_star @ W_star.T / N


def test_orthonormal_sets_have_the_overlaps_they_state(rng):
    start = starts.orthonormal(4, 2, 50, rng)
    M, Q, T = overlaps(*start.weights(50))
    np.testing.assert_allclose(M, start.M, atol=1e-14)
    np.testing.assert_allclose(Q, np.eye(4), atol=1e-13)
    np.testing.assert_allclose(T, np.eye(2), atol=1e-13)


@pytest.mark.slow
def test_orthonormal_sets_have_haar_overlaps(rng):
    """Moments of entries of a Haar orthogonal matrix: <M^2> = 1/N, <M^4> = 3/(N (N + 2)), and no mean."""
    N, draws = 10, 4000
    M = np.array([starts.orthonormal(2, 2, N, rng).M for _ in range(draws)])
    for power, moment in ((1, 0.0), (2, 1 / N), (3, 0.0), (4, 3 / (N * (N + 2)))):
        values = (M**power).reshape(draws, -1).mean(1)
        assert abs(values.mean() - moment) < 4 * values.std() / np.sqrt(draws)


def test_gaussian_overlaps_have_variance_one_over_N(rng):
    M = np.array([starts.gaussian(3, 2, 400, rng).M for _ in range(3000)])
    assert M.mean() == pytest.approx(0, abs=4 / np.sqrt(400 * M.size))
    assert M.var() == pytest.approx(1 / 400, rel=4 * np.sqrt(2 / M.size))


@pytest.mark.parametrize("N", [5, 6, 40])
def test_given_overlaps_are_built_at_any_dimension(N, rng):
    root = rng.standard_normal((3, 5)) * 0.6
    start = Start(root[:, :2].copy(), root @ root.T)
    M, Q, T = overlaps(*start.weights(N))
    np.testing.assert_allclose(M, start.M, atol=1e-13)
    np.testing.assert_allclose(Q, start.Q, atol=1e-13)
    np.testing.assert_allclose(T, np.eye(2), atol=1e-15)


def test_a_drawn_start_is_rebuilt_at_another_dimension(rng):
    start = starts.orthonormal(3, 2, 30, rng)
    M, Q, _ = overlaps(*start.weights(77))
    np.testing.assert_allclose(M, start.M, atol=1e-13)
    np.testing.assert_allclose(Q, start.Q, atol=1e-13)


def test_a_solution_has_a_singular_residual_and_is_still_built():
    M = np.sqrt(2.0) * np.eye(4, 2)
    start = Start(M, M @ M.T)
    np.testing.assert_allclose(overlaps(*start.weights(9))[1], start.Q, atol=1e-13)


def test_weights_are_copies(rng):
    start = starts.orthonormal(2, 1, 8, rng)
    start.weights(8)[0][:] = 0
    assert np.abs(start.W).max() > 0


def test_impossible_starts_are_refused(rng):
    with pytest.raises(ValueError, match="negative eigenvalue"):
        Start(np.eye(2), 0.5 * np.eye(2))
    with pytest.raises(ValueError, match="not symmetric"):
        Start(np.zeros((2, 1)), np.array([[1.0, 0.1], [0.0, 1.0]]))
    with pytest.raises(ValueError, match="shape"):
        Start(np.zeros((2, 1)), np.eye(3))
    with pytest.raises(ValueError, match="too small"):
        starts.orthonormal(4, 2, 5, rng)
    with pytest.raises(ValueError, match="too small"):
        starts.gaussian(4, 2, 100, rng).weights(5)


def test_the_residual_factor_is_unique(rng):
    """Whatever the eigenvectors are: Cholesky's factor where the matrix is regular, and exact where it is not."""
    start = starts.gaussian(4, 2, 50, rng)
    residual = start.Q - start.M @ start.M.T
    np.testing.assert_allclose(start.residual_factor(), np.linalg.cholesky(residual), atol=1e-14)
    R = np.linalg.qr(rng.standard_normal((4, 2)))[0]
    L = starts.Start(R, R @ R.T + np.diag([0.5, 0, 0, 0])).residual_factor()
    np.testing.assert_allclose(L @ L.T, np.diag([0.5, 0, 0, 0]), atol=1e-14)
    assert (np.diag(L) >= 0).all()
