"""Which solution is reached from students that are not orthogonal (beyond the paper).

While M is small nothing sees the teacher: the plateau brings all eigenvalues of Q to the same value and multiplies M
from the left by a function of Q_0. Under gradient flow this is Q_0^(-1/2), because W itself is so multiplied; at finite
learning rate the steps' own noise enters Q and not M. From there Q is the identity times a number, and the polar factor
of M is conserved. What is left of Q's inequality when the plateau ends decays at the rate 8/(p (p + 2)) for a time
(p p*/8) log N: a relative N^(-p*/(p + 2)).
"""

from functools import lru_cache

import numpy as np

from shallownets.errors import OutOfReach
from shallownets.numerics.integrate import DONE, SIGNATURE, integrate, of_order_one
from shallownets.numerics.jit import kernel
from shallownets.studies.escape.model import Array, matrix_power, polar_factor

_RELAXED = 40.0  # relaxation times of the students' inequality after which nothing of it is left
_TOLERANCE = 1e-10  # error of a step on the way there, relative to an eigenvalue of Q, or to 1e-3 where it is smaller
_BOUND = 1e6  # of an eigenvalue of Q that diverges


@kernel(SIGNATURE)
def _drift(y, parameters, work, out):
    """Of y = (the eigenvalues of Q, the logarithms by which M has grown), at M = 0; parameters = (η̂, p*)."""
    eta_hat, p_star = parameters[0], parameters[1]
    p = y.size // 2
    trace, squares = 0.0, 0.0
    for i in range(p):
        trace += y[i]
        squares += y[i] * y[i]
    tau = trace / p - 1.0
    twice_risk = 2.0 * (squares / (p * p) + 1.0 / p_star) + tau * tau
    for i in range(p):
        q = y[i]
        noise = twice_risk + 4.0 * tau * q / p + 8.0 * q * q / (p * p)
        pull = -tau - 2.0 * q / p
        out[i] = 4.0 * q * (pull + eta_hat * noise)
        out[p + i] = 2.0 * pull


@lru_cache(maxsize=1024)
def _growth(q: tuple[float, ...], p_star: int, eta_hat: float) -> Array:
    """(p,) log of the factors by which M grows along the eigenvectors of Q until Q is even, but for a common one.

    Args:
        q: (p,) eigenvalues of Q at the start.
        p_star: width of the teacher.
        eta_hat: learning rate per student unit, at which there is a plateau.

    Raises:
        OutOfReach: the students diverge before they are even, as there is no plateau at this learning rate from there.
    """
    p = len(q)
    times, end = np.array([_RELAXED * (p + 2) / 8]), np.empty((1, 2 * p))
    begun, parameters = np.concatenate([q, np.zeros(p)]), np.array([eta_hat, p_star])
    status, time, _ = integrate(_drift, of_order_one, begun, times, parameters, 0, _TOLERANCE, _BOUND, end)
    if status != DONE:
        raise OutOfReach(f"eta_hat = {eta_hat:g}: the students diverge at t = {time:g}, before they are even")
    return end[0, p:] - end[0, p:].mean()


def reached_frame(M: Array, Q: Array, eta_hat: float = 0.0) -> Array:
    """R(∞), (p, p*), in the limit of small M_0: polar factor of Q_0^(-1/2) M_0 under gradient flow; [19] for Q_0 = I.

    At a finite learning rate eta_hat per student unit the -1/2 is replaced by what [33, 34] give at M = 0.

    Raises:
        OutOfReach: at that learning rate the students diverge.
    """
    if not eta_hat:
        return polar_factor(matrix_power(Q, -0.5) @ M)
    values, vectors = np.linalg.eigh(Q)
    growth = _growth(tuple(values.tolist()), M.shape[1], eta_hat)
    return polar_factor((vectors * np.exp(growth)) @ vectors.T @ M)


def remainder_exponent(p: int, p_star: int) -> float:
    """Exponent of N in |R(∞) - ``reached_frame``| for M_0 of order N^(-1/2) at a fixed Q_0: -p*/(p + 2)."""
    return -p_star / (p + 2)
