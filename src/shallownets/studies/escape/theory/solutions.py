"""Theory of the zero-error solutions: their set [14-16], their distance [17], and which one is reached [18-22].

Functions of overlaps take stacks, as those of ``model`` do. Squared distances are in units of N, so that a student
vector of the start has squared length one.
"""

import numpy as np
import scipy

from shallownets.studies.escape.model import Array, polar_factor


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


def mutual_distance(p: int, p_star: int) -> tuple[float, float]:
    """(mean, standard deviation) = (2 p, 2 sqrt(p/p*)) of the squared distance of two random solutions.

    d^2 = 2 p - 2 (p/p*) tr(R^T R'), R and R' uniform on the Stiefel manifold: E[R_ir R_js] = δ_ij δ_rs/p.
    """
    return 2.0 * p, 2 * np.sqrt(p / p_star)


def largest_share(p_star: int) -> float:
    """E max_r u_r^2 of a random unit vector u in p* dimensions: how much of a student lies along one teacher vector.

    The length and the direction of a Gaussian vector g are independent: E max g_r^2 = p* E max u_r^2. 1 for p* = 1.
    """
    law = scipy.stats.chi2(1)
    return float(scipy.integrate.quad(lambda x: 1 - law.cdf(x) ** p_star, 0, np.inf)[0] / p_star)
