"""Dynamical mean-field theory of a free norm: the discrete steps of ``engines.descend`` for infinitely many weights.

Points k are the places where the force is taken, W_k = sum_j B_kj F_j with the steps' weights B. With r = |w*.x|/√N,
half normal, ρ = W.w*/N, and what is left of W across the teacher, a margin and a weight are

    h_k = r ρ_k + sum_j A_kj (u_j + f_j),   f_k = 2/(1 + exp(2 h_k)),   ρ_k = sum_j B_kj α E r f_j
    A = B (1 + K A),   K_kj = α E df_k/dh_j,   W_k = sum_j A_kj u_j,   cov(u_j, u_k) = α E f_j f_k

A is the answer of weights to forces, K that of forces to weights, and u Gaussian: the force on a weight by examples
that do not know it. All of it is causal, so that one pass finds it; expectations are over paths (r, u), at scrambled
points of Sobol's sequence. Derived in docs/perceptron.md, section 7.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.random import Generator

from shallownets.errors import Impossible
from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.model import Array

_STABLE, _SHARE, _FLOOR = 0.8, 0.08, 0.05  # of the largest stable step; of the norm; and in place of one that is small
_MOST = 400  # points
_NOTHING = 1e-13  # of a force that the earlier ones do not have, below which it is rounding


@dataclass(frozen=True)
class Descent:
    """A free norm after each step; arrays over the steps.

    Attributes:
        eta: length of the step; the loss is summed over the examples.
        lam: norm λ behind it.
        error: test error behind it.
    """

    eta: Array
    lam: Array
    error: Array


def descent(alpha: float, last: float, paths: int, rng: Generator) -> Descent:
    """Heun's steps from W = 0 until the norm has passed the last.

    A step is a share of the largest that is stable, or moves the student by a share of its norm, if that is shorter.

    Args:
        alpha: examples over N.
        last: norm λ.
        paths: of the expectations, a power of 2; what is computed is off by a multiple of about 1/paths.
        rng: of the paths.

    Raises:
        Impossible: the norm is not reached in 200 steps.
    """
    points = scipy.stats.qmc.Sobol(_MOST + 1, rng=rng).random(paths)
    normal = scipy.special.ndtri(np.clip(points, 1e-15, 1 - 1e-15)).T
    r, normal = np.abs(normal[0]), normal[1:]
    f, u, basis = (np.zeros((_MOST, paths)) for _ in range(3))
    slope = np.zeros((_MOST, _MOST, paths))  # at j, k: df_k/dh_j
    K, A, L = (np.zeros((_MOST, _MOST)) for _ in range(3))  # f_k = sum_j L_kj basis_j, and u_k = √α sum_j L_kj normal_j

    def force(k: int, rho: float, answer: Array) -> tuple[float, Array]:
        """The force at point k along the teacher, and across it as multiples of the u."""
        A[k] = answer
        f[k] = model.force(r * rho + A[k, :k] @ (u[:k] + f[:k]), 1.0)
        bend = -f[k] * (2 - f[k])
        for j in range(k):
            slope[j, k] = bend * (A[k, j:k] @ slope[j, j:k])
        slope[k, k] = bend
        K[k, : k + 1] = alpha * slope[: k + 1, k].mean(1)
        rest = f[k].copy()
        for _ in range(2):  # Gram and Schmidt, twice: forces of close points differ by little
            shares = basis[:k] @ rest / paths
            L[k, :k] += shares
            rest -= shares @ basis[:k]
        size = np.sqrt((rest**2).mean())
        if size > _NOTHING:
            L[k, k], basis[k] = size, rest / size
        u[k] = np.sqrt(alpha) * L[k, : k + 1] @ normal[: k + 1]
        across = K[k, : k + 1] @ A[: k + 1]
        across[k] += 1
        return float(alpha * (f[k] * r).mean()), across

    def size(along: float, across: Array) -> float:
        """Length over √N of ρ w* + sum_j across_j u_j."""
        return float(np.sqrt(along**2 + alpha * ((across @ L) ** 2).sum()))

    rho, answer, lam, found = 0.0, np.zeros(_MOST), 0.0, []
    for k in range(0, _MOST, 2):
        along, across = force(k, rho, answer)
        stable = _STABLE / ((1 + np.sqrt(alpha)) ** 2 * f[k].mean())
        eta = min(stable, _SHARE * (_FLOOR + lam) / size(along, across))
        next_along, next_across = force(k + 1, rho + eta * along, answer + eta * across)
        rho, answer = rho + eta / 2 * (along + next_along), answer + eta / 2 * (across + next_across)
        lam = size(rho, answer)
        found.append((eta, lam, np.arctan2(size(0.0, answer), rho) / np.pi))
        if lam >= last:
            return Descent(*np.array(found).T)
    raise Impossible(f"alpha = {alpha:g}, norm = {last:g}: not reached in {_MOST // 2} steps, expected a smaller norm")
