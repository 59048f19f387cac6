"""Direct one-pass SGD [4, 5] on weights of dimension N: the reference for every other engine.

A sample is drawn, used once and forgotten; memory does not grow with their number.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import SeedSequence

from shallownets.numerics import aligned, normals
from shallownets.numerics.jit import kernel
from shallownets.studies.escape.model import DIVERGED, Array
from shallownets.studies.escape.starts import Start, of_all, require_weights
from shallownets.studies.escape.trajectory import Trajectory, require_run, sample_numbers


@kernel("f8(f8[::1], f8[::1], i8)", fastmath={"reassoc", "contract", "nsz"})
def _dot(u, v, n):
    """u.v over the first n entries. The sum may be reordered, so that it vectorises; NaN and inf keep their meaning."""
    total = 0.0
    for j in range(n):
        total += u[j] * v[j]
    return total


@kernel("i8(f8[:, ::1], f8[:, ::1], u8[:, ::1], u8[::1], f8[::1], f8[::1], f8, i8, f8)")
def _advance(W, W_star, state, words, x, overlap, eta, samples, bound):
    """Use up ``samples`` samples, changing W; returns how many were used before the output exceeded ``bound``."""
    p, N = W.shape
    p_star = W_star.shape[0]
    # λ_i = overlap_i/√N; the factors 1/√N are gathered here, outside the loop
    teacher_scale = 1.0 / (N * p_star)
    student_scale = 1.0 / (N * p)
    rate = (eta / N) * (2.0 / p)
    for sample in range(samples):
        normals.fill(state, words, x)
        y = 0.0
        for r in range(p_star):
            y += _dot(W_star[r], x, N) ** 2
        f = 0.0
        for i in range(p):
            overlap[i] = _dot(W[i], x, N)
            f += overlap[i] ** 2
        y *= teacher_scale
        f *= student_scale
        if not f <= bound:
            return sample
        for i in range(p):
            w = W[i]
            step = rate * (y - f) * overlap[i]
            for j in range(N):
                w[j] += step * x[j]
    return samples


@kernel("void(f8[:, ::1], f8[:, ::1], f8[:, ::1])")
def _overlaps(U, V, out):
    """U V^T / N."""
    N = U.shape[1]
    for i in range(U.shape[0]):
        for j in range(V.shape[0]):
            out[i, j] = _dot(U[i], V[j], N) / N


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
    x = aligned.zeros((-(-N // normals.GRAIN) * normals.GRAIN,))
    overlap = np.empty(p)
    for replicate, stream in enumerate(streams):
        W, W_star = map(aligned.copy, start.weights(N))
        state = normals.seed(stream)
        done = 0
        for record, count in enumerate(counts):
            used = _advance(W, W_star, state, words, x, overlap, eta, count, DIVERGED)
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
