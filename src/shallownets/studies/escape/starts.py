"""Starts: where a run begins, as overlaps and, for SGD, as weights that have them.

For Gaussian inputs the law of a run depends on the weights only through the overlaps (M0, Q0), so that a start
given as overlaps alone can be simulated by SGD at any N: ``weights`` then builds weights that have them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator

from shallownets.errors import Impossible, in_short
from shallownets.numerics import haar, memory
from shallownets.studies.escape.model import Array, matrix_power


def require_dimension(p: int, p_star: int, N: int) -> None:
    """Refuse a dimension that has no room for p student vectors outside the span of p* teacher vectors.

    Raises:
        Impossible: N < p + p*.
    """
    if p + p_star > N:
        raise Impossible(f"N = {N} is too small for p = {p} and p* = {p_star}: at least p + p* is needed")


def require_weights(p: int, p_star: int, N: int) -> None:
    """Refuse weights that do not exist, or that the memory cannot hold with a copy of them.

    Raises:
        Impossible: N < p + p*, or too little memory.
    """
    require_dimension(p, p_star, N)
    memory.require(2 * 8 * N * (p + p_star), f"N = {N}: weights of {p} + {p_star} vectors")


def _matrix(name: str, value: object) -> Array:
    """A matrix as floats.

    Raises:
        Impossible: it is not a matrix of finite numbers.
    """
    try:
        matrix = np.asarray(value, float)
    except (TypeError, ValueError):
        matrix = np.empty(0)
    if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
        raise Impossible(f"{name} = {in_short(value)}: expected a matrix of finite numbers")
    return matrix


# Q comes from rounded sums over N: up to N = 10^6 they leave 5e-15 of what should vanish. So a squared length below
# this, over that of the vectors, is none, outside the teacher's span; and so is a length, among vectors that are known.
_ROUNDING = 1e-14
_NEARLY = 1e-4  # least singular value of unit vectors, over the largest, below which they count as nearly dependent


def _lengths(squares: Array) -> Array:
    """Roots, and 1 for 0: what to divide vectors by."""
    return np.sqrt(np.where(squares > 0, squares, 1.0))


def _lower_triangular(rows: Array) -> Array:
    """L with L L^T = rows rows^T, lower triangular with a diagonal that is not negative."""
    L = np.linalg.qr(rows.T, mode="r").T  # ty: ignore[missing-attribute]  # an array, which NumPy's stub forgets
    return L * np.where(np.diag(L) < 0, -1.0, 1.0)


def coordinates(rows: Array) -> tuple[Array, Array, Array]:
    """Orthogonal coordinates in which vectors that depend on each other do so exactly, not up to rounding.

    Args:
        rows: (n, m) vectors, each known up to rounding of its own length.

    Returns:
        (basis, turned, values): rows = basis @ turned up to rounding, with orthogonal basis (n, n); turned (n, m), its
        rows zero from the rank on and else as accurate as each one's own size allows; the singular values of the
        vectors scaled to unit length over the largest one, falling, (min(n, m),), 0 from the rank on.
    """
    lengths = _lengths((rows**2).sum(1))
    U, values, Vt = np.linalg.svd(rows / lengths[:, None])
    values = np.where(values > _ROUNDING * values[0], values, 0.0)
    rank = np.count_nonzero(values)
    basis, R = np.linalg.qr(lengths[:, None] * U)
    turned = (R[:, :rank] * values[:rank]) @ Vt[:rank]
    turned[rank:] = 0.0
    return basis, turned, values / (values[0] or 1.0)


def of_all(basis: Array | None, M: Array, Q: Array) -> tuple[Array, Array]:
    """Overlaps (..., p, p*), (..., p, p) of all students from those in the coordinates of ``Start.independent``."""
    return (M, Q) if basis is None else (basis @ M, basis @ Q @ basis.T)


@dataclass(frozen=True)
class Start:
    """Initial overlaps, and the weights they came from where there are any.

    Attributes:
        M: (p, p*) student-teacher overlaps.
        Q: (p, p) student-student overlaps.
        W: (p, N) student weights, or None.
        W_star: (p*, N) teacher weights, or None.
        L: (p, p) lower triangular with Q - M M^T = L L^T, or None; it is found from Q unless it is given.

    Raises:
        Impossible: shapes that do not fit, numbers that are not finite, or overlaps that no weights can have:
            [[Q, M], [M^T, I]] must be symmetric and positive semidefinite, up to 1e-10 of the largest squared norm.
    """

    M: Array
    Q: Array
    W: Array | None = None
    W_star: Array | None = None
    L: Array | None = None

    def __post_init__(self) -> None:
        for name in ("M", "Q", "W", "W_star", "L"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, _matrix(name, value))
        p, _ = self.M.shape
        if self.Q.shape != (p, p):
            raise Impossible(f"Q has shape {self.Q.shape}; M of shape {self.M.shape} needs ({p}, {p})")
        if self.W is not None and (self.W_star is None or [*map(len, (self.W, self.W_star))] != [*self.M.shape]):
            raise Impossible(f"W and W_star belong together, as many rows each as M of shape {self.M.shape} says")
        if np.any(np.abs(self.Q - self.Q.T) > 1e-12 * self._largest):
            raise Impossible("Q is not symmetric")
        if self._least < -1e-10 * self._largest:
            raise Impossible("no weights have these overlaps: Q - M M^T has a negative eigenvalue")

    @cached_property
    def _least(self) -> float:
        """The least eigenvalue of Q - M M^T."""
        return float(np.linalg.eigvalsh(self.Q - self.M @ self.M.T).min())

    @property
    def _largest(self) -> float:
        """The largest squared norm of a student vector."""
        return max(float(np.diag(self.Q).max()), 0.0)

    def residual_factor(self) -> Array:
        """Lower triangular L, (p, p), with Q - M M^T = L L^T: what lies outside the teacher's span.

        That matrix may be singular, where Cholesky's method fails; hence by way of its eigenvectors. An eigenvalue that
        may be rounding of Q counts as zero, beside the lengths of the vectors: its root would not look like rounding.
        The diagonal is made non-negative, which makes L unique: the same start gives the same run whatever the
        eigenvectors' signs and order are, which LAPACK's versions differ in.
        """
        if self.L is not None:
            return self.L
        singular = self._least <= _ROUNDING * self._largest
        lengths = _lengths(np.diag(self.Q)) if singular else np.ones(len(self.Q))
        values, vectors = np.linalg.eigh((self.Q - self.M @ self.M.T) / np.outer(lengths, lengths))
        if singular:
            values = np.where(values > _ROUNDING, values, 0.0)
        return _lower_triangular(lengths[:, None] * vectors * np.sqrt(values))

    def independent(self) -> tuple[Array | None, "Start"]:
        """This start in coordinates in which each student vector is independent of the others, or zero and stays so.

        A sample moves the students within their own span [4]: what vanishes of them, such as the difference of two that
        coincide, vanishes for ever. In floating point it vanishes up to rounding, which saddles amplify. With an
        orthogonal basis, w = basis w', the output is |λ'|^2/p: every equation is the same for w' as for w.

        Returns:
            (basis, start): basis (p, p), which ``of_all`` takes; None, and this very start, where the students are
            clearly independent as they are.
        """
        if self._least > _NEARLY**2 * self._largest:
            return None, self
        p_star = self.M.shape[1]
        basis, rows, values = coordinates(np.hstack([self.M, self.residual_factor()]))
        if values[-1] > _NEARLY:
            return None, self
        L = _lower_triangular(rows[:, p_star:])
        return basis, Start(rows[:, :p_star].copy(), rows @ rows.T, L=L)

    def has_weights(self, N: int) -> bool:
        """Whether this start was drawn as weights of dimension N."""
        return self.W is not None and self.W.shape[1] == N

    def weights(self, N: int) -> tuple[Array, Array]:
        """Weights (W, W_star) of shapes (p, N), (p*, N) with exactly these overlaps, as new arrays.

        Those that were drawn, where this start was drawn at this N; otherwise the teacher along the first p* axes
        and the student in the first p* + p.

        Raises:
            Impossible: N < p + p*, or more than the memory holds.
        """
        p, p_star = self.M.shape
        require_weights(p, p_star, N)
        if self.has_weights(N) and self.W is not None and self.W_star is not None:
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
        Impossible: N < p + p*, or more than the memory holds.
    """
    require_weights(p, p_star, N)
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
    """Independent Gaussian student vectors, which are orthogonal and of length sqrt(N) only on average.

    Raises:
        Impossible: N < p, or more than the memory holds.
    """
    require_weights(p, 0, N)
    W = rng.standard_normal((p, N))
    return Start(W[:, :p_star] / np.sqrt(N), W @ W.T / N)


def equal_overlaps(p: int, p_star: int, N: float, overlap: float, rng: Generator) -> Start:
    """Unit student vectors with the same overlap with each other, and M of order N^(-1/2).

    Orthonormal students with M_ir ~ N(0, 1/N) from the left times the root of Q: weights exist, at any N.
    """
    Q = np.full((p, p), overlap) + (1 - overlap) * np.eye(p)
    return Start(matrix_power(Q, 0.5) @ (rng.standard_normal((p, p_star)) / np.sqrt(N)), Q)
