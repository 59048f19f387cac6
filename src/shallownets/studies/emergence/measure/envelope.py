"""The envelope of the losses of several widths against compute: its slope, and the best width."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shallownets.numerics.statistics import Estimate
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.theory import frontiers, sequential

_WIDTHS = 60  # of a frontier of infinite size,
_POINTS = 1500  # and on how much compute


class Power(NamedTuple):
    """A power of compute; NaN where the range holds too little of a frontier.

    Attributes:
        exponent: by least squares on logarithms.
        length: logarithm of the last compute over the first.
    """

    exponent: float
    length: float


NONE = Power(np.nan, np.nan)


@dataclass(frozen=True)
class Frontier:
    """The least loss at each compute, over widths.

    Attributes:
        compute: (C,) N t.
        loss: (C,) the least loss.
        width: (C,) where it is.
    """

    compute: Array
    loss: Array
    width: Array

    def between(self, low: float, high: float) -> tuple[Array, Array]:
        """Compute and loss while the best width passes from `low` to `high`: where it is neither end of the list.

        Empty where no width between them is ever the best.
        """
        above, below = np.flatnonzero(self.width > low), np.flatnonzero(self.width < high)
        inside = slice(above[0], below[-1] + 1) if above.size and below.size else slice(0)
        return self.compute[inside], self.loss[inside]

    def passages(self) -> tuple[Array, Array, Array]:
        """Compute at which the best width passes from one to the next, that one, and the next; rising.

        Of single runs it goes back and forth while only the first directions are learned: the last passage counts, from
        which on no width up to that one is the best again. Widths that are passed over have none.
        """
        width = np.minimum.accumulate(self.width[::-1])[::-1]
        before = np.flatnonzero(np.diff(width))
        return np.sqrt(self.compute[before] * self.compute[before + 1]), width[before], width[before + 1]

    def slope(self, low: float, high: float) -> Power:
        """The power of the loss while the best width passes between these; NaN where none between is ever the best."""
        C, loss = self.between(low, high)
        return _power(C, loss) if C.size > 1 else NONE

    def best_width(self, most: float, t_end: float = np.inf) -> Power:
        """The power of the best width, by its passages up to the width `most`; NaN for fewer than two.

        A passage counts while the curve of the narrower width, which ends at t_end, has not come to its end.
        """
        C, narrower, wider = self.passages()
        kept = (wider <= most) & (narrower * t_end > C)
        return _power(C[kept], np.sqrt(narrower * wider)[kept]) if kept.sum() > 1 else NONE

    def loss_at(self, C: Array) -> Array:
        """The least loss at any compute, by straight lines between logarithms."""
        return np.exp(np.interp(np.log(C), np.log(self.compute), np.log(self.loss)))


def _power(C: Array, y: Array) -> Power:
    return Power(curves.power(C, y), float(np.log(C[-1] / C[0])))


class Slopes(NamedTuple):
    """Slopes of frontiers over one range of widths.

    Attributes:
        measured: of the runs.
        with_tail: of the runs, with what a finite teacher lacks.
        expected: mean over draws of the sequential law, and
        spread: their standard deviation.
        length: logarithm of the last compute over the first, of the runs.
    """

    measured: float
    with_tail: float
    expected: float
    spread: float
    length: float


def slopes(
    found: Frontier, with_tail: Frontier, by_draws: Iterable[Frontier], low: float, high: float
) -> Slopes | None:
    """Slopes while the best width passes from low to high; None where one of the frontiers has none between."""
    measured, length = found.slope(low, high)
    expected, spread = scatter(one.slope(low, high).exponent for one in by_draws)
    tailed = with_tail.slope(low, high).exponent
    if not np.isfinite([measured, expected, tailed]).all():
        return None
    return Slopes(measured, tailed, expected, spread, length)


def frontier(losses: Mapping[float, tuple[Array, Array]], points: int = 400) -> Frontier:
    """The envelope of curves (t, loss) by their width, over all compute that each of them covers in part.

    A width counts at a compute only within its own times.
    """
    least = min(N * t[0] for N, (t, _) in losses.items())
    most = max(N * t[-1] for N, (t, _) in losses.items())
    C = np.geomspace(least, most, points)
    widths = np.array(sorted(losses), float)
    found = np.full((widths.size, C.size), np.inf)
    for row, N in zip(found, widths, strict=True):
        t, loss = losses[N]
        inside = (t[0] * N <= C) & (t[-1] * N >= C)
        row[inside] = np.exp(np.interp(np.log(C[inside] / N), np.log(t), np.log(loss)))
    best, least_loss = found.argmin(0), found.min(0)
    known = np.isfinite(least_loss)
    return Frontier(C[known], least_loss[known], widths[best[known]])


def infinite(beta: float, first: int, last: int) -> Frontier:
    """The frontier by the sequential law, of infinite dimension and teacher, over widths from first to last.

    Its compute is in units of d^{k/2-1}, with h_4.
    """
    s = frontiers.times(beta, first, last)
    widths = np.unique(np.geomspace(first, last, _WIDTHS).astype(np.int64)).tolist()
    return frontier({N: (s, sequential.limit_loss(s, beta, N)) for N in widths}, _POINTS)


class Range(NamedTuple):
    """The frontier of infinite size over a range of widths.

    Attributes:
        frontier: itself.
        slope, best_width: exponents over the range.
        growth: ξ in its middle, ``theory.frontiers``.
        beyond_slope: distance of the slope from its law to first order, and
        beyond_best_width: of the best width's exponent from its law to second order, in the middle.
    """

    frontier: Frontier
    slope: float
    best_width: float
    growth: float
    beyond_slope: float
    beyond_best_width: float


def over(beta: float, first: int, last: int) -> Range:
    """The range from one width to another."""
    found, middle = infinite(beta, first, last), float(np.sqrt(first * last))
    slope, width = found.slope(first, last).exponent, found.best_width(last).exponent
    off = abs(slope - frontiers.slope(beta, middle)), abs(width - frontiers.best_width(beta, middle))
    return Range(found, slope, width, frontiers.growth(middle), *off)


class Orders(NamedTuple):
    """Powers of ξ by which the slope, and the exponent of the best width, differ from their laws."""

    slope: float
    best_width: float


def orders(ranges: Sequence[Range]) -> Orders:
    """The powers of ξ over at least two ranges of widths."""
    _, _, _, xi, of_slopes, of_widths = zip(*ranges, strict=True)
    return Orders(*(curves.power(np.array(xi), np.array(off)) for off in (of_slopes, of_widths)))


class BestWidth(NamedTuple):
    """The exponent of the best width in compute.

    Attributes:
        exponent: mean over starts, its error by the scatter of draws of the sequential law.
        expected: mean over these draws.
        shortest: the least logarithm of compute over which a start has it.
    """

    exponent: Estimate
    expected: float
    shortest: float


def best_widths(found: Sequence[Frontier], by_draws: Sequence[Frontier], most: float, t_end: float) -> BestWidth | None:
    """The exponent up to the width `most`; None where a start, or all draws but one, have too few passages.

    Args:
        found: of each start.
        by_draws: of draws of the sequential law.
        t_end: as for ``Frontier.best_width``.
    """
    exponents, lengths = np.array([one.best_width(most, t_end) for one in found]).T
    expected, spread = scatter(one.best_width(most, t_end).exponent for one in by_draws)
    if not np.isfinite([*exponents, expected]).all():
        return None
    ours = Estimate(float(exponents.mean()), spread / np.sqrt(exponents.size), len(by_draws))
    return BestWidth(ours, expected, float(lengths.min()))


class Scatter(NamedTuple):
    """Mean and standard deviation over draws."""

    mean: float
    deviation: float


def scatter(exponents: Iterable[float]) -> Scatter:
    """How exponents of draws scatter, without those that are NaN; NaN itself where fewer than two are left."""
    known = [one for one in exponents if np.isfinite(one)]
    return Scatter(float(np.mean(known)), float(np.std(known, ddof=1))) if len(known) > 1 else Scatter(np.nan, np.nan)
