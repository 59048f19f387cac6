"""SGD exactly in law, at a cost that does not grow with the dimension.

A sample enters through g, its components along the teacher; h, those along the columns of B, any square root of what
the student's weights leave outside the teacher's span; and s^2, the squared length of the rest, χ^2 of d - P - columns
degrees. With w_i = (M_i, B_i), not normalised, and q_i = |w_i|^2,

    p = M g + B h,   z = p/√q,   |x|^2 = |g|^2 + |h|^2 + s^2,   e = η (y - f),
    D = 1 + e (2 σ(z) - z σ'(z)),   c = e √q σ'(z),
    M <- D M + c g^T,   B <- [D B + c h^T, c s],   q <- D^2 q + 2 D c p + c^2 |x|^2

so that a step adds a column. Once they are twice as many as neurons, Householder reflections from the right bring B
back to a triangle, which the law does not see, and q, whose recursion drifts, is summed anew. O(N (P + 1.5 N)) a step.

The columns are kept as rows, so that loops run over neurons. What a column will hold is drawn before it exists, as part
of the rest: a sample always takes P + 2 N normals, one for the label's noise, and a χ^2 of as many degrees.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import ArrayLike

from shallownets.numerics import normals
from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.engines.sgd import LOOK, LOST, Looks, SgdRun, follow, look
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start

_DRAWN = normals.GRAIN  # samples whose normals are drawn together; another number would give other results
_REORDERED = {"reassoc", "contract", "nsz"}  # sums may be reordered, so that they vectorise
_CONTRACTED = {"contract"}
_VECTORS = 16  # numbers that a vectorised loop takes at a time; it goes through what is left one by one


@kernel("f8(f8[::1])", fastmath=_REORDERED, nogil=True)
def _square(x):
    """|x|^2."""
    total = 0.0
    for j in range(x.size):
        total += x[j] * x[j]
    return total


@kernel("f8(f8[::1], f8[::1])", fastmath=_REORDERED, nogil=True)
def _product(x, y):
    """x.y."""
    total = 0.0
    for j in range(x.size):
        total += x[j] * y[j]
    return total


@kernel("f8(f8[::1])", fastmath=_REORDERED, nogil=True)
def _sum(x):
    """The sum over x."""
    total = 0.0
    for j in range(x.size):
        total += x[j]
    return total


@kernel("void(f8[:, ::1], f8[:, ::1])", fastmath=_REORDERED, nogil=True)
def compress(B, A):
    """Make B (columns, N) upper triangular by Householder reflections, which keep B^T B; A (N, columns) is scratch.

    A reflection begins at a whole number of vectors, before its first entry, with zeros.
    """
    columns, N = B.shape
    for i in range(N):
        for c in range(columns):
            A[i, c] = B[c, i]
    for i in range(N):
        for c in range(i):
            B[c, i] = A[i, c]
            B[i, c] = 0.0
            A[i, c] = 0.0
        first = i - i % _VECTORS
        v = A[i, first:]
        norm = np.sqrt(_square(v))
        head = A[i, i]
        diagonal = -norm if head > 0.0 else norm
        length = norm * (norm + abs(head))
        inverse = 1.0 / length if length > 0.0 else 0.0
        A[i, i] = head - diagonal
        B[i, i] = diagonal
        pairs = i + 1 + (N - i - 1) % 2  # neurons in pairs, so that their sums run beside each other
        for j in range(i + 1, pairs):
            row = A[j, first:]
            along = _product(v, row) * inverse
            for c in range(v.size):
                row[c] -= along * v[c]
        for j in range(pairs, N, 2):
            row, other = A[j, first:], A[j + 1, first:]
            along, along_other = 0.0, 0.0
            for c in range(v.size):
                along += v[c] * row[c]
                along_other += v[c] * other[c]
            along *= inverse
            along_other *= inverse
            for c in range(v.size):
                row[c] -= along * v[c]
            for c in range(v.size):
                other[c] -= along_other * v[c]
    B[N:] = 0.0


@kernel("void(f8[:, ::1], i8, f8[::1])", nogil=True)
def _norms(W, rows, q):
    """q, the sums over the first rows of W squared."""
    q[:] = 0.0
    for c in range(rows):
        row = W[c]
        for i in range(q.size):
            q[i] += row[i] * row[i]


@kernel("void(f8[:, ::1], f8[::1], f8[:, ::1])", nogil=True)
def _overlaps(W, q, M):
    """M (N, P) from the first P rows of W."""
    N, P = M.shape
    for i in range(N):
        inverse = 1.0 / np.sqrt(q[i])
        for m in range(P):
            M[i, m] = W[m, i] * inverse


@kernel(
    "i8(f8[:, ::1], f8[::1], f8[:, ::1], f8[:, ::1], f8[::1], f8[::1], f8[::1], f8[::1], f8, u8[:, ::1], u8[::1],"
    " f8[::1], f8[::1], f8[::1], f8, i8[::1], f8[:, ::1], f8[::1], f8[::1], f8[::1], i8[::1], i8[::1], i8)",
    fastmath=_CONTRACTED,
    nogil=True,
)
def _advance(
    W, q, A, work, a, squares, sigma, slope, noise, state, words, numbers, rest, eta, bound, place, M, before, found,
    after, owner, counts, enough,
):  # fmt: skip
    """A sample for each of eta, whose rest has the length ``rest``; returns how many were used.

    ``place`` holds the samples of ``numbers`` that are used up, and the rows of W that are filled.
    """
    rows, N = W.shape
    P = a.size
    z, p, s, ds, root = work[0], work[1], work[2], work[3], work[4]
    degree = sigma.size - 1
    full = rows < P + 2 * N  # all d coordinates are here: nothing is ever left
    for sample in range(eta.size):
        if place[0] == _DRAWN:
            normals.fill(state, words, numbers)
            place[0] = 0
        x = numbers[place[0] * (rows + 1) : (place[0] + 1) * (rows + 1)]
        place[0] += 1
        have = place[1]
        y = noise * x[rows]
        for m in range(P):
            value = sigma[degree]
            for j in range(degree - 1, -1, -1):
                value = value * x[m] + sigma[j]
            y += a[m] * value
        for i in range(N):
            p[i] = 0.0
        fours = have - have % 4  # rows in fours, so that sums are read and written once for four of them
        for c in range(0, fours, 4):
            row0, row1, row2, row3 = W[c], W[c + 1], W[c + 2], W[c + 3]
            g0, g1, g2, g3 = x[c], x[c + 1], x[c + 2], x[c + 3]
            for i in range(N):
                p[i] = p[i] + row0[i] * g0 + row1[i] * g1 + row2[i] * g2 + row3[i] * g3
        for c in range(fours, have):
            row, g = W[c], x[c]
            for i in range(N):
                p[i] += row[i] * g
        for i in range(N):
            root[i] = np.sqrt(q[i])
            z[i] = p[i] / root[i]
        for i in range(N):
            s[i] = sigma[degree]
            ds[i] = slope[degree - 1]
        for j in range(degree - 1, 0, -1):
            for i in range(N):
                s[i] = s[i] * z[i] + sigma[j]
                ds[i] = ds[i] * z[i] + slope[j - 1]
        for i in range(N):
            s[i] = s[i] * z[i] + sigma[0]
        e = eta[sample] * (y - _product(q, s))
        tail = _square(x[have:rows]) + rest[sample] * rest[sample]
        length = _square(x[:have]) + tail
        for i in range(N):
            D = 1.0 + e * (2.0 * s[i] - z[i] * ds[i])
            c = e * root[i] * ds[i]
            q[i] = D * (D * q[i] + 2.0 * c * p[i]) + c * c * length
            s[i] = D
            ds[i] = c
        if not _sum(q) <= bound:
            return sample
        for c in range(have):
            row, g = W[c], x[c]
            for i in range(N):
                row[i] = s[i] * row[i] + ds[i] * g
        if have < rows:
            row, g = W[have], np.sqrt(tail)
            for i in range(N):
                row[i] = ds[i] * g
            have += 1
            if have == rows and not full:
                compress(W[P:], A)
                have = P + N
                _norms(W, have, q)
            place[1] = have
        counts[0] += 1
        if counts[0] % LOOK == 0:
            _norms(W, have, q)
            _overlaps(W, q, M)
            look(M, q, a, squares, before, found, after, owner, counts)
            if counts[1] >= enough:
                return sample + 1
    return eta.size


class _Chain:
    """The weights of one run, as a chain."""

    def __init__(self, start: Start, a: Array, link: Link, noise: float, stream: SeedSequence, looks: Looks) -> None:
        N, P = start.M.shape
        rest = start.rest if start.rest.shape[1] <= N else np.linalg.qr(start.rest.T)[1].T
        rows = P + min(2 * N, start.d - P)
        self.W = np.zeros((rows, N))
        self.W[:P], self.W[P : P + rest.shape[1]] = start.M.T, rest.T
        self.W *= np.sqrt(start.r)
        self.q = start.r.copy()
        self._bound = LOST * a.sum()
        self._freedom = start.d - rows
        # children of the stream, which itself stays as it is
        normal, radial = (SeedSequence(stream.entropy, spawn_key=(*stream.spawn_key, n)) for n in range(2))
        self._radial = default_rng(radial)
        self._place = np.array([_DRAWN, P + rest.shape[1]])
        self._scratch = np.empty((N, rows - P)), np.empty((5, N))
        self._model = a, link.squares, link.powers, link.derivative, noise
        self._random = normals.seed(normal), np.empty(normals.BLOCK, np.uint64), np.empty(_DRAWN * (rows + 1))
        self._looks = looks.M, looks.before, looks.found, looks.after, looks.owner, looks.counts

    def advance(self, eta: Array, enough: int) -> int:
        """A sample for each step size."""
        rest = np.sqrt(self._radial.chisquare(self._freedom, eta.size)) if self._freedom else np.zeros(eta.size)
        return _advance(
            *(self.W, self.q, *self._scratch, *self._model, *self._random, rest, eta, self._bound, self._place),
            *(*self._looks, enough),
        )

    def overlaps(self) -> tuple[Array, Array, Array]:
        """M, G and r."""
        r = (self.W**2).sum(0)
        U = self.W / np.sqrt(r)
        return U[: self._looks[0].shape[1]].T, U.T @ U, r

    @property
    def lost(self) -> bool:
        """Whether the last sample was one too many."""
        return not self.q.sum() <= self._bound


def simulate(
    start: Start,
    a: Array,
    link: Link,
    steps: Steps,
    samples: ArrayLike,
    stream: SeedSequence,
    noise: float = 0.0,
    enough: int | None = None,
    progress: Callable[[float], None] = lambda amount: None,
) -> SgdRun:
    """One run of SGD, equal in law to that of ``direct.simulate``.

    Args:
        start: where it begins.
        a: (P,) strengths.
        link: σ.
        steps: the step size.
        samples: (S,) rising numbers of samples at which the run is recorded; it goes up to the last.
        stream: of the samples.
        noise: standard deviation of the labels' noise.
        enough: the run ends once as many directions are learned; None: it does not.
        progress: called with the samples by which the work has advanced.

    Raises:
        Impossible: numbers of samples that are not rising whole numbers of at least 0.
    """
    looks = Looks(start, a, link)
    walk = _Chain(start, a, link, noise, stream, looks)
    return follow(walk, looks, a, link, steps, samples, a.size + 1 if enough is None else enough, progress)
