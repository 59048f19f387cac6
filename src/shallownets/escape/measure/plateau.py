"""Estimators for norm learning, the plateau and the escape from it. Time is t = η̂ α unless said otherwise."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.random import Generator

from shallownets.escape.model import Array
from shallownets.statistics import Estimate


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


def _lowest(x: Array, y: Array) -> float:
    """Where y is lowest: the vertex of the parabola through the lowest point and its neighbours, where those exist."""
    i = int(np.argmin(y))
    if not (0 < i < len(y) - 1 and np.isfinite(y[i - 1 : i + 2]).all()):
        return float(x[i])
    left, right = y[i - 1] - y[i], y[i + 1] - y[i]
    return float(x[i] + 0.5 * (x[i + 1] - x[i]) * (left - right) / (left + right))


def optimum(eta: Array, times: Array, rng: Generator, resamples: int) -> Estimate:
    """Learning rate of the shortest mean escape time, with a bootstrap over the starts, the same at every rate.

    Where the shortest is that of the last rate at which every start escapes, the optimum is known to one step of the
    grid only; the error then includes step/√12.

    Args:
        eta: (E,) equally spaced learning rates.
        times: (E, S) escape times of S starts; inf where a start did not escape, which rules the rate out.

    Raises:
        ValueError: at no rate did every start escape.
    """
    if not np.isfinite(times).all(1).any():
        raise ValueError("at no learning rate did every start escape: raise alpha_max or lower the rates")
    S = times.shape[1]
    draws = [_lowest(eta, times[:, rng.integers(S, size=S)].mean(1)) for _ in range(resamples)]
    means = times.mean(1)
    lowest = int(np.argmin(means))
    at_edge = lowest in (0, len(eta) - 1) or not np.isfinite(means[lowest - 1 : lowest + 2]).all()
    grid = (eta[1] - eta[0]) / np.sqrt(12) if at_edge else 0.0
    return Estimate(_lowest(eta, means), float(np.hypot(np.std(draws, ddof=1), grid)), S)


def alignments(M: Array) -> dict[str, Array]:
    """Sizes of the initial overlaps that may set the escape time, for a stack M of shape (S, p, p*).

    ``squares`` ΣM², ``singular`` the largest singular value, ``node`` the largest |M_i| of a student vector,
    ``element`` the largest |M_ir|.
    """
    return {
        "squares": (M**2).sum((1, 2)),
        "singular": np.linalg.norm(M, 2, axis=(1, 2)),
        "node": np.linalg.norm(M, axis=2).max(1),
        "element": np.abs(M).max((1, 2)),
    }


def rank_correlation(x: Array, y: Array) -> float:
    """Spearman's rank correlation."""
    return float(scipy.stats.spearmanr(x, y).statistic)
