"""Power laws of the loss, their finite-size parts, and the compute frontier (docs/emergence.md, sections 6 and 7)."""

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.emergence.model import Array


def _heavy(beta: float) -> None:
    if not beta > 0.5:
        raise Impossible(f"beta = {beta}: expected a number above 1/2, where the squares of all strengths have a sum")


def in_time(beta: float) -> float:
    """Exponent of loss + tail in time, (1 - 2 β)/β (S8); of what is learned, for β < 1/2."""
    return (1 - 2 * beta) / beta


def in_width(beta: float) -> float:
    """Exponent of the plateau in N, 1 - 2 β (S8, S10)."""
    return 1 - 2 * beta


def in_compute(beta: float) -> float:
    """Exponent of the least loss in C = N t, (1 - 2 β)/(1 + β) (S11): N^{1-2β} and (C/N)^{(1-2β)/β} are equal there."""
    return (1 - 2 * beta) / (1 + beta)


def best_width(beta: float) -> float:
    """Exponent of the width of least loss in C, 1/(1 + β)."""
    return 1 / (1 + beta)


def tail(P: int, beta: float) -> float:
    """sum_{m > P} m^{-2β}: what a teacher of P directions lacks of one of infinitely many.

    Raises:
        Impossible: β of 1/2 and below.
    """
    _heavy(beta)
    return float(scipy.special.zeta(2 * beta, P + 1))


def amplitude(tau: Array, beta: float) -> float:
    """A in loss + tail = A t^{(1-2β)/β} where T_m = m^β τ with independent τ: E τ^{(2β-1)/β}/(2β-1).

    Raises:
        Impossible: β of 1/2 and below.
    """
    _heavy(beta)
    return float(np.mean(tau ** ((2 * beta - 1) / beta)) / (2 * beta - 1))


def learned_light(loss: Array, a: Array, beta: float) -> Array:
    """For β < 1/2, |1 - loss/|a|^2 - ζ(2β)/|a|^2| ~ t^{(1-2β)/β}: what is learned, less the constant of its sum.

    sum_{m <= n} m^{-2β} = n^{1-2β}/(1-2β) + ζ(2β) + .., where ζ continues to exponents below 1.
    """
    size = float(a @ a)
    return np.abs(1 - loss / size - zeta(2 * beta) / size)


def zeta(s: float) -> float:
    """Riemann's ζ for s in (0, 1), by the alternating series of Dirichlet's η (Cohen, Rodriguez Villegas, Zagier)."""
    n = 40
    d = (3 + np.sqrt(8)) ** n
    d = (d + 1 / d) / 2
    b, c, total = -1.0, -d, 0.0
    for k in range(n):
        c = b - c
        total += c * (k + 1) ** -s
        b *= (k + n) * (k - n) / ((k + 0.5) * (k + 1))
    return float(total / d / (1 - 2 ** (1 - s)))
