"""Losses between the steps of a run, exponents of curves, and windows of times."""

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
