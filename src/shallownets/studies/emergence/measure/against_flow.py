"""SGD against the flow from the same starts: ratios of learning times, infinite where SGD did not learn."""

from collections.abc import Callable, Iterator

import numpy as np

from shallownets.studies.emergence.engines import flow
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.trajectory import Run


LONG = 20.0  # times d^{k/2-1}/a_P after which the flow is not waited for


def learned_by_flow(begin: Callable[[int], Start], a: Array, link: Link, count: int) -> Iterator[tuple[int, Start, Run]]:
    """The first ``count`` starts from which the exact flow learns all directions, with their numbers and the flow.

    From others it does not: at odd k a direction may be left with overlaps below zero alone, which come to a halt.

    Args:
        begin: the start of a number.
    """
    number, found = 0, 0
    while found < count:
        start = begin(number)
        run = flow.simulate(start, a, link, LONG * start.d ** (link.exponent / 2 - 1) / a[-1])
        if run.learned.all():
            found += 1
            yield number, start, run
        number += 1


def centre(ratios: Array) -> float:
    """The median of log ratios (R, P), infinite ones among them."""
    return float(np.quantile(np.log(ratios), 0.5, method="inverted_cdf"))


def half_width(ratios: Array) -> float:
    """Half the distance of the quartiles of log ratios (R, P), infinite ones among them."""
    low, high = np.quantile(np.log(ratios), [0.25, 0.75], method="inverted_cdf")
    return float((high - low) / 2)
