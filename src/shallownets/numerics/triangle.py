"""Householder reflections from the right, which bring a matrix B to a lower triangle and keep B B^T.

They are for weights of which only the products with each other matter: the triangle is B in another basis.
"""

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.numerics.products import dot

_REORDERED = {"reassoc", "contract", "nsz"}  # sums may be reordered, so that they vectorise
_VECTORS = 16  # numbers that a loop takes at a time; it goes through what is left one by one


@kernel("void(f8[:, ::1], i8, i8, f8[::1])", fastmath=_REORDERED, nogil=True)
def compress(W, first, last, v):
    """Make B, the columns of W from ``first`` up to ``last``, lower triangular, in place.

    A reflection begins at a whole number of vectors, before its first entry, with zeros.

    Args:
        W: (N, ..).
        first, last: the columns; at least N of them.
        v: scratch, as long as a row of B.
    """
    N, columns = W.shape[0], last - first
    for i in range(N):
        begin = i - i % _VECTORS
        row = W[i, first + begin : last]
        u = v[: columns - begin]
        for c in range(i - begin):
            u[c] = 0.0
        for c in range(i - begin, u.size):
            u[c] = row[c]
        norm = np.sqrt(dot(u, u))
        head = u[i - begin]
        diagonal = -norm if head > 0.0 else norm
        length = norm * (norm + abs(head))
        inverse = 1.0 / length if length > 0.0 else 0.0
        u[i - begin] = head - diagonal
        for c in range(i - begin, u.size):
            row[c] = 0.0
        row[i - begin] = diagonal
        pairs = i + 1 + (N - i - 1) % 2  # neurons in pairs, so that their sums run beside each other
        for j in range(i + 1, pairs):
            row = W[j, first + begin : last]
            along = dot(u, row) * inverse
            for c in range(u.size):
                row[c] -= along * u[c]
        for j in range(pairs, N, 2):
            row, other = W[j, first + begin : last], W[j + 1, first + begin : last]
            along, along_other = 0.0, 0.0
            for c in range(u.size):
                along += u[c] * row[c]
                along_other += u[c] * other[c]
            along *= inverse
            along_other *= inverse
            for c in range(u.size):
                row[c] -= along * u[c]
            for c in range(u.size):
                other[c] -= along_other * u[c]
