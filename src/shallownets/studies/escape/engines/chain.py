"""Overlap chain: the order parameters of one-pass SGD as the Markov chain that they are, exact in law at any finite N.

For Gaussian inputs a sample enters through g, its components along the teacher (p*); h, those along the part of the
student outside the teacher's span (p); and k^2, the squared length of the rest, chi-squared with N - p - p* degrees
of freedom. With Q = M M^T + L L^T and L triangular,

    λ = M g + L h,   y = |g|^2/p*,   f = |λ|^2/p,   a = (2/p)(y - f) λ,
    M <- M + (η/N) a g^T,   [L, 0] <- [L, 0] + (η/N) a (h, k)^T,

and Householder reflections from the right, or Givens rotations where p is large (``rotations``), make the last
p x (p+1) matrix triangular again. Keeping L, instead of factorising Q - M M^T anew, stays accurate where that matrix is
singular, as at a solution. A step costs the same at every N.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from shallownets.numerics import aligned
from shallownets.numerics.jit import kernel
from shallownets.studies.escape.engines import lanes, rotations
from shallownets.studies.escape.engines.samples import BLOCK, draw
from shallownets.studies.escape.model import DIVERGED, Array, population_risk
from shallownets.studies.escape.starts import Start, of_all, require_dimension
from shallownets.studies.escape.trajectory import Trajectory, require_run, sample_numbers

SIDE = 64  # replicates side by side in one call of the kernel, so that it works on whole vectors
_FEWEST = 8  # replicates; fewer are faster one after the other, but for rotations, which are made side by side anyway


@kernel(
    "void(f8[:, :, ::1], f8[:, :, ::1], f8[:, :, ::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], i8, i8, i8, f8, f8,"
    " i8[::1])",
    nogil=True,
)
def _side_by_side(M, L, A, lam, work, numbers, first, last, done, rate, bound, ended):
    """Samples first to last - 1 of the block for all replicates at once; replicates are the last axis throughout.

    ``done`` samples came before. A replicate whose output exceeds the bound stands still from then on, and ``ended``
    gets the number of samples it used, -1 until then.
    """
    p, p_star, side = M.shape
    y, f, w, inverse = work[0], work[1], work[2], work[3]
    for sample in range(first, last):
        for s in range(side):
            y[s] = 0.0
            f[s] = 0.0
        for r in range(p_star):
            g = numbers[r, sample]
            for s in range(side):
                y[s] += g[s] * g[s]
        for i in range(p):
            lam_i = lam[i]
            for s in range(side):
                lam_i[s] = 0.0
            for r in range(p_star):
                m, g = M[i, r], numbers[r, sample]
                for s in range(side):
                    lam_i[s] += m[s] * g[s]
            for j in range(i + 1):
                part, h = L[i, j], numbers[p_star + j, sample]
                for s in range(side):
                    lam_i[s] += part[s] * h[s]
            for s in range(side):
                f[s] += lam_i[s] * lam_i[s]
        bounded = True
        for s in range(side):
            f[s] /= p
            w[s] = rate * (y[s] / p_star - f[s])
            bounded &= f[s] <= bound and ended[s] < 0
        if not bounded:
            for s in range(side):
                if ended[s] < 0 and not f[s] <= bound:
                    ended[s] = done + sample - first
                if ended[s] >= 0:
                    w[s] = 0.0

        k = numbers[p_star + p, sample]
        for i in range(p):
            lam_i = lam[i]
            for s in range(side):
                lam_i[s] *= w[s]
            for r in range(p_star):
                m, g = M[i, r], numbers[r, sample]
                for s in range(side):
                    m[s] += lam_i[s] * g[s]
        if p >= rotations.FROM:
            rotations.rotate(L, A, lam, numbers, p_star, sample, work[2:])
            continue
        for i in range(p):
            lam_i = lam[i]
            for j in range(p):
                entry, part, h = A[i, j], L[i, j], numbers[p_star + j, sample]
                if j <= i:
                    for s in range(side):
                        entry[s] = part[s] + lam_i[s] * h[s]
                else:
                    for s in range(side):
                        entry[s] = lam_i[s] * h[s]
            entry = A[i, p]
            for s in range(side):
                entry[s] = lam_i[s] * k[s]

        # Householder: reflect row i onto its diagonal entry, and all rows below with it
        for i in range(p):
            for s in range(side):
                w[s] = 0.0
            for j in range(i, p + 1):
                entry = A[i, j]
                for s in range(side):
                    w[s] += entry[s] * entry[s]
            entry, diagonal = A[i, i], L[i, i]
            for s in range(side):
                norm = np.sqrt(w[s])
                head = entry[s]
                diagonal[s] = -norm if head > 0.0 else norm
                entry[s] = head - diagonal[s]
                length = norm * (norm + abs(head))
                inverse[s] = 1.0 / length if length > 0.0 else 0.0
            for q in range(i + 1, p):
                for s in range(side):
                    w[s] = 0.0
                for j in range(i, p + 1):
                    entry, below = A[i, j], A[q, j]
                    for s in range(side):
                        w[s] += entry[s] * below[s]
                for s in range(side):
                    w[s] *= inverse[s]
                for j in range(i, p + 1):
                    entry, below = A[i, j], A[q, j]
                    for s in range(side):
                        below[s] -= w[s] * entry[s]
                below, part = A[q, i], L[q, i]
                for s in range(side):
                    part[s] = below[s]


# One algorithm three times, because it was measured: for a single replicate ``_side_by_side`` gives the same bytes in 4
# to 6 times the time, and in 3 to 5 times even where the compiler knows that there is one alone: its sums stand in
# memory, those here in registers. Those of ``lanes`` do, too, but only for small widths that the compiler knows. Tests
# hold all of them to the same bytes. Where there are rotations, there is ``_side_by_side`` alone.
@kernel("void(f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[::1], f8[:, :, ::1], i8, i8, i8, f8, f8, i8[::1])", nogil=True)
def _alone(M, L, A, lam, numbers, first, last, done, rate, bound, ended):
    """``_side_by_side`` for a single replicate of few students, with the same operations in the same order."""
    p, p_star = M.shape
    for sample in range(first, last):
        y = 0.0
        for r in range(p_star):
            y += numbers[r, sample, 0] * numbers[r, sample, 0]
        f = 0.0
        for i in range(p):
            total = 0.0
            for r in range(p_star):
                total += M[i, r] * numbers[r, sample, 0]
            for j in range(i + 1):
                total += L[i, j] * numbers[p_star + j, sample, 0]
            lam[i] = total
            f += total * total
        f /= p
        if not f <= bound:
            ended[0] = done + sample - first
            return
        w = rate * (y / p_star - f)
        k = numbers[p_star + p, sample, 0]
        for i in range(p):
            a = lam[i] * w
            for r in range(p_star):
                M[i, r] += a * numbers[r, sample, 0]
            for j in range(i + 1):
                A[i, j] = L[i, j] + a * numbers[p_star + j, sample, 0]
            for j in range(i + 1, p):
                A[i, j] = a * numbers[p_star + j, sample, 0]
            A[i, p] = a * k
        for i in range(p):
            square = 0.0
            for j in range(i, p + 1):
                square += A[i, j] * A[i, j]
            norm = np.sqrt(square)
            head = A[i, i]
            L[i, i] = -norm if head > 0.0 else norm
            A[i, i] = head - L[i, i]
            length = norm * (norm + abs(head))
            inverse = 1.0 / length if length > 0.0 else 0.0
            for q in range(i + 1, p):
                along = 0.0
                for j in range(i, p + 1):
                    along += A[i, j] * A[q, j]
                along *= inverse
                for j in range(i, p + 1):
                    A[q, j] -= along * A[i, j]
                L[q, i] = A[q, i]


@kernel("void(f8[:, :, :, :], f8[:, :, :, :], f8[:, :, ::1], f8[:, :, ::1])", nogil=True)
def _record(M, L, out_M, out_Q):
    """Write M and Q = M M^T + L L^T of every replicate.

    In M and L the blocks are the first axis and the replicates of a block the last; in what is written all replicates
    are the first.
    """
    _, p, p_star, side = M.shape
    for replicate in range(out_M.shape[0]):
        b, s = replicate // side, replicate % side
        for i in range(p):
            for r in range(p_star):
                out_M[replicate, i, r] = M[b, i, r, s]
            for j in range(i + 1):
                total = 0.0
                for r in range(p_star):
                    total += M[b, i, r, s] * M[b, j, r, s]
                for q in range(j + 1):
                    total += L[b, i, q, s] * L[b, j, q, s]
                out_Q[replicate, i, j] = total
                out_Q[replicate, j, i] = total


@kernel(
    "i8(f8[:, :, ::1], f8[:, :, ::1], f8[:, :, ::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], u8[::1], u8[:, ::1],"
    " u8[:, ::1], i8, i8, i8, i8, f8, f8, i8[::1])",
    nogil=True,
)
def _advance(M, L, A, lam, work, numbers, words, state, spares, freedom, used, done, count, rate, bound, ended):
    """``count`` more samples; returns how many of the block in ``numbers`` are then used up."""
    p, p_star, side = M.shape
    end = done + count
    while done < end:
        if used == BLOCK:
            draw(state, spares, words, numbers, freedom)
            used = 0
        last = min(BLOCK, used + end - done)
        if side > 1 or p >= rotations.FROM:
            _side_by_side(M, L, A, lam, work, numbers, used, last, done, rate, bound, ended)
        elif ended[0] < 0:
            m, part, a = M.reshape(p, p_star), L.reshape(p, p), A.reshape(p, p + 1)
            _alone(m, part, a, lam.reshape(-1), numbers, used, last, done, rate, bound, ended)
        done += last - used
        used = last
    return used


class _Group:
    """Replicates side by side, in the coordinates of ``Start.independent``, and how far they are.

    With ``known`` the kernel is that of their widths; the last replicate stands for the idle lanes, which never move.
    """

    def __init__(
        self, starts: Sequence[Start], N: int, eta: float, streams: Sequence[SeedSequence], known: bool
    ) -> None:
        p, p_star = starts[0].M.shape
        self.shape = len(streams), p, p_star
        side = lanes.LANES if known else len(streams)
        blocks = -(-len(streams) // side)

        def in_blocks(arrays: list[NDArray[Any]]) -> NDArray[Any]:
            """(blocks, .., side) from an array for each replicate."""
            arrays = arrays + arrays[-1:] * (blocks * side - len(arrays))
            return np.moveaxis(np.reshape(arrays, (blocks, side, *arrays[0].shape)), 1, -1)

        self._bases, starts = zip(*(start.independent() for start in starts), strict=True)
        ends = np.cumsum([p * p_star, p * p, p * (p + 1), p, 4])
        rows = aligned.zeros((blocks, ends[-1], side))
        M, L, A, lam, work = np.split(rows, ends[:-1], axis=1)
        self._M, self._L = M.reshape(blocks, p, p_star, side), L.reshape(blocks, p, p, side)
        self._M[...] = in_blocks([start.M for start in starts])
        self._L[...] = in_blocks([start.residual_factor() for start in starts])
        ended = np.zeros(blocks * side, int)
        self.ended = ended[: len(streams)]  # samples that a replicate used until it diverged, -1 where it has not
        self.ended[:] = -1
        seeds = in_blocks([stream.generate_state(8, np.uint64) for stream in streams])
        numbers = aligned.zeros((blocks, p_star + p + 1, BLOCK, side))
        words = aligned.zeros((BLOCK * side,), np.uint64)
        states, spares = aligned.copy(seeds[:, :4]), np.ascontiguousarray(seeds[:, 4:].swapaxes(1, 2))
        self._advance = (
            partial(lanes.advance_for(p, p_star), rows.reshape(blocks, -1), numbers, words, states, spares)
            if known
            else partial(
                _advance,
                *(self._M[0], self._L[0], A[0].reshape(p, p + 1, side), lam[0], work[0]),
                *(numbers[0], words, states[0], spares[0]),
            )
        )
        self._ended, self._freedom, self._rate = ended, N - p - p_star, 2.0 * eta / (N * p)
        self._done, self._used = 0, BLOCK

    def advance(self, count: int) -> None:
        """``count`` more samples; none once every replicate has diverged."""
        if np.all(self.ended >= 0):
            return
        self._used = self._advance(self._freedom, self._used, self._done, count, self._rate, DIVERGED, self._ended)
        self._done += count

    def record(self, M: Array, Q: Array) -> None:
        """Write the overlaps of all students, as (R, p, p*) and (R, p, p)."""
        _record(self._M, self._L, M, Q)
        for replicate, basis in enumerate(self._bases):
            if basis is not None:
                M[replicate], Q[replicate] = of_all(basis, M[replicate], Q[replicate])


def _groups(
    start: Start | Sequence[Start], N: int, eta: float, streams: Sequence[SeedSequence], samples: int
) -> list[_Group]:
    """All replicates side by side, or one by one where they are too few for that to be faster.

    Raises:
        ValueError: N < p + p*, or starts that are not one for each stream and of the same widths.
    """
    starts = [start] * len(streams) if isinstance(start, Start) else list(start)
    if len(starts) != len(streams) or len({one.M.shape for one in starts}) != 1:
        raise ValueError(
            f"{len(starts)} starts for {len(streams)} streams: expected one for each, all of the same widths"
        )
    require_dimension(*starts[0].M.shape, N)
    known = lanes.worthwhile(*starts[0].M.shape, samples * len(streams))
    fewest = lanes.FEWEST if known else 1 if starts[0].M.shape[0] >= rotations.FROM else _FEWEST
    groups = []
    for first in range(0, len(streams), SIDE):
        many = len(streams[first : first + SIDE])
        together = many if many >= fewest else 1
        for at in range(first, first + many, together):
            some = slice(at, at + together)
            groups.append(_Group(starts[some], N, eta, streams[some], known and together > 1))
    return groups


def simulate(
    start: Start | Sequence[Start],
    N: int,
    eta: float,
    alpha: Array,
    streams: Sequence[SeedSequence],
    progress: Callable[[float], None] = lambda amount: None,
    threads: int = 1,
) -> Trajectory:
    """Run one replicate for each stream.

    Args:
        start: where all replicates begin, or one start for each stream, all of the same widths.
        N, eta, alpha, streams, progress: as for ``direct.simulate``.
        threads: cores to use; the result does not depend on it.

    Returns:
        Trajectory of len(streams) replicates, equal in law to that of ``direct.simulate``.

    Raises:
        ValueError: N < p + p*, starts that do not fit the streams, or what ``require_run`` and ``sample_numbers``
            refuse.
    """
    samples = sample_numbers(require_run(eta, alpha), N)
    alpha, counts = samples / N, np.diff(samples, prepend=0)

    def run(group: _Group) -> tuple[Array, Array]:
        side, p, p_star = group.shape
        M, Q = np.empty((len(counts), side, p, p_star)), np.empty((len(counts), side, p, p))
        for record, count in enumerate(counts):
            group.advance(count)
            group.record(M[record], Q[record])
            progress(count * side / N)
        return M, Q

    groups = _groups(start, N, eta, streams, int(samples[-1]))
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(run, groups))
    M, Q = (np.concatenate([part[i] for part in parts], axis=1).swapaxes(0, 1) for i in range(2))
    ended = np.concatenate([group.ended for group in groups])
    diverged_at = np.where(ended < 0, np.inf, ended / N)
    lost = alpha >= diverged_at[:, None]
    M[lost] = Q[lost] = np.nan
    return Trajectory(alpha, np.ascontiguousarray(M), np.ascontiguousarray(Q), diverged_at)


def escape_times(
    start: Start | Sequence[Start],
    N: int,
    eta: float,
    level: float,
    alpha: Array,
    streams: Sequence[SeedSequence],
    progress: Callable[[float], None] = lambda amount: None,
) -> Array:
    """Times at which the population risk first falls below ``level``, one for each stream, and no step further.

    The risk is looked at at the times ``alpha``, and taken to be linear between them. Replicates side by side end
    together, once the last of them has escaped or diverged.

    Args:
        start, N, eta, streams: as for ``simulate``.
        level: the risk below which a replicate has escaped.
        alpha: as for ``simulate``; the last is when a replicate is given up.
        progress: called with the time by which the work has advanced; a replicate that escapes early counts fully.

    Returns:
        (R,) times; inf for a replicate that diverged or was given up.

    Raises:
        ValueError: as for ``simulate``.
    """
    samples = sample_numbers(require_run(eta, alpha), N)
    alpha, counts = samples / N, np.diff(samples, prepend=0)

    def run(group: _Group) -> Array:
        side, p, p_star = group.shape
        M, Q = np.empty((side, p, p_star)), np.empty((side, p, p))
        times, before = np.full(side, np.inf), np.full(side, np.inf)
        for record, count in enumerate(counts):
            group.advance(count)
            group.record(M, Q)
            risk = population_risk(M, Q)
            found = np.isinf(times) & (group.ended < 0) & (risk < level)
            if record:
                share = (before[found] - level) / (before[found] - risk[found])
                times[found] = alpha[record - 1] + share * (alpha[record] - alpha[record - 1])
            else:
                times[found] = alpha[0]
            before = risk
            progress(count * side / N)
            if np.all(np.isfinite(times) | (group.ended >= 0)):
                progress((alpha[-1] - alpha[record]) * side)
                break
        return times

    return np.concatenate([run(group) for group in _groups(start, N, eta, streams, int(samples[-1]))])
