"""Training of the quadratic network that is stopped early, beside minima at several weight decays."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from shallownets.studies.spectra import model
from shallownets.studies.spectra.engines import weights
from shallownets.studies.spectra.measure import minima
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.starts import Matrices

_RATE = 0.02  # first learning rate, over the samples' number


def along_descent(samples: Matrices, start: Array, records: NDArray[np.int64]) -> Array:
    """(R,) risk after some steps of gradient descent without weight decay.

    Args:
        start: (d, p) first weights.
        records: (R,) numbers of these steps, rising from 1 or more.
    """
    found: list[float] = []

    def watch(count: int, U: Array) -> bool:
        if count == records[len(found)]:
            found.append(model.quadratic_risk(U @ U.T, samples.teacher))
        return len(found) == len(records)

    weights.descend(weights.quadratic(samples, 0.0), start, _RATE / samples.y.size, int(records[-1]), watch)
    return np.array(found)


def least_over_decays(samples: Matrices, decays: Iterable[float]) -> float:
    """Least risk of the minima at several weight decays, falling; NaN where one of them is not certified."""
    found = minima.in_turn(samples, decays)
    return float(np.min([model.quadratic_risk(one.S, samples.teacher) if one.certified else np.nan for one in found]))
