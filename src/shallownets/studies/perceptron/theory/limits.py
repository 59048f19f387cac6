"""Classical rules that the norm interpolates between: Hebb (λ -> 0), maximum stability (λ -> infinity), and Bayes."""

from functools import cache

import numpy as np
import scipy

from shallownets.studies.perceptron.model import Array

_PANELS, _NODES = 40, 20


def hebb(alpha: float, noise: float = 0.0) -> float:
    """Test error of Hebb's rule w ~ sum y x: tan(π ε) = √(π/(2 α))/(1 - 2 p0)."""
    return float(np.arctan(np.sqrt(np.pi / (2 * alpha)) / (1 - 2 * noise)) / np.pi)


def hebb_slope(alpha: float) -> float:
    """d log tan(π ε)/dλ at λ = 0: -√(2/π) R_0, R_0 = √(2 α/(2 α + π)) Hebb's overlap."""
    return float(-np.sqrt(2 / np.pi) * np.sqrt(2 * alpha / (2 * alpha + np.pi)))


_gauss = cache(np.polynomial.legendre.leggauss)


def panels(edges: Array) -> tuple[Array, Array]:
    """Nodes and weights of Gauss & Legendre in each panel between the edges, which rise."""
    x, w = _gauss(_NODES)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()


def bayes(alpha: float) -> float:
    """Test error of the Bayes-optimal rule, arccos(√q)/π (Györgyi & Tishby).

    q/√(1 - q) = (α/π) ∫ φ(t) exp(-q t^2/2)/H(√q t) dt; the last fraction is 2/erfcx(√(q/2) t).
    """
    t, w = panels(np.linspace(-9.5, 9.5, _PANELS + 1))
    gauss = w * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)

    def gap(log_tan: float) -> float:
        q = 1 / (1 + np.exp(2 * log_tan))
        right = alpha / np.pi * (gauss * 2 / scipy.special.erfcx(np.sqrt(q / 2) * t)).sum()
        return np.log(q) / 2 - log_tan - np.log(right)  # √q √(q/(1 - q)): q/√(1 - q) = √q exp(-log_tan)

    middle = -np.log(max(alpha, np.sqrt(alpha)))
    return float(np.arctan(np.exp(scipy.optimize.brentq(gap, middle - 3, middle + 3, xtol=1e-14))) / np.pi)


def bayes_limit() -> float:
    """α ε of the Bayes-optimal rule as α -> infinity."""
    t, w = panels(np.linspace(-9.5, 9.5, _PANELS + 1))
    return float(1 / (w * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi) * 2 / scipy.special.erfcx(t / np.sqrt(2))).sum())


def _spread(z: float) -> float:
    """√(2π) z Φ(z) + exp(-z^2/2)."""
    return float(np.sqrt(2 * np.pi) * z * scipy.special.ndtr(z) + np.exp(-(z**2) / 2))


def maximum_stability(delta: float) -> tuple[float, float]:
    """(tan(π ε)/√δ, κ/√δ) of the student whose least margin κ is largest, at δ = 1/α^2; δ = 0: the limit α -> infinity.

    In the variables of ``saddle`` u = (k - x)_+, and its second equation says exp(τ) = π/_spread(z), z = k/ρ, so that
    one equation for z is left. It has a single root, where two equations for R and κ have a false one at small α, with
    an error below that of the Bayes-optimal rule.
    """

    def tangent(z: float) -> float:
        return np.pi / _spread(z)

    def rho_of(z: float) -> float:
        return tangent(z) / np.sqrt(1 + delta * tangent(z) ** 2)

    def gap(z: float) -> float:
        rho, k = rho_of(z), z * rho_of(z)
        low = -9.5 * min(rho, 1 / np.sqrt(delta) if delta else np.inf)
        x, w = panels(np.linspace(low, k, _PANELS + 1))
        weight = np.sqrt(2 / np.pi) * np.exp(-delta * x**2 / 2) * scipy.special.ndtr(x / tangent(z))
        return float(np.log((w * weight * (k - x) ** 2).sum()) - 2 * np.log(rho))

    z = float(scipy.optimize.brentq(gap, 0.2, 4 + 4 * delta**0.25, xtol=1e-14))
    return tangent(z), z * rho_of(z)


def stability(alpha: float) -> tuple[float, float]:
    """(test error, margin κ) of the student of maximum stability."""
    tangent, k = maximum_stability(alpha**-2.0)
    return float(np.arctan(tangent / alpha) / np.pi), k / alpha
