"""Stationary points by formula and by brute force."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.studies.escape.measure.hessian import Signs, signs, weights
from shallownets.studies.escape.theory.landscape import ZERO, StationaryPoint, hessian, risk


@dataclass(frozen=True)
class Beside:
    """A stationary point at one N: the formula beside weights of random orientation that stand there.

    Attributes:
        point: what the formulas know of it.
        index: how many eigenvalues of the Hessian are negative, by the formula.
        positive: how many are positive, by the formula.
        measured_risk: at the weights.
        measured: the signs of the Hessian's eigenvalues at the weights.
        lowest: the least of these eigenvalues.
    """

    point: StationaryPoint
    index: int
    positive: int
    measured_risk: float
    measured: Signs
    lowest: float

    @property
    def agrees(self) -> bool:
        """Whether the formula has as many negative and positive eigenvalues as there are."""
        return (self.measured.negative, self.measured.positive) == (self.index, self.positive)


def beside(point: StationaryPoint, N: int, rng: Generator) -> Beside:
    """Hold a stationary point against the Hessian at weights (p, N) of random orientation."""
    W, W_star = weights(point, N, rng)
    levels = [level for level in point.levels(N) if level.name != ZERO]
    eigenvalues = np.linalg.eigvalsh(hessian(W, W_star))
    index = sum(level.count for level in levels if level.value < 0)
    positive = sum(level.count for level in levels if level.value > 0)
    return Beside(point, index, positive, risk(W, W_star), signs(eigenvalues), eigenvalues[0])


def softest(point: StationaryPoint, N: int) -> float:
    """The least size of an eigenvalue that is not zero."""
    return min(abs(level.value) for level in point.levels(N) if level.name != ZERO)
