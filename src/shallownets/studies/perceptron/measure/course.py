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


def apart(x: Array, errors: Array, places: int) -> Array:
    """(places,) ``ratio`` of the error curves of all trainings; NaN if they share no place.

    It is from where all errors have fallen below that of the first law's window to where the first curve ends.

    Args:
        x: (curves, records) the clock of each, and
        errors: (curves, records) the errors.
    """
    begins = max(first_below(one, BELOW, at) for one, at in zip(errors, x, strict=True))
    ends = x[:, -1].min()
    if not ((errors <= BELOW).any(axis=-1).all() and begins < ends):
        return np.full(places, np.nan)
    return ratio(x, errors, np.linspace(begins, ends, places))
