"""Spectral ODE: the full ODE, its η^2 part included, on 2 k + 1 scalars, k = min(p, p*).

If at the start Q has the left singular vectors of M among its eigenvectors and one common eigenvalue in all other
directions (as Q = I has), these vectors never move: dM is a function of Q and M M^T times M, and dQ a polynomial in
Q and M M^T. What is left are the singular values s_r of M, the eigenvalues q_r of Q along the same vectors, and the
common eigenvalue q_0 of the other p - k directions.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from shallownets.errors import Impossible, OutOfReach
from shallownets.numerics.integrate import (
    OBSERVABLE,
    OUT_OF_BOUNDS,
    SIGNATURE,
    SIZES,
    STEP_TOO_SMALL,
    TINY,
    first_crossings,
    integrate,
    require_tolerance,
)
from shallownets.numerics.jit import kernel
from shallownets.studies.escape.model import DIVERGED, Array
from shallownets.studies.escape.starts import Start, coordinates
from shallownets.studies.escape.trajectory import Trajectory, require_run

_STRUCTURE = 1e-12  # accuracy, relative to the vectors' lengths, to which a start must have the form that stays closed
_MIXED = 1e-6  # the same of overlaps with a teacher vector much smaller than those with another


@kernel("UniTuple(f8, 2)(f8[::1], f8, f8)")
def _risk(y, p, p_star):
    """(population risk, τ) of y = (s_1..s_k, q_1..q_k, q_0)."""
    k = (y.size - 1) // 2
    rest = y[2 * k]
    trace = (p - k) * rest
    squares = (p - k) * rest * rest / (p * p) + 1.0 / p_star
    for r in range(k):
        s, q = y[r], y[k + r]
        trace += q
        squares += q * q / (p * p) - 2.0 * s * s / (p * p_star)
    tau = trace / p - 1.0
    return squares + 0.5 * tau * tau, tau


@kernel(OBSERVABLE)
def _observed_risk(y, parameters):
    return _risk(y, parameters[1], parameters[2])[0]


@kernel(SIGNATURE)
def _drift(y, parameters, work, out):
    """Time derivative of y; parameters = (η, p, p*, 1 with the η^2 part or 0 without it)."""
    eta, p, p_star, noisy = parameters[0], parameters[1], parameters[2], parameters[3]
    k = (y.size - 1) // 2
    risk, tau = _risk(y, p, p_star)
    noise = noisy * 4.0 * eta * eta / (p * p)
    for r in range(k + 1):
        # the last turn is the common eigenvalue: no overlap with the teacher
        s = y[r] if r < k else 0.0
        q = y[k + r]
        if r < k:
            out[r] = (2.0 * eta / p) * (2.0 / p_star - tau - 2.0 * q / p) * s
        # 2 D along this direction, D the difference of student and teacher in the space of the students
        gap = q * q / p - s * s / p_star
        square = q * q * q / (p * p) - 2.0 * q * s * s / (p * p_star) + s * s / (p_star * p_star)
        out[k + r] = (4.0 * eta / p) * (-tau * q - 2.0 * gap) + noise * (
            2.0 * risk * q + 4.0 * tau * gap + 8.0 * square
        )


@kernel(SIZES)
def _sizes(y, parameters, out):
    for i in range(y.size):
        out[i] = abs(y[i])


def _scalars(start: Start) -> tuple[Array, Array, Array]:
    """(y, U, V): the scalars at the start, and the singular vectors that carry them.

    Where students depend on each other, what vanishes of them is the common eigenvalue, and every direction that does
    not has scalars of its own.

    Raises:
        Impossible: a start whose Q is not of the form that stays closed.
    """
    basis, start = start.independent()
    norms = np.sqrt(np.diag(start.Q))
    rank = int(np.count_nonzero(norms))
    M, Q, norms = start.M[:rank], start.Q[:rank, :rank], norms[:rank]
    U, s, Vt = np.linalg.svd(M, full_matrices=False)
    k = len(s)
    if k and s[-1] < TINY * s[0]:
        # an overlap that is rounding of M would grow like one that is meant
        s[np.count_nonzero(coordinates(M.T)[2]) :] = 0.0
        if np.any(np.abs((U * s) @ Vt - M) > _MIXED * np.abs(M).max(0)):
            raise Impossible("the spectral ODE needs singular values of M that rounding does not mix; ode takes any M")
    q = np.einsum("ir,ij,jr->r", U, Q, U)
    outside = np.eye(rank) - U @ U.T
    rest = np.trace(outside @ Q) / (rank - k) if rank > k else 0.0
    if np.any(np.abs((U * q) @ U.T + rest * outside - Q) > _STRUCTURE * np.outer(norms, norms)):
        raise Impossible("the spectral ODE needs a Q that is diagonal along the singular vectors of M, such as Q = I")
    if basis is not None:
        others = np.linalg.svd(M)[0][:, k:]
        U, Vt = basis[:, :rank] @ np.hstack([U, others]), np.vstack([Vt, np.zeros((rank - k, Vt.shape[1]))])
        s, q, rest = np.append(s, np.zeros(rank - k)), np.append(q, np.full(rank - k, rest)), 0.0
    return np.concatenate([s, q, [rest]]), U, Vt


def simulate(start: Start, eta: float, alpha: Array, tolerance: float, gradient_flow: bool = False) -> Trajectory:
    """Integrate from a start; arguments, result and errors are those of ``ode.simulate``.

    Raises:
        ValueError: a start whose Q is not of the form that stays closed, or what
            ``require_run`` and ``require_tolerance`` refuse.
        ArithmeticError: the tolerance cannot be reached.
    """
    alpha = require_run(eta, alpha)
    require_tolerance(tolerance)
    p, p_star = start.M.shape
    y0, U, Vt = _scalars(start)
    k = len(y0) // 2
    out = np.full((alpha.size, y0.size), np.nan)
    parameters = np.array([eta, p, p_star, 0.0 if gradient_flow else 1.0])
    status, time, _ = integrate(_drift, _sizes, y0, alpha, parameters, 0, tolerance, DIVERGED, out)
    if status == STEP_TOO_SMALL:
        raise OutOfReach(f"the step became too small at alpha = {time:g}: tolerance {tolerance:g} is out of reach")
    diverged_at = time if status == OUT_OF_BOUNDS else np.inf
    out[alpha >= diverged_at] = np.nan
    s, q, rest = out[:, None, :k], out[:, None, k : 2 * k], out[:, 2 * k, None, None]
    M = (U * s) @ Vt
    Q = (U * q) @ U.T + rest * (np.eye(p) - U @ U.T)
    return Trajectory(alpha, M[None], Q[None], np.array([diverged_at]))


def escape_times(
    starts: Sequence[Start],
    etas: Iterable[float],
    levels: ArrayLike,
    alpha_max: float,
    tolerance: float,
    gradient_flow: bool = False,
) -> Iterator[Array]:
    """Times α at which the population risk first falls below levels, at one learning rate after the other.

    Args:
        starts: S of them, of the same widths.
        etas: learning rates, taken one by one: an integration is as late as its times are asked for.
        levels: L of them, falling.
        alpha_max: when a run is given up.
        tolerance: relative error of a step.
        gradient_flow: leave out the η^2 part.

    Yields:
        (S, L) times; inf where the risk does not fall below a level by ``alpha_max``.

    Raises:
        ValueError: a start whose Q is not of the form that stays closed, levels that do not fall, or what
            ``require_run`` and ``require_tolerance`` refuse.
        ArithmeticError: the tolerance cannot be reached.
    """
    require_tolerance(tolerance)
    falling = np.array(levels, float)
    if falling.size == 0 or np.any(np.diff(falling) >= 0):
        raise Impossible(f"levels = {levels}: expected at least one, each below the one before")
    p, p_star = starts[0].M.shape
    begun = [_scalars(start)[0] for start in starts]
    sizes = np.array([len(y) for y in begun])  # starts of students that depend on each other have others
    for eta in etas:
        require_run(eta, np.array([alpha_max]))
        parameters = np.array([eta, p, p_star, 0.0 if gradient_flow else 1.0])
        times = np.empty((len(starts), falling.size))
        for size in np.unique(sizes):
            alike = np.flatnonzero(sizes == size)
            y0, found = np.array([begun[place] for place in alike]), np.empty((alike.size, falling.size))
            status, time = first_crossings(
                *(_drift, _sizes, _observed_risk, y0, falling, alpha_max, parameters, 0, tolerance, DIVERGED, found)
            )
            if status == STEP_TOO_SMALL:
                raise OutOfReach(
                    f"the step became too small at alpha = {time:g}: tolerance {tolerance:g} is out of reach"
                )
            times[alike] = found
        yield times


def escape_time(
    start: Start, eta: float, level: float, alpha_max: float, tolerance: float, gradient_flow: bool = False
) -> float:
    """Time α at which the population risk first falls below a level, from one start: see ``escape_times``."""
    (times,) = escape_times([start], [eta], [level], alpha_max, tolerance, gradient_flow)
    return float(times[0, 0])
