"""Rates and exponents of the late decay."""

import numpy as np

from shallownets.studies.escape.model import Array


def slope(x: Array, y: Array) -> float:
    """Slope of log y against x by least squares.

    Raises:
        ArithmeticError: fewer than three points.
    """
    if len(x) < 3:
        raise ArithmeticError(f"a slope needs at least three points; the window holds {len(x)}")
    return float(np.polyfit(x, np.log(y), 1)[0])


def decay_rate(t: Array, risk: Array, window: tuple[float, float]) -> float:
    """Rate at which log risk falls with t while the risk lies in the window (least, greatest).

    Raises:
        ArithmeticError: fewer than three points in the window.
    """
    inside = (risk > window[0]) & (risk < window[1])
    return -slope(t[inside], risk[inside])


def late_exponent(t: Array, risk: Array) -> float:
    """Exponent of the risk over the last decade of t.

    Raises:
        ArithmeticError: fewer than three points in it.
    """
    late = t > t[-1] / 10
    return slope(np.log(t[late]), risk[late])


def late_line(t: Array, risk: Array) -> tuple[float, float]:
    """(c, t_c) of L = c/(t - t_c)^2 over the last decade of t: a straight line through L^(-1/2).

    The delay t_c, about the time of the escape, is what a plain power law suffers from.
    """
    late = t > t[-1] / 10
    rise, offset = np.polyfit(t[late], risk[late] ** -0.5, 1)
    return float(rise**-2), float(-offset / rise)


def span(values) -> dict[str, float]:
    """Mean, least and greatest of deterministic results, in the columns of an estimate."""
    values = np.asarray(values, float)
    return {"estimate": values.mean(), "low": values.min(), "high": values.max(), "n": values.size}
