"""The final descent: how long gradient flow takes from the escape to a small risk, beside the time of the escape."""

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, bootstrap
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.model import Array, plateau_risk
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import late

_LONG = 1e9  # η̂ α after which a run is given up; it never comes near


def times_to(begun: list[Start], shares: list[float], tolerance: float) -> Array:
    """(len(shares), S) times η̂ α at which gradient flow first falls below these shares of the plateau's risk."""
    p, p_star = begun[0].M.shape
    levels = plateau_risk(p, p_star) * np.array(shares)
    (times,) = spectral.escape_times(begun, [p], levels, _LONG, tolerance, gradient_flow=True)
    return times.T


def ratio_of_means(over: Array, under: Array, rng: Generator, resamples: int) -> Estimate:
    """Mean of one time (S,) over that of another from the same starts, with a bootstrap over them."""
    return bootstrap(np.stack([over, under], 1), lambda some: float(np.divide(*some.mean(0))), rng, resamples)


def over_law(p: int, p_star: int, shares: tuple[float, float], times: Array) -> Array:
    """(S,) time from one small risk to a smaller one over that of the late law and its next order, p > p*.

    Args:
        p, p_star: widths.
        shares: of the plateau's risk, the larger first.
        times: (2, S) at which they are reached.
    """
    larger, smaller = (share * plateau_risk(p, p_star) for share in shares)
    return (times[1] - times[0]) / late.descent_between(p, p_star, larger, smaller)
