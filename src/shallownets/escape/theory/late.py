"""Late times from orthonormal starts: exponential for p = p*, algebraic for p > p* (beyond the paper).

Times are t = η α. Along the singular vectors of M the gradient flow leaves q_r - s_r^2 -> (p/p*)(1/m_r^2 - 1) e^{-2At},
A = 4/(p p*), m_r the singular values of M at the start. A is the softest positive level of the Hessian at a solution,
teacher to orthogonal. For p > p* the directions that no teacher needs, q_0 ~ 1/t, are slower still.
"""

import numpy as np

from shallownets.escape.model import Array


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
