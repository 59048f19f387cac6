"""Matrix ODE [6, 33, 34]: the order parameters in the limit N -> ∞, with adaptive error control."""

from collections.abc import Sequence

import numpy as np

from shallownets.errors import OutOfReach
from shallownets.numerics.integrate import OUT_OF_BOUNDS, SIGNATURE, SIZES, STEP_TOO_SMALL, integrate, require_tolerance
from shallownets.numerics.jit import kernel
from shallownets.studies.escape.model import DIVERGED, Array
from shallownets.studies.escape.starts import Start, coordinates, of_all
from shallownets.studies.escape.trajectory import Trajectory, concatenate, require_run


@kernel("void(f8[:, ::1], f8[:, ::1], f8[:, ::1])")
def _product(A, B, out):
    """A B, without the overhead of BLAS, which dominates at these sizes."""
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            out[i, j] = 0.0
        for k in range(A.shape[1]):
            for j in range(B.shape[1]):
                out[i, j] += A[i, k] * B[k, j]


@kernel(SIGNATURE)
def _drift(y, parameters, work, out):
    """``model.drift`` on y = (M, Q) flattened; parameters = (η, p, p*, 1 with the η^2 part or 0 without it)."""
    eta = parameters[0]
    p = int(parameters[1])
    p_star = int(parameters[2])
    M = y[: p * p_star].reshape(p, p_star)
    Q = y[p * p_star :].reshape(p, p)
    dM = out[: p * p_star].reshape(p, p_star)
    dQ = out[p * p_star :].reshape(p, p)
    QM = work[: p * p_star].reshape(p, p_star)
    squares = work[p * p_star : p * p_star + 4 * p * p].reshape(4, p, p)
    C, QQ, QQQ, QC = squares[0], squares[1], squares[2], squares[3]

    trace = 0.0
    for i in range(p):
        trace += Q[i, i]
    tau = trace / p - 1.0
    _product(Q, M, QM)
    _product(Q, Q, QQ)
    for i in range(p):
        for j in range(p):
            C[i, j] = 0.0
            for r in range(p_star):
                C[i, j] += M[i, r] * M[j, r]

    for i in range(p):
        for r in range(p_star):
            dM[i, r] = (2.0 * eta / p) * ((2.0 / p_star - tau) * M[i, r] - (2.0 / p) * QM[i, r])
        for j in range(p):
            dQ[i, j] = (4.0 * eta / p) * (-tau * Q[i, j] + (2.0 / p_star) * C[i, j] - (2.0 / p) * QQ[i, j])
    if parameters[3] == 0.0:
        return

    _product(Q, QQ, QQQ)
    _product(Q, C, QC)
    mean_square = 2.0 / p_star + tau * tau
    for i in range(p):
        mean_square += 2.0 * QQ[i, i] / (p * p) - 4.0 * C[i, i] / (p * p_star)
    for i in range(p):
        for j in range(p):
            dQ[i, j] += (4.0 * eta * eta / (p * p)) * (
                mean_square * Q[i, j]
                + 4.0 * tau * (QQ[i, j] / p - C[i, j] / p_star)
                + 8.0 * (QQQ[i, j] / (p * p) - (QC[i, j] + QC[j, i]) / (p * p_star) + C[i, j] / (p_star * p_star))
            )


@kernel(SIZES)
def _sizes(y, parameters, out):
    """M_ir beside the overlaps with the same teacher vector, and no more than |w_i|; Q_ij beside |w_i||w_j|."""
    p = int(parameters[1])
    p_star = int(parameters[2])
    M = y[: p * p_star].reshape(p, p_star)
    Q = y[p * p_star :].reshape(p, p)
    for r in range(p_star):
        largest = 0.0
        for i in range(p):
            largest = max(largest, abs(M[i, r]))
        for i in range(p):
            out[i * p_star + r] = min(largest, np.sqrt(max(Q[i, i], 0.0)))
    for i in range(p):
        for j in range(p):
            out[p * p_star + i * p + j] = np.sqrt(max(Q[i, i], 0.0)) * np.sqrt(max(Q[j, j], 0.0))


def _teacher_coordinates(M: Array, rank: int) -> tuple[Array | None, Array]:
    """(basis, M'), M = M' basis^T with basis (p*, p*) orthogonal, where M has less than the rank that its sizes let it.

    Combinations of teacher vectors without any overlap never get one, because dM/dα is a matrix times M. As M' their
    columns are exactly zero, and no rounding of M can grow. Otherwise basis is None and M' is M.
    """
    basis, turned, values = coordinates(M.T)
    if np.count_nonzero(values) < min(rank, np.count_nonzero(M.any(0))):
        return basis, np.ascontiguousarray(turned.T)
    return None, M


def simulate(start: Start, eta: float, alpha: Array, tolerance: float, gradient_flow: bool = False) -> Trajectory:
    """Integrate the ODE from a start.

    Args:
        start: initial overlaps.
        eta: learning rate.
        alpha: (T,) recording times, increasing; the run begins at 0.
        tolerance: relative error of a step. Overlaps that are tiny at the start have it, too.
        gradient_flow: leave out the η^2 part; time then enters only as η α.

    Returns:
        Trajectory with one replicate. Where tr Q/p exceeds ``DIVERGED`` it ends.

    Raises:
        ValueError: what ``require_run`` and ``require_tolerance`` refuse.
        ArithmeticError: the tolerance cannot be reached.
    """
    alpha = require_run(eta, alpha)
    require_tolerance(tolerance)
    p, p_star = start.M.shape
    begun = start
    students, start = start.independent()
    teachers, M = _teacher_coordinates(start.M, int(np.count_nonzero(np.diag(start.Q))))
    y0 = np.concatenate([M.ravel(), start.Q.ravel()])
    out = np.full((alpha.size, y0.size), np.nan)
    parameters = np.array([eta, p, p_star, 0.0 if gradient_flow else 1.0])
    scratch = p * p_star + 4 * p * p
    status, time, _ = integrate(_drift, _sizes, y0, alpha, parameters, scratch, tolerance, DIVERGED, out)
    if status == STEP_TOO_SMALL:
        raise OutOfReach(
            f"the ODE's step became too small at alpha = {time:g}: tolerance {tolerance:g} is out of reach"
        )
    diverged_at = time if status == OUT_OF_BOUNDS else np.inf
    out[alpha >= diverged_at] = np.nan
    M = out[:, : p * p_star].reshape(1, -1, p, p_star)
    if teachers is not None:
        M = M @ teachers.T
    M, Q = of_all(students, M, out[:, p * p_star :].reshape(1, -1, p, p))
    if alpha[0] == 0 < diverged_at:  # the start itself, and not what its coordinates make of it
        M[0, 0], Q[0, 0] = begun.M, begun.Q
    return Trajectory(alpha, M, Q, np.array([diverged_at]))


def simulate_all(
    starts: Sequence[Start], etas: Sequence[float], alpha: Array, tolerance: float, gradient_flow: bool = False
) -> Trajectory:
    """Integrate from many starts, each at a learning rate of its own; other arguments are those of ``simulate``.

    Args:
        starts: of the same widths.
        etas: as many learning rates.

    Returns:
        Trajectory with one replicate for each pair.

    Raises:
        ValueError: not as many learning rates as starts.
        ArithmeticError: the tolerance cannot be reached.
    """
    pairs = zip(starts, etas, strict=True)
    return concatenate([simulate(start, eta, alpha, tolerance, gradient_flow) for start, eta in pairs])
