"""The time that a free norm takes to grow, quasi-static: dλ/dt = m(λ), as if it were the minimiser at every moment.

In the variables of the second law dl/dT = rate(ell), T = t/α^2: all sizes have one learning
curve. Times are those of a loss that is summed over the examples.
"""

import numpy as np
import scipy

from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.theory import laws, saddle

_BEGIN = 1e-3  # norm below which the rate is its value at zero; α -> infinity: ell, below which it is RATE/ell^2
_SPACING = 0.05  # log of a norm over the one before, at most
SPLINED = 2e-6  # share of a time, up to a norm of α, that its splines are off: below 0.3 _SPACING^4


def norms(last: float, points: int) -> Array:
    """Norms up to the last, equally spaced in logarithm: ``points``, and as many between them as a spline needs."""
    between = np.ceil(np.log(last / _BEGIN) / (points - 1) / _SPACING)
    return np.geomspace(_BEGIN, last, int(between) * (points - 1) + 1)


def _integral(x: Array, slope: Array) -> Array:
    """∫ slope d log x from the first x on."""
    spline = scipy.interpolate.CubicSpline(np.log(x), slope).antiderivative()
    return spline(np.log(x)) - spline(np.log(x[0]))


def times(alpha: float, last: float, points: int = 400) -> tuple[saddle.Curve, Array]:
    """(the solution at ``norms``, the time t at each of them)."""
    curve = saddle.solve(alpha, norms(last, points))
    return curve, curve.lam[0] / curve.multiplier[0] + _integral(curve.lam, curve.lam / curve.multiplier)


def scaled_times(last: float, points: int = 400) -> tuple[saddle.Scaled, Array]:
    """(the limit α -> infinity at ``norms`` over α, T = t/α^2 at each of them)."""
    curve = saddle.scaled(norms(last, points))
    return curve, curve.ell[0] ** 3 / (3 * laws.RATE) + _integral(curve.ell, curve.ell / curve.rate)
