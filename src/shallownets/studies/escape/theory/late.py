"""Late times from orthonormal starts: exponential for p = p*, algebraic for p > p* (beyond the paper).

Times are t = η α. Along the singular vectors of M the gradient flow leaves q_r - s_r^2 -> (p/p*)(1/m_r^2 - 1) e^{-2At},
A = 4/(p p*), m_r the singular values of M at the start. A is the softest positive level of the Hessian at a solution,
teacher to orthogonal. For p > p* the directions that no teacher needs, q_0 ~ 1/t, are slower still.
"""

from typing import overload

import numpy as np

from shallownets.studies.escape.model import Array, plateau_risk


def decay_rate(p: int, eta: float) -> float:
    """Rate of log L in t for p = p*, η included: (8/p^2)(1 - 2 η (p + 2)/p^2).

    Linearised at the solution with δ_r = q_r - s_r^2, L = (2/p^2) Σ δ_r, and the step's own noise feeds every δ_r by
    (4 η/p^2)(2 L + 8 δ_r/p^2). The sum over r is closed. The solution is stable for η < p^2/(2 (p + 2)).
    """
    return 8 / p**2 * (1 - 2 * eta * (p + 2) / p**2)


def decay_prefactor(M: Array) -> float:
    """c in L -> c e^{-8t/p^2} for p = p*, gradient flow from Q = I and M (p, p): (2/p^2) Σ_r (1/m_r^2 - 1)."""
    m = np.linalg.svd(M, compute_uv=False)
    return float(2 / len(M) ** 2 * (1 / m**2 - 1).sum())


@overload
def excess_norm(p: int, p_star: int, eta: float, alpha: float) -> float: ...
@overload
def excess_norm(p: int, p_star: int, eta: float, alpha: Array) -> Array: ...
def excess_norm(p: int, p_star: int, eta: float, alpha: float | Array) -> float | Array:
    """q_0 -> p^2 (2 + p*)/(8 η α (p + 2)): late eigenvalue of Q in the p - p* directions that no teacher needs."""
    return p**2 * (2 + p_star) / (8 * eta * alpha * (p + 2))


@overload
def late_distance(p: int, p_star: int, q_0: float) -> float: ...
@overload
def late_distance(p: int, p_star: int, q_0: Array) -> Array: ...
def late_distance(p: int, p_star: int, q_0: float | Array) -> float | Array:
    """Late squared distance to the solution with the start's R, over N, to first order in q_0: (p - p*) q_0."""
    return (p - p_star) * q_0


@overload
def late_risk(p: int, p_star: int, eta: float, q_0: float) -> float: ...
@overload
def late_risk(p: int, p_star: int, eta: float, q_0: Array) -> Array: ...
def late_risk(p: int, p_star: int, eta: float, q_0: float | Array) -> float | Array:
    """Late risk to second order in q_0, η included; it falls as α^-2.

    With ``late_deviation``'s eigenvalues the gradient flow has L_0 = (p - p*)(p + 2)/(p^2 (p* + 2)) q_0^2. At finite η
    the step's own noise, the η^2 part of dQ, holds the learned q above the squared singular value of M by
    κ = η L/(1 - 4 η/(p p*)), which adds 2 κ/p to the risk.
    """
    flow = (p - p_star) * (p + 2) / (p**2 * (p_star + 2)) * q_0**2
    return flow / (1 - 2 * eta / (p - 4 * eta / p_star))


def excess_norm_at(p: int, p_star: int, risk: float) -> float:
    """q_0 at which the late risk of gradient flow is ``risk``, p > p*: the inverse of ``late_risk`` at η = 0."""
    return float(np.sqrt(risk * p**2 * (p_star + 2) / ((p - p_star) * (p + 2))))


def descent_time(p: int, p_star: int, risk: float) -> float:
    """Time η̂ α, η̂ = η/p, from the escape to a small risk under gradient flow, p > p*.

    [(p - p*)(p* + 2)/(64 (p + 2) risk)]^(1/2): the late risk as a function of the norm q_0 ~ 1/α of the excess
    directions. The escape may be any moment of the drop: another one shifts it by a time that no risk enters.
    """
    return float(np.sqrt((p - p_star) * (p_star + 2) / (64 * (p + 2) * risk)))


def descent_between(p: int, p_star: int, larger: float, smaller: float) -> float:
    """Time η̂ α of gradient flow from one small risk to a smaller one, p > p*, up to a relative q_0^2 at the larger.

    The difference of ``descent_time``, and the next order: with the second order of the learned eigenvalues,
    dq_0/d(η α) = -k q_0^2 (1 - c q_0), c = (p - p*) p*^2/(p (p* + 2)^2), which adds c log(q_0/q_0') to k times the
    difference of η α. What the risk has of third order in q_0 drops out of the difference.
    """
    first, last = (descent_time(p, p_star, risk) for risk in (larger, smaller))
    next_order = (p - p_star) * p_star**2 / (16 * (p + 2) * (p_star + 2)) * np.log(larger / smaller)
    return float(last - first + next_order)


def faster_share(p: int, p_star: int, larger: float) -> float:
    """Order of the learned directions' share in a small risk: e^{-8 t/p*}, t since the escape, over the share of the
    plateau's risk that is left.

    They decay exponentially beside the excess directions, p > p*, from a risk of the plateau's order on.
    """
    return float(np.exp(-8 * descent_time(p, p_star, larger) / p_star) * plateau_risk(p, p_star) / larger)


def late_deviation(p: int, p_star: int, q_0: float) -> tuple[float, float]:
    """Frobenius norms of (M - M_inf, Q - Q_inf) [20, 21] to first order in q_0.

    Along a learned direction dM = 0 asks for q = p/p* - p τ/2 with τ = 2 (p - p*) q_0/(p (2 + p*)), and dQ = 0 for a
    squared singular value of M equal to q.
    """
    shift = (p - p_star) * q_0 / (2 + p_star)
    M = np.sqrt(p / p_star) * p_star * shift / (2 * p)
    return float(np.sqrt(p_star) * M), float(np.sqrt((p - p_star) * q_0**2 + p_star * shift**2))
