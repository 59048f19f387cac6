"""Rows begin where a line of the cache does, and numbers do not depend on where they lie."""

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from shallownets.numerics import aligned, normals
from shallownets.studies.escape.engines import direct

LINE = 64  # bytes


@pytest.mark.parametrize("dtype", [np.float64, np.uint64])
@pytest.mark.parametrize("shape", [(1,), (5, 8), (3, 2, 16)])
def test_arrays_and_their_rows_begin_at_a_line(shape, dtype):
    for _ in range(20):  # memory is taken anywhere
        found = aligned.zeros(shape, dtype)
        assert (found.shape, found.dtype) == (shape, dtype)
        assert not found.any()
        assert found.flags["C_CONTIGUOUS"]
        assert all(found[(*index, slice(None))].ctypes.data % LINE == 0 for index in np.ndindex(shape[:-1]))


def test_a_copy_is_equal_and_apart():
    values = default_rng(0).standard_normal((8, 3)).T
    found = aligned.copy(values)
    assert found.ctypes.data % LINE == 0
    assert found.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(found, values)
    found[:] = 0.0
    assert values.all()


@pytest.mark.parametrize("offset", [1, 2, 4])
def test_sgd_gives_the_same_bits_wherever_its_arrays_lie(offset):
    def anywhere(values):
        room = aligned.zeros((values.size + offset,), values.dtype)[offset:].reshape(values.shape)
        room[:] = values
        assert room.ctypes.data % LINE == 8 * offset
        return room

    def steps(place):
        rng = default_rng(1)
        W, W_star = (place(rng.standard_normal((p, 300))) for p in (3, 2))
        state, words, X = (
            place(values)
            for values in (normals.seed(SeedSequence(2)), normals.scratch(), np.zeros((2, 3 * normals.GRAIN)))
        )
        used = direct._advance(W, W_star, state, words, X, np.zeros((2, 5)), 0.1, 50, 1e9)
        assert used == 50
        return W, state, X

    for here, there in zip(steps(aligned.copy), steps(anywhere), strict=True):
        np.testing.assert_array_equal(here, there)
