"""SGD on weights in R^d: the reference for the chain.

A sample is drawn, used once and forgotten. The weights are read and written once for four samples, which act one after
the other all the same. q_i = |w_i|^2 follows by recursion from one sample to the next, as in the chain, and is summed
anew at each look, because the recursion drifts.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import ArrayLike

from shallownets.numerics import normals
from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.engines.sgd import LOOK, LOST, Looks, SgdRun, follow, look
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start

_REORDERED = {"reassoc", "contract", "nsz"}  # sums may be reordered, so that they vectorise
_GROUP = 4  # samples for which the weights are read and written together
_PART = 512  # coordinates of them that stay in the first cache


@kernel("f8(f8[::1], f8[::1])", fastmath=_REORDERED, nogil=True)
def _dot(u, v):
    """u.v."""
    total = 0.0
    for j in range(u.size):
        total += u[j] * v[j]
    return total


@kernel(
    "void(f8[:, ::1], f8[::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, ::1])",
    fastmath=_REORDERED,
    nogil=True,
)
def _pass(W, A, C, X, Y, Z, among):
    """W <- A W + C X row by row, for the samples X (4, ..); and for the next, Y, Z = W Y^T and the upper half of Y Y^T.

    Part by part, so that the weights are read once, and what is needed of the samples stays in the first cache.
    """
    Z[:] = 0.0
    among[:] = 0.0
    d = W.shape[1]
    for first in range(0, d, _PART):
        last = min(first + _PART, d)
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
            a, c0, c1, c2, c3 = A[i], C[i, 0], C[i, 1], C[i, 2], C[i, 3]
            p0, p1, p2, p3 = 0.0, 0.0, 0.0, 0.0
            for j in range(w.size):
                value = a * w[j] + c0 * x0[j] + c1 * x1[j] + c2 * x2[j] + c3 * x3[j]
                w[j] = value
                p0 += value * y0[j]
                p1 += value * y1[j]
                p2 += value * y2[j]
                p3 += value * y3[j]
            Z[i, 0] += p0
            Z[i, 1] += p1
            Z[i, 2] += p2
            Z[i, 3] += p3


@kernel(
    "i8(f8[:, ::1], f8[::1], f8[:, ::1], f8[:, ::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8, u8[:, ::1],"
    " u8[::1], f8[:, :, ::1], f8[::1], f8, f8[:, ::1], f8[::1], f8[::1], f8[::1], i8[::1], i8[::1], i8)",
    fastmath={"contract"},
    nogil=True,
)
def _advance(
    W, q, Z, C, A, a, squares, sigma, slope, noise, state, words, X, eta, bound, M, before, found, after, owner,
    counts, enough,
):  # fmt: skip
    """A sample for each of eta; returns how many were used.

    Samples go through the weights in groups. Within one the weights are A W + C X, row by row, so that the next sample
    needs of them W X^T and X X^T alone; they move when they meet the next group.
    """
    N, d = W.shape
    P = a.size
    degree = sigma.size - 1
    among = np.empty((_GROUP, _GROUP))
    now, later = X[0], X[1]
    A[:] = 1.0
    C[:] = 0.0
    done = 0
    while True:
        # the next samples, if any; and the weights move by those before
        group = min(_GROUP, eta.size - done, LOOK - counts[0] % LOOK)
        for sample in range(group):
            normals.fill(state, words, later[sample])
        _pass(W, A, C, now, later, Z, among)
        now, later = later, now
        if counts[0] % LOOK == 0 and done > 0:
            for i in range(N):
                q[i] = _dot(W[i], W[i])
                inverse = 1.0 / np.sqrt(q[i])
                for m in range(P):
                    M[i, m] = W[i, m] * inverse
            look(M, q, a, squares, before, found, after, owner, counts)
            if counts[1] >= enough:
                return done
        if group == 0:
            return done
        A[:] = 1.0
        C[:] = 0.0
        for sample in range(group):
            x = now[sample]
            y = noise * x[d]
            for m in range(P):
                value = sigma[degree]
                for j in range(degree - 1, -1, -1):
                    value = value * x[m] + sigma[j]
                y += a[m] * value
            f = 0.0
            for i in range(N):
                p = A[i] * Z[i, sample]
                for other in range(sample):
                    p += C[i, other] * among[other, sample]
                z = p / np.sqrt(q[i])
                value, deriv = sigma[degree], slope[degree - 1]
                for j in range(degree - 1, 0, -1):
                    value = value * z + sigma[j]
                    deriv = deriv * z + slope[j - 1]
                value = value * z + sigma[0]
                f += q[i] * value
                Z[i, sample] = p
                Z[i, _GROUP] = 2.0 * value - z * deriv
                C[i, sample] = deriv
            e = eta[done + sample] * (y - f)
            length = among[sample, sample]
            total = 0.0
            for i in range(N):
                D = 1.0 + e * Z[i, _GROUP]
                c = e * np.sqrt(q[i]) * C[i, sample]
                q[i] = D * (D * q[i] + 2.0 * c * Z[i, sample]) + c * c * length
                A[i] *= D
                for other in range(sample):
                    C[i, other] *= D
                C[i, sample] = c
                total += q[i]
            if not total <= bound:
                return done + sample
        counts[0] += group
        done += group


class _Direct:
    """The weights of one run, in R^d."""

    def __init__(self, start: Start, a: Array, link: Link, noise: float, stream: SeedSequence, looks: Looks) -> None:
        self.W = start.weights()
        self.q = start.r.copy()
        self._bound = LOST * a.sum()
        N = self.q.size
        self._scratch = np.empty((N, _GROUP + 1)), np.empty((N, _GROUP)), np.empty(N)
        self._model = a, link.squares, link.powers, link.derivative, noise
        numbers = -(-(start.d + 1) // normals.GRAIN) * normals.GRAIN
        self._random = normals.seed(stream), np.empty(normals.BLOCK, np.uint64), np.zeros((2, _GROUP, numbers))
        self._looks = looks.M, looks.before, looks.found, looks.after, looks.owner, looks.counts

    def advance(self, eta: Array, enough: int) -> int:
        """A sample for each step size."""
        return _advance(
            *(self.W, self.q, *self._scratch, *self._model, *self._random, eta, self._bound, *self._looks, enough)
        )

    def overlaps(self) -> tuple[Array, Array, Array]:
        """M, G and r."""
        r = (self.W**2).sum(1)
        U = self.W / np.sqrt(r)[:, None]
        return U[:, : self._looks[0].shape[1]], U @ U.T, r

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
    """One run of SGD.

    Args:
        start, a, link, steps, samples, stream, noise, enough, progress: as for ``chain.simulate``.

    Raises:
        Impossible: numbers of samples that are not rising whole numbers of at least 0.
    """
    looks = Looks(start, a, link)
    walk = _Direct(start, a, link, noise, stream, looks)
    return follow(walk, looks, a, link, steps, samples, a.size + 1 if enough is None else enough, progress)
