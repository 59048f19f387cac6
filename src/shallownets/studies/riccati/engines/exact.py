"""The exact solutions: of the matrix Riccati equation and of the full flow, for any time, width and dimension.

Both flows move the span of the weights in the same way and do nothing else to it: span W(t) = e^{tT} span W_0. With
W_0 = r U_0 of equal scales, and (e^{2tx} - 1)/x read as 2t at x = 0,

    G(t)     = e^{tΛ} Z_0 [I + Z_0^T (e^{2tΛ} - I) Z_0]^{-1} Z_0^T e^{tΛ}
    W W^T(t) = e^{tT} W_0 [I + W_0^T T^{-1} (e^{2tT} - I) W_0]^{-1} W_0^T e^{tT}

As they stand these overflow at t λ_1 = 355, and rounding swallows the smaller λ long before. Here a basis of the span
is chosen once in which Z_0 is lower trapezoidal: column j begins at row j. Column j of e^{tΛ} Z_0 times e^{-t λ_j}
then has entries e^{t (λ_i - λ_j)} with i >= j. None grows, what vanishes may vanish, and each column keeps a part of
its own at all times, so that one QR of it is as accurate at t λ_1 = 5000 as at 5.
"""

from collections.abc import Iterator

import numpy as np
import scipy

from shallownets.studies.riccati.model import Array, risk
from shallownets.studies.riccati.starts import Start


def _trapezoidal(start: Start, lam: Array) -> tuple[Array, Array, Array]:
    """The start in the basis above: its rows (M* + N, N), and the growth rates of rows and of columns."""
    M_star, N = start.Z.shape
    K = min(M_star, N)
    basis, _ = np.linalg.qr(start.Z[:K].T, mode="complete")
    rows = np.vstack([np.tril(start.Z @ basis), start.rest @ basis])
    # Rows outside the teacher's span do not grow; nor do columns beyond the M*-th, which have no part in it.
    return rows, np.concatenate([lam, np.zeros(N)]), np.concatenate([lam[:K], np.zeros(N - K)])


def overlaps(start: Start, lam: Array, times: Array) -> Iterator[Array]:
    """Z(t) (M*, N) for each time in turn, up to a rotation of its columns; G(t) = Z Z^T.

    Args:
        start: directions at time 0.
        lam: (M*,) the teacher's eigenvalues, falling and above 0.
        times: (T,) at least 0, in any order.
    """
    rows, of_rows, of_columns = _trapezoidal(start, lam)
    rates = np.where(rows == 0, 0.0, of_rows[:, None] - of_columns)
    for t in times:
        yield np.linalg.qr(rows * np.exp(t * rates))[0][: lam.size]


def risks(start: Start, lam: Array, times: Array) -> Array:
    """The risk with the best radial part at each time, (T,).

    Args:
        start, lam, times: as for ``overlaps``.
    """
    return np.array([risk(Z, lam) for Z in overlaps(start, lam, times)])


def weights(start: Start, scale: float, lam: Array, times: Array) -> Iterator[Array]:
    """W(t) of the full flow dW/dt = (T - W W^T) W, for each time in turn, up to a rotation of its columns.

    The rows are the M* teacher directions and then the N others that W_0 has a part in; those do not change.

    Args:
        start, lam, times: as for ``overlaps``.
        scale: r, the norm of every initial weight vector: W_0 = r U_0.

    Yields:
        (M* + N, N).
    """
    rows, of_rows, of_columns = _trapezoidal(start, lam)
    rates = np.where(rows == 0, 0.0, of_rows[:, None] - of_columns)
    for t in times:
        grown = scale * rows * np.exp(t * rates)
        # (1 - e^{-2tx})/x, which is 2t at x = 0
        held = np.where(of_rows > 0, -np.expm1(-2 * t * of_rows) / np.where(of_rows > 0, of_rows, 1), 2 * t)
        R = np.linalg.qr(np.vstack([np.diag(np.exp(-t * of_columns)), np.sqrt(held)[:, None] * grown]), mode="r")
        yield scipy.linalg.solve_triangular(R, grown.T, trans="T").T
