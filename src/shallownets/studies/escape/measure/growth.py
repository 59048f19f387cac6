"""Growth of small overlaps on the plateau: how far they have grown from their start, and at which rate."""

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, bootstrap
from shallownets.studies.escape.model import Array


def projection(M: Array, M0: Array) -> Array:
    """Projection of M (..., p, p*) on its value M0 (p, p*) at the start, over |M0|^2: 1 at the start."""
    return (M * M0).sum((-2, -1)) / (M0**2).sum()


def mean_rate(t: float, projections: Array, rng: Generator, resamples: int) -> Estimate:
    """Rate of the mean growth from 0 to t, with a bootstrap over the runs.

    The mean comes before the logarithm: the noise of SGD adds to M and leaves its mean alone.

    Args:
        t: time since the start.
        projections: (R,) of the runs at that time.
        rng, resamples: of the bootstrap.
    """
    return bootstrap(projections, lambda sample: np.log(sample.mean()) / t, rng, resamples)
