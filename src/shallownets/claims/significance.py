"""How far measurements are from a prediction, and how probable that is: the statistics of the ledger, said once.

The level is fixed before anything is looked at: LEVEL, the chance of a Gaussian number beyond three standard
deviations.

- An interval holds the true value with the chance 1 - LEVEL: Student's t of the error's degrees of freedom times the
  standard error, to either side. From many samples that is three standard errors, from 8 it is 4.5, from 3 it is 19.
- A claim of several rows is given up for a row by Holm's procedure (1979): the chance that any of them is given up
  wrongly is at most LEVEL, however they depend on each other.
- Rows of a statistical claim that do not share runs are judged together, too: by their chi-squared and by their mean
  deviation, at LEVEL each. A claim that fails one of the three deviates; if it is true, that happens at most with the
  chance 3 LEVEL, 0.8 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log1p, sqrt

import scipy

from shallownets.numerics.statistics import WIDTH

LEVEL = float(2 * scipy.special.ndtr(-WIDTH))  # 0.0027


@dataclass(frozen=True)
class Interval:
    """A measured value and where the true one lies.

    Attributes:
        value: measured.
        low, high: ends of the interval of chance 1 - LEVEL.
        below, above: standard errors on either side, 0 of a number without error.
        degrees: of freedom of these errors; infinite where they are known.
    """

    value: float
    low: float
    high: float
    below: float
    above: float
    degrees: float

    @property
    def half(self) -> float:
        """Half of its width."""
        return (self.high - self.low) / 2

    @property
    def exact(self) -> bool:
        """Whether it has no error."""
        return self.low == self.high

    def beyond(self, least: float, most: float) -> float:
        """Signed standard errors by which the value is beyond what is allowed, as of a Gaussian number; 0 inside."""
        gap = min(self.value - least, 0.0) or max(self.value - most, 0.0)
        return standard(gap, self.below if gap > 0 else self.above, self.degrees)


def interval(value: float, low: float, high: float, degrees: float) -> Interval:
    """The interval of a row of a table, whose ends are three standard errors from the value."""
    below, above = (value - low) / WIDTH, (high - value) / WIDTH
    reach = WIDTH if degrees == inf or low == high else -float(scipy.special.stdtrit(degrees, LEVEL / 2))
    return Interval(value, value - reach * below, value + reach * above, below, above, degrees)


def standard(gap: float, error: float, degrees: float) -> float:
    """A gap over its standard error, as the deviation of a Gaussian number that is as improbable."""
    if gap == 0:
        return 0.0
    if error == 0:
        return inf if gap > 0 else -inf
    t = gap / error
    if degrees == inf:
        return t
    chance = float(scipy.special.stdtr(degrees, -abs(t)))
    # beyond what a float holds: Wallace's approximation (1959)
    size = (
        -float(scipy.special.ndtri(chance))
        if chance > 0
        else sqrt(degrees * log1p(t**2 / degrees)) * (8 * degrees + 1) / (8 * degrees + 3)
    )
    return size if t > 0 else -size


def chance(deviation: float) -> float:
    """The chance of a Gaussian number to be as far from 0, on either side."""
    return float(2 * scipy.special.ndtr(-abs(deviation)))


def in_words(probability: float) -> str:
    """A probability as people read it: one so small that a float cannot tell it from 0 is not said to be 0."""
    return "below 1e-15" if probability < 1e-15 else f"{probability:.2g}"


def given_up(deviations: Sequence[float]) -> list[bool]:
    """Which of these are given up at LEVEL, by Holm's procedure over all of them."""
    order = sorted(range(len(deviations)), key=lambda index: -abs(deviations[index]))
    rejected = [False] * len(deviations)
    for place, index in enumerate(order):
        if chance(deviations[index]) > LEVEL / (len(deviations) - place):
            break
        rejected[index] = True
    return rejected


@dataclass(frozen=True)
class Together:
    """Independent rows of a statistical claim, judged together.

    Attributes:
        rows: how many.
        chi2: sum of the squares of their standardised deviations.
        mean: sum of the deviations over the root of their number: standard normal, if the claim holds.
        groups: how many such groups of rows the claim has; the level is shared among them.
    """

    rows: int
    chi2: float
    mean: float
    groups: int = 1

    @property
    def chance_of_chi2(self) -> float:
        return float(scipy.special.chdtrc(self.rows, self.chi2))

    @property
    def chance_of_mean(self) -> float:
        return chance(self.mean)

    @property
    def fails(self) -> bool:
        """Whether one of the two is less probable than LEVEL allows."""
        return min(self.chance_of_chi2, self.chance_of_mean) <= LEVEL / self.groups


def together(deviations: Sequence[float], groups: int = 1) -> Together:
    """Judge standardised deviations of independent rows together."""
    k = len(deviations)
    return Together(k, sum(one**2 for one in deviations), sum(deviations) / sqrt(k), groups)
