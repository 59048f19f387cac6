"""A step size that falls with the direction that is being learned.

At the time t of the flow the decoupled direction with λ = L/2t, L = log(d/N), is being learned. The step size is a
share c of it over d,

    η d = c min(λ_1, L/2t),

so that at any time it is as small as this direction needs. A sample advances t by 2η: until T_1 = L/(2λ_1) there are
k_1 = d L/(4 c λ_1^2) samples, and from then on k = k_1/2 + d t^2/(2 c L), a square of the time.
"""

import numpy as np

from shallownets.studies.riccati.engines.steps import Steps
from shallownets.studies.riccati.model import Array


def resolved(share: float, first: float, N: int, d: int) -> Steps:
    """The schedule.

    Args:
        share: c, between 0 and 1.
        first: λ_1, the teacher's greatest eigenvalue.
        N: width of the student.
        d: input dimension, above N.
    """
    L = np.log(d / N)
    T_1, k_1 = L / (2 * first), d * L / (4 * share * first**2)

    def time(k: Array) -> Array:
        return np.sqrt(2 * share * L / d * np.maximum(k - k_1 / 2, k_1 / 2))

    def samples(t: Array) -> Array:
        return np.where(t < T_1, k_1 * t / T_1, k_1 / 2 + d * np.square(t) / (2 * share * L))

    return Steps(
        lambda k: share * L / (2 * d * np.maximum(time(k), T_1)),
        lambda t: float(share * L / (2 * d * max(t, T_1))),
        samples,
    )


def offset(window: tuple[float, float], first: float, N: int, d: int) -> float:
    """By which share the samples' beginning makes an exponent in them smaller, over a window of times beyond T_1.

    d log k/d log t = 2/(1 + (T_1/t)^2): the mean of (T_1/t)^2 over the logarithm of the window.
    """
    T_1 = np.log(d / N) / (2 * first)
    low, high = ((T_1 / t) ** 2 for t in window)
    return float((low - high) / (2 * np.log(window[1] / window[0])))
