"""What both engines of SGD share: the run they return, and how directions are seen to be learned.

SGD learns from one fresh example a step,

    w_i += η (y - f) [2 σ(z_i) w_i + |w_i| σ'(z_i) (x - z_i u_i)],   z_i = u_i.x,   y = f*(x) + noise

An engine is a ``Walk``: the weights in some coordinates, and how they take steps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shallownets.errors import Impossible, in_short
from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.model import Array, Link, risk
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.trajectory import Run

LOOK = 64  # samples from one look at the shares to the next; between them a share is a line
FOUND = 0.5  # overlap with a direction from which a neuron does not turn back
LOST = 100.0  # a run is lost when sum |w_i|^2 is this many times sum a_m: from there errors grow without end
_BLOCK = 1 << 14  # samples whose step sizes are held at a time
_COUNTABLE = 2**53


@dataclass(frozen=True)
class SgdRun(Run):
    """A run of SGD. Its times are those of the flow, sums of η; ``steps`` is the number of samples used.

    Attributes:
        samples: (S,) samples used at the records: the numbers that were asked for. A run that has learned enough
            between two of them has the sample with which it ended in place of the second.
        M: (S, N, P) overlaps u_i.θ_m, and
        r: (S, N) squared norms, at the records; NaN, as all else there, once a run is lost or has ended.
        found_after: (P,) samples after which a neuron had found a direction: φ(M) had passed φ(1/2). From there it does
            not turn back, and its norm begins to grow. Infinite where none had.
        learned_after: (P,) samples after which a direction was learned; infinite where it never was.
        lost_at: samples after which the run was lost, by one rare sample; infinite where it was not.
    """

    samples: NDArray[np.int64]
    M: Array
    r: Array
    found_after: Array
    learned_after: Array
    lost_at: float


class Looks:
    """What is seen of a run while it goes on: arrays that the engines' kernels write to.

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
            after[m] = max(counts[0] - (1.0 - part) * LOOK, 0.0)
            owner[m] = best
            counts[1] += 1
        before[m] = share


class Walk(Protocol):
    """Weights that take steps."""

    def advance(self, eta: Array, enough: int) -> int:
        """Use a sample for each step size, and return how many were used before the run was lost or knew enough."""
        ...

    def overlaps(self) -> tuple[Array, Array, Array]:
        """M, G and r."""
        ...

    @property
    def lost(self) -> bool:
        """Whether the last sample was one too many."""
        ...


def whole(samples: ArrayLike) -> NDArray[np.int64]:
    """Numbers of samples, (S,).

    Raises:
        Impossible: not whole numbers of at least 0, each above the one before.
    """
    values = np.asarray(samples, float)
    fits = values.ndim == 1 and values.size and np.isfinite(values).all() and np.all(values == np.rint(values))
    if not fits or values[0] < 0 or np.any(np.diff(values) <= 0) or values[-1] > _COUNTABLE:
        raise Impossible(f"samples = {in_short(samples)}: expected rising whole numbers of at least 0")
    return values.astype(np.int64)


def follow(
    walk: Walk,
    looks: Looks,
    a: Array,
    link: Link,
    steps: Steps,
    samples: ArrayLike,
    enough: int,
    progress: Callable[[float], None],
) -> SgdRun:
    """Take steps up to the last of ``samples``, or until the run is lost, or has learned enough, which is recorded."""
    records = whole(samples)
    planned = float(records[-1])
    N, P = looks.M.shape
    loss, shares = np.full(records.size, np.nan), np.full((records.size, P), np.nan)
    M, r = np.full((records.size, N, P), np.nan), np.full((records.size, N), np.nan)
    done, ended = 0, looks.counts[1] >= enough
    for record, target in enumerate(records):
        while done < target and not ended:
            eta = steps.sizes(done, min(_BLOCK, int(target) - done))
            used = walk.advance(eta, enough)
            done += used
            progress(used)
            ended = used < eta.size or walk.lost or looks.counts[1] >= enough
        if walk.lost:
            break
        records[record] = done
        M[record], G, r[record] = walk.overlaps()
        loss[record] = 2 * risk(M[record], G, r[record], a, link)
        shares[record] = r[record] @ link.phi(M[record]) / a
        if ended:
            break
    progress(planned - done)
    return SgdRun(
        steps.time(records),
        loss,
        shares,
        steps.time(looks.after),
        looks.owner,
        done,
        records,
        M,
        r,
        looks.found,
        looks.after,
        float(done) if walk.lost else np.inf,
    )
