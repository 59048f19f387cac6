"""How directions are seen to be learned while a run of SGD goes on: a look at the shares every so many samples."""

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start

LOOK = 64  # samples from one look at the shares to the next, but for the last of a run; between them a share is a line
FOUND = 0.5  # overlap with a direction from which a neuron does not turn back


class Looks:
    """What is seen of a run while it goes on: arrays that the kernel of ``walk`` writes to.

    Attributes:
        M: (N, P) scratch for the overlaps.
        before: (P,) shares at the last look.
        found: (P,) samples after which a neuron had found a direction; infinite until then.
        after: (P,) samples after which a direction was learned; infinite until then.
        owner: (P,) the neuron with the largest part; -1 until then.
        counts: samples used, directions learned.
    """

    def __init__(self, start: Start, a: Array, link: Link) -> None:
        self.M = start.M.copy()
        self.before = np.zeros(a.size)
        self.found = np.full(a.size, np.inf)
        self.after = np.full(a.size, np.inf)
        self.owner = np.full(a.size, -1)
        self.counts = np.zeros(2, np.int64)
        look(self.M, start.r, a, link.squares, self.before, self.found, self.after, self.owner, self.counts)


@kernel("void(f8[:, ::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], i8[::1], i8[::1])", nogil=True)
def look(M, r, a, squares, before, found, after, owner, counts):
    """See which directions have been found and learned since the last look: sum_i r_i φ(M_im)/a_m has reached 1/2."""
    N, P = M.shape
    since = counts[0] % LOOK if counts[0] % LOOK else LOOK
    half = 0.0
    for j in range(squares.size - 1, -1, -1):
        half = half * FOUND + squares[j]
    for m in range(P):
        if after[m] < np.inf:
            continue
        share, largest, best = 0.0, 0.0, -1
        for i in range(N):
            rho = M[i, m]
            value = squares[squares.size - 1]
            for j in range(squares.size - 2, -1, -1):
                value = value * rho + squares[j]
            if value >= half and found[m] == np.inf:
                found[m] = counts[0]
            part = r[i] * value / a[m]
            share += part
            if part > largest:
                largest, best = part, i
        if share >= 0.5:
            part = (0.5 - before[m]) / (share - before[m]) if counts[0] else 0.0
            after[m] = max(counts[0] - (1.0 - part) * since, 0.0)
            owner[m] = best
            counts[1] += 1
        before[m] = share
