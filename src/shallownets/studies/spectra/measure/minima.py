"""Convex minima that trainings of weights are held against, and minima at several weight decays in turn."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.studies.spectra.engines import lasso, nuclear, weights
from shallownets.studies.spectra.engines.nuclear import Minimum
from shallownets.studies.spectra.engines.weights import Trained
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.starts import Matrices, Vectors
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.quadratic import Quadratic

FALL = 1e-16  # of the objective in a step, at which L-BFGS stops
SCALE = 0.3  # of first weights
_GAP = 1e-12  # of the convex minima
_NOTHING = 1e-6  # of the largest eigenvalue: what is left of others where nothing makes them zero


@dataclass(frozen=True)
class Least:
    """What trainings are held against.

    Attributes:
        value: function parameters, a matrix (d, d) or a vector (d,).
        objective: of training.
        rank: of the matrix, or entries of the vector that are not zero.
        certified: whether its gap is as small as was asked for; without decay there is no gap to ask for.
    """

    value: Array
    objective: float
    rank: int
    certified: bool = True

    def excess(self, trained: Trained) -> float:
        """A training's objective over this one, less 1; NaN where this one is not certified."""
        return trained.objective / self.objective - 1 if self.certified else np.nan


def of_matrix(samples: Matrices, lam: float, rng: Generator) -> Least:
    """The certified convex minimum; without decay none is certified, and it is training at twice the full width."""
    d = samples.teacher.size
    if lam:
        found = nuclear.minimise(samples, nuclear.penalty_of(lam, d), gap=_GAP)
        return Least(found.S, found.objective, found.factor.shape[1], found.certified)
    start = SCALE * rng.standard_normal((d, 2 * d))
    trained = weights.lbfgs(weights.quadratic(samples, 0.0), start, tolerance=FALL)
    S = trained.weights @ trained.weights.T
    values = np.linalg.eigvalsh(S)
    return Least(S, trained.objective, int((values > _NOTHING * values[-1]).sum()))


def of_vector(samples: Vectors, lam: float) -> Least:
    """The certified LASSO, twice; without decay least squares."""
    if lam:
        found = lasso.minimise(samples, lam, gap=_GAP)
        rank, certified = int(np.count_nonzero(found.theta)), found.gap <= _GAP * found.objective
        return Least(found.theta, 2 * found.objective, rank, certified)
    theta = np.linalg.lstsq(samples.x, samples.y)[0].astype(np.float64)
    return Least(theta, float(((samples.y - samples.x @ theta) ** 2).sum()), theta.size)


def in_turn(samples: Matrices, decays: Iterable[float]) -> Iterator[Minimum]:
    """The quadratic network's minima at several weight decays, each from the one before; falling decays are best."""
    factor = None
    for lam in decays:
        found = nuclear.minimise(samples, nuclear.penalty_of(lam, samples.teacher.size), factor)
        factor = found.factor
        yield found


def middle(network: Quadratic, n: float, lam: float, widths: Iterable[int]) -> int:
    """The width nearest to half of the rank that state evolution has, above the narrowest: fixed before training."""
    state = evolution.solve(network, n, lam)
    half = network.rank(state.v, state.x) / 2
    return min(sorted(widths)[1:], key=lambda p: abs(p - half))
