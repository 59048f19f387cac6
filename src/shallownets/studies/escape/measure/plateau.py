"""Estimators of what curves do on the plateau: how fast they grow or decay, and when they leave it."""

from dataclasses import dataclass

import numpy as np

from shallownets.studies.escape.model import Array


@dataclass(frozen=True)
class Growth:
    """Fit y = prefactor (exp(rate t) - 1)."""

    rate: float
    prefactor: float


def fit_growth(t: Array, y: Array, rate: float) -> Growth:
    """Least squares of log y = log A + log(exp(B t) - 1) by Gauss-Newton.

    Args:
        t: (n,) times above 0.
        y: (n,) values above 0.
        rate: first guess of B.
    """
    level = 0.0
    for _ in range(20):
        grown = np.expm1(rate * t)
        residual = np.log(y) - level - np.log(grown)
        slope = t * (1 + 1 / grown)
        centred = slope - slope.mean()
        step = (centred @ residual) / (centred @ centred)
        level += residual.mean() - step * slope.mean()
        rate += step
        if abs(step) < 1e-12 * abs(rate):
            break
    return Growth(float(rate), float(np.exp(level)))


def log_slope(t: Array, y: Array) -> Array:
    """Least-squares slope of log|y| against t, for each column of y, shape (n, ...)."""
    centred = t - t.mean()
    return np.tensordot(centred, np.log(np.abs(y)), 1) / (centred @ centred)


def initial_slope(t: Array, y: Array, degree: int = 4) -> Array:
    """dy/dt at 0 for each column of y, shape (n, ...), y(0) = 0: the constant term of a polynomial through y/t."""
    ratio = (y[1:].T / t[1:]).T
    flat = ratio.reshape(len(ratio), -1)
    scaled = t[1:] / t[-1]
    return np.linalg.lstsq(np.vander(scaled, degree + 1, increasing=True), flat, rcond=None)[0][0].reshape(y.shape[1:])


def first_below(alpha: Array, risk: Array, level: float) -> Array:
    """Time at which each risk, shape (R, T), first falls below a level: linear between records, inf if never.

    NaN counts as not below.
    """
    below = risk < level
    first = below.argmax(1)
    rows = np.arange(len(risk))
    before = np.maximum(first - 1, 0)
    high, low = risk[rows, before], risk[rows, first]
    share = np.where(first > 0, (high - level) / np.where(first > 0, high - low, 1.0), 0.0)
    return np.where(below.any(1), alpha[before] + share * (alpha[first] - alpha[before]), np.inf)
