"""The escape law [13]: rate, prefactor and time of the loss reduction from the plateau. Time is t = η̂ α."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from shallownets.numerics.statistics import Estimate, bootstrap, exact, fit_polynomial
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.measure.plateau import Growth, fit_growth, log_slope
from shallownets.studies.escape.model import Array, plateau_norm, population_risk
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau


@dataclass(frozen=True)
class Reduction:
    """Relative loss reduction (L(0) - L(t))/L(0) under gradient flow from the plateau.

    Attributes:
        p, p_star: widths.
        t: (T,) times above 0.
        curves: (S, T) the reduction from each start.
        squares: (S,) mean square overlap of each start at t = 0.
    """

    p: int
    p_star: int
    t: Array
    curves: Array
    squares: Array


@dataclass(frozen=True)
class LawFit:
    """Fit of the mean reduction by prefactor (exp(rate t) - 1).

    Attributes:
        rate: per unit of t, bootstrapped over the starts.
        prefactor: over the variance that the overlaps were drawn with, bootstrapped over the starts.
        prefactor_given_overlaps: over the starts' own mean square overlap.
    """

    rate: Estimate
    prefactor: Estimate
    prefactor_given_overlaps: Estimate


def reduction(starts: list[Start], variance: float, largest: float, points: int, tolerance: float) -> Reduction:
    """Loss reduction by gradient flow from the overlaps of the starts and Q = Q_hat I.

    Args:
        starts: drawn with this variance of M_ir.
        variance: by which theory says how long to follow them.
        largest: predicted mean reduction at the last time, well past the linear regime.
        points: how many times, from 0 on; the first is left out of the result.
        tolerance: of the ODE.
    """
    p, p_star = starts[0].M.shape
    size = plateau.escape_prefactor(p, p_star) * variance
    t = np.linspace(0, np.log1p(largest / size) / plateau.escape_rate(p_star), points)
    curves = []
    for start in starts:
        onset = Start(start.M, plateau_norm(p) * np.eye(p))
        run = spectral.simulate(onset, p, t, tolerance, gradient_flow=True)
        risk = population_risk(run.M, run.Q)[0]
        curves.append((risk[0] - risk[1:]) / risk[0])
    return Reduction(p, p_star, t[1:], np.array(curves), np.array([(start.M**2).mean() for start in starts]))


def fit_law(found: Reduction, variance: float, largest: float, rng: Generator, resamples: int) -> LawFit:
    """Fit the mean reduction while it is below ``largest``.

    Args:
        found: the reduction from each start.
        variance: that the overlaps were drawn with.
        largest: where the linear regime ends.
        rng, resamples: of the bootstrap.
    """
    linear = found.curves.mean(0) < largest

    def fitted(sample: Array) -> Growth:
        return fit_growth(found.t[linear], sample.mean(0)[linear], plateau.escape_rate(found.p_star))

    return LawFit(
        bootstrap(found.curves, lambda sample: fitted(sample).rate, rng, resamples),
        bootstrap(found.curves, lambda sample: fitted(sample).prefactor / variance, rng, resamples),
        exact(fitted(found.curves).prefactor / found.squares.mean(), len(found.curves)),
    )


def times_to(level: float, found: Reduction) -> Array:
    """(S,) times of a small reduction: one log-linear interpolation per start, between neighbours well below 1/rate."""
    logs = np.log(np.maximum(found.curves, 1e-300))  # the earliest reductions may be lost to rounding
    return np.array([np.interp(np.log(level), log, found.t) for log in logs])


def finite_rate(p: int, p_star: int, eta_hat: float, tolerance: float) -> float:
    """Rate of ΣM² per t at finite learning rate over 8/p*, from its plateau and overlaps too small to react on it."""
    M = 1e-6 * np.eye(p, p_star)
    norm = plateau.finite_norm(p, p_star, eta_hat)
    t = np.linspace(0, p_star / 2, 11)
    run = spectral.simulate(Start(M, norm * np.eye(p)), p * eta_hat, t / eta_hat, tolerance)
    return float(log_slope(t, (run.M[0] ** 2).sum((1, 2)))) / plateau.escape_rate(p_star)


def slope_in_log_p(p: ArrayLike, rates: ArrayLike, errors: ArrayLike, degrees: ArrayLike, p_star: int) -> Estimate:
    """Slope of rate p*/8 against log p at one p*; none is expected.

    Args:
        p: (n,) student widths, n >= 3.
        rates, errors, degrees: (n,) rates per t, their standard errors, of which none is below the solver's accuracy,
            and the degrees of freedom of these.
        p_star: teacher width.
    """
    rates = np.asarray(rates)
    errors = np.maximum(errors, 1e-6 * rates)
    return fit_polynomial(np.log(p), rates * p_star / 8, errors * p_star / 8, degrees=degrees).coefficients[1]
