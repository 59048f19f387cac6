"""Numbers taken from curves: exponents, limits by extrapolation, and the norm of least error."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.theory import laws, limits, saddle


def exponent(x: Array, y: Array) -> float:
    """Slope of log y against log x by least squares."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def values_at(x: Array, y: Array, where: Array) -> Array:
    """y at places between those of x, by a cubic spline through the logarithms."""
    return np.exp(scipy.interpolate.CubicSpline(np.log(x), np.log(y))(np.log(where)))


def value_at(x: Array, y: Array, where: float) -> float:
    """The same at one place."""
    return float(values_at(x, y, np.array(where)))


def slope_at_zero(of: Callable[[Array], Array], start: float, step: float = 1e-3) -> tuple[float, float]:
    """Derivative at 0 of a smooth function with of(0) = start, and what it may be off.

    By Richardson's extrapolation from half of the step and the step, up to the square of the step. From steps twice as
    long it is off by four times as much, so that the difference of both is three times what is left.
    """
    steps = step * np.array([0.5, 1, 2])
    short, middle, long = (of(steps) - start) / steps
    return float(2 * short - middle), float(abs((2 * short - middle) - (2 * middle - long)))


def angle(a: Array, b: Array) -> Array:
    """(n,) angles between students (n, N) of any norm, also where they are small."""
    a, b = (W / np.linalg.norm(W, axis=1, keepdims=True) for W in (a, b))
    return 2 * np.arcsin(np.linalg.norm(a - b, axis=1) / 2)


class Ends(NamedTuple):
    """How the error at fixed norm leaves that of Hebb's rule, and comes to that of maximum stability.

    Attributes:
        slope: of log tan(π ε) at norm 0.
        slope_off: what it may be off by its step.
        approach: exponent in the norm of what is left of ε to maximum stability, relative.
        approach_off: what follows at larger norms may make of it.
    """

    slope: float
    slope_off: float
    approach: float
    approach_off: float


# λ κ at which the approach to maximum stability is measured: between the first two, and for what is left out, of order
# log(x)/x, which is about half as large between the last two.
FAR = np.array([1000.0, 2000.0, 4000.0])


def ends(alpha: float) -> Ends:
    """Both ends of the error at fixed norm, with α = examples/N."""

    def log_tan(lam: Array) -> Array:
        return np.log(np.tan(np.pi * saddle.solve(alpha, lam).error))

    slope, off = slope_at_zero(log_tan, np.log(np.tan(np.pi * limits.hebb(alpha))))
    error, kappa = limits.stability(alpha)
    short = 1 - saddle.solve(alpha, FAR / kappa).error / error
    approach, farther = (exponent(FAR[n : n + 2], short[n : n + 2]) for n in (0, 1))
    return Ends(slope, off, approach, 4 * abs(farther - approach))


def excess(alpha: float) -> float:
    """By how much the least error at fixed norm exceeds that of the Bayes-optimal rule, relative."""
    return optimum(alpha)[1] / limits.bayes(alpha) - 1


def excess_next() -> float:
    """Coefficient of 1/α^2 in ``excess``, from differences, so that it does not know the limit."""
    return laws.limit_of(lambda alpha: 4 / 3 * alpha**2 * (excess(alpha) - excess(2 * alpha)), 50.0)


def optimum_passed(curve: saddle.Curve, t: Array) -> float:
    """Time over the square of α when a free norm, at times t of a curve, passes that of least error."""
    norm, _ = optimum(curve.alpha)
    return value_at(curve.lam, t, norm) / curve.alpha**2


def optimum(alpha: float, noise: float = 0.0) -> tuple[float, float]:
    """(norm, test error) where the test error is least.

    The norm grows as α; with noise as √α at last, and as α before where few labels are turned; with much noise it stays
    finite. A coarse curve brackets it. As labels come to say nothing, the norm falls as (1 - 2 p0)^2, and the error
    below that of Hebb's rule, the limit of small norms, as much: where it is as Hebb's to ten digits, nothing tells
    this norm from others.
    """

    def error(lam: Array) -> Array:
        return saddle.solve(alpha, lam, noise).error

    root, clear = np.sqrt(alpha), 1 - 2 * noise
    lam = np.geomspace(1e-3, 20 * max(1, root), 60) if noise else np.geomspace(0.05, 20, 30) * max(alpha, root)
    best = int(error(lam).argmin())
    if noise and best == lam.size - 1:  # too few are turned to be felt
        lam = np.geomspace(lam[-2], 20 * alpha, 60)
        best = int(error(lam).argmin())
    elif noise and best == 0:
        lam = np.geomspace(np.clip(0.05 * min(1, root) * clear**2, 1e-12, lam[0]), lam[1], 60)
        best = int(error(lam).argmin())
    best = int(np.clip(best, 1, lam.size - 2))  # an end, where all is flat to the last digit
    return laws.least(error, lam[best - 1], lam[best + 1])
