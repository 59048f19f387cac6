"""Both laws from trainings of networks: error against norm at several sizes, the norm at a milestone, exponents.

Arrays of a training set have the shape (replicates, sizes, records); norms are logarithms.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shallownets.numerics.statistics import Estimate
from shallownets.studies.perceptron.measure.course import BELOW, first_below, rising
from shallownets.studies.perceptron.measure.curves import exponent
from shallownets.studies.perceptron.model import Array

Milestone = Literal["1 % training error", "least test error"]
MILESTONES: tuple[Milestone, ...] = ("1 % training error", "least test error")
FITTED = 0.01  # training error of the first milestone
SHARE = 0.5  # the first law is fitted where the error is below BELOW, and the norm below this share of norm*
LEAVES = 0.8  # error below which a curve of ten classes has left chance, which is 0.9
CLOSE = 0.45  # error down to which the curves of the largest sizes are compared
LARGEST = 4  # sizes of the second range: the errors of the smallest are near chance, and fall more slowly


@dataclass(frozen=True)
class Trainings:
    """Trainings of one network, several of each size.

    Attributes:
        sizes: (sizes,) training images.
        norm: (replicates, sizes, records) logarithm of a norm, its running maximum: it is not monotone by itself.
        test, training: of the same shape, shares of wrong labels.
    """

    sizes: Array
    norm: Array
    test: Array
    training: Array

    def some(self, replicates: NDArray[np.integer]) -> "Trainings":
        """The trainings of some replicates."""
        return Trainings(self.sizes, self.norm[replicates], self.test[replicates], self.training[replicates])

    def from_size(self, first: int) -> "Trainings":
        """The trainings of the sizes from one on."""
        return Trainings(self.sizes[first:], self.norm[:, first:], self.test[:, first:], self.training[:, first:])

    @property
    def first_of_largest(self) -> int:
        """Number of the first of the four largest sizes."""
        return max(0, self.sizes.size - LARGEST)


@dataclass(frozen=True)
class Recorded:
    """What the runs of one network recorded, (replicates, sizes, records) each, and their sizes."""

    sizes: Array
    step: Array
    test: Array
    training: Array
    bartlett: Array
    authors: Array


def trainings(of: Recorded, norm: str) -> Trainings:
    """With one of both norms."""
    return Trainings(of.sizes, rising(getattr(of, norm)), of.test, of.training)


def milestone(runs: Trainings, kind: Milestone) -> Array:
    """(sizes,) logarithm of norm*: the mean over replicates of the norm at 1 % training error; or that at the least
    test error of the mean over replicates, as the authors have it."""
    if kind == "1 % training error":
        each = [
            [first_below(runs.training[r, p], FITTED, runs.norm[r, p]) for p in range(runs.sizes.size)]
            for r in range(len(runs.norm))
        ]
        return np.mean(each, axis=0)
    least = runs.test.mean(0).argmin(-1)
    return runs.norm.mean(0)[np.arange(runs.sizes.size), least]


def reached(runs: Trainings, kind: Milestone) -> NDArray[np.bool_]:
    """(replicates,) whether a training came to the milestone at every size; each has a least test error."""
    if kind == "least test error":
        return np.ones(len(runs.norm), bool)
    return np.all(np.any(runs.training <= FITTED, axis=-1), axis=-1)


@dataclass(frozen=True)
class Laws:
    """Exponents: of the error in the norm, of norm* in the examples, of the last error in the examples.

    Attributes:
        g1_change, g2_change: exponent at the end of the range of its fit less that at the beginning, ``change``.
    """

    g1: float
    g2: float
    measured: float
    g1_change: float
    g2_change: float

    @property
    def product(self) -> float:
        """What both laws predict for the last one."""
        return self.g1 * self.g2


def laws(runs: Trainings, kind: Milestone) -> Laws:
    """Exponents of trainings, averaged over replicates.

    The first law is fitted to the largest size, where the error is below 0.6 and the norm below half of norm*; NaN
    where fewer than three records lie there, or four for the change.
    """
    last = milestone(runs, kind)
    norm, test = runs.norm.mean(0)[-1], runs.test.mean(0)[-1]
    inside = (test < BELOW) & (norm < last[-1] + np.log(SHARE))
    g1 = -float(np.polyfit(norm[inside], np.log(test[inside]), 1)[0]) if inside.sum() >= 3 else np.nan
    return Laws(
        g1,
        exponent(runs.sizes, np.exp(last)),
        -exponent(runs.sizes, runs.test.mean(0)[:, -1]),
        -change(norm[inside], np.log(test[inside])),
        change(np.log(runs.sizes), last),
    )


def change(x: Array, y: Array) -> float:
    """By how much the slope of y in x changes from the least x to the largest, from a parabola; NaN of three points.

    Of logarithms, slopes are local exponents: those of a power do not change.
    """
    if x.size < 4:
        return np.nan
    middle, half = (x[0] + x[-1]) / 2, (x[-1] - x[0]) / 2
    return float(4 * np.polyfit((x - middle) / half, y, 2)[0] / half)


def distance(runs: Trainings, one: tuple[int, int], other: tuple[int, int], points: int = 40) -> float:
    """Root mean square of the difference of the logarithms of two error curves at equal norm.

    Over the norms from where both errors have left chance to the smaller norm* at 1 % training error: below norm* they
    are one curve by the first law. NaN where there is no such norm.

    Args:
        one, other: number of the replicate and of the size.
    """
    both = one, other
    begins = max(first_below(runs.test[at], LEAVES, runs.norm[at]) for at in both)
    ends = min(first_below(runs.training[at], FITTED, runs.norm[at]) for at in both)
    if not begins < ends:
        return np.nan
    grid = np.linspace(begins, ends, points)
    a, b = (np.interp(grid, runs.norm[at], np.log(runs.test[at])) for at in both)
    return float(np.sqrt(np.mean((a - b) ** 2)))


def between_sizes(runs: Trainings, size: int) -> Array:
    """(replicates,) distance of a size's curve from that of the largest size, in one replicate."""
    last = runs.sizes.size - 1
    return np.array([distance(runs, (r, size), (r, last)) for r in range(len(runs.norm))])


def between_trainings(runs: Trainings, size: int) -> float:
    """Root mean square, over all pairs, of the distance of two trainings of one size; NaN where no pair has one."""
    pairs = combinations(range(len(runs.norm)), 2)
    found = np.array([distance(runs, (r, size), (s, size)) for r, s in pairs])
    found = found[np.isfinite(found)]
    return float(np.sqrt(np.mean(found**2))) if found.size else np.nan


@dataclass(frozen=True)
class Spread:
    """How far curves of the logarithm of the error lie apart at equal norm, as a standard deviation.

    Attributes:
        sizes: of the curves of the sizes, each the mean over replicates; NaN where there is no norm to compare at.
        trainings: of the curves of trainings of one size.
    """

    sizes: float
    trainings: float


def spread(runs: Trainings, points: int = 200) -> Spread:
    """How far sizes, and trainings of one size, are apart: root mean squares over norms, for trainings over sizes too.

    Over the norms from where the mean errors of all sizes have left chance to where the first of them has come down to
    0.45, or to the smallest norm* at 1 % training error: below norm* they are one curve by the first law. If they are,
    and sizes are independent, sizes have the spread of trainings over the root of the number of replicates.
    """
    norm, test = runs.norm.mean(0), runs.test.mean(0)
    curves = list(zip(test, norm, strict=True))
    begins = max(first_below(errors, LEAVES, at) for errors, at in curves)
    ends = min(*milestone(runs, "1 % training error"), *(first_below(errors, CLOSE, at) for errors, at in curves))
    if not begins < ends:
        return Spread(np.nan, np.nan)
    grid = np.linspace(begins, ends, points)

    def variance(of: Iterable[tuple[Array, Array]]) -> float:
        return float(np.var([np.interp(grid, at, np.log(errors)) for errors, at in of], axis=0, ddof=1).mean())

    by_size = [zip(runs.test[:, p], runs.norm[:, p], strict=True) for p in range(runs.sizes.size)]
    return Spread(np.sqrt(variance(curves)), np.sqrt(np.mean([variance(one) for one in by_size])))


def widened(estimate: Estimate) -> Estimate:
    """A bootstrapped error of few samples: what n draws of n samples vary by is too small by √((n - 1)/n)."""
    return replace(estimate, error=estimate.error * float(np.sqrt(estimate.n / (estimate.n - 1))))
