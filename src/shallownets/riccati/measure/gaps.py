"""Numbers from risks: how far one is above another, and when it falls to a level."""

import numpy as np
import scipy

from shallownets.riccati.engines import exact
from shallownets.riccati.model import Array, risk
from shallownets.riccati.starts import Start


def excess(risk: Array, reference: Array) -> Array:
    """R/R_ref - 1, averaged over all times but the first, (..., T) to (...)."""
    return (risk / reference - 1)[..., 1:].mean(-1)


def reached(positions: Array, risk: Array, level: float) -> float:
    """Where a risk first falls to a level, by a line through the logarithms between records; inf where it does not.

    Args:
        positions: (T,) of the records, increasing: times or numbers of samples.
        risk: (T,) at them.
        level: above 0.
    """
    below = risk <= level
    if not below.any():
        return np.inf
    last = int(below.argmax())
    if last == 0:
        return float(positions[0])
    logs = np.log(risk[last - 1 : last + 1])
    share = (logs[0] - np.log(level)) / (logs[0] - logs[1])
    return float(positions[last - 1] + share * (positions[last] - positions[last - 1]))


def time_to_risk(start: Start, lam: Array, level: float) -> float:
    """When the exact flow's risk, which never rises, falls to a level above that of the best student of this width.

    Raises:
        ValueError: the start's risk is below the level.
    """

    def above(t: float) -> float:
        return float(risk(next(exact.overlaps(start, lam, [t])), lam)) - level

    end = 1 / lam[0]
    while above(end) > 0:
        end *= 2
    return float(scipy.optimize.brentq(above, 0.0, end, xtol=1e-9))
