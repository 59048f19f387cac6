"""The quadratic network's minimum over S >= 0, by accelerated proximal gradients, certified by a duality gap."""

from dataclasses import dataclass

import numpy as np

from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.starts import Matrices

GAP = 1e-4  # of the objective at zero weights over n: four digits of the risk
_CHECK = 5  # steps between certificates
_LARGEST = 20_000  # steps
_GROWTH, _SHRINK = 1.05, 0.6  # of a step after a good and a bad one


@dataclass(frozen=True)
class Minimum:
    """A minimum of |y - A S|^2 + penalty Tr S over S >= 0.

    Attributes:
        factor: (d, r) V with S = V V^T.
        objective: its value.
        gap: the objective is at most this above the least one.
        steps: proximal steps that were taken.
    """

    factor: Array
    objective: float
    gap: float
    steps: int

    @property
    def S(self) -> Array:
        """(d, d)."""
        return self.factor @ self.factor.T


def penalty_of(lam: float, d: int, p: int | None = None) -> float:
    """lam √(p d), the weight of Tr S in training at width p; p = d where it is not given."""
    return float(lam * np.sqrt((p or d) * d))


def bound(residual: Array, y: Array, largest: float, penalty: float) -> float:
    """What no objective is below: the dual at 2 k times a residual.

    Args:
        residual: (n,) y - A S of any S.
        largest: largest eigenvalue of 2 A^T residual.

    k is the best that the dual allows: with k = 1 the bound is useless near interpolation. Below 0 it would be bound by
    the least eigenvalue in place of the largest, so that a residual that points away from y bounds nothing but by 0.
    """
    left, along = float(residual @ residual), float(residual @ y)
    k = max(min(along / left, penalty / largest if largest > 0 else np.inf), 0.0) if left else 0.0
    return 2 * k * along - k * k * left


def minimise(samples: Matrices, penalty: float, start: Array | None = None, gap: float = GAP) -> Minimum:
    """The minimum over S >= 0 of |y - A S|^2 + penalty Tr S.

    Nesterov's steps with backtracking from the step d/4n of isotropic measurements, started anew where the momentum
    points uphill. Measurements are taken of factors and are linear, so that a step costs one of them and one A^T.

    Args:
        penalty: above 0, see ``penalty_of``.
        start: (d, r) a factor nearby.
        gap: relative to |y|^2 at which the minimum is good enough.
    """
    operator, y = samples.operator, samples.y
    n, d = operator.shape
    V = np.zeros((d, 0)) if start is None else start
    S = V @ V.T
    seen = operator.of_factor(V)
    S_old, seen_old, momentum, step = S, seen, 1.0, d / (4 * n)
    square = float(y @ y)
    objective, away = square, np.inf
    for count in range(_LARGEST):
        beta = (momentum - 1) / (0.5 + np.sqrt(0.25 + momentum**2)) if count else 0.0
        Y, seen_Y = S + beta * (S - S_old), seen + beta * (seen - seen_old)
        residual = y - seen_Y
        down = 2 * operator.back(residual)
        while True:
            values, vectors = np.linalg.eigh(Y + step * down)
            kept = values > step * penalty
            V = vectors[:, kept] * np.sqrt(values[kept] - step * penalty)
            S_new = V @ V.T
            seen_new = operator.of_factor(V)
            moved, change = S_new - Y, seen_new - seen_Y
            if change @ change <= (moved * moved).sum() / (2 * step) * (1 + 1e-12) or not np.any(moved):
                break
            step *= _SHRINK
        uphill = (moved * (S_new - S)).sum() < 0
        momentum = 1.0 if uphill else 0.5 + np.sqrt(0.25 + momentum**2)
        step *= _GROWTH
        S_old, seen_old, S, seen = S, seen, S_new, seen_new
        if count % _CHECK == _CHECK - 1:
            left = y - seen
            objective = float(left @ left + penalty * (V**2).sum())
            # the dual where the step began, whose A^T is known
            away = objective - bound(residual, y, float(np.linalg.eigvalsh(down)[-1]), penalty)
            if away <= gap * square:
                break
    return Minimum(V, objective, away, count + 1)
