"""Numbers taken from curves: exponents, limits by extrapolation, and the norm of least error."""

from collections.abc import Callable

import numpy as np
import scipy

from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.theory import laws, saddle


def exponent(x: Array, y: Array) -> float:
    """Slope of log y against log x by least squares."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def value_at(x: Array, y: Array, where: float) -> float:
    """y at a place between those of x, by a cubic spline through the logarithms."""
    return float(np.exp(scipy.interpolate.CubicSpline(np.log(x), np.log(y))(np.log(where))))


def slope_at_zero(of: Callable[[Array], Array], start: float, step: float = 1e-3) -> float:
    """Derivative at 0 of a smooth function with of(0) = start, up to the square of the step (Richardson)."""
    half, whole = (of(np.array([step / 2, step])) - start) / np.array([step / 2, step])
    return float(2 * half - whole)


def optimum(alpha: float, noise: float = 0.0) -> tuple[float, float]:
    """(norm, test error) where the test error is least.

    The norm grows as α, with noise as √α; a coarse curve brackets it.
    """
    lam = np.geomspace(0.05, 20, 30) * (np.sqrt(alpha) if noise else max(alpha, np.sqrt(alpha)))
    best = int(np.clip(saddle.solve(alpha, lam, noise).error.argmin(), 1, lam.size - 2))
    return laws.least(lambda lam: saddle.solve(alpha, lam, noise).error, lam[best - 1], lam[best + 1])
