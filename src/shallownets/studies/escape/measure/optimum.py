"""The learning rate of the fastest escape, by the ODE, and how it depends on the student's width."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, exact, fit_polynomial
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.starts import Start


@dataclass(frozen=True)
class Levels:
    """Risks that a run has to fall below: escaped, then converged, which is less."""

    escaped: float
    converged: float


def scan(starts: list[Start], eta_hat: Array, levels: Levels, alpha_max: float, tolerance: float) -> Array:
    """(2, E, S) times, samples/N, at which the ODE escapes and at which it converges, by rates and starts.

    Both are inf where a start does not converge, whether it diverges or takes longer than ``alpha_max``. The rates are
    raised until no start converges any more; the times at those beyond are NaN.

    Args:
        starts: S of them.
        eta_hat: (E,) rising learning rates per student unit, eta/p.
        levels: of the risk.
        alpha_max: when a run is given up, samples/N.
        tolerance: of the ODE.
    """
    p = len(starts[0].Q)
    times = np.full((2, len(eta_hat), len(starts)), np.nan)
    found = spectral.escape_times(starts, p * eta_hat, (levels.escaped, levels.converged), alpha_max, tolerance)
    for at_rate, both in zip(times.swapaxes(0, 1), found, strict=True):
        at_rate[:] = np.where(np.isfinite(both[:, 1]), both.T, np.inf)
        if np.isinf(at_rate).all():
            break
    return times


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


@dataclass(frozen=True)
class OptimumLaw:
    """How the learning rate η of the fastest escape depends on the student's width p at one p*.

    Attributes:
        intercept, slope: of the straight line through the optima.
        chi2: of that line, per degree of freedom.
        quadratic: coefficient of p² where the line is bent.
        exponent: d log η / d log p between the widest student and the widest that is at most a quarter as wide; between
            the two widest, where there is none.
    """

    intercept: Estimate
    slope: Estimate
    chi2: Estimate
    quadratic: Estimate
    exponent: Estimate


def exponent_from(p: Array) -> int:
    """Place of the width that the exponent counts from: the widest that is at most a quarter of the last of p (n,)."""
    quarter = np.flatnonzero(p <= p[-1] / 4)
    return int(quarter[-1]) if quarter.size else len(p) - 2


def optimum_law(p: Array, eta: Array, errors: Array, degrees: Array) -> OptimumLaw:
    """Fit the optima η (n,) with standard errors (n,), of these degrees (n,), against widths p (n,), n >= 4, rising."""
    # few starts may all have their minimum at the same place; the solver is never better than this
    errors = np.maximum(errors, 1e-6 * eta)
    line, curve = (fit_polynomial(p, eta, errors, degree, degrees) for degree in (1, 2))
    pair = [exponent_from(p), len(p) - 1]
    apart = float(np.log(p[pair[1]] / p[pair[0]]))
    spread = float(np.hypot(*(errors / eta)[pair]) / apart)
    return OptimumLaw(
        intercept=line.coefficients[0],
        slope=line.coefficients[1],
        chi2=exact(line.chi2_per_degree, len(p)),
        quadratic=curve.coefficients[2],
        exponent=Estimate(float(np.log(eta[pair[1]] / eta[pair[0]]) / apart), spread, 2, float(degrees[pair].min())),
    )
