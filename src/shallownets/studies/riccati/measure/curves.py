"""Numbers from curves: crossing times, slopes, and the time at which the exact flow passes a level."""

from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import ArrayLike

from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.starts import Start


def crossings(times: Array, diagonal: Array) -> tuple[Array, Array]:
    """When each overlap first reaches 1/2, and how fast it does: the slope of its logit there.

    Args:
        times: (T,) rising.
        diagonal: (T, n) overlaps, each between 0 and 1.

    Returns:
        (times, slopes), (n,) each; nan where an overlap stays below 1/2 or begins above.
    """
    crossing, slope = np.full((2, diagonal.shape[1]), np.nan)
    above = diagonal >= 0.5
    first = above.argmax(0)
    for j in np.flatnonzero(above.any(0) & (first > 0)):
        i = first[j]
        before, after = scipy.special.logit(diagonal[i - 1 : i + 1, j])
        slope[j] = (after - before) / (times[i] - times[i - 1])
        crossing[j] = times[i] - after / slope[j]
    return crossing, slope


def power(times: ArrayLike, values: ArrayLike) -> float:
    """Exponent of a power law by least squares through the logarithms."""
    return float(np.polyfit(np.log(times), np.log(values), 1)[0])


def first_time(start: Start, lam: Array, above: Callable[[Array], float], guess: float) -> float:
    """When a quantity of the exact flow changes its sign.

    Args:
        above: from Z (M*, N) to the quantity, of one sign before and of the other one after.
        guess: a time of the right order.

    Returns:
        That time; nan where the sign does not change between a thirtieth and thirty times of the guess.
    """
    Z_at, span = exact.flow(start, lam), np.log(30)

    def difference(log_t: float) -> float:
        return above(Z_at(np.exp(log_t)))

    try:
        return float(np.exp(scipy.optimize.brentq(difference, np.log(guess) - span, np.log(guess) + span, xtol=1e-8)))
    except ValueError:  # brentq's word for no change of sign
        return np.nan
