"""A trajectory on the map of stationary points: gradient, index and the points it passes near."""

from dataclasses import dataclass

import numpy as np

from shallownets.studies.escape.model import Array
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory.landscape import StationaryPoint, all_points, gradient, hessian, risk
from shallownets.studies.escape.trajectory import Trajectory

SMALL = 0.1  # eigenvalues below this fraction of 4/(p p*), the least steep way down, count as null along a path


@dataclass(frozen=True)
class Path:
    """Along a trajectory, each (T,): risk, norm of the gradient, number of negative eigenvalues of the Hessian."""

    risk: Array
    gradient: Array
    index: Array

    def stops(self) -> Array:
        """Times, as places in the arrays, at which the gradient's norm has a minimum: the ends are none."""
        g = self.gradient
        return np.flatnonzero((g[1:-1] < g[:-2]) & (g[1:-1] <= g[2:])) + 1


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
