"""SGD against the flow from the same starts: ratios of learning times, infinite where SGD did not learn."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from shallownets.errors import UserError
from shallownets.studies.emergence.engines import flow
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.trajectory import Run

_TRIED = 100  # starts for one that learns all


def learned_by_flow(
    begin: Callable[[int], Start], a: Array, link: Link, count: int, within: float
) -> Iterator[tuple[int, Start, Run]]:
    """The first ``count`` starts from which the exact flow learns all directions in time: their numbers, and its run.

    From others it does not: at odd k a direction may be left with overlaps below zero alone, which come to a halt.

    Args:
        begin: the start of a number.
        within: time of the flow.

    Raises:
        UserError: of a hundred starts and more, less than one in a hundred does.
    """
    number, found = 0, 0
    while found < count:
        if number >= _TRIED * (1 + found):
            raise UserError(
                f"within = {within:g}: expected a time in which the flow learns all; {found} of {number} do"
            )
        start = begin(number)
        run = flow.simulate(start, a, link, within)
        if run.learned.all():
            found += 1
            yield number, start, run
        number += 1


def passed_over(numbers: ArrayLike, within: float) -> str:
    """How many starts were passed over before the last of those (R,) whose numbers these are; empty if none was.

    Args:
        numbers: of the starts from which the flow learns all directions, counted from 0.
        within: time of the flow.
    """
    kept = np.asarray(numbers)
    tried = int(kept[-1]) + 1
    if tried == kept.size:
        return ""
    return (
        f"{tried - kept.size} of {tried} starts are left out, from which the flow does not learn all directions by "
        f"t = {within:g}"
    )


def centre(ratios: Array) -> float:
    """The median of log ratios (R, P), infinite ones among them."""
    return float(np.quantile(np.log(ratios), 0.5, method="inverted_cdf"))


def at_zero(kappas: Array, ratios: Array) -> float:
    """The median of log ratios (R, K, P) at κ = 0, by a straight line through those at K step sizes κ.

    Noise enters times through its variance, so that what it does to a median begins with the first power of κ.
    """
    medians = [centre(ratios[:, n]) for n in range(len(kappas))]
    return float(np.polyfit(kappas, medians, 1)[1]) if np.isfinite(medians).all() else np.nan


def half_width(ratios: Array) -> float:
    """Half the distance of the quartiles of log ratios (R, P), infinite ones among them."""
    low, high = np.quantile(np.log(ratios), [0.25, 0.75], method="inverted_cdf")
    return float((high - low) / 2)
