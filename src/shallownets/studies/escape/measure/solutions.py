"""Measurements of solutions: which one a run reaches, and how closely SGD follows the ODE."""

import numpy as np
from numpy.random import Generator

from shallownets.numerics import statistics
from shallownets.numerics.statistics import Estimate
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.model import Array, polar_factor
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import frames, solutions
from shallownets.studies.escape.trajectory import Trajectory


def random_frames(count: int, p: int, p_star: int, rng: Generator) -> Array:
    """(count, p, p*) independent R with R^T R = 1, uniform (Haar): polar factors of Gaussian matrices."""
    return polar_factor(rng.standard_normal((count, p, p_star)))


def end_of(start: Start, eta: float, alpha: float, tolerance: float, gradient_flow: bool) -> dict[str, float]:
    """Where the ODE ends at time alpha, seen from the closest solution R_0 and from ``frames.reached_frame``.

    Returns:
        "drift": |R - R_0|; "remainder": |R - predicted|; "predicted drift": |predicted - R_0|, Frobenius norms. "lost
        selectivity": 1 - tr(R^T M_0)/tr(R_0^T M_0), 0 for the closest solution and 1 for a random one; "excess
        distance": relative excess of the squared distance over the least; both with "predicted" in front for the
        predicted frame.

    Raises:
        OutOfReach: the tolerance cannot be reached, or the students diverge.
    """
    end = ode.simulate(start, eta, np.array([0.0, alpha]), tolerance, gradient_flow).M[0, -1]
    predicted = frames.reached_frame(start.M, start.Q, 0.0 if gradient_flow else eta / len(start.M))
    closest, R = polar_factor(start.M), polar_factor(end)
    found = {"remainder": float(np.linalg.norm(R - predicted))}
    least = solutions.squared_distance(start.M, start.Q, closest)
    for name, frame in (("", R), ("predicted ", predicted)):
        found |= {
            f"{name}drift": float(np.linalg.norm(frame - closest)),
            f"{name}lost selectivity": float(1 - solutions.selectivity(start.M, frame)),
            f"{name}excess distance": float(solutions.squared_distance(start.M, start.Q, frame) / least - 1),
        }
    return found


def frame_drift(M: Array, R: Array) -> Array:
    """Largest element of |polar factor of M - R|; M: (..., p, p*)."""
    return np.abs(polar_factor(M) - R).max((-2, -1))


def commutator(M: Array, Q: Array) -> Array:
    """Frobenius norm of [Q, M M^T]: 0 where Q and M M^T have common eigenvectors."""
    C = M @ np.swapaxes(M, -1, -2)
    return np.linalg.norm(Q @ C - C @ Q, axis=(-2, -1))


def singular_vector_drift(M: Array, start: Array) -> Array:
    """Largest off-diagonal element of U_0^T M V_0, U_0 and V_0 the singular vectors of M at the start."""
    U, _, Vt = np.linalg.svd(start)
    return np.abs((U.T @ M @ Vt.T) * (1 - np.eye(*start.shape))).max((-2, -1))


def deviation(sgd: Trajectory, limit: Trajectory) -> Array:
    """(R,) mean squared deviation of each replicate's M and Q from another trajectory: elements and times averaged.

    Replicates that diverged give NaN.
    """
    M = ((sgd.M - limit.M) ** 2).reshape(len(sgd.M), len(sgd.alpha), -1)
    Q = ((sgd.Q - limit.Q) ** 2).reshape(len(sgd.Q), len(sgd.alpha), -1)
    return np.concatenate([M, Q], -1).mean((1, 2))


def root_mean(squares: Array, rng: Generator) -> Estimate:
    """Square root of the mean of independent squares with its bootstrap error."""
    return statistics.bootstrap(squares, lambda some: float(np.sqrt(some.mean())), rng)


def log_exponent(x: Array, samples: list[Array]) -> Estimate:
    """Exponent of a power law through the geometric means of samples, one array for each x."""
    return statistics.line_through(np.log(x), [statistics.mean(np.log(values)) for values in samples]).coefficients[1]
