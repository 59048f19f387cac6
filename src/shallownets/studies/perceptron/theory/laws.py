"""The laws of many examples, α -> infinity: at a fixed norm, and at a norm that grows with the number of examples."""

from collections.abc import Callable
from functools import cache

import numpy as np
import scipy
from numpy.typing import ArrayLike

from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.theory import limits, saddle

# ghat -> GHAT λ^(-1/2) for large λ, and α ε -> PHI ell^(-1/2) for small ell: one constant, as α ε0 = √(α/2π).
GHAT = float(np.sqrt(2 * np.sqrt(2 / np.pi) * (np.log(2) - 0.5)))
PHI = GHAT / float(np.sqrt(2 * np.pi))
# m -> RATE α/λ^2 for 1 << λ << α.
RATE = float(np.sqrt(2 / np.pi) * np.pi**2 / 24)
# What follows in both is a relative 1/λ^2, from exp(-z^2/2) = 1 - z^2/2 + ..: ∫ x^2 f^2 over 4 ∫ f^2 with a minus, and
# -∫ x^3 f over 2 ∫ x f; f = 2/(1 + exp(2 x)).
GHAT_NEXT = -float((0.75 * scipy.special.zeta(3) - np.pi**2 / 12) / (4 * (2 * np.log(2) - 1)))
RATE_NEXT = -7 * float(np.pi**2) / 80
# ``flow`` over ``ghat`` -> 1 + FLOW_NEXT/λ^2 for large λ (docs/perceptron.md, section 6).
FLOW_NEXT = float(np.pi**2) / 48


_STEP = 1e-4  # of δ, in derivatives at 0
_COARSE = 5e-4  # of δ, in series
_FINE = 24  # nodes a panel, for differences


def half_normal(lam: float) -> tuple[Array, Array]:
    """Nodes z > 0 and weights of E over |z|, z ~ N(0, 1), of functions that change over 1 and over 1/λ."""
    edges = np.unique(np.clip([0, *(np.array([0.5, 1.5, 4, 9, 20]) / lam), 1, 3, 5, 9.5], 0, 9.5))
    z, w = limits.panels(edges)
    return z, w * np.exp(-(z**2) / 2) * np.sqrt(2 / np.pi)


def ghat(lam: ArrayLike) -> Array:
    """First law: ε/ε0 at fixed norm λ, √E f^2 with f = 2/(1 + exp(2 λ |z|)); ε0 is Hebb's error."""

    def of(one: float) -> float:
        z, w = half_normal(one)
        return np.sqrt(w @ model.force(z, one) ** 2)

    return np.vectorize(of)(lam)


def first_correction(lam: float) -> float:
    """k of ε/ε0 = ghat (1 + k/α + O(1/α^2)) at fixed norm (docs/perceptron.md, section 4)."""
    z, w = half_normal(lam)
    f = model.force(z, lam)
    A, B = w @ f**2, -lam * (w @ (f**3 * (2 - f)))
    return float(np.sqrt(np.pi / 2) * (1.5 * lam + B / A) - np.pi * (A - 1) / 6)


# b of Φ = PHI ell^(-1/2) (1 + b ell + ..): what is left of k/α at large λ; ∫ f^2 = 2 log 2 - 1, ∫ f^3 (2 - f) = 1/3.
SECOND = float(np.sqrt(np.pi / 2) * (1.5 - 1 / (3 * (2 * np.log(2) - 1))))


def uniform(alpha: float, lam: Array, Phi: Array) -> Array:
    """ε at any norm from both laws, up to a relative error of order 1/α; Phi = Φ(λ/α)."""
    return limits.hebb(alpha) * ghat(lam) * Phi * np.sqrt(lam / alpha) / PHI


# sup over λ of |k(λ) - b λ|, the coefficient of 1/α in the error of ``uniform``: it rises to π/6 for large λ, where
# A -> 0 in -π/6 (A - 1), and the rest is what b has already (docs/perceptron.md, section 5).
UNIFORM = float(np.pi / 6)


def in_time(small: float, large: float) -> tuple[float, float]:
    """What the local exponents 1/3 of the norm and -1/6 of the error in time leave out at first order, absolute values.

    With m = RATE α/λ^2 (1 + r/λ^2), which has no term in λ/α, and ε = PHI √(α/λ) (1 + g/λ^2 + b λ/α)/α they are
    1/3 - 2 r/(3 λ^2) and -1/6 + (r - 2 g)/(3 λ^2) + b λ/(3 α).

    Args:
        small: 1/λ^2 at the smallest norm.
        large: λ/α at the largest norm.
    """
    return abs(2 * RATE_NEXT) * small / 3, (abs(RATE_NEXT - 2 * GHAT_NEXT) * small + abs(SECOND) * large) / 3


def least(of: Callable[[Array], Array], low: float, high: float) -> tuple[float, float]:
    """Where a smooth function of one variable above 0 is least between low and high, and its value there.

    It is interpolated in the logarithm at Chebyshev's points; the root of the derivative has all digits, where a search
    for the least value has half of them.
    """
    nodes = np.polynomial.chebyshev.chebpts1(16)
    middle, half = (np.log(high) + np.log(low)) / 2, (np.log(high) - np.log(low)) / 2
    series = np.polynomial.Chebyshev.fit(nodes, of(np.exp(middle + half * nodes)), 15)
    roots = series.deriv().roots()
    inside = roots[(abs(roots.imag) < 1e-9) & (abs(roots.real) <= 1)].real
    places = np.append(inside, [-1.0, 1.0])  # an end, where the function is flat to its last digit
    best = places[series(places).argmin()]
    return float(np.exp(middle + half * best)), float(series(best))


@cache
def scaled_optimum(delta: float = 0.0) -> tuple[float, float]:
    """(ell, α ε) where the error is least, at δ = 1/α^2; δ = 0: (ell*, Φ*)."""
    return least(lambda ell: saddle.scaled(ell, delta, _FINE).error, 0.6, 1.3)


def by_delta(ell: Array) -> Array:
    """Derivative of α ε by δ = 1/α^2 at fixed ell = λ/α and δ = 0: α ε = Φ(ell) + this/α^2 + O(α^-4)."""
    return (saddle.scaled(ell, _STEP, _FINE).error - saddle.scaled(ell, -_STEP, _FINE).error) / (2 * _STEP)


def next_by_delta(ell: Array) -> Array:
    """Coefficient of 1/α^4 in α ε at fixed ell: what ``by_delta`` leaves out, from differences that do not know it."""
    zero, one, two = (saddle.scaled(ell, steps * _COARSE, _FINE).error for steps in range(3))
    return (two - 2 * one + zero) / (2 * _COARSE**2)


@cache
def optimum_series() -> tuple[Array, Array]:
    """Coefficients of 1, δ and δ^2, δ = 1/α^2, of ell and of α ε where the error is least.

    From a polynomial through five values of δ: derivatives of the error by ell at its minimum have fewer digits.
    """
    delta = _COARSE * np.arange(5)
    values = np.array([scaled_optimum(float(one)) for one in delta])
    ell, error = np.linalg.solve(np.vander(delta / _COARSE, increasing=True), values).T
    scale = _COARSE ** np.arange(3.0)
    return ell[:3] / scale, error[:3] / scale


def limit_of(series: Callable[[float], float], alpha: float) -> float:
    """Value at 1/α = 0 of a smooth function of 1/α, by Richardson's extrapolation from α and 2 α."""
    return 2 * series(2 * alpha) - series(alpha)


def stability_next() -> float:
    """Coefficient c of 1/α^2 in α ε of maximum stability over its limit.

    From log ε at α, 2 α and 4 α, whose second difference is 9 c/(16 α^2) whatever the exponent of ε.
    """

    def bent(alpha: float) -> float:
        one, two, four = np.log([limits.stability(times * alpha)[0] for times in (1, 2, 4)])
        return 16 / 9 * alpha**2 * float(one - 2 * two + four)

    return limit_of(bent, 50.0)


def second_correction(lam: float) -> float:
    """Coefficient of 1/α^2 in ε/(ε0 ghat) at fixed norm, which ``first_correction`` leaves out.

    It is that of the solution, from differences, so that it does not know the first order.
    """

    def first(alpha: float) -> float:
        ratio = saddle.solve(alpha, lam, nodes=_FINE).error[0] / limits.hebb(alpha) / ghat(lam)
        return float(alpha * (ratio - 1))

    return limit_of(lambda alpha: 2 * alpha * (first(alpha) - first(2 * alpha)), 200.0)


def flow(lam: ArrayLike) -> Array:
    """ε/ε0 of a free norm at the moment when it is λ, as α -> infinity; its flow is not the fixed-norm path.

    dV/dλ = f/k - (h/k) V for each |z|, V = 0 at λ = 0, k = E f |z|, h = E f (2 - f); ε/ε0 = √(2/π) √(E V^2)/λ.

    Args:
        lam: norms, above 0, rising.
    """
    lam = np.atleast_1d(np.asarray(lam, float))
    z, w = half_normal(float(lam[-1]))

    def change(now: float, V: Array) -> Array:
        f = model.force(z, now)
        return (f - (w @ (f * (2 - f))) * V) / (w @ (f * z))

    def jacobian(now: float, V: Array) -> Array:  # its diagonal; h/k grows as λ, which makes the equation stiff
        f = model.force(z, now)
        return np.full((1, z.size), -(w @ (f * (2 - f))) / (w @ (f * z)))

    tight = {"rtol": 1e-10, "atol": 1e-13, "jac": jacobian, "lband": 0, "uband": 0}
    run = scipy.integrate.solve_ivp(change, (0, lam[-1]), np.zeros(z.size), "LSODA", t_eval=lam, **tight)
    return np.sqrt(2 / np.pi * (w @ run.y**2)) / lam


# Share of turned labels from which on the best norm stays finite as α -> infinity: where E f^2, both signs of t, comes
# to its limit 4 p0 from below, as ∫ f^2 = 2 log 2 - 1 and ∫ (4 - (2 - f)^2) = 2 log 2 + 1.
MUCH_NOISE = 0.5 - 0.25 / float(np.log(2))


def last_norm(noise: float) -> tuple[float, float]:
    """Where free training stops with a share p0 of labels turned: λ_end as α -> infinity, and its coefficient of 1/α.

    (1 - p0) E |z| f(λ|z|) = p0 E |z| f(-λ|z|); the coefficient is derived in docs/perceptron.md, section 8.
    """

    def both(lam: float, of) -> float:
        z, w = half_normal(lam)
        return float((1 - noise) * (w @ of(z, model.force(z, lam))) + noise * (w @ of(-z, model.force(-z, lam))))

    def pull(lam: float) -> float:
        return both(lam, lambda z, f: f * z)

    # it ends at √(2/π) (1 - 2 p0) where that is small, and at √(π^2/(48 p0)) where p0 is
    low, high = min(1e-3, 0.1 * (1 - 2 * noise)), max(200.0, noise**-0.5)
    lam = float(scipy.optimize.brentq(pull, low, high, xtol=1e-13))
    # f' = -λ f (2 - f)
    linear = both(lam, lambda z, f: f**2 - lam * f**2 * (2 - f) * z)
    square = both(lam, lambda z, f: f**2)
    slope = (pull(lam * 1.0001) - pull(lam * 0.9999)) / (2e-4 * lam)
    clear = 1 - 2 * noise
    shift = np.sqrt(np.pi / 2) * linear / clear - clear / np.sqrt(2 * np.pi) * np.pi / 2 * square / clear**2
    return lam, float(-shift / slope)
