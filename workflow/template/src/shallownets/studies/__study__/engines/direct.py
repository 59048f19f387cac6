"""SGD sample by sample."""

from collections.abc import Sequence

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from shallownets.studies.__study__ import model
from shallownets.studies.__study__.model import Array


def simulate(
    start: float, eta: float, noise: float, times: NDArray[np.int64], streams: Sequence[SeedSequence]
) -> Array:
    """Errors of the replicates, each with a stream of samples of its own.

    Args:
        start: the initial error.
        eta: learning rate.
        noise: standard deviation of the labels' noise.
        times: (T,) numbers of samples, rising.
        streams: one seed sequence a replicate.

    Returns:
        (R, T) errors.
    """
    samples = np.stack([default_rng(stream).standard_normal((2, times[-1])) for stream in streams])
    errors = [np.full(len(streams), start)]
    for x, xi in samples.transpose(2, 1, 0):
        errors.append(model.step(errors[-1], eta, x, noise * xi))
    return np.stack(errors, 1)[:, times]
