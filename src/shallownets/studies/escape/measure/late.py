"""The late decay of the risk: when to look at it, its rate or exponent, and what theory says beside it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shallownets.studies.escape.engines import gradient_flow, spectral
from shallownets.studies.escape.model import Array, population_risk
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import late as theory

_SLACK = 1.5  # runs go on this much longer than the prediction needs to leave the window


@dataclass(frozen=True)
class Exponential:
    """The late decay for p = p*.

    Attributes:
        rate: of the logarithm of the risk, per unit of t = η α.
        prefactor: mean over the window of the risk over the law of gradient flow.
        law: (T,) what the risk is held against: that of gradient flow; at a finite learning rate, of which only the
            rate is predicted, a line through the first time in the window.
    """

    rate: float
    prefactor: float
    law: Array


@dataclass(frozen=True)
class Algebraic:
    """The late decay for p > p*: its exponent, and c and t_c of L = c/(t - t_c)^2, by ``late_line``."""

    exponent: float
    c: float
    delay: float


def logarithmic_times(last: float, points: int) -> Array:
    """0 and ``points`` times equally spaced in logarithm over the five decades up to the last."""
    return np.concatenate([[0.0], np.geomspace(1e-5 * last, last, points)])


def until_decayed(start: Start, eta: float, least: float, points: int) -> Array:
    """Equally spaced times t = η α, for p = p*, until the risk has fallen below ``least``."""
    rate = theory.decay_rate(len(start.M), eta)
    return np.linspace(0.0, _SLACK * np.log(theory.decay_prefactor(start.M) / least) / rate, points)


def limit_risk(start: Start, eta_hat: float, t: Array, tolerance: float) -> Array:
    """(T,) risk of the ODE at times t = η α; of gradient flow where the learning rate η̂ = η/p is 0."""
    eta = eta_hat * len(start.M)
    if eta == 0:
        run = gradient_flow.simulate(start, 1.0, t, tolerance)
    else:
        run = spectral.simulate(start, eta, t / eta, tolerance)
    return population_risk(run.M, run.Q)[0]


def exponential(start: Start, eta: float, t: Array, risk: Array, window: tuple[float, float]) -> Exponential:
    """The late decay of the ODE from a start with p = p*, over the times at which the risk lies in the window.

    Args:
        start: with Q = I.
        eta: learning rate; 0: gradient flow.
        t: (T,) times η α.
        risk: (T,).
        window: least and greatest risk.

    Raises:
        ArithmeticError: fewer than three points in the window.
    """
    p = len(start.M)
    rate = decay_rate(t, risk, window)
    law = theory.decay_prefactor(start.M) * np.exp(-8 / p**2 * t)
    inside = (risk > window[0]) & (risk < window[1])
    prefactor = (risk[inside] / law[inside]).mean()
    if eta:
        first = np.flatnonzero(inside)[0]
        law = risk[first] * np.exp(-theory.decay_rate(p, eta) * (t - t[first]))
    return Exponential(rate, prefactor, law)


def algebraic(t: Array, risk: Array) -> Algebraic:
    """The late decay for p > p*, over the last decade of the times t = η α, (T,), all above 0.

    Raises:
        ArithmeticError: fewer than three points in it.
    """
    return Algebraic(late_exponent(t, risk), *late_line(t, risk))


def slowest(t: Array, risks: Array) -> Algebraic:
    """The slowest late decay for p > p* of several runs, (R, T) risks, at times t as for ``algebraic``.

    Raises:
        ArithmeticError: fewer than three points in the last decade.
    """
    return max((algebraic(t, risk) for risk in risks), key=lambda one: one.exponent)


def algebraic_law(p: int, p_star: int, eta: float, t: Array) -> Array:
    """(T,) predicted late risk for p > p* at times t = η α above 0."""
    return theory.late_risk(p, p_star, eta, theory.excess_norm(p, p_star, 1.0, t))


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


def span(values: ArrayLike) -> dict[str, float]:
    """Mean, least and greatest of deterministic results, in the columns of an estimate.

    No standard error is in them: infinite degrees of freedom, which leave an interval as it is.
    """
    found = np.asarray(values, float)
    return {"estimate": found.mean(), "low": found.min(), "high": found.max(), "n": found.size, "degrees": np.inf}
