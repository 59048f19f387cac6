"""Phase I: one-pass SGD on the Stiefel manifold, with the polar retraction in closed form.

The student f = N^-1/2 (|q|^2 - N), q = W^T x, sees x ~ N(0, I_d) once and moves along the Riemannian gradient of its
squared error, then back to orthonormal columns:

    v = x - W q,   c = η (y - f),   W <- polar(W + c v q^T),

which absorbs the gradient's constant factors (2 and N^-1/2) into η. Since v is orthogonal to the columns of W,
(W + c v q^T)^T (W + c v q^T) = I + c^2 |v|^2 q q^T, whose inverse root is known:

    W <- W + [((r - 1)/|q|^2) W q + c r v] q^T,   r = (1 + c^2 |v|^2 |q|^2)^-1/2.

On average c v q^T is 2 η (I - W W^T) T W: a sample advances the flow's time t by 2 η.

The formula keeps W^T W = I only up to rounding, and what rounding leaves grows: where a student of weights N^-1/2 fits
badly, at rates up to 2 N^-1/2 in t. So once t has advanced by 1, and every POLISH samples at least, follows a step of
Newton & Schulz, W (3 I - W^T W)/2, which squares the error; it costs about N samples' work.

``simulate`` has all d coordinates of the weights, O(dN) a sample, and is the reference; ``chain`` those that matter.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import ArrayLike, NDArray

from shallownets.errors import Impossible, in_short
from shallownets.numerics import aligned, normals, triangle
from shallownets.numerics.assign import assign
from shallownets.numerics.jit import kernel
from shallownets.numerics.products import dot
from shallownets.studies.riccati.model import Array, require_spectrum
from shallownets.studies.riccati.starts import Start

POLISH = 1024  # samples between two steps of Newton & Schulz, at most
LEFT = 0.01  # squared cosine of the angle by which a sample may turn W at most
FOUR = 4  # neurons that a loop takes at a time
TILE = 512  # coordinates updated at a time: 4 KiB, so that a row's part stays in the first-level cache
_BLOCK = 1 << 14  # samples whose step sizes are held at a time

# η of a sample: one number, one for each sample, or a function of the samples' indices, counted from 0.
Schedule = float | Array | Callable[[Array], Array]
_FAST = {"reassoc", "contract", "nsz"}  # sums may be reordered, so that they vectorise; NaN and inf keep their meaning


@dataclass(frozen=True)
class Run:
    """One run of SGD at its recorded samples.

    Attributes:
        samples: (T,) samples used.
        t: (T,) the flow's time, twice the sum of η so far.
        Z: (T, M*, N) overlaps Θ^T W; NaN from the divergence on.
        W: (d, N) the last weights; fewer rows by ``chain``.
        diverged_at: samples used when one left less than LEFT of the direction of W that it turned; inf where none did.
            The manifold is compact, so that nothing grows; but from then on SGD forgets what it learns.
    """

    samples: NDArray[np.int64]
    t: Array
    Z: Array
    W: Array
    diverged_at: float


@kernel("void(f8[:, ::1])")
def polish(W):
    """One step of Newton & Schulz towards orthonormal rows, W (N, d), in place."""
    N = len(W)
    factor = np.empty((N, N))
    for i in range(N):
        for j in range(N):
            factor[i, j] = (1.5 if i == j else 0.0) - 0.5 * dot(W[i], W[j])
    product = np.dot(factor, W)
    for i in range(N):
        assign(W[i], product[i])


@kernel(
    "i8(f8[:, ::1], i8, i8[::1], f8[::1], u8[:, ::1], u8[::1], f8[:, ::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1],"
    " f8[::1], f8[::1])",
    distinct=True,
    fastmath=_FAST,
)
def _advance(W, N, place, lam, state, words, numbers, rest, q, move, row, x, eta, due):
    """Use up a sample for each entry of eta, changing W, its rows being the paper's columns.

    Args:
        W: its first M* columns are along the teacher; rows of zeros make a multiple of FOUR of its neurons.
        N: how many of its rows are neurons.
        place: how many columns are filled, how many can be, how many are left once all were filled and are brought
            back, or 0 if they never are; and the samples of ``numbers`` that are used up.
        lam: (M*,) the teacher's eigenvalues, on the first axes.
        state, words: of the random numbers, as ``normals.fill`` takes them.
        numbers: (.., ..) a row for each sample that is drawn ahead.
        rest: squared length of what each sample has beside all columns.
        q: scratch, as long as a column of W.
        move: (TILE,) scratch.
        row, x: scratch, as long as a row of W.
        due: (1,) polishing is due when this reaches 1; advanced here.

    Returns:
        How many were used before one that left too little of W's direction along q, or nothing finite.
    """
    can, back = place[1], place[2]
    for sample in range(eta.size):
        if place[3] == numbers.shape[0]:
            normals.fill(state, words, numbers.reshape(numbers.size))
            place[3] = 0
        drawn = numbers[place[3]]
        place[3] += 1
        d = place[0]
        for j in range(d):
            x[j] = drawn[j]
        # loops go up to zeros that make them whole, and begin at 0: one that begins elsewhere is not vectorised
        after = x[d:]
        for j in range(after.size):
            after[j] = 0.0
        if d < can:
            # all that the sample has beside the columns is one direction, that of the next
            beside = drawn[d:can]
            x[d] = np.sqrt(dot(beside, beside) + rest[sample])
            d += 1
            place[0] = d
        columns = d + -d % aligned.AT_ONCE
        y = 0.0
        for m in range(lam.size):
            y += lam[m] * (x[m] * x[m] - 1.0)
        square = 0.0
        for i in range(0, len(W), FOUR):  # neurons in fours, so that a sample is read and written once for four
            w0, w1, w2, w3 = W[i, :columns], W[i + 1, :columns], W[i + 2, :columns], W[i + 3, :columns]
            q0, q1, q2, q3 = 0.0, 0.0, 0.0, 0.0
            for j in range(w0.size):
                q0 += w0[j] * x[j]
                q1 += w1[j] * x[j]
                q2 += w2[j] * x[j]
                q3 += w3[j] * x[j]
            q[i], q[i + 1], q[i + 2], q[i + 3] = q0, q1, q2, q3
            square += q0 * q0 + q1 * q1 + q2 * q2 + q3 * q3
        c = eta[sample] * (y - (square - N) / np.sqrt(N))
        tangent = c * c * (dot(x[:d], x) - square) * square  # squared, of the angle by which W turns
        r = 1.0 / np.sqrt(1.0 + tangent)
        if not r * r >= LEFT:
            return sample
        along = -c * r  # of W q, since c r v = c r (x - W q)
        if square > 0.0:  # a normal of single precision may be 0, and be all of q where W has come to its end
            along += (r - 1.0) / square
        across = c * r
        for first in range(0, columns, TILE):
            last = min(first + TILE, columns)
            m, part = move[: last - first], x[first:last]
            for j in range(m.size):
                m[j] = across * part[j]
            for i in range(0, len(W), FOUR):
                w0, w1, w2, w3 = W[i, first:last], W[i + 1, first:last], W[i + 2, first:last], W[i + 3, first:last]
                q0, q1, q2, q3 = along * q[i], along * q[i + 1], along * q[i + 2], along * q[i + 3]
                for j in range(m.size):
                    m[j] += q0 * w0[j] + q1 * w1[j] + q2 * w2[j] + q3 * w3[j]
            for i in range(N):  # no sum to share, and a row alone has fewer loops to set up
                w, factor = W[i, first:last], q[i]
                for j in range(m.size):
                    w[j] += factor * m[j]
        if back > 0 and d == can:
            triangle.compress(W[:N], lam.size, can, row)
            place[0] = back
        due[0] += max(2.0 * eta[sample], 1.0 / POLISH)
        if due[0] >= 1.0:
            due[0] = 0.0
            polish(W[:N])
    return eta.size


class Walk:
    """The weights of one run, in some coordinates, and how they take steps.

    Args:
        W: (.., N) the weights at the start, the teacher on the first axes; rows of zeros are room for more coordinates.
        filled: how many of the rows are not.
        back: how many coordinates are left once all rows are filled and brought back; 0: they never are.
        at_once: samples whose numbers are drawn together. Another number gives other results.
        lam: (M*,) the teacher's eigenvalues.
        stream: of the normals.
        freedom: degrees of freedom that a sample has beside all rows.
        radial: of their chi-squared.
    """

    def __init__(
        self,
        W: Array,
        filled: int,
        back: int,
        at_once: int,
        lam: Array,
        stream: SeedSequence,
        freedom: int = 0,
        radial: Generator | None = None,
    ) -> None:
        can, N = W.shape
        self._N = N
        self._rows = aligned.zeros((N + -N % FOUR, can + -can % aligned.AT_ONCE))
        self._rows[:N, :can] = W.T
        self._can, self._freedom, self._radial = can, freedom, radial
        self._lam = np.ascontiguousarray(lam)
        self._place = np.array([filled, can, back, at_once])
        numbers = aligned.zeros((at_once, -(-can * at_once // normals.GRAIN) * normals.GRAIN // at_once))
        self._random = normals.seed(stream), normals.scratch(), numbers
        neurons, width = self._rows.shape
        self._scratch = np.empty(neurons), aligned.zeros((TILE,)), aligned.zeros((width,)), aligned.zeros((width,))
        self._due = np.zeros(1)

    def advance(self, eta: Array) -> int:
        """A sample for each step size; returns how many were used before one by which the run diverged."""
        rest = self._radial.chisquare(self._freedom, eta.size) if self._radial else np.zeros(eta.size)
        rows, place, lam, due = self._rows, self._place, self._lam, self._due
        return _advance(rows, self._N, place, lam, *self._random, rest, *self._scratch, eta, due)

    @property
    def W(self) -> Array:
        """(.., N) the weights."""
        return self._rows[: self._N, : self._can].T

    @property
    def Z(self) -> Array:
        """(M*, N) a copy of the overlaps."""
        return self._rows[: self._N, : self._lam.size].T.copy()


def step_sizes(schedule: Schedule, first: int, count: int) -> Array:
    """η of the samples first to first + count - 1.

    Raises:
        ValueError: a schedule that is too short, or an η that is not a number of at least 0.
    """
    if callable(schedule):
        eta, first = np.asarray(schedule(np.arange(first, first + count, dtype=float)), float), 0
    else:
        eta = np.asarray(schedule, float)
    eta = np.full(count, eta) if eta.ndim == 0 else np.ascontiguousarray(eta[first : first + count])
    if eta.shape != (count,):
        raise ValueError("the schedule has fewer step sizes than the run has samples")
    if not (np.isfinite(eta).all() and (eta >= 0).all()):
        raise ValueError("the schedule has a step size that is not a number of at least 0")
    return eta


def _whole(samples: ArrayLike) -> NDArray[np.int64]:
    """Numbers of samples, (T,), as integers.

    Raises:
        Impossible: not whole numbers of at least 0, none below the one before.
    """
    values = np.asarray(samples, float)
    if not (
        np.isfinite(values).all() and np.all(np.diff(values, prepend=0.0) >= 0) and np.all(values == np.rint(values))
    ):
        raise Impossible(f"samples = {in_short(samples)}: expected rising whole numbers of at least 0")
    return values.astype(np.int64)


def follow(
    walk: Walk,
    schedule: Schedule,
    samples: ArrayLike,
    progress: Callable[[float], None],
    until: Callable[[Array], bool],
) -> Run:
    """Take steps up to the last of ``samples``, or to a record whose Z makes ``until`` true.

    Raises:
        ValueError: as for ``simulate``.
    """
    records = _whole(samples)
    times, overlaps = [], []
    done, time, diverged_at = 0, 0.0, np.inf
    for target in records:
        while done < target:
            eta = step_sizes(schedule, done, min(_BLOCK, target - done))
            used = walk.advance(eta) if diverged_at == np.inf else 0
            if used < eta.size and diverged_at == np.inf:
                diverged_at = float(done + used)
            time += 2 * eta.sum()
            progress(eta.size)
            done += eta.size
        times.append(time)
        overlaps.append(walk.Z if diverged_at == np.inf else np.full(walk.Z.shape, np.nan))
        if until(overlaps[-1]):
            break
    return Run(np.array(records[: len(times)]), np.array(times), np.array(overlaps), walk.W, diverged_at)


def simulate(
    start: Start,
    lam: Array,
    d: int,
    schedule: Schedule,
    samples: ArrayLike,
    stream: SeedSequence,
    progress: Callable[[float], None] = lambda amount: None,
    until: Callable[[Array], bool] = lambda Z: False,
) -> Run:
    """One run of SGD on weights in R^d: the reference for the chain.

    Args:
        start: where it begins; the teacher lies on the first M* axes, which costs no generality (see ``model``).
        lam: (M*,) the teacher's eigenvalues.
        d: input dimension.
        schedule: the step size η.
        samples: (T,) recorded after these numbers of samples, increasing.
        stream: of the samples; they are drawn, used once and forgotten.
        progress: called with the samples by which the work has advanced.
        until: the run ends with the first record whose Z makes this true.

    Raises:
        ValueError: a schedule that is too short or has an η that is not a number of at least 0; d < M* + N; eigenvalues
            or numbers of samples that are no such thing.
    """
    walk = Walk(start.weights(d), d, 0, 1, require_spectrum(lam, len(start.Z)), stream)
    return follow(walk, schedule, samples, progress, until)
