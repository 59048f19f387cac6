"""The model: a quadratic student of width p learns from a quadratic teacher of width p*, one sample at a time.

Numbers in brackets are equations of the paper (arXiv:2604.03068).

    teacher [1]   y = (1/p*) sum_r (w*_r.x)^2/N,   w*_r orthogonal, |w*_r|^2 = N,   x ~ N(0, I_N)
    student [2]   f = (1/p)  sum_i (w_i.x)^2/N
    SGD [4, 5]    w_i <- w_i + (η/√N) a_i x,       a_i = (2/p) (y - f) λ_i,   λ_i = w_i.x/√N
    overlaps      M = W W*^T/N  (p x p*),          Q = W W^T/N  (p x p)
    time          α = samples/N

Every function takes stacks: M of shape (..., p, p*), Q of shape (..., p, p), and returns (...) or the same shapes.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Places = NDArray[np.integer]  # whole numbers that say where in an array
Mask = NDArray[np.bool]

# Mean squared norm tr Q/p beyond which a run counts as diverged. Every run that converges stays of order one.
DIVERGED = 1e6


def _trace(A: Array) -> Array:
    return np.trace(A, axis1=-2, axis2=-1)


def _excess_norm(Q: Array) -> Array:
    """τ = tr Q/p - 1: how far the mean output of the student is from that of the teacher."""
    return _trace(Q) / Q.shape[-1] - 1.0


def _risk(M: Array, Q: Array) -> Array:
    """L = E[(f - y)^2]/2 [23]: squares of the overlaps, and of the mean's mismatch τ."""
    p, p_star = M.shape[-2:]
    squares = (Q**2).sum((-2, -1)) / p**2 - 2 * (M**2).sum((-2, -1)) / (p * p_star) + 1 / p_star
    return squares + _excess_norm(Q) ** 2 / 2


def population_risk(M: Array, Q: Array) -> Array:
    """L = E[(f - y)^2]/2 [23], which rounding may leave a little below 0: never below it."""
    return np.maximum(_risk(M, Q), 0.0)


def drift_M(M: Array, Q: Array, eta: float) -> Array:
    """dM/dα [33]; it has no part of order η^2."""
    p, p_star = M.shape[-2:]
    tau = _excess_norm(Q)[..., None, None]
    return (2 * eta / p) * ((2 / p_star - tau) * M - (2 / p) * Q @ M)


def drift_Q(M: Array, Q: Array, eta: float) -> Array:
    """The part of dQ/dα [34] that is linear in η: with ``drift_M``, the gradient flow of the risk."""
    p, p_star = M.shape[-2:]
    tau = _excess_norm(Q)[..., None, None]
    C = M @ np.swapaxes(M, -1, -2)
    return (4 * eta / p) * (-tau * Q + (2 / p_star) * C - (2 / p) * Q @ Q)


def noise_Q(M: Array, Q: Array, eta: float) -> Array:
    """The part of dQ/dα [34] of order η^2: the squared length of a step, η^2 E[a_i a_j]."""
    p, p_star = M.shape[-2:]
    tau = _excess_norm(Q)[..., None, None]
    mean_square = 2 * _risk(M, Q)[..., None, None]
    C = M @ np.swapaxes(M, -1, -2)
    QQ = Q @ Q
    QC = Q @ C
    return (4 * eta**2 / p**2) * (
        mean_square * Q
        + 4 * tau * (QQ / p - C / p_star)
        + 8 * (Q @ QQ / p**2 - (QC + np.swapaxes(QC, -1, -2)) / (p * p_star) + C / p_star**2)
    )


def drift(M: Array, Q: Array, eta: float) -> tuple[Array, Array]:
    """(dM/dα, dQ/dα) [6] at finite learning rate."""
    return drift_M(M, Q, eta), drift_Q(M, Q, eta) + noise_Q(M, Q, eta)


def plateau_norm(p: int) -> float:
    """Q_hat = p/(p + 2) [10]: the squared norm of every student vector on the plateau, as η -> 0."""
    return p / (p + 2)


def plateau_risk(p: int, p_star: int) -> float:
    """L_pl = 1/p* + 1/(p + 2): the population risk of the plateau, as η -> 0."""
    return 1 / p_star + 1 / (p + 2)


def polar_factor(M: Array) -> Array:
    """R = M (M^T M)^(-1/2) [19, 22]: the orthonormal columns closest to M; needs rank p*, hence p >= p*."""
    U, _, Vt = np.linalg.svd(M, full_matrices=False)
    return U @ Vt


def matrix_power(Q: Array, exponent: float) -> Array:
    """Q^exponent of a symmetric positive definite (p, p) matrix."""
    values, vectors = np.linalg.eigh(Q)
    return (vectors * values**exponent) @ vectors.T
