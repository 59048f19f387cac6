"""Direct one-pass SGD [4, 5] on weights of dimension N: the reference for every other engine.

A sample is drawn, used once and forgotten; memory does not grow with their number.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import SeedSequence

from shallownets.numerics import aligned, normals
from shallownets.numerics.jit import kernel
from shallownets.numerics.products import dot
from shallownets.studies.escape.model import DIVERGED, Array
from shallownets.studies.escape.starts import Start, of_all, require_weights
from shallownets.studies.escape.trajectory import Trajectory, require_run, sample_numbers

# Sums may be reordered, so that they vectorise; NaN and inf keep their meaning.
_REORDERED = {"reassoc", "contract", "nsz"}


@kernel("f8(f8[::1], f8, f8[::1], f8[::1])", fastmath=_REORDERED)
def _move(w, step, x, following):
    """w <- w + step x, and w.following."""
    total = 0.0
    for j in range(w.size):
        value = w[j] + step * x[j]
        w[j] = value
        total += value * following[j]
    return total


@kernel("i8(f8[:, ::1], f8[:, ::1], u8[:, ::1], u8[::1], f8[:, ::1], f8[:, ::1], f8, i8, f8)")
def _advance(W, W_star, state, words, X, work, eta, samples, bound):
    """Use up ``samples`` samples, changing W; returns how many were used before the output exceeded ``bound``.

    W moves by a sample when it meets the next one, block by block, so that it is read and written once a sample, and
    a block of the next sample is still in the first cache. X (2, ..) is for the two samples, work (2, p + p*).
    """
    p, N = W.shape
    p_star = W_star.shape[0]
    # λ_i = overlap_i/√N; the factors 1/√N are gathered here, outside the loop
    teacher_scale = 1.0 / (N * p_star)
    student_scale = 1.0 / (N * p)
    rate = (eta / N) * (2.0 / p)
    now, following = X[0], X[1]
    overlap, step = work[0], work[1, :p]
    step[:] = 0.0
    for sample in range(samples):
        overlap[:] = 0.0
        for first in range(0, N, normals.BLOCK):
            normals.fill(state, words, following[first : first + normals.BLOCK])
            last = min(first + normals.BLOCK, N)
            x = following[first:last]
            for i in range(p):
                overlap[i] += _move(W[i, first:last], step[i], now[first:last], x)
            for r in range(p_star):
                overlap[p + r] += dot(W_star[r, first:last], x)
        y, f = 0.0, 0.0
        for r in range(p_star):
            y += overlap[p + r] ** 2
        for i in range(p):
            f += overlap[i] ** 2
        y *= teacher_scale
        f *= student_scale
        if not f <= bound:
            return sample
        for i in range(p):
            step[i] = rate * (y - f) * overlap[i]
        now, following = following, now
    for i in range(p):
        _move(W[i], step[i], now[:N], now[:N])
    return samples


@kernel("void(f8[:, ::1], f8[:, ::1], f8[:, ::1])")
def _overlaps(U, V, out):
    """U V^T / N."""
    N = U.shape[1]
    for i in range(U.shape[0]):
        for j in range(V.shape[0]):
            out[i, j] = dot(U[i], V[j]) / N


def simulate(
    start: Start,
    N: int,
    eta: float,
    alpha: Array,
    streams: Sequence[SeedSequence],
    progress: Callable[[float], None] = lambda amount: None,
) -> Trajectory:
    """Run one replicate for each stream, all from the same start.

    Args:
        start: where every replicate begins.
        N: input dimension.
        eta: learning rate.
        alpha: (T,) recording times, increasing, each taken to the nearest whole sample over N; the run begins at 0.
        streams: one seed sequence a replicate; a replicate's result depends on its own alone.
        progress: called with the time (in units of α) by which the work has advanced.

    Returns:
        Trajectory of len(streams) replicates, its times in whole samples. One whose output on a sample exceeds
        ``DIVERGED`` had diverged by then.

    Raises:
        ValueError: N < p + p*, weights that no memory holds, or what ``require_run`` and ``sample_numbers`` refuse.
    """
    samples = sample_numbers(require_run(eta, alpha), N)
    alpha, counts = samples / N, np.diff(samples, prepend=0)
    require_weights(*start.M.shape, N)
    # weights that were drawn are taken as they are
    basis, start = (None, start) if start.has_weights(N) else start.independent()
    p, p_star = start.M.shape
    M = np.empty((len(streams), alpha.size, p, p_star))
    Q = np.empty((len(streams), alpha.size, p, p))
    diverged_at = np.full(len(streams), np.inf)
    words = normals.scratch()
    X = aligned.zeros((2, -(-N // normals.GRAIN) * normals.GRAIN))
    work = np.empty((2, p + p_star))
    for replicate, stream in enumerate(streams):
        W, W_star = map(aligned.copy, start.weights(N))
        state = normals.seed(stream)
        done = 0
        for record, count in enumerate(counts):
            used = _advance(W, W_star, state, words, X, work, eta, count, DIVERGED)
            done += used
            _overlaps(W, W_star, M[replicate, record])
            _overlaps(W, W, Q[replicate, record])
            if used < count:
                diverged_at[replicate] = done / N
                progress(alpha[-1] - (alpha[record - 1] if record else 0.0))
                break
            progress(count / N)
    M, Q = of_all(basis, M, Q)
    lost = alpha >= diverged_at[:, None]
    M[lost] = Q[lost] = np.nan
    return Trajectory(alpha, M, Q, diverged_at)
