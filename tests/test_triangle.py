"""Weights in another basis: a lower triangle with the same products."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.numerics import triangle


def test_compressing_keeps_products():
    """Products of rows that are nearly the same, too, where a factor of the products alone loses half of the digits."""
    rng = default_rng(6)
    W = rng.standard_normal((5, 13))
    W[3, 2:12] = W[1, 2:12] + 1e-9 * W[3, 2:12]
    W[4, 2:12] *= 1e-6
    before = W.copy()
    triangle.compress(W, 2, 12, np.empty(10))
    B, R = before[:, 2:12], W[:, 2:12]
    np.testing.assert_allclose(R @ R.T, B @ B.T, rtol=1e-13, atol=1e-19)
    assert np.all(np.triu(R, 1) == 0)
    assert np.linalg.norm(R[3] - R[1]) == pytest.approx(np.linalg.norm(B[3] - B[1]), rel=1e-5)
    assert np.array_equal(np.delete(W, np.s_[2:12], 1), np.delete(before, np.s_[2:12], 1))
    zero = np.zeros((2, 4))
    triangle.compress(zero, 0, 4, np.empty(4))
    assert np.all(zero == 0)


@pytest.mark.parametrize(("N", "columns"), [(1, 1), (2, 2), (16, 16), (17, 40), (37, 61)])
def test_it_is_the_triangle_of_lapack(N, columns):
    """The triangle of the transpose's QR, whose signs are free: a reflection turns the sign of its diagonal entry."""
    B = default_rng([7, N]).standard_normal((N, columns))
    W = np.hstack([np.full((N, 3), 8.0), B, np.full((N, 2), 9.0)])
    scratch = np.full(3 * columns, 5.0)  # what is in it does not matter, and nothing beyond it is written
    triangle.compress(W, 3, 3 + columns, scratch[:columns])
    assert np.all(scratch[columns:] == 5.0)
    R = np.linalg.qr(B.T, mode="r").T
    signs = np.sign(np.diag(R))
    diagonal = np.diag(W[:, 3:])
    np.testing.assert_allclose(W[:, 3 : 3 + N] * np.sign(diagonal), R * signs, atol=1e-13)
    assert np.all(W[:, 3 + N : 3 + columns] == 0)
    assert np.all(W[:, :3] == 8.0)
    assert np.all(W[:, 3 + columns :] == 9.0)


def test_a_reflection_points_away_from_its_row():
    """So that nothing cancels: the diagonal has the other sign, and small entries beside a large one are kept."""
    W = np.array([[3.0, 1e-9, 0.0], [1.0, 1.0, 1.0]])
    triangle.compress(W, 0, 3, np.empty(3))
    assert W[0, 0] == -3.0
    assert W[1, 0] == pytest.approx(-1.0 - 1e-9 / 3, rel=1e-15)
    W = np.array([[-3.0, 1e-9, 0.0], [1.0, 1.0, 1.0]])
    triangle.compress(W, 0, 3, np.empty(3))
    assert W[0, 0] == 3.0
