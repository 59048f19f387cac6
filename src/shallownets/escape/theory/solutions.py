"""Theory of the zero-error solutions: their set [14-16], their distance [17], which one is reached [18-22], how late.

Functions of overlaps take stacks, as those of ``model`` do. Squared distances are in units of N, so that a student
vector of the start has squared length one.
"""

import numpy as np
from scipy.integrate import quad

from shallownets.escape.model import Array, polar_factor


def overlaps(R: Array) -> tuple[Array, Array]:
    """(M, Q) = (sqrt(p/p*) R, (p/p*) R R^T) of the solution W = sqrt(p/p*) R W* [16]; R: (..., p, p*), R^T R = 1."""
    p, p_star = R.shape[-2:]
    return np.sqrt(p / p_star) * R, (p / p_star) * R @ np.swapaxes(R, -1, -2)


def squared_distance(M: Array, Q: Array, R: Array) -> Array:
    """|W - sqrt(p/p*) R W*|^2/N = tr Q + p - 2 sqrt(p/p*) tr(R^T M) [17]."""
    p, p_star = M.shape[-2:]
    return np.trace(Q, axis1=-2, axis2=-1) + p - 2 * np.sqrt(p / p_star) * (R * M).sum((-2, -1))


def selectivity(M: Array, R: Array) -> Array:
    """tr(R^T M_0)/tr(R_0^T M_0): how near R is to the start, 1 for the closest solution [19], 0 for a random one."""
    return (R * M).sum((-2, -1)) / (polar_factor(M) * M).sum((-2, -1))


def least_risk(p: int, p_star: int) -> float:
    """Smallest population risk: 0 for p >= p*, else (p* - p)(p* + 2)/(p*^2 (p + 2)).

    A student of p < p* vectors can learn p teacher directions; equal eigenvalues a of W^T W/(p N) along them and
    dL/da = 0 give a = (p* + 2)/(p* (p + 2)).
    """
    return max(p_star - p, 0) * (p_star + 2) / (p_star**2 * (p + 2))


def excess_norm(p: int, p_star: int, eta: float, alpha: float) -> float:
    """q_0 -> p^2 (2 + p*)/(8 η α (p + 2)): late eigenvalue of Q in the p - p* directions that no teacher needs."""
    return p**2 * (2 + p_star) / (8 * eta * alpha * (p + 2))


def late_risk(p: int, p_star: int, eta: float, q_0: float) -> float:
    """Late risk to second order in q_0, η included; it falls as α^-2.

    With ``late_deviation``'s eigenvalues the gradient flow has L_0 = (p - p*)(p + 2)/(p^2 (p* + 2)) q_0^2. At finite η
    the step's own noise, the η^2 part of dQ, holds the learned q above the squared singular value of M by
    κ = η L/(1 - 4 η/(p p*)), which adds 2 κ/p to the risk.
    """
    flow = (p - p_star) * (p + 2) / (p**2 * (p_star + 2)) * q_0**2
    return flow / (1 - 2 * eta / (p - 4 * eta / p_star))


def late_deviation(p: int, p_star: int, q_0: float) -> tuple[float, float]:
    """Frobenius norms of (M - M_inf, Q - Q_inf) [20, 21] to first order in q_0.

    Along a learned direction dM = 0 asks for q = p/p* - p τ/2 with τ = 2 (p - p*) q_0/(p (2 + p*)), and dQ = 0 for a
    squared singular value of M equal to q.
    """
    shift = (p - p_star) * q_0 / (2 + p_star)
    M = np.sqrt(p / p_star) * p_star * shift / (2 * p)
    return float(np.sqrt(p_star) * M), float(np.sqrt((p - p_star) * q_0**2 + p_star * shift**2))


def plateau_noise(p: int, p_star: int, eta: float) -> float:
    """ν: noise that SGD adds up to the escape, over the start's own overlap, both as variances of an element of M.

    In t = η α/p, with Q = q times the identity and x = q (p + 2)/p: dx/dt = 4 x (1 - x) from x = (p + 2)/p, and M
    grows by G = exp(4 t/p*) sqrt(q) [9-11]. A sample adds (η/N) a_i λ*_r to M_ir, of variance 4 η^2 c/(p N)^2 with
    c = E[(y - f)^2 λ_i^2 λ*_r^2] at M = 0. Summed with weights 1/G^2 this is ν/N, against 1/N of the start: at any
    N. To first order in η.
    """
    teacher, both, student = (p_star + 2) * (p_star + 4) / p_star**2, (p_star + 2) / p_star, (p + 4) / (p + 2)

    def variance(u: float) -> float:
        """c/q at u = exp(-8 t/p*)."""
        x = 1 / (1 - 2 / (p + 2) * u ** (p_star / 2))
        return teacher - 2 * both * x + student * x**2

    return eta * p_star / (2 * p) * quad(variance, 0, 1)[0]


def plateau_selectivity(p: int, p_star: int, eta: float) -> float:
    """E tr(R^T M_0)/E tr(R_0^T M_0) = (1 + ν)^(-1/2) for the R that SGD reaches from orthonormal sets, at any N.

    With Gaussian M_0 and noise, E[M_0 | Y] = Y/(1 + ν) for their sum Y; R is the polar factor of Y.
    """
    return 1 / np.sqrt(1 + plateau_noise(p, p_star, eta))


def mutual_distance(p: int, p_star: int) -> tuple[float, float]:
    """(mean, standard deviation) = (2 p, 2 sqrt(p/p*)) of the squared distance of two random solutions.

    d^2 = 2 p - 2 (p/p*) tr(R^T R'), R and R' uniform on the Stiefel manifold: E[R_ir R_js] = δ_ij δ_rs/p.
    """
    return 2.0 * p, 2 * np.sqrt(p / p_star)
