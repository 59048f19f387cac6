"""Emergence: when each direction of the teacher is learned, and the risk as a sum over directions.

Decoupled, each overlap G_jj follows dg/dt = 2 λ_j g (1 - g) from a share s_j of its own: a logistic curve that reaches
1/2 at T_j. The source starts them all at N/d. The exact solution says more. In the basis where Z_0 is lower trapezoidal
the j-th column has the square of its diagonal entry for a share, and that is chi^2 with N - j + 1 degrees of freedom
over d: each direction learned has used up one of the student's N. Here this is called deflation.
"""

import numpy as np
import scipy

from shallownets.studies.riccati.model import Array


def equal_shares(M_star: int, N: int, d: float) -> Array:
    """N/d for the N greatest λ and 0 for the others, (M*,): a student of width N learns N directions."""
    return np.where(np.arange(M_star) < N, N / d, 0.0)


def deflated_shares(M_star: int, N: int, d: float) -> Array:
    """(N - j + 1)/d, j = 1 ... M*, and 0 beyond N: what is left for direction j once those before it are learned."""
    return np.maximum(N - np.arange(M_star), 0.0) / d


def logistic(times: Array, lam: Array, shares: Array) -> Array:
    """g_j = [1 + (1/s_j - 1) e^{-2 t λ_j}]^{-1}, (T, M*); 0 at all times where the share is 0."""
    return scipy.special.expit(2 * np.multiply.outer(times, lam) + scipy.special.logit(shares))


def additive_risk(g: Array, lam: Array) -> Array:
    """sum_j λ_j^2 (1 - g_j^2), for g (..., M*): every direction counted by itself."""
    return (lam**2 * (1 - g**2)).sum(-1)


def decoupled_risk(times: Array, lam: Array, shares: Array) -> Array:
    """The risk of directions learned one by one from these shares (M*,), at each time."""
    return additive_risk(logistic(times, lam, shares), lam)


def stepwise_risk(t: Array, T: Array, lam: Array, N: int) -> Array:
    """The risk at each time t if direction j were learned all at once at T_j, for each of the N first."""
    return 1 - (np.subtract.outer(t, T) > 0)[:, :N] @ lam[:N] ** 2


def time_to_risk(level: float, lam: Array, shares: Array, guess: float) -> float:
    """When the risk of directions learned one by one falls to a level.

    Args:
        level: of the risk.
        lam: (M*,) the teacher's eigenvalues.
        shares: (M*,) of the start.
        guess: a time that is right within a factor of 10.
    """
    return scipy.optimize.brentq(lambda t: decoupled_risk(t, lam, shares) - level, guess / 10, guess * 10)


def times(lam: Array, N: int, d: float) -> Array:
    """T_j = log(d/N)/(2 λ_j), (M*,): the source's, to leading order in log d."""
    return np.log(d / N) / (2 * lam)


def deflated_times(lam: Array, N: int, d: float) -> tuple[Array, Array]:
    """Mean and standard deviation of T_j = -log(s_j)/(2 λ_j), s_j = chi^2_{N-j+1}/d, over starts, j = 1 ... min(M*, N).

    It holds where direction j + 1 lags behind: up to terms of order d^{-(1 - λ_{j+1}/λ_j)}.
    """
    K = min(lam.size, N)
    half = (N - np.arange(K)) / 2
    shift, spread = np.log(d / 2) - scipy.special.digamma(half), np.sqrt(scipy.special.polygamma(1, half))
    return shift / (2 * lam[:K]), spread / (2 * lam[:K])
