"""SGD on the Stiefel manifold, tried: are its columns orthonormal, and is its mean step that of the flow?"""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.random import SeedSequence

from shallownets.studies.riccati.engines import exact, stiefel
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.starts import Start

STILL = 1e-4  # time of the flow in which W stands still, up to this relative order


def orthonormality(W: Array) -> float:
    """The largest entry of |W^T W - I|."""
    return float(np.abs(W.T @ W - np.eye(W.shape[1])).max())


def mean_steps(
    start: Start,
    lam: Array,
    d: int,
    samples: int,
    streams: Iterable[SeedSequence],
    progress: Callable[[float], None],
) -> Array:
    """SGD's step along the flow's direction over the flow's step, the mean of many samples for each stream.

    A mean step is best seen halfway through learning the first direction: at a random start it is small, at the end it
    vanishes.

    Args:
        start: from where the flow goes halfway.
        lam: (M*,) the teacher's eigenvalues.
        d: input dimension.
        samples: of each mean.
        streams: of the samples.
        progress: called with the samples by which the work has advanced.
    """
    N = start.Z.shape[1]
    Z = next(exact.overlaps(start, lam, [np.log(d / N) / (2 * lam[0])]))
    halfway = Start(Z, np.linalg.cholesky(np.eye(N) - Z.T @ Z).T)
    step = lam[:, None] * Z - Z @ (Z.T @ (lam[:, None] * Z))
    eta = STILL / (2 * samples)
    moved = (stiefel.simulate(halfway, lam, d, eta, [samples], stream, progress).Z[0] for stream in streams)
    return np.array([((after - Z) * step).sum() / (STILL * (step**2).sum()) for after in moved])
