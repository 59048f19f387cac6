"""Starts: where a run begins, as overlaps and, for SGD, as weights that have them.

For Gaussian inputs the law of a run depends on the weights only through the overlaps (M0, Q0), so that a start
given as overlaps alone can be simulated by SGD at any N: ``weights`` then builds weights that have them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.errors import Impossible
from shallownets.numerics import haar
from shallownets.studies.escape.model import Array, matrix_power


def require_dimension(p: int, p_star: int, N: int) -> None:
    """Refuse a dimension that has no room for p student vectors outside the span of p* teacher vectors.

    Raises:
        Impossible: N < p + p*.
    """
    if p + p_star > N:
        raise Impossible(f"N = {N} is too small for p = {p} and p* = {p_star}: at least p + p* is needed")


@dataclass(frozen=True)
class Start:
    """Initial overlaps, and the weights they came from where there are any.

    Attributes:
        M: (p, p*) student-teacher overlaps.
        Q: (p, p) student-student overlaps.
        W: (p, N) student weights, or None.
        W_star: (p*, N) teacher weights, or None.

    Raises:
        Impossible: shapes that do not fit, or overlaps that no weights can have: [[Q, M], [M^T, I]] must be
            symmetric and positive semidefinite.
    """

    M: Array
    Q: Array
    W: Array | None = None
    W_star: Array | None = None

    def __post_init__(self) -> None:
        p, _ = self.M.shape
        if self.Q.shape != (p, p):
            raise Impossible(f"Q has shape {self.Q.shape}; M of shape {self.M.shape} needs ({p}, {p})")
        if not np.allclose(self.Q, self.Q.T, rtol=0, atol=1e-12):
            raise Impossible("Q is not symmetric")
        if np.linalg.eigvalsh(self.Q - self.M @ self.M.T).min() < -1e-10:
            raise Impossible("no weights have these overlaps: Q - M M^T has a negative eigenvalue")

    def residual_factor(self) -> Array:
        """Lower triangular L, (p, p), with Q - M M^T = L L^T: what lies outside the teacher's span.

        That matrix may be singular, where Cholesky's method fails; hence by way of its eigenvectors. Its diagonal is
        made non-negative, which makes L unique: the same start gives the same run whatever the eigenvectors' signs and
        order are, which LAPACK's versions differ in.
        """
        values, vectors = np.linalg.eigh(self.Q - self.M @ self.M.T)
        L = np.linalg.qr((vectors * np.sqrt(np.clip(values, 0, None))).T, mode="r").T
        return L * np.where(np.diag(L) < 0, -1.0, 1.0)

    def weights(self, N: int) -> tuple[Array, Array]:
        """Weights (W, W_star) of shapes (p, N), (p*, N) with exactly these overlaps, as new arrays.

        Those that were drawn, where this start was drawn at this N; otherwise the teacher along the first p* axes
        and the student in the first p* + p.

        Raises:
            Impossible: N < p + p*.
        """
        p, p_star = self.M.shape
        require_dimension(p, p_star, N)
        if self.W is not None and self.W.shape[1] == N:
            return self.W.copy(), self.W_star.copy()
        W = np.zeros((p, N))
        W[:, :p_star] = self.M
        W[:, p_star : p_star + p] = self.residual_factor()
        return np.sqrt(N) * W, np.sqrt(N) * np.eye(p_star, N)


def _orthonormal_set(count: int, N: int, rng: Generator) -> Array:
    """(count, N) orthonormal rows, uniform over all such sets (Haar)."""
    columns, R = np.linalg.qr(rng.standard_normal((N, count)))
    return np.ascontiguousarray((columns * np.sign(np.diag(R))).T)


def orthonormal(p: int, p_star: int, N: int, rng: Generator) -> Start:
    """Student and teacher as two independent orthonormal sets scaled to squared norm N: Q = I, M of order N^(-1/2).

    Raises:
        Impossible: N < p + p*.
    """
    require_dimension(p, p_star, N)
    W = np.sqrt(N) * _orthonormal_set(p, N, rng)
    W_star = np.sqrt(N) * _orthonormal_set(p_star, N, rng)
    return Start(W @ W_star.T / N, np.eye(p), W, W_star)


def orthonormal_overlaps(p: int, p_star: int, N: int, rng: Generator) -> Start:
    """The overlaps of ``orthonormal``, exact in law, without the weights: the cost does not grow with N.

    Raises:
        Impossible: N < p + p*.
    """
    require_dimension(p, p_star, N)
    top, _ = haar.block(p_star, p, N, rng)
    return Start(np.ascontiguousarray(top.T), np.eye(p))


def gaussian(p: int, p_star: int, N: int, rng: Generator) -> Start:
    """The ODE's own start [8]: Q = I and M_ir ~ N(0, 1/N), with no weights behind it."""
    return Start(rng.standard_normal((p, p_star)) / np.sqrt(N), np.eye(p))


def gaussian_vectors(p: int, p_star: int, N: int, rng: Generator) -> Start:
    """Independent Gaussian student vectors, which are orthogonal and of length sqrt(N) only on average."""
    W = rng.standard_normal((p, N))
    return Start(W[:, :p_star] / np.sqrt(N), W @ W.T / N)


def equal_overlaps(p: int, p_star: int, N: float, overlap: float, rng: Generator) -> Start:
    """Unit student vectors with the same overlap with each other, and M of order N^(-1/2).

    Orthonormal students with M_ir ~ N(0, 1/N) from the left times the root of Q: weights exist, at any N.
    """
    Q = np.full((p, p), overlap) + (1 - overlap) * np.eye(p)
    return Start(matrix_power(Q, 0.5) @ (rng.standard_normal((p, p_star)) / np.sqrt(N)), Q)
