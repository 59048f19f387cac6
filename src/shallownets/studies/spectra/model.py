"""The models: a diagonal and a quadratic network learn a teacher of decaying features by regularised risk minimisation.

    data       x ~ N(0, 1_d), y = f*(x) + √Δ ξ; training minimises sum (y - f(x))^2 + lam (|W|^2 + |a|^2)
    diagonal   f = sum a_i w_i x_i/√d = θ.x.  At fixed θ the least a^2 + w^2 is 2 |a w|, so that training is a LASSO,
               min sum (y - θ.x)^2 + 2 lam √d |θ|_1;  risk R = |θ - θ*|^2
    quadratic  f = Tr S Z, S = W W^T/√(p d), Z = (x x^T - 1)/√d.  With p >= rank S training is, over S >= 0,
               min sum (y - Tr S Z)^2 + lam √(p d) Tr S;  risk R = 2 |S - S*|_F^2/d
    teacher    θ*_i and s_i, the eigenvalues of S*, fall as i^-gamma; |θ*| = 1, sum s_i^2 = d: R is 1 and 2 at W = 0
    samples    n_eff = n of the diagonal network, n/d of the quadratic one

Symbols are those of docs/spectra.md. lam is always the paper's; the quadratic network has p = d but where p is given.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def powers(gamma: float, d: int) -> Array:
    """(d,) i^-gamma, i = 1, .., d, of unit norm: θ*, and s/√d."""
    values = np.arange(1.0, d + 1) ** -gamma
    return values / np.linalg.norm(values)


def features(x: Array) -> Array:
    """(n, d, d) Z = (x x^T - 1)/√d of inputs (n, d). Fills n d^2 numbers: for checks at small size."""
    d = x.shape[1]
    return (x[:, :, None] * x[:, None, :] - np.eye(d)) / np.sqrt(d)


def diagonal_output(a: Array, w: Array, x: Array) -> Array:
    """(n,) outputs sum a_i w_i x_i/√d."""
    return x @ (a * w) / np.sqrt(a.size)


def quadratic_output(W: Array, x: Array) -> Array:
    """(n,) outputs Tr S Z = sum_k ((w_k.x)^2 - |w_k|^2)/(d √p) of weights (d, p)."""
    d, p = W.shape
    return (((x @ W) ** 2).sum(1) - (W**2).sum()) / (d * np.sqrt(p))


def matrix(W: Array) -> Array:
    """(d, d) S = W W^T/√(p d)."""
    d, p = W.shape
    return W @ W.T / np.sqrt(p * d)


def diagonal_risk(theta: Array, teacher: Array) -> float:
    """R = E (f - f*)^2 = |θ - θ*|^2."""
    return float(((theta - teacher) ** 2).sum())


def quadratic_risk(S: Array, teacher: Array) -> float:
    """R = E (f - f*)^2 = 2 |S - S*|_F^2/d; teacher: (d,) the diagonal of S*."""
    return float(2 * ((S - np.diag(teacher)) ** 2).sum() / teacher.size)
