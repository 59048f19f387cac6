"""The compute frontier with its logarithm: why its slope is steeper than the limit's at any width (section 7).

The loss of width N is of order N^{1-2β}, and it is reached when direction m ~ N is learned, at t ~ N^β/x_N^2 for h_4,
where x_N, the largest of N overlaps, grows as √(2 log N). So the best width at compute C = N t obeys C ~ N^{1+β}/x_N^2,

    d log L/d log C = (1 - 2β)/(1 + β - ξ),   ξ = d log x_N^2/d log N ~ 2/x_N^2

The loss over N^{1-2β}, at a time in these units, depends on N through the spread of the largest overlaps, of relative
size 1/x_N^2, alone. So what is left out is of the order dx_N^{-2}/d log N ~ ξ^2.

The best width itself grows as C^{1/(1+β-ξ)} to first order. Its second order is derived, too: at the best width a share
of the order ξ of N directions is not learned yet, which happens at the time τ = 1 + ξ (log 1/ξ + Λ) in these units.
"""

from functools import cache

import numpy as np

from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.theory import scaling, sequential

_STEP = 0.05  # of log N


def growth(N: float) -> float:
    """ξ = d log x_N^2/d log N, by the median of the largest of N half-normals; about 2/x_N^2."""
    x = sequential.largest(np.array([0.5, 0.5]), N * np.exp(np.array([-_STEP, _STEP])))
    return float(2 * np.log(x[1] / x[0]) / (2 * _STEP))


def slope(beta: float, N: float) -> float:
    """Slope of the frontier around the width N; what follows is of the order ξ^2."""
    return scaling.in_width(beta) / (1 + beta - growth(N))


def best_width(beta: float, N: float) -> float:
    """d log N/d log C of the best width around N, to second order; what follows is of the order ξ^3 log^2(1/ξ).

    log C = (1 + β) log N - log x_N^2 + log τ, where dξ/d log N = -ξ^2 and log τ = ξ (log 1/ξ + Λ).
    """
    xi = growth(N)
    return 1 / (1 + beta - xi) + xi**2 * (-np.log(xi) - 1 + _lateness(beta)) / (1 + beta) ** 2


@cache
def _lateness(beta: float) -> float:
    """Λ = log(A/log 2), where A ∫ y e^{βy} e^{-A y e^{βy}} dy = 1/(1 + β).

    A/ξ is the number of N overlaps that learn direction N by the best time.
    """
    log_A = np.linspace(-beta - 3, -beta + 1, 400)
    y = np.linspace(0, 1 + 7 / beta, 1000)  # beyond, the exponent is below -40
    met = np.exp(log_A)[:, None] * y * np.exp(beta * y)
    falls = (met * np.exp(-met)).sum(1) * y[1]
    return float(np.interp(-1 / (1 + beta), -falls, log_A) - np.log(np.log(2)))


def times(beta: float, first: float, last: float, points: int = 400) -> Array:
    """Times, in units of d^{k/2-1} for h_4, that hold those of all best widths from first to last."""
    x = sequential.largest(np.array([0.5, 0.5]), np.array([first, last]))
    return np.geomspace(first**beta / (80 * x[0] ** 2), 20 * last**beta / x[1] ** 2, points)
