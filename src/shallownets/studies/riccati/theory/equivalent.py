"""The deterministic equivalent of the exact flow from a random start: overlaps, risk and times at finite d, M* and N.

The span e^{tT} span U_0 of a random U_0 has the projector P, and its diagonal is known one direction at a time. With
X (d, N) of independent entries of variance 1/d and s_i = e^{tλ_i} (λ_i = 0 outside the teacher), P is the projector on
the columns of diag(s) X, and by Sherman and Morrison

    P_ii = s_i^2 q_i/(1 + s_i^2 q_i),   q_i = x_i^T B x_i,   B = (sum_{k≠i} s_k^2 x_k x_k^T)^{-1},

where the row x_i is independent of B. For large N all q_i are one number κ, and tr P = N gives it:

    g_m = κ e^{2tλ_m}/(1 + κ e^{2tλ_m}),  h = κ/(1 + κ) outside the teacher,   sum_m g_m + (d - M*) h = N.

Its fluctuations are known too. With v = g (1 - g) of each direction and S the sum of all d of them, q_i has the
relative variance 2/n, n = S - v_i; and P^2 = P asks for E G_ij^2 = v_i v_j/S, i ≠ j, so that

    R = 1 - sum λ^2 g^2 - (sum λ v)^2/S.

The trace of the Riccati equation, R = 1 - tr Λ^2 G + (1/2) d/dt tr Λ G, says the same. Nothing is adjusted. What is
left out is of relative order 1/n.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from shallownets.studies.riccati.model import Array

LEAST = 1e-12  # degrees of freedom that are none


def log_kappa(t: float, lam: Array, N: int, d: float) -> float:
    """log κ(t), from the trace of the projector.

    Args:
        t: time of the flow.
        lam: (M*,) the teacher's eigenvalues, falling.
        N: student width, below d.
        d: input dimension, at least M*.
    """
    K = min(lam.size, N)

    def excess(log: float) -> float:
        x = log + 2 * t * lam
        # the K first are counted by what they miss: near one, that is all that is left of them
        return (
            scipy.special.expit(x[K:]).sum()
            - scipy.special.expit(-x[:K]).sum()
            + (d - lam.size) * scipy.special.expit(log)
            - (N - K)
        )

    # at least h and at most g_1 of d directions would have the trace N: κ is between the two
    start = scipy.special.logit(N / d)
    return float(scipy.optimize.brentq(excess, start - 2 * t * lam[0] - 1, start + 1, xtol=1e-12))


@dataclass(frozen=True)
class Shares:
    """The equivalent at one time.

    Attributes:
        g: (M*,) of the teacher's directions, the mean overlaps G_jj.
        missed: (M*,) 1 - g, exact where g is near one.
        outside: (d - M*) h, the part of the span's dimension that lies outside the teacher's: N - tr Z^T Z.
        spread: S, the sum of g (1 - g) over all d directions.
    """

    g: Array
    missed: Array
    outside: float
    spread: float

    @property
    def v(self) -> Array:
        """g (1 - g), (M*,)."""
        return self.g * self.missed


def shares(t: float, lam: Array, N: int, d: float) -> Shares:
    """The equivalent at a time; arguments as for ``log_kappa``."""
    log = log_kappa(t, lam, N, d)
    g, missed = scipy.special.expit(log + 2 * t * lam), scipy.special.expit(-log - 2 * t * lam)
    outside = (d - lam.size) * scipy.special.expit(log)
    return Shares(g, missed, float(outside), float((g * missed).sum() + outside * scipy.special.expit(-log)))


def risk(times: Array, lam: Array, N: int, d: float) -> Array:
    """R = sum λ^2 (1 - g^2) - (sum λ g (1 - g))^2/S at each time, (T,); other arguments as for ``log_kappa``."""
    found = []
    for t in np.asarray(times):
        of = shares(t, lam, N, d)
        together = (lam * of.v).sum() ** 2 / of.spread if of.spread > 0 else 0.0  # of all pairs of directions
        found.append((lam**2 * of.missed * (1 + of.g)).sum() - together)
    return np.array(found)


def time_to_risk(level: float, lam: Array, N: int, d: float, guess: float) -> float:
    """When the risk falls to a level above the best one, from a guess that is right within a factor of 100."""
    log = scipy.optimize.brentq(
        lambda log_t: risk(np.exp([log_t]), lam, N, d)[0] - level, np.log(guess / 100), np.log(guess * 100)
    )
    return float(np.exp(log))


@dataclass(frozen=True)
class Emergence:
    """When one direction is learned, G_jj = 1/2, over random starts. All are nan where there is no such law.

    Attributes:
        time: mean.
        deviation: standard deviation.
        slope: of the logit of G_jj at that time, over 2 λ_j.
        freedom: n, how many of the student's directions are left for it; what is left out is of relative order 1/n.
    """

    time: float
    deviation: float
    slope: float
    freedom: float


def emergence(lam: Array, N: int, d: float, j: int) -> Emergence:
    """When direction j is learned, counted from 0.

    The log of q_j is that of κ without direction j, plus that of a chi^2 over its n degrees of freedom: G_jj = 1/2
    where 2 t λ_j + log q_j = 0. For directions far apart n is N - j, and this is the law of
    ``emergence.deflated_times``. For the last directions of a student narrower than its teacher n may vanish before
    their rivals have fallen back: then there is no such time.

    Args:
        lam, N, d: as for ``log_kappa``.
        j: the direction, below M*.
    """
    others = np.delete(lam, j)

    def left(t: float) -> tuple[float, float, float]:
        """(log κ, n, the mean λ weighted by v) of the others."""
        if not others.size:
            return float(scipy.special.logit(N / (d - 1))), N * (1 - N / (d - 1)), 0.0
        of = shares(t, others, N, d - 1)
        mean = (others * of.v).sum() / of.spread if of.spread > 0 else 0.0
        return log_kappa(t, others, N, d - 1), of.spread, float(mean)

    def ahead(t: float) -> float:
        log, n, _ = left(t)
        return 2 * t * lam[j] + log + scipy.special.digamma(n / 2) - np.log(n / 2) if n > LEAST else -np.inf

    times = np.log(d / N) / (2 * lam[j]) * np.geomspace(0.01, 10, 200)
    after = np.flatnonzero(np.array([ahead(t) for t in times]) > 0)
    if not after.size or after[0] == 0:
        return Emergence(np.nan, np.nan, np.nan, np.nan)
    T = float(scipy.optimize.brentq(ahead, times[after[0] - 1], times[after[0]]))
    _, n, mean = left(T)
    return Emergence(T, float(np.sqrt(scipy.special.polygamma(1, n / 2))) / (2 * (lam[j] - mean)), 1 - mean / lam[j], n)
