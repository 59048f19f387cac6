"""Both flows by numerical integration, beside the exact solutions: for small sizes and short times only.

An integration of G with N < M* drifts away from the solution exponentially, because rounding gives G the directions
that its rank forbids, and the equation makes those grow. One of the weights W does not, but costs d N a step.
"""

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.riccati.model import Array, require_times, riccati


def _solve(slope, start: Array, times: Array, tolerance: float) -> Array:
    """(T, *start.shape); Dormand & Prince of order 8.

    Raises:
        Impossible: times that are no such thing, numbers that are not finite, or a tolerance that is not above 0.
        ArithmeticError: the integration breaks down before the last time.
    """
    times, start = require_times(times), np.asarray(start, float)
    if not (np.isfinite(start).all() and 0 < tolerance < np.inf):
        raise Impossible(f"expected finite numbers to start from and a tolerance above 0, got tolerance = {tolerance}")
    run = scipy.integrate.solve_ivp(
        lambda _, y: slope(y.reshape(start.shape)).ravel(),
        (0.0, times[-1]),
        start.ravel(),
        method="DOP853",
        t_eval=times,
        rtol=tolerance,
        atol=tolerance * 1e-3,
    )
    if not run.success:
        raise ArithmeticError(f"the integration broke down at t = {run.t[-1] if len(run.t) else 0:g}: {run.message}")
    return run.y.T.reshape(-1, *start.shape)


def overlaps(G_0: Array, lam: Array, times: Array, tolerance: float) -> Array:
    """G(t) (T, M*, M*) of the matrix Riccati equation.

    Args:
        G_0: (M*, M*) at time 0.
        lam: (M*,) the teacher's eigenvalues.
        times: (T,) rising, not negative.
        tolerance: relative error of a step, at least 1e-13.

    Raises:
        ArithmeticError: the integration breaks down, as where rounding gave G a negative eigenvalue that grew.
    """
    return _solve(lambda G: riccati(G, lam), G_0, times, tolerance)


def weights(W_0: Array, lam: Array, times: Array, tolerance: float) -> Array:
    """W(t) (T, d, N) of the full flow dW/dt = (T - W W^T) W, the teacher on the first M* axes.

    Args:
        W_0: (d, N) at time 0.
        lam, times, tolerance: as for ``overlaps``.
    """
    T = np.zeros((len(W_0), 1))
    T[: lam.size, 0] = lam
    return _solve(lambda W: T * W - W @ (W.T @ W), W_0, times, tolerance)
