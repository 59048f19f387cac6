"""Exponents of curves, windows of times, and the envelope of curves of several widths."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.theory import times
from shallownets.studies.emergence.trajectory import Run

_POINTS = 200  # on which an exponent is fitted, equally spaced in the logarithm


def loss_at(run: Run, t: Array) -> Array:
    """Loss at times t within the run, by straight lines between the logarithms at its steps."""
    floor = np.finfo(float).tiny
    return np.exp(np.interp(t, run.t, np.log(np.maximum(run.loss, floor))))


def power(x: Array, y: Array) -> float:
    """Exponent of y in x, by least squares on logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def beside_steps(run: Run, T: Array, a: Array) -> tuple[float, float]:
    """Area between the loss of a run and sharp steps at T (P,), and the area under the steps, until the run's end."""
    ends = np.unique(np.concatenate([run.t, T[run.t[-1] > T]]))
    middle, length = (ends[1:] + ends[:-1]) / 2, np.diff(ends)
    steps = times.steps_loss(middle, T, a)
    return float(np.abs(loss_at(run, middle) - steps) @ length), float(steps @ length)


def window(T: Array) -> Array:
    """Times from that of direction 10 to that of direction P/4, where neither single steps nor the end show.

    Args:
        T: (P,) learning times, at least 44: with fewer there is nothing between.
    """
    return np.geomspace(T[9], T[T.size // 4 - 1], _POINTS)


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


def frontier(curves: Mapping[float, tuple[Array, Array]], points: int = 400) -> Frontier:
    """The envelope of curves (t, loss) by their width, over all compute that each of them covers in part.

    A width counts at a compute only within its own times.
    """
    least = min(N * t[0] for N, (t, _) in curves.items())
    most = max(N * t[-1] for N, (t, _) in curves.items())
    C = np.geomspace(least, most, points)
    widths = np.array(sorted(curves), float)
    losses = np.full((widths.size, C.size), np.inf)
    for row, N in zip(losses, widths, strict=True):
        t, loss = curves[N]
        inside = (t[0] * N <= C) & (t[-1] * N >= C)
        row[inside] = np.exp(np.interp(np.log(C[inside] / N), np.log(t), np.log(loss)))
    best = losses.argmin(0)
    known = np.isfinite(losses.min(0))
    return Frontier(C[known], losses.min(0)[known], widths[best[known]])
