"""Scaling laws: the risk against time where many directions are learned one after the other.

At time t those directions m with m^β < u are learned, u = 2t/(|A|_F log(d/N)) (see ``emergence.times``), that is
k = u^{1/β} of them. What is missing is sum_{m>k} λ_m^2, and by Euler and Maclaurin, for any β but 1/2,

    sum_{m<=k} m^-2β = ζ(2β) + k^{1-2β}/(1 - 2β) + O(k^-2β)

Hence for a heavy tail, β > 1/2, R plus the missing tail ζ(2β, M*+1)/|A|_F^2 falls as a power of t; for a light one
1 - R less ζ(2β)/|A|_F^2 grows as the same power: two faces of one formula, ``power_part``.
"""

import numpy as np
import scipy

from shallownets.studies.riccati import model
from shallownets.studies.riccati.model import Array

SETTLED = 20.0  # relaxation times after which nothing is left to learn


def exponent(beta: float) -> float:
    """(1 - 2β)/β, the power of t: below 0 for a heavy tail, above for a light one."""
    return (1 - 2 * beta) / beta


def learned(times: Array, M_star: int, beta: float, N: int, d: float) -> Array:
    """k(t) = (2t/(|A|_F log(d/N)))^{1/β}: how many directions are learned, a real number."""
    return (2 * np.asarray(times) / (model.norm(M_star, beta) * np.log(d / N))) ** (1 / beta)


def power_part(risk: Array, M_star: int, beta: float) -> Array:
    """|R - 1 + ζ(2β)/|A|_F^2|: the part of the risk that is a power of time while 1 << k << M*.

    For β > 1/2 this is R + ζ(2β, M*+1)/|A|_F^2, the risk with the tail that a finite M* cuts off. ζ is continued
    analytically for β < 1/2.
    """
    return np.abs(risk - 1 + scipy.special.zeta(2 * beta) / model.norm(M_star, beta) ** 2)


def law(times: Array, M_star: int, beta: float, N: int, d: float) -> Array:
    """The risk as M* -> infinity, without its plateau.

    k^{1-2β}/((2β - 1) |A|_F^2) for β > 1/2, and [1 - (k/M*)^{1-2β}]_+ for β < 1/2.
    """
    k = learned(times, M_star, beta, N, d)
    if beta > 0.5:
        return k ** (1 - 2 * beta) / ((2 * beta - 1) * model.norm(M_star, beta) ** 2)
    return np.maximum(1 - (k / M_star) ** (1 - 2 * beta), 0)


def settled(lam: Array, N: int, d: float) -> float:
    """When nothing is left to learn but e^-40 in the overlaps.

    The slowest process is over: direction N has won over N + 1, or is learned where the student is as wide as the
    teacher.
    """
    gap = lam[N - 1] - lam[N] if lam.size > N else lam[-1]
    return (np.log(d) / 2 + SETTLED) / gap


def unit(M_star: int, beta: float, N: int, d: float) -> float:
    """|A|_F log(d/N)/2: the time of the first direction, if it were decoupled."""
    return model.norm(M_star, beta) * np.log(d / N) / 2


def unit_of_light(M_star: int, beta: float, N: int, d: float) -> float:
    """|A|_F M*^β log(d/N): the time in which a light tail, β < 1/2, is learned to its end."""
    return model.norm(M_star, beta) * M_star**beta * np.log(d / N)


def window(lam: Array, N: int, d: float, first: int, share: float) -> tuple[float, float]:
    """The times between which exponents are fitted: T_first and T_last, last = share x min(M*, N).

    Before, single directions show as steps; afterwards the end of the spectrum shows.

    Raises:
        ValueError: last is not above first, or beyond the spectrum.
    """
    last = int(share * min(lam.size, N))
    if not 1 <= first < last <= lam.size:
        raise ValueError(f"a window from direction {first} to {last} is none")
    T = np.log(d / N) / (2 * lam[[first - 1, last - 1]])
    return float(T[0]), float(T[1])
