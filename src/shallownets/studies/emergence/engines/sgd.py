"""A run of SGD: the weights walk, sample by sample, and are recorded on the way."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shallownets.errors import Impossible, in_short
from shallownets.studies.emergence.engines.looks import LOOK
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.engines.walk import Walk
from shallownets.studies.emergence.model import Array, risk
from shallownets.studies.emergence.trajectory import Run

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
    steps: Steps,
    samples: ArrayLike,
    enough: int | None,
    progress: Callable[[float], None],
) -> SgdRun:
    """Take steps up to the last of ``samples``, or until the run is lost, or has learned enough, which is recorded."""
    records = whole(samples)
    planned = float(records[-1])
    a, link, looks = walk.a, walk.link, walk.looks
    enough = a.size + 1 if enough is None else enough
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
    if not walk.lost and done % LOOK:
        walk.look()
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
