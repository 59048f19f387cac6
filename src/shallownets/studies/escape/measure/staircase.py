"""A trajectory on the map of stationary points: gradient, index and the points it passes near."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shallownets.studies.escape.engines import gradient_flow
from shallownets.studies.escape.model import Array, Places
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory.landscape import StationaryPoint, all_points, gradient, hessian, risk
from shallownets.studies.escape.trajectory import Trajectory

SMALL = 0.1  # eigenvalues below this fraction of 4/(p p*), the least steep way down, count as null along a path
_LATE = 1.5  # a descent goes on this much longer than its smallest singular value needs to grow


@dataclass(frozen=True)
class Path:
    """Along a trajectory, each (T,): risk, norm of the gradient, number of negative eigenvalues of the Hessian."""

    risk: Array
    gradient: Array
    index: Array

    def stops(self) -> Places:
        """Times, as places in the arrays, at which the gradient's norm has a minimum: the ends are none."""
        g = self.gradient
        return np.flatnonzero((g[1:-1] < g[:-2]) & (g[1:-1] <= g[2:])) + 1


class Stop(NamedTuple):
    """A stop of a path: its place in the arrays, and the stationary point that it is nearest to."""

    at: int
    point: StationaryPoint


def descent(p: int, p_star: int, values: Sequence[float], points: int, tolerance: float) -> Trajectory:
    """Gradient flow, in t = η α, from Q = I and the singular values of M, until the smallest of them has grown.

    Args:
        p, p_star: widths.
        values: (p*,) singular values of M at the start; where they are far apart, the flow passes stationary points.
        points: times, equally spaced.
        tolerance: relative error of a step.
    """
    M = np.zeros((p, p_star))
    np.fill_diagonal(M, values)
    last = _LATE * p * p_star / 4 * np.log(1 / min(values))
    return gradient_flow.simulate(Start(M, np.eye(p)), 1.0, np.linspace(0.0, last, points), tolerance)


def along(run: Trajectory, N: int) -> Path:
    """Measure the first replicate of a trajectory through weights (p, N) that have its overlaps."""
    p, p_star = run.M.shape[-2:]
    rows = []
    for M, Q in zip(run.M[0], run.Q[0], strict=True):
        W, W_star = Start(M, Q).weights(N)
        values = np.linalg.eigvalsh(hessian(W, W_star))
        down = (values < -SMALL * 4 / (p * p_star)).sum()
        rows.append((risk(W, W_star), np.linalg.norm(gradient(W, W_star)), down))
    return Path(*np.array(rows, float).T)


def nearest(M: Array, Q: Array) -> StationaryPoint:
    """The stationary point nearest to overlaps (M, Q) in the spectra of M^T M and of Q - M M^T."""
    p, p_star = M.shape
    inside, outside = np.linalg.eigvalsh(M.T @ M)[::-1], np.linalg.eigvalsh(Q - M @ M.T)[::-1]

    def distance(point: StationaryPoint) -> float:
        s_t, s_o = np.zeros(p_star), np.zeros(p)
        s_t[: point.k_t], s_o[: point.k_o] = point.s_t, point.s_o
        return float(((inside - s_t) ** 2).sum() + ((outside - s_o) ** 2).sum())

    return min(all_points(p, p_star), key=distance)


def stops(run: Trajectory, path: Path) -> list[Stop]:
    """The stops of a path, in their order, from the overlaps of the trajectory that it was measured on."""
    return [Stop(at, nearest(run.M[0, at], run.Q[0, at])) for at in path.stops().tolist()]
