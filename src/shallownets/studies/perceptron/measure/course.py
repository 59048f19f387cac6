"""What is read off the course of a training of a network: curves over the moments that were recorded."""

import numpy as np

from shallownets.studies.perceptron.model import Array

BELOW = 0.6  # test error of ten classes from which on curves are fitted and clocks compared: chance is 0.9


def not_zero(errors: Array, images: int) -> Array:
    """Test errors with a logarithm: none wrong counts as half an image."""
    return np.maximum(errors, 0.5 / images)


def rising(norm: Array) -> Array:
    """The running maximum over records."""
    return np.maximum.accumulate(norm, axis=-1)


def first_below(values: Array, level: float, norm: Array) -> float:
    """The norm at which values first come down to a level, between records linearly; the last norm if never."""
    under = np.flatnonzero(values <= level)
    if under.size == 0:
        return float(norm[-1])
    n = under[0]
    if n == 0:
        return float(norm[0])
    share = (values[n - 1] - level) / (values[n - 1] - values[n])
    return float(norm[n - 1] + share * (norm[n] - norm[n - 1]))


def ratio(x: Array, curves: Array, at: Array) -> Array:
    """(at,) log of the largest over the smallest of several curves at equal x; x and curves are (curves, points)."""
    logs = np.array([np.interp(at, one, np.log(values)) for one, values in zip(x, curves, strict=True)])
    return logs.max(0) - logs.min(0)
