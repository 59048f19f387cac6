"""Theory of norm learning, of the plateau and of the escape from it: rates, prefactors, times.

Time is t = η̂ α with η̂ = η/p throughout, so that a rate per t times η̂ is a rate per unit of α. Formulas with η̂ hold at
finite learning rate; the others are the limit η̂ -> 0, gradient flow. Numbers in brackets are the paper's equations.
"""

import numpy as np
import scipy

from shallownets.studies.escape.model import Array, plateau_norm, plateau_risk
from shallownets.studies.escape.theory.stability import last_convergence as last_convergence
from shallownets.studies.escape.theory.stability import last_escape as last_escape
from shallownets.studies.escape.theory.stability import last_plateau as last_plateau

MEAN_NORM_RATE = 4.0  # at which the mean of the norms relaxes to Q_hat [9, 10], whatever p and p*


def norm_difference_rate(p: int) -> float:
    """Rate 8/(p+2) at which differences of the norms, and off-diagonal Q_ij [12], decay on the plateau."""
    return 8 / (p + 2)


def overlap_rate(p_star: int) -> float:
    """Rate 4/p* at which every M_ir grows on the plateau [11]: 4 η/(p p*) per unit of α."""
    return 4 / p_star


def equal_norms(t: Array, p: int, norm: float) -> Array:
    """Common norm of all student vectors at time t, from a common ``norm`` at 0 [9]: the logistic function, M = 0."""
    return plateau_norm(p) / (1 + (plateau_norm(p) / norm - 1) * np.exp(-MEAN_NORM_RATE * t))


def _plateau_quadratic(p: int, p_star: int, eta_hat: Array) -> tuple[Array, Array, Array]:
    """(a, b, c) of a u^2 - b u + c = 0, which [33, 34] with M = 0 and equal norms give for u = norm/Q_hat."""
    return eta_hat * (p + 4) / (p + 2), 1 + 2 * eta_hat, 1 + eta_hat * (1 + 2 / p_star)


def relative_norm(p: int, p_star: int, eta_hat: float | Array) -> Array:
    """Norm on the plateau over Q_hat at finite learning rate; NaN where no plateau exists any more.

    To first order 1 + 2 η̂ L_pl: the squared length of the steps makes the norms larger.
    """
    a, b, c = _plateau_quadratic(p, p_star, np.asarray(eta_hat, float))
    square = b * b - 4 * a * c
    root = np.sqrt(np.where(square >= 0, square, np.nan))
    return 2 * c / (b + root)  # the root that stays finite as η̂ -> 0, in the form without cancellation


def finite_norm(p: int, p_star: int, eta_hat: float) -> float:
    """Norm on the plateau at finite learning rate; NaN where no plateau exists any more."""
    return plateau_norm(p) * float(relative_norm(p, p_star, eta_hat))


def finite_overlap_rate(p: int, p_star: int, eta_hat: float | Array) -> Array:
    """Rate per t at which M grows on the plateau of ``relative_norm``; to first order 4/p* - 4 η̂ L_pl."""
    return 2 * (1 + 2 / p_star - relative_norm(p, p_star, eta_hat))


def fastest_eta_hat(p: int, p_star: int) -> float:
    """η̂ at which M grows fastest per unit of α: the learning rate of the fastest escape as N -> ∞."""
    last = last_plateau(p, p_star)
    found = scipy.optimize.minimize_scalar(
        lambda x: -x * finite_overlap_rate(p, p_star, x), bounds=(0, last), method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x)


def growth_time(p: int, p_star: int, factor: float) -> float:
    """Time η α, p p*/4 log(factor), in which small overlaps grow by a factor under gradient flow [11]."""
    return float(p * p_star / 4 * np.log(factor))


def escape_rate(p_star: int) -> float:
    """Rate 8/p* of the relative loss reduction [13]: twice that of the overlaps."""
    return 8 / p_star


def escape_prefactor(p: int, p_star: int) -> float:
    """Prefactor 2 p*(p+2)/(p+p*+2) of the relative loss reduction [13], in units of σ^2 = <M_ir^2>."""
    return 2 * p_star * (p + 2) / (p + p_star + 2)


def loss_reduction(t: Array, p: int, p_star: int, variance: float) -> Array:
    """<L(0) - L(t)>/L(0) on the plateau [13], t from its onset, where <M_ir^2> = ``variance``."""
    return escape_prefactor(p, p_star) * variance * np.expm1(escape_rate(p_star) * t)


def mean_log_chi_square(k: int) -> float:
    """E log(χ²_k/k): by how much the typical ΣM² lies below its mean; -1.27 for k = 1, -> 0 as -1/k."""
    return float(scipy.special.digamma(k / 2) + np.log(2 / k))


def mean_escape_time(reduction: float, p: int, p_star: int, variance: float) -> float:
    """Mean time t to a small relative loss reduction [13], averaged over Gaussian starts on the plateau.

    Each start follows [13] with its own ΣM² in place of the mean. Valid for ``variance`` << reduction << 1.
    """
    typical = escape_prefactor(p, p_star) * variance
    return (np.log(reduction / typical) - mean_log_chi_square(p * p_star)) / escape_rate(p_star)


def plateau_level(p: int, p_star: int, fraction: float) -> float:
    """Risk below which a run counts as escaped: a fraction of L_pl."""
    return fraction * plateau_risk(p, p_star)
