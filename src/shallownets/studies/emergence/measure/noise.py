"""Means of series whose neighbours hang together, and two samples of one law."""

import scipy

from shallownets.numerics.statistics import Estimate, mean
from shallownets.studies.emergence.model import Array


def by_blocks(values: Array, blocks: int) -> Estimate:
    """The mean of a series (S,) whose neighbours hang together, its error from means of blocks longer than that."""
    return mean(values[: len(values) // blocks * blocks].reshape(blocks, -1).mean(1))


def one_law(first: Array, second: Array) -> float:
    """The chance that samples (R, F) and (S, F) of one law differ as much in any of F numbers, by Bonferroni's bound.

    Two-sample tests of Kolmogorov and Smirnov, number by number.
    """
    chances = [scipy.stats.ks_2samp(x, y).pvalue for x, y in zip(first.T, second.T, strict=True)]
    return float(min(1.0, min(chances) * len(chances)))
