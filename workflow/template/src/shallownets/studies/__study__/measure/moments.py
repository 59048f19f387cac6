"""Moments of the error over replicates."""

from dataclasses import dataclass

from shallownets.numerics import statistics
from shallownets.numerics.statistics import Estimate
from shallownets.studies.__study__.model import Array


@dataclass(frozen=True)
class Moments:
    """Mean and mean square of the error, an estimate at each time."""

    mean: list[Estimate]
    mean_square: list[Estimate]


def moments(errors: Array) -> Moments:
    """Moments over the replicates of (R, T) errors, R at least 2."""
    return Moments([statistics.mean(e) for e in errors.T], [statistics.mean(e**2) for e in errors.T])
