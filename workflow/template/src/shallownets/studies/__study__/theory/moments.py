"""Mean and mean square of the error, exact at any learning rate, because x^2 has mean 1 and x^4 has mean 3."""

import numpy as np
from numpy.typing import NDArray

from shallownets.studies.__study__.model import Array


def mean(start: float, eta: float, times: NDArray[np.int64]) -> Array:
    """(T,) mean error, eq. 1: it falls by 1 - eta a sample."""
    return start * (1 - eta) ** times


def stationary(eta: float, noise: float) -> float:
    """Mean square error after long times, eq. 3."""
    return eta * noise**2 / (2 - 3 * eta)


def mean_square(start: float, eta: float, noise: float, times: NDArray[np.int64]) -> Array:
    """(T,) mean square error, eq. 2: its distance from the stationary one falls by 1 - 2 eta + 3 eta^2 a sample."""
    last = stationary(eta, noise)
    return last + (start**2 - last) * (1 - 2 * eta + 3 * eta**2) ** times
