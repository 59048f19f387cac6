"""Losses between the steps of a run, exponents of curves, and windows of times."""

from typing import NamedTuple

import numpy as np

from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.theory import crowding, times
from shallownets.studies.emergence.trajectory import Run

FIRST = 10  # direction from whose time on single steps no longer show
_POINTS = 200  # on which an exponent is fitted, equally spaced in the logarithm


def loss_at(run: Run, t: Array) -> Array:
    """Loss at times t within the run, by straight lines between the logarithms at its steps."""
    floor = np.finfo(float).tiny
    return np.exp(np.interp(t, run.t, np.log(np.maximum(run.loss, floor))))


def power(x: Array, y: Array) -> float:
    """Exponent of y in x, by least squares on logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def in_m(T: Array) -> float:
    """Exponent of times (m,) of the first directions in their number, counted from 1."""
    return power(np.arange(1.0, T.size + 1), T)


def beside_steps(run: Run, T: Array, a: Array) -> tuple[float, float]:
    """Area between the loss of a run and sharp steps at T (P,), and the area under the steps, until the run's end."""
    ends = np.unique(np.concatenate([run.t, T[run.t[-1] > T]]))
    middle, length = (ends[1:] + ends[:-1]) / 2, np.diff(ends)
    steps = times.steps_loss(middle, T, a)
    return float(np.abs(loss_at(run, middle) - steps) @ length), float(steps @ length)


class Overlay(NamedTuple):
    """The loss beside sharp steps at times that the start alone gives.

    Attributes:
        off: the area between them over that of the steps.
        order: what corners of the steps and the next order of crowding may make of it.
    """

    off: float
    order: float


def overlay(run: Run, M: Array, a: Array, expected: Run) -> Overlay:
    """The loss of a run, whose overlaps (N, P) at the start are M, beside sharp steps.

    Steps are at the times of greedy choice, ``expected``, with crowding. Where crowding has no delay, because a neuron
    almost took another direction, it may be as long as the search; else the next order is below the first.
    """
    T, learned = expected.times, expected.learned
    delay = crowding.delays(M, a, expected.owner, T)
    between, under = beside_steps(run, times.sharp(T + np.nan_to_num(delay), a), a)
    off = times.corners(a) + np.where(np.isfinite(delay), delay, T)
    return Overlay(between / under, float((a**2 * off)[learned].sum() / under))


def window(T: Array) -> Array:
    """Times from that of direction FIRST to that of direction P/4, where neither single steps nor the end show.

    Args:
        T: (P,) learning times, at least 4 (FIRST + 1): with fewer there is nothing between.
    """
    return np.geomspace(T[FIRST - 1], T[T.size // 4 - 1], _POINTS)
