"""Haar frames: the law of their top rows at a small dimension, where all other rows matter."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.numerics import haar

ROWS, COLUMNS, DIMENSION, DRAWS = 2, 3, 6, 20_000


@pytest.fixture(scope="module")
def frames():
    rng = default_rng(20261128)
    drawn = [haar.block(ROWS, COLUMNS, DIMENSION, rng) for _ in range(DRAWS)]
    return tuple(np.array(part) for part in zip(*drawn, strict=True))


def agrees(samples, expected):
    """Whether means over draws are within five standard errors."""
    error = samples.std(0, ddof=1) / np.sqrt(len(samples))
    return np.all(np.abs(samples.mean(0) - expected) < 5 * error)


def test_top_and_rest_are_orthonormal(frames):
    top, rest = frames
    gram = np.swapaxes(top, 1, 2) @ top + np.swapaxes(rest, 1, 2) @ rest
    np.testing.assert_allclose(gram, np.broadcast_to(np.eye(COLUMNS), gram.shape), rtol=0, atol=1e-13)


def test_moments_of_the_top_rows_are_those_of_uniform_frames(frames):
    """Means, and all moments of the second and fourth order of entries of an orthogonal matrix that do not vanish."""
    top, N = frames[0], DIMENSION
    assert agrees(top, 0.0)
    assert agrees(top**2, 1 / N)
    assert agrees(top**4, 3 / (N * (N + 2)))
    same_row, same_column = top[:, 0, 0] ** 2 * top[:, 0, 2] ** 2, top[:, 0, 2] ** 2 * top[:, 1, 2] ** 2
    assert agrees(same_row, 1 / (N * (N + 2)))
    assert agrees(same_column, 1 / (N * (N + 2)))
    apart = top[:, 0, 0] ** 2 * top[:, 1, 2] ** 2
    assert agrees(apart, (N + 1) / ((N - 1) * N * (N + 2)))
    around = top[:, 0, 0] * top[:, 0, 2] * top[:, 1, 0] * top[:, 1, 2]
    assert agrees(around, -1 / ((N - 1) * N * (N + 2)))
