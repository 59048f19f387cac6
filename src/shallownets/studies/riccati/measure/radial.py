"""What Phase II reaches: the risk of radial fits above that of the best radial part."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.random import SeedSequence, default_rng

from shallownets.numerics.statistics import Estimate, mean
from shallownets.studies.riccati.engines import radial
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.starts import Start


@dataclass(frozen=True)
class Fits:
    """Fits on samples of their own.

    Attributes:
        above: their risk above that of the best radial part.
        change: what their positive part changes of it.
    """

    above: Estimate
    change: Estimate


def with_overlaps(Z: Array) -> Start:
    """Directions that have these overlaps, their rest upper triangular; also where some lie in the teacher's span.

    Args:
        Z: (M*, N).
    """
    values, vectors = np.linalg.eigh(np.eye(Z.shape[1]) - Z.T @ Z)
    root = np.linalg.qr(np.sqrt(np.clip(values, 0, None))[:, None] * vectors.T, mode="r")
    return Start(Z, np.where(np.diag(root) < 0, -1.0, 1.0)[:, None] * root)


def fits(Z: Array, lam: Array, d: int, samples: int, streams: Iterable[SeedSequence]) -> Fits:
    """Fit the radial part.

    Args:
        Z: (M*, N) overlaps; any weights that have them are as good as any others.
        lam: (M*,) the teacher's eigenvalues.
        d: input dimension.
        samples: of each fit.
        streams: of the samples, a fit each.
    """
    W = with_overlaps(Z).weights(d)
    best = Z.T @ (lam[:, None] * Z)
    found = []
    for stream in streams:
        Omega = radial.fit(W, lam, samples, default_rng(stream))
        above, of_positive = (((part - best) ** 2).sum() for part in (Omega, radial.positive_part(Omega)))
        found.append((above, of_positive - above))
    return Fits(*map(mean, zip(*found, strict=True)))
