"""The exact solutions: of the matrix Riccati equation and of the full flow, for any time, width and dimension.

Both flows move the span of the weights in the same way and do nothing else to it: span W(t) = e^{tT} span W_0. With
W_0 = r U_0 of equal scales, and (e^{2tx} - 1)/x read as 2t at x = 0,

    G(t)     = e^{tΛ} Z_0 [I + Z_0^T (e^{2tΛ} - I) Z_0]^{-1} Z_0^T e^{tΛ}
    W W^T(t) = e^{tT} W_0 [I + W_0^T T^{-1} (e^{2tT} - I) W_0]^{-1} W_0^T e^{tT}

As they stand these overflow at t λ_1 = 355, and rounding swallows the smaller λ long before. Where the first N rows Z_1
of Z_0 are far from dependent, the span is that of the columns of (I, A, B), the graph over the first N directions of
A = Z_2 Z_1^{-1}, the teacher's others, and B = rest Z_1^{-1}, which lies outside the teacher's span. In time

    A_ij(t) = A_ij e^{-t (λ_j - λ_{N+i})},   B_ij(t) = B_ij e^{-t λ_j}
    Z(t)    = (I, A) L^{-T},   L L^T = I + A^T A + B^T B

where nothing grows, and B^T B is needed once. Cholesky's L costs a fraction of a QR. Its error grows as the square of
Z_1's condition. Where that is too large, and for students wider than the teacher, a basis of the span is chosen once in
which Z_0 is lower trapezoidal: column j begins at row j. Column j of e^{tΛ} Z_0 times e^{-t λ_j} then has entries
e^{t (λ_i - λ_j)} with i >= j. None grows, what vanishes may vanish, and each column keeps a part of its own at all
times, so that one QR of it is as accurate at t λ_1 = 5000 as at 5.
"""

from collections.abc import Callable, Iterator

import numpy as np
import scipy
from numpy.typing import ArrayLike

from shallownets.errors import Impossible
from shallownets.studies.riccati.model import Array, require_spectrum, require_times, risk
from shallownets.studies.riccati.starts import Start

_potrf, _trtri = scipy.linalg.get_lapack_funcs(("potrf", "trtri"))

_CONDITION = 3e4  # of the first N rows of Z, up to which the span is a graph over the first N directions
_ROUNDING = 1e-14  # part of a row beyond the rows above, over its length, that is none


def _echelon(Z: Array) -> tuple[Array, Array, list[int]]:
    """(Z @ basis, basis, pivots) where rows of Z depend on each other: column j begins at row pivots[j], or is zero."""
    rows, basis, pivots = Z.copy(), np.eye(Z.shape[1]), []
    for i, row in enumerate(Z):
        free = slice(len(pivots), None)
        tail = rows[i, free].copy()
        size = np.linalg.norm(tail)
        rows[i, free] = 0.0
        if size <= _ROUNDING * np.linalg.norm(row):
            continue
        mirror = tail.copy()
        mirror[0] += np.copysign(size, tail[0])
        mirror /= np.linalg.norm(mirror)
        for matrix in (rows[i + 1 :], basis):
            matrix[:, free] -= 2 * np.outer(matrix[:, free] @ mirror, mirror)
        rows[i, len(pivots)] = -np.copysign(size, tail[0])
        pivots.append(i)
    return rows, basis, pivots


def _trapezoidal(start: Start, lam: Array) -> tuple[Array, Array, Array]:
    """The start in the basis above: its rows (M* + N, N), and the growth rates of rows and of columns.

    Where the first rows of Z depend on each other, columns begin further down, or have no part in the teacher at all.

    Raises:
        Impossible: what ``require_spectrum`` refuses.
    """
    M_star, N = start.Z.shape
    lam = require_spectrum(lam, M_star)
    K = min(M_star, N)
    basis, R = np.linalg.qr(start.Z[:K].T, mode="complete")
    top, pivots = np.tril(start.Z @ basis), list(range(K))
    if np.any(np.abs(np.diag(R)) <= _ROUNDING * np.linalg.norm(start.Z[:K], axis=1)):
        top, basis, pivots = _echelon(start.Z)
    rows = np.vstack([top, start.rest @ basis])
    # Rows outside the teacher's span do not grow; nor do columns that have no part in it.
    return rows, np.concatenate([lam, np.zeros(N)]), np.concatenate([lam[pivots], np.zeros(N - len(pivots))])


def _graph(start: Start, lam: Array) -> Callable[[float], Array]:
    """``flow`` by the graph over the first N directions."""
    N = start.Z.shape[1]
    tall = np.linalg.solve(start.Z[:N].T, np.vstack([start.Z[N:], start.rest]).T).T
    A, B = tall[: lam.size - N], tall[lam.size - N :]
    BB, falls = B.T @ B, lam[N:, None] - lam[:N]

    def at(t: float) -> Array:
        decay = np.exp(-t * lam[:N])
        inner = decay[:, None] * BB * decay
        inner.flat[:: N + 1] += 1.0
        others = A * np.exp(t * falls)
        inner += others.T @ others
        L_T, _ = _potrf(inner)  # never fails: what inner may lose by rounding is far below 1
        first, _ = _trtri(L_T)
        return np.concatenate([first, others @ first])

    return at


def flow(start: Start, lam: Array) -> Callable[[float], Array]:
    """The exact flow from a start: the function that gives Z(t), up to a rotation of its columns, of a time t >= 0.

    Args:
        start, lam: as for ``overlaps``.

    Raises:
        Impossible: eigenvalues that are not such.
    """
    M_star, N = start.Z.shape
    lam = require_spectrum(lam, M_star)
    if M_star >= N and np.linalg.cond(start.Z[:N]) < _CONDITION:
        return _graph(start, lam)
    rows, of_rows, of_columns = _trapezoidal(start, lam)
    rates = np.where(rows == 0, 0.0, of_rows[:, None] - of_columns)
    return lambda t: np.linalg.qr(rows * np.exp(t * rates))[0][:M_star]


def overlaps(start: Start, lam: Array, times: ArrayLike) -> Iterator[Array]:
    """Z(t) (M*, N) for each time in turn, up to a rotation of its columns; G(t) = Z Z^T.

    Args:
        start: directions at time 0.
        lam: (M*,) the teacher's eigenvalues, falling and above 0.
        times: (T,) at least 0, in any order.

    Raises:
        Impossible: eigenvalues or times that are not such.
    """
    times = require_times(times)
    yield from map(flow(start, lam), times)


def risks(start: Start, lam: Array, times: ArrayLike) -> Array:
    """The risk with the best radial part at each time, (T,).

    Args:
        start, lam, times: as for ``overlaps``.
    """
    return np.array([risk(Z, lam) for Z in overlaps(start, lam, times)])


def weights(start: Start, scale: float, lam: Array, times: ArrayLike) -> Iterator[Array]:
    """W(t) of the full flow dW/dt = (T - W W^T) W, for each time in turn, up to a rotation of its columns.

    The rows are the M* teacher directions and then the N others that W_0 has a part in; those do not change.

    Args:
        start, lam, times: as for ``overlaps``.
        scale: r, the norm of every initial weight vector: W_0 = r U_0.

    Yields:
        (M* + N, N).

    Raises:
        Impossible: as for ``overlaps``; a scale that is not a finite number above 0.
    """
    if not 0 < scale < np.inf:
        raise Impossible(f"scale = {scale}: expected a finite number above 0")
    times = require_times(times)
    rows, of_rows, of_columns = _trapezoidal(start, lam)
    rates = np.where(rows == 0, 0.0, of_rows[:, None] - of_columns)
    for t in times:
        grown = scale * rows * np.exp(t * rates)
        # (1 - e^{-2tx})/x, which is 2t at x = 0
        held = np.where(of_rows > 0, -np.expm1(-2 * t * of_rows) / np.where(of_rows > 0, of_rows, 1), 2 * t)
        R = np.linalg.qr(np.vstack([np.diag(np.exp(-t * of_columns)), np.sqrt(held)[:, None] * grown]), mode="r")
        yield scipy.linalg.solve_triangular(R, grown.T, trans="T").T
