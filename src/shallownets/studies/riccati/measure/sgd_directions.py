"""What SGD learns at one step size, direction by direction, beside the flow at finite step and the exact flow."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shallownets.numerics.statistics import Estimate, mean
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.measure.sgd_learning import SERIES
from shallownets.studies.riccati.model import Array, Mask


@dataclass(frozen=True)
class Direction:
    """One direction of the teacher at one step size, over starts.

    Attributes:
        last: SGD's last overlap.
        last_finite_step: the mean last overlap of the flow at finite step.
        times: when it is learned, by those of ``SERIES`` that learn it from all starts.
        over: log of SGD's time over that of the flow at finite step; None where one of them misses it from some start.
    """

    last: Estimate
    last_finite_step: float
    times: Mapping[str, Estimate]
    over: Estimate | None


@dataclass(frozen=True)
class Exponent:
    """The exponent of the times in j, over the directions up to N/2: SGD's, and the mean of the flow at finite step."""

    sgd: Estimate
    finite_step: float


@dataclass(frozen=True)
class Learned:
    """What is learned at one step size, over starts.

    Attributes:
        directions: the teacher's, in order.
        missing: directions that SGD has not learned in the end, min(M*, N) less the sum of the last overlaps.
        missing_finite_step: the mean of those of the flow at finite step.
        missing_flow: the mean of those of the exact flow.
        late: directions, counted from 1, that SGD or the flow at finite step does not learn from all starts.
        exponent: None where there are fewer than two directions up to N/2, or one of them is late.
    """

    directions: list[Direction]
    missing: Estimate
    missing_finite_step: float
    missing_flow: float
    late: list[int]
    exponent: Exponent | None


def _direction(last: Array, times: Array) -> Direction:
    """One direction, from its last overlaps and its times, (S, 3) each."""
    learned = {name: one for name, one in zip(SERIES, times.T, strict=True) if np.isfinite(one).all()}
    both = "sgd" in learned and "finite step" in learned
    over = mean(np.log(learned["sgd"] / learned["finite step"])) if both else None
    return Direction(mean(last[:, 0]), last[:, 1].mean(), {name: mean(one) for name, one in learned.items()}, over)


def learned(diagonal: Array, times: Array, N: int) -> Learned:
    """Measure what is learned from at least two starts that SGD and the flow at finite step followed to the end.

    Args:
        diagonal, times: (S, 3, T, M*) and (S, 3, M*), as ``Followed`` has them of each start.
        N: the student's width.
    """
    last, M_star = diagonal[:, :, -1], diagonal.shape[-1]
    missing = min(M_star, N) - last.sum(2)
    by_both: Mask = np.logical_and.reduce(np.isfinite(times[:, :2]), axis=(0, 1))
    late, half = (np.flatnonzero(~by_both) + 1).tolist(), N // 2
    j, exponent = np.arange(min(half, late[0] - 1 if late else M_star)) + 1, None
    if j.size == half > 1:
        sgd, finite = ([curves.power(j, one[place, : j.size]) for one in times] for place in (0, 1))
        exponent = Exponent(mean(sgd), float(np.mean(finite)))
    return Learned(
        [_direction(last[..., place], times[..., place]) for place in range(M_star)],
        mean(missing[:, 0]),
        missing[:, 1].mean(),
        missing[:, 2].mean(),
        late,
        exponent,
    )
