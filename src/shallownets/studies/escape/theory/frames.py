"""Which solution is reached from students that are not orthogonal (beyond the paper).

While M is small nothing sees the teacher: the plateau brings all eigenvalues of Q to the same value and multiplies M
from the left by a function of Q_0. Under gradient flow this is Q_0^(-1/2), because W itself is so multiplied; at finite
learning rate the steps' own noise enters Q and not M. From there Q is the identity times a number, and the polar factor
of M is conserved. What is left of Q's inequality when the plateau ends decays at the rate 8/(p (p + 2)) for a time
(p p*/8) log N: a relative N^(-p*/(p + 2)).
"""

from functools import lru_cache

import numpy as np
import scipy

from shallownets.studies.escape.model import Array, matrix_power, polar_factor

_RELAXED = 40.0  # relaxation times of the students' inequality after which nothing of it is left


@lru_cache(maxsize=1024)
def _growth(q: tuple[float, ...], p_star: int, eta_hat: float) -> Array:
    """(p,) log of the factors by which M grows along the eigenvectors of Q until Q is even, but for a common one.

    Args:
        q: (p,) eigenvalues of Q at the start.
        p_star: width of the teacher.
        eta_hat: learning rate per student unit, at which there is a plateau.
    """
    p = len(q)

    def drift(_: float, y: Array) -> Array:
        now = y[:p]
        tau = now.mean() - 1
        twice_risk = 2 * ((now**2).sum() / p**2 + 1 / p_star) + tau**2
        noise = twice_risk + 4 * tau * now / p + 8 * now**2 / p**2
        pull = -tau - 2 * now / p
        return np.concatenate([4 * now * (pull + eta_hat * noise), 2 * (pull - pull.mean())])

    last = _RELAXED * (p + 2) / 8
    begun = np.concatenate([q, np.zeros(p)])
    run = scipy.integrate.solve_ivp(drift, (0, last), begun, method="LSODA", rtol=1e-9, atol=1e-12)
    return run.y[p:, -1]


def reached_frame(M: Array, Q: Array, eta_hat: float = 0.0) -> Array:
    """R(∞), (p, p*), in the limit of small M_0: polar factor of Q_0^(-1/2) M_0 under gradient flow; [19] for Q_0 = I.

    At a finite learning rate eta_hat per student unit the -1/2 is replaced by what [33, 34] give at M = 0.
    """
    if not eta_hat:
        return polar_factor(matrix_power(Q, -0.5) @ M)
    values, vectors = np.linalg.eigh(Q)
    growth = _growth(tuple(values.tolist()), M.shape[1], eta_hat)
    return polar_factor((vectors * np.exp(growth)) @ vectors.T @ M)


def remainder_exponent(p: int, p_star: int) -> float:
    """Exponent of N in |R(∞) - ``reached_frame``| for M_0 of order N^(-1/2) at a fixed Q_0: -p*/(p + 2)."""
    return -p_star / (p + 2)
