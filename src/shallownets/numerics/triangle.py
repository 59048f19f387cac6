"""Householder reflections from the right, which bring a matrix B to a lower triangle and keep B B^T.

They are for weights of which only the products with each other matter: the triangle is B in another basis.
"""

import numpy as np

from shallownets.numerics.aligned import AT_ONCE
from shallownets.numerics.jit import kernel
from shallownets.numerics.products import dot

_REORDERED = {"reassoc", "contract", "nsz"}  # sums may be reordered, so that they vectorise


@kernel("void(f8[:, ::1], i8, i8, f8[::1])", fastmath=_REORDERED, nogil=True)
def compress(W, first, last, v):
    """Make B, the columns of W from ``first`` up to ``last``, lower triangular, in place.

    A reflection begins at a whole number of vectors, before its first entry, with zeros.

    Args:
        W: (N, ..).
        first, last: the columns; at least N of them.
        v: scratch, as long as a row of B.
    """
    N = W.shape[0]
    for i in range(N):
        before = i % AT_ONCE
        begin = first + i - before
        row = W[i, begin:last]
        u = v[: row.size]
        # loops begin at 0: from elsewhere on they are not vectorised, since an index may be negative
        for c in range(u.size):
            u[c] = row[c] if c >= before else 0.0
        norm = np.sqrt(dot(u, u))
        head = u[before]
        diagonal = -norm if head > 0.0 else norm
        length = norm * (norm + abs(head))
        inverse = 1.0 / length if length > 0.0 else 0.0
        u[before] = head - diagonal
        for c in range(u.size):
            row[c] = row[c] if c < before else 0.0
        row[before] = diagonal
        fours = i + 1 + (N - i - 1) % 4  # neurons in fours, so that u is read once for four
        for j in range(i + 1, fours):
            row = W[j, begin:last]
            along = dot(u, row) * inverse
            for c in range(u.size):
                row[c] -= along * u[c]
        for j in range(fours, N, 4):
            row0, row1, row2, row3 = W[j, begin:last], W[j + 1, begin:last], W[j + 2, begin:last], W[j + 3, begin:last]
            along0, along1, along2, along3 = 0.0, 0.0, 0.0, 0.0
            for c in range(u.size):
                along0 += u[c] * row0[c]
                along1 += u[c] * row1[c]
                along2 += u[c] * row2[c]
                along3 += u[c] * row3[c]
            along0, along1, along2, along3 = along0 * inverse, along1 * inverse, along2 * inverse, along3 * inverse
            for c in range(u.size):
                row0[c] -= along0 * u[c]
                row1[c] -= along1 * u[c]
                row2[c] -= along2 * u[c]
                row3[c] -= along3 * u[c]
