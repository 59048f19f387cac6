"""The overlap chain for widths that the compiler knows: the same steps as those of ``chain`` in half the time.

A lane is the place of one replicate in the vectors of the processor. Code that is compiled for its widths keeps its
sums in registers, but its length and the time to compile it grow as p^3: it is for small widths and long runs.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.escape.engines.samples import BLOCK, draw

LANES = 8  # replicates that are one block; in the last block some may be idle
FEWEST = 3  # replicates; fewer than these are faster one after the other than in a block
_WIDEST = 4  # p and p* that the compiler may know
_WORTH = 3 * 10**6  # samples of all replicates; with fewer, to compile for the widths takes longer than it saves


def worthwhile(p: int, p_star: int, samples: int) -> bool:
    """Whether compiling for the widths p and p* saves time in runs of so many samples, of all replicates together."""
    return max(p, p_star) <= _WIDEST and samples >= _WORTH


@cache
def advance_for(p: int, p_star: int) -> Callable[..., int]:
    """The kernel that moves all replicates by any number of samples, at widths p and p*.

    The replicates are in blocks of LANES, one block after the other. All loops but that over a block are written out,
    so that sums stand in registers. For the compiler to see which numbers are one and the same, all matrices of a block
    stand in one array of rows, LANES numbers each: those of M come first, then those of L, A and λ, and f. Operations
    and their order are those of ``chain``; a test holds the two to the same bytes.

    Returns:
        advance(blocks, numbers, words, state, spares, freedom, first, begin, count, rate, bound, ended). Each block has
        its rows, flat, and what ``samples.draw`` takes, with a lane for each replicate. Of the BLOCK samples in
        ``numbers`` ``first`` are used up; ``begin`` samples came before, and ``count`` follow. ``rate`` is 2 η/(N p).
        A replicate whose output exceeds ``bound`` stands still from then on, and ``ended``, one entry for each lane of
        all blocks, gets the number of samples that it used, -1 until then. What is returned is the next ``first``.
    """
    first_L = p * p_star
    first_A = first_L + p * p
    first_lam = first_A + p * (p + 1)
    last_row = first_lam + p
    apart = BLOCK * LANES  # from a sample's first random number to its next

    def advance(blocks, numbers, words, state, spares, freedom, first, begin, count, rate, bound, ended):
        end, used = begin + count, first
        for block in range(len(blocks)):
            rows, z = blocks[block], numbers[block].reshape(-1)
            still = ended[block * LANES : (block + 1) * LANES]
            done, used = begin, first
            while done < end:
                if used == BLOCK:
                    draw(state[block], spares[block], words, numbers[block], freedom)
                    used = 0
                last = min(BLOCK, used + end - done)
                for sample in range(used, last):
                    for s in range(LANES):
                        g = sample * LANES + s
                        h = g + p_star * apart
                        k = z[h + p * apart]
                        lam, output = first_lam * LANES + s, last_row * LANES + s
                        y = 0.0
                        for r in range(p_star):
                            y += z[g + r * apart] * z[g + r * apart]
                        f = 0.0
                        for i in range(p):
                            M, L = i * p_star * LANES + s, (first_L + i * p) * LANES + s
                            total = 0.0
                            for r in range(p_star):
                                total += rows[M + r * LANES] * z[g + r * apart]
                            for j in range(i + 1):
                                total += rows[L + j * LANES] * z[h + j * apart]
                            rows[lam + i * LANES] = total
                            f += total * total
                        f /= p
                        rows[output] = f
                        w = rate * (y / p_star - f) if f <= bound and still[s] < 0 else 0.0

                        for i in range(p):
                            M, L, A = (
                                i * p_star * LANES + s,
                                (first_L + i * p) * LANES + s,
                                (first_A + i * (p + 1)) * LANES + s,
                            )
                            a = rows[lam + i * LANES] * w
                            for r in range(p_star):
                                rows[M + r * LANES] += a * z[g + r * apart]
                            for j in range(i + 1):
                                rows[A + j * LANES] = rows[L + j * LANES] + a * z[h + j * apart]
                            for j in range(i + 1, p):
                                rows[A + j * LANES] = a * z[h + j * apart]
                            rows[A + p * LANES] = a * k

                        for i in range(p):
                            A, L = (first_A + i * (p + 1)) * LANES + s, (first_L + i) * LANES + s
                            square = 0.0
                            for j in range(i, p + 1):
                                square += rows[A + j * LANES] * rows[A + j * LANES]
                            norm = np.sqrt(square)
                            head = rows[A + i * LANES]
                            diagonal = -norm if head > 0.0 else norm
                            rows[L + i * p * LANES] = diagonal
                            rows[A + i * LANES] = head - diagonal
                            length = norm * (norm + abs(head))
                            inverse = 1.0 / length if length > 0.0 else 0.0
                            for q in range(i + 1, p):
                                below = A + (q - i) * (p + 1) * LANES
                                along = 0.0
                                for j in range(i, p + 1):
                                    along += rows[A + j * LANES] * rows[below + j * LANES]
                                along *= inverse
                                for j in range(i, p + 1):
                                    rows[below + j * LANES] -= along * rows[A + j * LANES]
                                rows[L + q * p * LANES] = rows[below + i * LANES]
                    bounded = True
                    for s in range(LANES):
                        bounded &= rows[last_row * LANES + s] <= bound
                    if not bounded:
                        for s in range(LANES):
                            if still[s] < 0 and not rows[last_row * LANES + s] <= bound:
                                still[s] = done + sample - used
                done += last - used
                used = last
        return used

    advance.__qualname__ = f"advance_{p}_{p_star}"  # each has its own place in the cache
    signature = (
        "i8(f8[:, ::1], f8[:, :, :, ::1], u8[::1], u8[:, :, ::1], u8[:, :, ::1], i8, i8, i8, i8, f8, f8, i8[::1])"
    )
    return kernel(signature, nogil=True, short_loops=True)(advance)
