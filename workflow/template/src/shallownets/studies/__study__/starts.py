"""Where a run begins."""

from numpy.random import Generator


def gaussian(rng: Generator) -> float:
    """An initial error of variance 1."""
    return float(rng.standard_normal())
