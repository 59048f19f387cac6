"""SGD on weights in R^d: the reference for the chain.

A sample is drawn, used once and forgotten. q_i = |w_i|^2 follows by recursion from one sample to the next, as in the
chain, and is summed anew at each look, because the recursion drifts.
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


@kernel("f8(f8[::1], f8[::1], i8)", fastmath=_REORDERED, nogil=True)
def _dot(u, v, n):
    """u.v over the first n entries."""
    total = 0.0
    for j in range(n):
        total += u[j] * v[j]
    return total


@kernel("void(f8[::1], f8, f8, f8[::1])", fastmath=_REORDERED, nogil=True)
def _move(w, D, c, x):
    """w <- D w + c x."""
    for j in range(w.size):
        w[j] = D * w[j] + c * x[j]


@kernel(
    "i8(f8[:, ::1], f8[::1], f8[:, ::1], f8[::1], f8[::1], f8[::1], f8[::1], f8, u8[:, ::1], u8[::1], f8[::1],"
    " f8[::1], f8, f8[:, ::1], f8[::1], f8[::1], i8[::1], i8[::1], i8)",
    fastmath={"contract"},
    nogil=True,
)
def _advance(
    W, q, work, a, squares, sigma, slope, noise, state, words, x, eta, bound, M, before, after, owner, counts, enough,
):  # fmt: skip
    """A sample for each of eta; returns how many were used."""
    N, d = W.shape
    P = a.size
    p, twice, ds = work[0], work[1], work[2]
    degree = sigma.size - 1
    for sample in range(eta.size):
        normals.fill(state, words, x)
        y = noise * x[d]
        for m in range(P):
            value = sigma[degree]
            for j in range(degree - 1, -1, -1):
                value = value * x[m] + sigma[j]
            y += a[m] * value
        f = 0.0
        for i in range(N):
            p[i] = _dot(W[i], x, d)
            z = p[i] / np.sqrt(q[i])
            value, deriv = sigma[degree], slope[degree - 1]
            for j in range(degree - 1, 0, -1):
                value = value * z + sigma[j]
                deriv = deriv * z + slope[j - 1]
            value = value * z + sigma[0]
            f += q[i] * value
            twice[i] = 2.0 * value - z * deriv
            ds[i] = deriv
        e = eta[sample] * (y - f)
        length = _dot(x, x, d)
        total = 0.0
        for i in range(N):
            D = 1.0 + e * twice[i]
            c = e * np.sqrt(q[i]) * ds[i]
            q[i] = D * (D * q[i] + 2.0 * c * p[i]) + c * c * length
            twice[i] = D
            ds[i] = c
            total += q[i]
        if not total <= bound:
            return sample
        for i in range(N):
            _move(W[i], twice[i], ds[i], x)
        counts[0] += 1
        if counts[0] % LOOK == 0:
            for i in range(N):
                q[i] = _dot(W[i], W[i], d)
                inverse = 1.0 / np.sqrt(q[i])
                for m in range(P):
                    M[i, m] = W[i, m] * inverse
            look(M, q, a, squares, before, after, owner, counts)
            if counts[1] >= enough:
                return sample + 1
    return eta.size


class _Direct:
    """The weights of one run, in R^d."""

    def __init__(self, start: Start, a: Array, link: Link, noise: float, stream: SeedSequence, looks: Looks) -> None:
        self.W = start.weights()
        self.q = start.r.copy()
        self._bound = LOST * a.sum()
        self._model = np.empty((3, self.q.size)), a, link.squares, link.powers, link.derivative, noise
        numbers = -(-(start.d + 1) // normals.GRAIN) * normals.GRAIN
        self._random = normals.seed(stream), np.empty(normals.BLOCK, np.uint64), np.empty(numbers)
        self._looks = looks.M, looks.before, looks.after, looks.owner, looks.counts

    def advance(self, eta: Array, enough: int) -> int:
        """A sample for each step size."""
        return _advance(self.W, self.q, *self._model, *self._random, eta, self._bound, *self._looks, enough)

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
