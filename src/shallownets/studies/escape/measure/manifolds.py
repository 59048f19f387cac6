"""Dimensions by numerical ranks, and the risk along null directions of a solution."""

from collections.abc import Callable

import numpy as np
import scipy
from numpy.random import Generator

from shallownets.studies.escape.measure.hessian import NULL
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.theory.landscape import hessian, mismatch, risk


def expressivity_rank(W: Array) -> int:
    """Rank of the differential dW -> dW^T W + W^T dW of W -> W^T W at W (p, N)."""
    p, N = W.shape
    change = np.einsum("ia,bc->abic", W, np.eye(N))
    jacobian = (change + change.swapaxes(0, 1)).reshape(N * N, p * N)
    return int(np.linalg.matrix_rank(jacobian))


def constraint_nullity(R: Array) -> int:
    """Dimension of {dR : R^T dR + dR^T R = 0} at R (p, p*) with orthonormal columns, by numerical rank."""
    p, p_star = R.shape
    change = np.einsum("ia,bc->abic", R, np.eye(p_star))
    constraint = (change + change.swapaxes(0, 1)).reshape(p_star**2, p * p_star)
    return p * p_star - int(np.linalg.matrix_rank(constraint))


def orbit_rank(W: Array) -> int:
    """Dimension of {X W : X antisymmetric}: of the orbit of W (p, N) under rotations of the students among each other.

    Two W have the same W^T W exactly if such a rotation or reflection joins them, so that this is the dimension of the
    set on which the network's output is the same; it is found without the constraint.
    """
    p, N = W.shape
    moves = [np.zeros((1, p * N))]
    for i in range(p):
        for j in range(i):
            turned = np.zeros((p, N))
            turned[i], turned[j] = W[j], -W[i]
            moves.append(turned.reshape(1, -1))
    return int(np.linalg.matrix_rank(np.concatenate(moves)))


class Solution:
    """Null, tangent and positive directions at a zero-error solution; all bases are (number, p, N), orthonormal.

    Args:
        W: (p, N) student weights at zero error.
        W_star: (p*, N) teacher weights.
        tangent: (dimension, p, N) basis of the tangent space of the manifold of solutions, as predicted.

    Attributes:
        null: null space of the Hessian; extra: its part orthogonal to ``tangent``; positive: its complement.
        angle: largest principal angle between ``tangent`` and its closest subspace of ``null``, radians; 0 where there
            is no tangent direction.
    """

    def __init__(self, W: Array, W_star: Array, tangent: Array):
        p, N = W.shape
        self.W, self.W_star, self.tangent = W, W_star, tangent
        values, vectors = np.linalg.eigh(hessian(W, W_star))
        flat = np.abs(values) < NULL * values.max()
        self.null = vectors.T[flat].reshape(-1, p, N)
        self.positive = vectors.T[~flat].reshape(-1, p, N)
        null, along = self.null.reshape(-1, p * N), tangent.reshape(-1, p * N)
        # Singular vectors of what is left of the null space once its tangent part is taken away.
        _, sizes, rest = np.linalg.svd(null - (null @ along.T) @ along, full_matrices=False)
        self.extra = rest[sizes > 0.5].reshape(-1, p, N)
        self.angle = float(scipy.linalg.subspace_angles(null.T, along.T).max()) if len(tangent) else 0.0

    def straight(self, direction: Array, step: float) -> float:
        """Risk after a step along a direction of unit length in W/√N."""
        return risk(self._moved(step * direction), self.W_star)

    def relaxed(self, direction: Array, step: float) -> float:
        """The least risk at this distance along an extra null direction, every positive direction being free to follow.

        The risk is a sum of squares; Gauss-Newton on it converges in a few iterations, as the residual is small.
        """
        N = self.W.shape[1]
        move = step * direction
        for _ in range(12):
            V = self._moved(move) / np.sqrt(N)
            slopes = self.positive.swapaxes(1, 2) @ V
            slopes = (slopes + slopes.swapaxes(1, 2)) / len(V)
            jacobian = _residual(slopes)
            follow = np.linalg.lstsq(jacobian.T, -_residual(mismatch(np.sqrt(N) * V, self.W_star)), rcond=None)[0]
            move = move + np.tensordot(follow, self.positive, 1)
        return risk(self._moved(move), self.W_star)

    def turned(self, generator: Array, step: float) -> float:
        """Risk after the rotation exp(step X) of the students; X antisymmetric (p, p) with |X W|^2 = N."""
        return risk(scipy.linalg.expm(step * generator) @ self.W, self.W_star)

    def _moved(self, move: Array) -> Array:
        return self.W + np.sqrt(self.W.shape[1]) * move


def _residual(delta: Array) -> Array:
    """(..., N^2 + 1) vector whose square is the risk: the mismatch, and its trace over √2."""
    trace = np.trace(delta, axis1=-2, axis2=-1)[..., None] / np.sqrt(2)
    return np.concatenate([delta.reshape(*delta.shape[:-2], -1), trace], axis=-1)


def unit(basis: Array, rng: Generator) -> Array:
    """A random direction of unit length in the span of an orthonormal basis (number, p, N), uniform over the span.

    A Gaussian direction is projected onto the span, so that it does not matter which basis LAPACK found for it.
    """
    direction = rng.standard_normal(basis.shape[1:])
    inside = np.tensordot(np.tensordot(basis, direction, 2), basis, 1)
    return inside / np.linalg.norm(inside)


def generator(W: Array, rng: Generator) -> Array:
    """A random antisymmetric X (p, p) with |X W|^2 = N: rotations exp(step X) move W/√N at unit speed."""
    X = rng.standard_normal((len(W), len(W)))
    X = X - X.T
    return X * np.sqrt(W.shape[1]) / np.linalg.norm(X @ W)


def power_law(law: Callable[[float], float], steps: Array) -> tuple[Array, float]:
    """Risks at the given steps, and the slope of their logarithm against that of the step (least squares)."""
    risks = np.array([law(step) for step in steps])
    return risks, float(np.polyfit(np.log(steps), np.log(risks), 1)[0])
