"""SGD on the weights in some coordinates, one fresh sample a step: what ``direct`` and ``chain`` share.

    w_i += η (y - f) [2 σ(z_i) w_i + |w_i| σ'(z_i) (x - z_i u_i)],   z_i = u_i.x,   y = f*(x) + noise

With p_i = w_i.x, q_i = |w_i|^2 and e = η (y - f) this is

    z = p/√q,   D = 1 + e (2 σ(z) - z σ'(z)),   c = e √q σ'(z),
    w <- D w + c x,   q <- D^2 q + 2 D c p + c^2 |x|^2

A sample is drawn, used once and forgotten. The weights are read and written once for four samples, which act one after
the other all the same: within a group the weights are A W + C X, row by row, so that the next sample needs of them
W X^T and X X^T alone, and they move when they meet the next group. q, whose recursion drifts, is summed anew at looks.

The first P coordinates are those along the teacher; the basis of the others may grow (``chain``).
"""

import numpy as np
from numpy.random import Generator, SeedSequence

from shallownets.numerics import aligned, normals, triangle
from shallownets.numerics.jit import kernel
from shallownets.numerics.products import dot
from shallownets.studies.emergence.engines.looks import LOOK, Looks, look
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start

LOST = 100.0  # a run is lost when sum |w_i|^2 is this many times sum a_m: from there errors grow without end
_REORDERED = {"reassoc", "contract", "nsz"}  # sums may be reordered, so that they vectorise
_GROUP = 4  # samples for which the weights are read and written together
_PART = 512  # coordinates of them that stay in the first cache
_VECTOR = 4  # numbers that loops take at a time; they go through what is left one by one


@kernel("f8(f8[::1])", fastmath=_REORDERED, nogil=True)
def _sum(x):
    """The sum over x."""
    total = 0.0
    for j in range(x.size):
        total += x[j]
    return total


@kernel(
    "void(f8[:, ::1], f8[::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], i8)",
    fastmath=_REORDERED,
    nogil=True,
)
def _pass(W, A, C, X, Y, Z, among, columns):
    """W <- A W + C^T X row by row, for the samples X (4, ..); for the next, Y, Z = Y W^T and the upper half of Y Y^T.

    Part by part, so that the weights are read once, and what is needed of the samples stays in the first cache.
    """
    Z[:] = 0.0
    among[:] = 0.0
    for first in range(0, columns, _PART):
        last = min(first + _PART, columns)
        x0, x1, x2, x3 = X[0, first:last], X[1, first:last], X[2, first:last], X[3, first:last]
        y0, y1, y2, y3 = Y[0, first:last], Y[1, first:last], Y[2, first:last], Y[3, first:last]
        s00, s01, s02, s03, s11, s12, s13, s22, s23, s33 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(y0.size):
            s00 += y0[j] * y0[j]
            s01 += y0[j] * y1[j]
            s02 += y0[j] * y2[j]
            s03 += y0[j] * y3[j]
            s11 += y1[j] * y1[j]
            s12 += y1[j] * y2[j]
            s13 += y1[j] * y3[j]
            s22 += y2[j] * y2[j]
            s23 += y2[j] * y3[j]
            s33 += y3[j] * y3[j]
        among[0, 0], among[0, 1], among[0, 2] = among[0, 0] + s00, among[0, 1] + s01, among[0, 2] + s02
        among[0, 3], among[1, 1], among[1, 2] = among[0, 3] + s03, among[1, 1] + s11, among[1, 2] + s12
        among[1, 3], among[2, 2], among[2, 3] = among[1, 3] + s13, among[2, 2] + s22, among[2, 3] + s23
        among[3, 3] += s33
        for i in range(W.shape[0]):
            w = W[i, first:last]
            a, c0, c1, c2, c3 = A[i], C[0, i], C[1, i], C[2, i], C[3, i]
            p0, p1, p2, p3 = 0.0, 0.0, 0.0, 0.0
            for j in range(w.size):
                value = a * w[j] + c0 * x0[j] + c1 * x1[j] + c2 * x2[j] + c3 * x3[j]
                w[j] = value
                p0 += value * y0[j]
                p1 += value * y1[j]
                p2 += value * y2[j]
                p3 += value * y3[j]
            Z[0, i] += p0
            Z[1, i] += p1
            Z[2, i] += p2
            Z[3, i] += p3


@kernel("void(f8[:, ::1], f8[::1], f8[:, ::1], f8[:, ::1], i8)", fastmath=_REORDERED, nogil=True)
def _move(W, A, C, X, columns):
    """W <- A W + C^T X alone."""
    x0, x1, x2, x3 = X[0, :columns], X[1, :columns], X[2, :columns], X[3, :columns]
    for i in range(W.shape[0]):
        w = W[i, :columns]
        a, c0, c1, c2, c3 = A[i], C[0, i], C[1, i], C[2, i], C[3, i]
        for j in range(columns):
            w[j] = a * w[j] + c0 * x0[j] + c1 * x1[j] + c2 * x2[j] + c3 * x3[j]


@kernel("void(f8[:, ::1], f8[::1])", nogil=True)
def _norms(W, q):
    """q, the squared lengths of the rows of W."""
    for i in range(q.size):
        q[i] = dot(W[i], W[i])


@kernel("void(f8[:, ::1], f8[::1], f8[:, ::1])", nogil=True)
def _overlaps(W, q, M):
    """M (N, P) from the first P columns of W."""
    N, P = M.shape
    for i in range(N):
        inverse = 1.0 / np.sqrt(q[i])
        for m in range(P):
            M[i, m] = W[i, m] * inverse


@kernel(
    "i8(f8[:, ::1], f8[::1], i8[::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[::1], f8[::1],"
    " f8[::1], f8[::1], f8[::1], f8, u8[:, ::1], u8[::1], f8[:, ::1], f8[::1], f8[::1], f8, f8[:, ::1], f8[::1],"
    " f8[::1], f8[::1], i8[::1], i8[::1], i8)",
    distinct=True,
    fastmath={"contract"},
    nogil=True,
)
def _advance(
    W, q, place, Z, C, decay, work, X, v, a, squares, sigma, slope, noise, state, words, numbers, rest, eta, bound, M,
    before, found, after, owner, counts, enough,
):  # fmt: skip
    """A sample for each of eta, whose part beside the coordinates has the length ``rest``; returns how many were used.

    ``place`` holds how many coordinates are filled, how many there can be, how many of them are left after they are
    brought back, or 0 if they never are; and the samples of ``numbers`` that are used up.
    """
    N = W.shape[0]
    P = a.size
    degree = sigma.size - 1
    can, back = place[1], place[2]
    among = np.empty((_GROUP, _GROUP))
    noises, targets, teacher = np.empty(_GROUP), np.empty(_GROUP * P), np.zeros(_GROUP * P)
    A, s, ds, z, root = work[0], work[1], work[2], work[3], work[4]
    now, later = X[0], X[1]
    A[:] = 1.0
    C[:] = 0.0
    done = 0
    while True:
        if back > 0 and place[0] == can:
            # the weights move by the samples before, and are brought back
            _move(W, A, C, now, can)
            A[:] = 1.0
            C[:] = 0.0
            triangle.compress(W, P, can, v)
            place[0] = back
        # the next samples, if any
        group = min(_GROUP, eta.size - done, LOOK - counts[0] % LOOK)
        if back > 0:
            group = min(group, can - place[0])
        for sample in range(group):
            if place[3] == numbers.shape[0]:
                normals.fill(state, words, numbers.reshape(numbers.size))
                place[3] = 0
            drawn, x, have = numbers[place[3]], later[sample], place[0]
            place[3] += 1
            for j in range(have):
                x[j] = drawn[j]
            if have < can:
                beside = drawn[have:can]
                room = x[have:can]
                for j in range(room.size):
                    room[j] = 0.0
                x[have] = np.sqrt(dot(beside, beside) + rest[done + sample] * rest[done + sample])
                place[0] += 1
            for m in range(P):
                teacher[sample * P + m] = drawn[m]
            noises[sample] = noise * drawn[can]
        # the weights move by the samples before, and meet the next
        _pass(W, A, C, now, later, Z, among, min(place[0] + -place[0] % _VECTOR, W.shape[1]))
        now, later = later, now
        if counts[0] % LOOK == 0 and done > 0:
            _norms(W, q)
            _overlaps(W, q, M)
            look(M, q, a, squares, before, found, after, owner, counts)
            if counts[1] >= enough:
                return done
        if group == 0:
            return done
        # a coefficient is taken out of its loop, and a loop writes one or two arrays: else they do not vectorise
        coefficient = sigma[degree]
        for m in range(teacher.size):
            targets[m] = coefficient
        for j in range(degree - 1, -1, -1):
            coefficient = sigma[j]
            for m in range(teacher.size):
                targets[m] = targets[m] * teacher[m] + coefficient
        for sample in range(group):
            p, D, c = Z[sample], decay[sample], C[sample]
            for i in range(N):
                root[i] = np.sqrt(q[i])
                z[i] = p[i] / root[i]
            coefficient, other = sigma[degree], slope[degree - 1]
            for i in range(N):
                s[i] = coefficient
                ds[i] = other
            for j in range(degree - 1, 0, -1):
                coefficient, other = sigma[j], slope[j - 1]
                for i in range(N):
                    s[i] = s[i] * z[i] + coefficient
                    ds[i] = ds[i] * z[i] + other
            coefficient = sigma[0]
            for i in range(N):
                s[i] = s[i] * z[i] + coefficient
            y = noises[sample] + dot(a, targets[sample * P : (sample + 1) * P])
            e = eta[done + sample] * (y - dot(q, s))
            length = among[sample, sample]
            for i in range(N):
                D[i] = 1.0 + e * (2.0 * s[i] - z[i] * ds[i])
            for i in range(N):
                c[i] = e * root[i] * ds[i]
            for i in range(N):
                q[i] = D[i] * (D[i] * q[i] + 2.0 * c[i] * p[i]) + c[i] * c[i] * length
            if not _sum(q) <= bound:
                return done + sample
            for after_it in range(sample + 1, group):
                product, p = among[sample, after_it], Z[after_it]
                for i in range(N):
                    p[i] = D[i] * p[i] + c[i] * product
        # of what a sample has added, the samples after it have left the product of their D
        for i in range(N):
            A[i] = 1.0
        for sample in range(group - 1, -1, -1):
            D, c = decay[sample], C[sample]
            for i in range(N):
                c[i] *= A[i]
            for i in range(N):
                A[i] *= D[i]
        if group < _GROUP:
            C[group:] = 0.0
        counts[0] += group
        done += group


class Walk:
    """The weights of one run, in some coordinates, and how they take steps.

    Args:
        start: where they begin.
        W: (N, ..) the weights there; zeros fill what columns there are beside the coordinates.
        coordinates: how many of the columns are filled, and how many can be.
        back: how many coordinates are left once all are filled and brought back; 0: they never are.
        at_once: samples whose numbers are drawn together. Another number gives other results.
        stream: of the normals.
        radial: of what a sample has beside all coordinates.
        a: (P,) strengths.
        link: σ.
        noise: standard deviation of the labels' noise.

    Raises:
        Impossible: not as many strengths as the start has overlaps of a neuron.
    """

    def __init__(
        self,
        start: Start,
        W: Array,
        coordinates: tuple[int, int],
        back: int,
        at_once: int,
        stream: SeedSequence,
        radial: Generator | None,
        a: Array,
        link: Link,
        noise: float,
    ) -> None:
        start.require(a)
        (N, width), (filled, can) = W.shape, coordinates
        # rows begin where a line of the cache does, wherever W is
        self.W, self.q = aligned.zeros((N, width + -width % aligned.LINE)), start.r.copy()
        self.W[:, :width] = W
        self.a, self.link, self.looks = a, link, Looks(start, a, link)
        numbers = -(-(can + 1) * at_once // normals.GRAIN) * normals.GRAIN // at_once
        self._freedom = start.d - can
        self._radial = radial if self._freedom else None
        self._bound = LOST * a.sum()
        self._place = np.array([filled, can, back, at_once])
        self._scratch = (
            aligned.zeros((_GROUP, N)),
            aligned.zeros((_GROUP, N)),
            aligned.zeros((_GROUP, N)),
            aligned.zeros((5, N)),
            aligned.zeros((2, _GROUP, self.W.shape[1])),
            aligned.zeros((self.W.shape[1],)),
        )
        self._model = a, link.squares, link.powers, link.derivative, noise
        self._random = normals.seed(stream), normals.scratch(), aligned.zeros((at_once, numbers))

    def advance(self, eta: Array, enough: int) -> int:
        """Use a sample for each step size, and return how many were used before the run was lost or knew enough."""
        square = self._radial.chisquare(self._freedom, eta.size) if self._radial else np.zeros(eta.size)
        looks = self.looks
        return _advance(
            *(
                self.W,
                self.q,
                self._place,
                *self._scratch,
                *self._model,
                *self._random,
                np.sqrt(square),
                eta,
                self._bound,
            ),
            *(looks.M, looks.before, looks.found, looks.after, looks.owner, looks.counts, enough),
        )

    def look(self) -> None:
        """See what has been found and learned since the last look, at the end of a run that stops between two."""
        M, _, r = self.overlaps()
        looks = self.looks
        look(
            np.ascontiguousarray(M),
            *(r, self.a, self.link.squares, looks.before, looks.found, looks.after, looks.owner, looks.counts),
        )

    def overlaps(self) -> tuple[Array, Array, Array]:
        """M (N, P), G (N, N) and r (N,)."""
        r = (self.W**2).sum(1)
        U = self.W / np.sqrt(r)[:, None]
        return U[:, : self.a.size], U @ U.T, r

    @property
    def lost(self) -> bool:
        """Whether the last sample was one too many."""
        return not self.q.sum() <= self._bound
