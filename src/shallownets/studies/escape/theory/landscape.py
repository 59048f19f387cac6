"""The population risk as a landscape over the weights: stationary points, spectra of the Hessian, dimensions.

Numbers in brackets are equations of the paper (arXiv:2604.03068). Derivatives are with respect to V = W/√N, so that
nothing below depends on the scale of the inputs. With S = V^T V, T = W*^T W*/N, Δ = S/p - T/p* and τ = tr Δ:

    risk      L    = tr Δ^2 + τ^2/2                                                          [23]
    gradient  g    = (2/p) V (2Δ + τI)                                                       [24]
    Hessian   H_ij = (2/p) (2Δ + τI) δ_ij + (4/p^2) (Q_ij I + v_j v_i^T + v_i v_j^T)         [25]

Every stationary point has an S that shares its eigenvectors with T. It occupies k_t directions of the teacher's span
and k_o directions orthogonal to it, with one eigenvalue on either kind; its whole spectrum follows from (k_t, k_o).
"""

from dataclasses import dataclass
from math import comb, sqrt

import numpy as np

from shallownets.studies.escape.model import Array

ZERO = "zero"  # name of the level of null directions; a table would read "null" as a missing value
_SAME = 1e-9  # two levels closer than this, relative to the largest, are one


def mismatch(W: Array, W_star: Array) -> Array:
    """Δ = S/p - T/p* of shape (N, N), from W (p, N) and W* (p*, N); zero exactly where the risk is."""
    (p, N), p_star = W.shape, len(W_star)
    return W.T @ W / (p * N) - W_star.T @ W_star / (p_star * N)


def risk(W: Array, W_star: Array) -> float:
    """Population risk [23] as squares of the mismatch: accurate to the square of the rounding error near zero."""
    delta = mismatch(W, W_star)
    return float((delta**2).sum() + np.trace(delta) ** 2 / 2)


def _curvature(W: Array, W_star: Array) -> Array:
    """(2/p) (2Δ + τI), (N, N): what the gradient and the diagonal blocks of the Hessian share."""
    delta = mismatch(W, W_star)
    return (2 / len(W)) * (2 * delta + np.trace(delta) * np.eye(len(delta)))


def gradient(W: Array, W_star: Array) -> Array:
    """Gradient of the risk with respect to W/√N [24], (p, N)."""
    return W @ _curvature(W, W_star) / np.sqrt(W.shape[1])


def hessian(W: Array, W_star: Array) -> Array:
    """Hessian of the risk with respect to W/√N [25], (pN, pN); student i's block is rows i N to (i + 1) N."""
    p, N = W.shape
    V = W / np.sqrt(N)
    blocks = np.einsum("ij,ab->iajb", np.eye(p), _curvature(W, W_star))
    blocks += (4 / p**2) * np.einsum("ij,ab->iajb", V @ V.T, np.eye(N))
    blocks += (4 / p**2) * np.einsum("ja,ib->iajb", V, V)
    blocks += (4 / p**2) * np.einsum("ia,jb->iajb", V, V)
    return blocks.reshape(p * N, p * N)


@dataclass(frozen=True)
class StationaryPoint:
    """A stationary point that occupies k_t directions of the teacher's span and k_o orthogonal to it.

    Raises:
        ValueError: no such point: k_t > p*, k_t + k_o > p, or k_o > 0 although k_t = p* (the mean output is then right
            and nothing holds an orthogonal direction up).
    """

    p: int
    p_star: int
    k_t: int
    k_o: int

    def __post_init__(self) -> None:
        if self.k_t > self.p_star or self.rank > self.p or (self.k_o and self.k_t == self.p_star):
            raise ValueError(f"no stationary point has k_t = {self.k_t}, k_o = {self.k_o} at p = {self.p}")

    @property
    def rank(self) -> int:
        """k = k_t + k_o, the rank of W."""
        return self.k_t + self.k_o

    @property
    def family(self) -> str:
        """Which of the classes of Sec. 4.2 it belongs to."""
        if self.k_t and self.k_o:
            return "mixed"
        if self.k_t:
            return "correlated"
        return "uncorrelated" if self.k_o else "tabula rasa"

    @property
    def tau(self) -> float:
        """τ = (k_t/p* - 1)/(1 + k/2): how far the mean output is from the teacher's; at most 0."""
        return (self.k_t / self.p_star - 1) / (1 + self.rank / 2)

    @property
    def s_t(self) -> float:
        """Eigenvalue of S in the occupied directions of the teacher [30]: p at zero error divided by p*."""
        return self.p * (1 / self.p_star - self.tau / 2)

    @property
    def s_o(self) -> float:
        """Eigenvalue of S in the occupied orthogonal directions [28]: p/(k + 2) without any of the teacher's."""
        return -self.p * self.tau / 2

    @property
    def risk(self) -> float:
        """L = (1 - k_t/p*)^2/(k + 2) + (p* - k_t)/p*^2; on the plateau 1/(p + 2) + 1/p*."""
        left = 1 - self.k_t / self.p_star
        return left**2 / (self.rank + 2) + left / self.p_star

    def weights(self, left: Array, teacher: Array, orthogonal: Array) -> Array:
        """Student weights W (p, N) at this point.

        Args:
            left: (p, >= k) orthonormal columns, the free rotation of the students.
            teacher: (>= k_t, N) orthonormal rows in the teacher's span.
            orthogonal: (>= k_o, N) orthonormal rows orthogonal to it.
        """
        right = np.concatenate([np.sqrt(self.s_t) * teacher[: self.k_t], np.sqrt(self.s_o) * orthogonal[: self.k_o]])
        return np.sqrt(teacher.shape[1]) * left[:, : self.rank] @ right

    def levels(self, N: int) -> list["Level"]:
        """The spectrum of the Hessian [26, 28, 30], ascending; levels of equal value are one, none is empty.

        With left singular vectors l_a and right ones r_b of W, the Hessian is diagonal in l_a r_b^T except that it
        mixes l_a r_b^T with l_b r_a^T and the l_a r_a^T among each other. A side is occupied or free.

        Raises:
            ValueError: N < p* + k_o.
        """
        if self.p_star + self.k_o > N:
            raise ValueError(f"N = {N} is too small for p* = {self.p_star} and k_o = {self.k_o}")
        p, p_star, k_t, k_o, tau = self.p, self.p_star, self.k_t, self.k_o, self.tau
        free, free_t, free_o = p - self.rank, p_star - k_t, N - p_star - k_o
        s_t, s_o = 4 * self.s_t / p**2, 4 * self.s_o / p**2
        found = [
            ("free student, teacher", (2 / p) * (tau - 2 / p_star), free * free_t),
            ("free student, orthogonal", (2 / p) * tau, free * free_o),
            (ZERO, 0.0, free * self.rank),  # what moves a free student into an occupied direction: rotations
            (ZERO, 0.0, k_t * free_t),  # turns an occupied direction within the teacher's span
            (ZERO, 0.0, k_o * free_o),  # turns one within the orthogonal space
            (ZERO, 0.0, comb(self.rank, 2)),  # rotates the occupied students among each other
            ("teacher to orthogonal", 4 / (p * p_star), k_t * free_o),
            ("orthogonal to teacher", -4 / (p * p_star), k_o * free_t),
            ("shape, teacher", 2 * s_t, comb(k_t, 2) + max(k_t - 1, 0)),
            ("shape, orthogonal", 2 * s_o, comb(k_o, 2) + max(k_o - 1, 0)),
            ("shape, mixed", s_t + s_o, k_t * k_o),
        ]
        if k_t and k_o:  # the two overall scales exchange risk through the mean output
            coupling = sqrt(k_t * k_o * s_t * s_o)
            scales = np.linalg.eigvalsh([[(2 + k_t) * s_t, coupling], [coupling, (2 + k_o) * s_o]])
            found += [("smaller scale", float(scales[0]), 1), ("larger scale", float(scales[1]), 1)]
        elif self.rank:
            found.append(("scale", (2 + self.rank) * (s_t if k_t else s_o), 1))
        return _merged(found)


def eigenvectors(point: StationaryPoint, left: Array, right: Array) -> tuple[Array, Array]:
    """The Hessian's eigenvalues (p N,) and orthonormal eigenvectors (p N, p, N) at a stationary point.

    With U = sum u_ab l_a r_b^T the quadratic form falls into single u_ab, pairs u_ab and u_ba of two occupied places,
    and the u_aa of all occupied ones.

    Args:
        point: with k occupied places.
        left: (p, p) orthogonal; its first k columns are the left singular vectors of W, those of the teacher's first.
        right: (N, N) orthogonal; its first k rows are the right ones, then come the teacher's free directions.
    """
    p, N, k, tau = point.p, len(right), point.rank, point.tau
    size = np.zeros(p)
    size[: point.k_t], size[point.k_t : k] = point.s_t, point.s_o
    bend = np.full(N, tau)
    bend[:k], bend[k : k + point.p_star - point.k_t] = 0.0, tau - 2 / point.p_star
    values, vectors = [], []

    def add(value: float, places: dict[tuple[int, int], float]) -> None:
        U = np.zeros((p, N))
        for place, weight in places.items():
            U[place] = weight
        values.append(value)
        vectors.append(left @ U @ right)

    for a in range(p):
        for b in range(N):
            if a >= k or b >= k:
                add(2 / p * bend[b] + 4 / p**2 * size[a], {(a, b): 1.0})
            elif a < b:
                root = np.sqrt(size[[a, b]] / (size[a] + size[b]))
                add(4 / p**2 * (size[a] + size[b]), {(a, b): root[0], (b, a): root[1]})
                add(0.0, {(a, b): root[1], (b, a): -root[0]})
    scales, shapes = np.linalg.eigh(2 * np.diag(size[:k]) + np.sqrt(np.outer(size[:k], size[:k])))
    for value, weights in zip(scales, shapes.T, strict=True):
        add(4 / p**2 * value, {(a, a): weights[a] for a in range(k)})
    return np.array(values), np.array(vectors)


@dataclass(frozen=True)
class Level:
    """A level of the spectrum: its name (names of merged levels joined by " + "), eigenvalue and multiplicity."""

    name: str
    value: float
    count: int


def _merged(found: list[tuple[str, float, int]]) -> list[Level]:
    """Levels in ascending order with equal values joined; whatever has the value 0 is called "zero"."""
    largest = max(abs(value) for _, value, _ in found)
    merged: list[Level] = []
    for name, value, count in sorted((item for item in found if item[2]), key=lambda item: item[1]):
        name = ZERO if abs(value) < _SAME * largest else name
        if merged and value - merged[-1].value < _SAME * largest:
            last = merged.pop()
            names = dict.fromkeys([*last.name.split(" + "), name])
            merged.append(Level(ZERO if ZERO in names else " + ".join(names), last.value, last.count + count))
        else:
            merged.append(Level(name, value, count))
    return merged


def named_points(p: int, p_star: int) -> dict[str, StationaryPoint]:
    """The points that the paper names, where they exist at these widths, and two more.

    "tabula rasa" [26]; "plateau" [28], rank p; "solution" [30], p >= p*; "aligned to a teacher", all students along one
    (for p* = 1 this is the solution); "aligned orthogonally", all along one direction orthogonal to the teacher. Beyond
    the paper: "mixed", one direction of either kind; "underparametrised minimum", all students inside the span, p < p*.
    """
    ranks = {"tabula rasa": (0, 0), "plateau": (0, p), "aligned orthogonally": (0, 1)}
    ranks["solution" if p >= p_star else "underparametrised minimum"] = (min(p, p_star), 0)
    if p_star > 1:
        ranks["aligned to a teacher"] = (1, 0)
        if p > 1:
            ranks["mixed"] = (1, 1)
    return {name: StationaryPoint(p, p_star, *k) for name, k in ranks.items()}


def all_points(p: int, p_star: int) -> list[StationaryPoint]:
    """Every stationary point, up to the rotations that leave the risk as it is."""
    return [
        StationaryPoint(p, p_star, k_t, k_o)
        for k_t in range(min(p, p_star) + 1)
        for k_o in range(p - k_t + 1 if k_t < p_star else 1)
    ]


def plateau_ratio(p: int, p_star: int, N: int) -> float:
    """Negative over null eigenvalues on the plateau [29], p <= N - p*."""
    return p_star / (N - p_star - (p + 1) / 2)


def expressivity(p: int, N: int) -> int:
    """Dimension of {W^T W : W of shape (p, N)} (Fig. 5): p N less the p (p - 1)/2 rotations, until p = N fills it."""
    return p * N - comb(p, 2) if p <= N else comb(N + 1, 2)


def manifold_dimension(p: int, p_star: int) -> int:
    """Dimension of the manifold of zero-error solutions (Fig. 6): p p* - p*(p* + 1)/2, for p* <= p <= N."""
    return comb(p, 2) - comb(p - p_star, 2)


def extra_null_directions(p: int, p_star: int, N: int) -> int:
    """Null directions of the Hessian at a solution that are not tangent to the manifold: (p - p*)(N - p*)."""
    return (p - p_star) * (N - p_star)


def tangent_directions(left: Array, W_star: Array) -> Array:
    """Basis of the tangent space at the solution W = √(p/p*) R W*: dW = √(p/p*) (R A + R_perp B) W*.

    Args:
        left: (p, p) orthogonal; its first p* columns are R, the others R_perp.
        W_star: (p*, N) teacher weights.

    Returns:
        (dimension, p, N), unit length with respect to W/√N and orthogonal to each other.
    """
    p, p_star = len(left), len(W_star)
    turns = []
    for r in range(p_star):
        for q in range(r):
            A = np.zeros((p, p_star))
            A[q, r], A[r, q] = sqrt(0.5), -sqrt(0.5)
            turns.append(A)
        for i in range(p_star, p):
            B = np.zeros((p, p_star))
            B[i, r] = 1.0
            turns.append(B)
    basis = np.reshape(turns, (-1, p, p_star))
    return left @ basis @ W_star / np.sqrt(W_star.shape[1])


def quartic_coefficient(U: Array) -> float:
    """Risk over step^4 along an extra null direction U (p, N) on a straight line: (tr (U^T U)^2 + (tr U^T U)^2/2)/p^2.

    The step is in W/√N. The law is exact: U^T V = 0, so that Δ is the square of the step times U^T U/p.
    """
    square, trace = _moments(U)
    return (square + trace**2 / 2) / len(U) ** 2


def relaxed_quartic_coefficient(U: Array, p_star: int) -> float:
    """The same when all other directions follow and lower the risk: (tr (U^T U)^2 + (tr U^T U)^2/(p* + 2))/p^2.

    They shrink the part inside the teacher's span so that the mean output is nearly right again. It stays above 0: no
    manifold of solutions leaves in this direction.
    """
    square, trace = _moments(U)
    return (square + trace**2 / (p_star + 2)) / len(U) ** 2


def _moments(U: Array) -> tuple[float, float]:
    """(tr (U^T U)^2, tr U^T U)."""
    values = np.linalg.svd(U, compute_uv=False) ** 2
    return float((values**2).sum()), float(values.sum())
