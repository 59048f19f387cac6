"""Approximate message passing (max-sum) at fixed norm: a second road to the minimiser, without a matrix to solve.

    t = z.w - u,   u = χ f(t + u),   h = z^T u + α <-du/dt> w,   w = h √N/|h|

and χ such that |h|^2 = N. At the fixed point z^T f = m w: the student is the minimiser at its norm.
"""

import numpy as np

from shallownets.errors import Impossible
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.starts import Examples

_DAMPING, _MOST = 0.7, 5000
_HELD = 1e-8  # of |h|/√N from 1 at the end: where 2 λ κ is large w hardly depends on χ, and stands still before χ does


def _prox(t: Array, chi: float, lam: float, v: Array) -> Array:
    """log u of u (1 + exp(2 λ (t + u))) = 2 χ, by Newton on an increasing convex function of it from close values v."""
    v = v.copy()
    for _ in range(60):
        u = np.exp(v)
        x = 2 * lam * (t + u)
        g = np.exp(-np.logaddexp(0, -x))
        step = (v + np.logaddexp(0, x) - np.log(2 * chi)) / (1 + 2 * lam * u * g)
        v -= step
        if np.abs(step).max() < 1e-12:
            break
    return v


def gamp(examples: Examples, lam: float, chi: float, tolerance: float = 1e-11) -> tuple[Array, float]:
    """(student w (N,) with |w|^2 = N, χ) at one norm.

    Args:
        examples: what it sees.
        lam: norm λ.
        chi: χ to begin with, that of the replica-symmetric solution.
        tolerance: relative change of the student in a step at which it has arrived.

    Raises:
        Impossible: no fixed point after 5000 steps.
    """
    z, N = examples.z, examples.teacher.size
    w = z.sum(0)
    w *= np.sqrt(N) / np.linalg.norm(w)
    u, largest = np.zeros(len(z)), np.log(2 * chi)
    log_u = np.minimum(largest, np.log(np.maximum(largest / (2 * lam) - z @ w, 0) + 1 / lam))
    for _ in range(_MOST):
        t = z @ w - u
        log_u = _prox(t, chi, lam, log_u)
        new_u = np.exp(log_u)
        D = 2 * lam * new_u * (1 - new_u / (2 * chi))
        u = (1 - _DAMPING) * u + _DAMPING * new_u
        h = z.T @ u + (D / (1 + D)).sum() / N * w
        size = np.linalg.norm(h) / np.sqrt(N)
        chi *= size**-_DAMPING if size > 0 else 0
        if not 0 < chi < np.inf:
            break
        new = (1 - _DAMPING) * w + _DAMPING * h / size
        change = np.linalg.norm(new - w) / np.sqrt(N)
        w = new * np.sqrt(N) / np.linalg.norm(new)
        if change < tolerance and abs(size - 1) < _HELD:
            return w, float(chi)
    raise Impossible(f"norm = {lam:g}: message passing finds no fixed point")
