"""Does the ledger keep its own promise? All standardised deviations against the normal law they should follow.

Where claims hold and errors are honest, the standardised deviations of statistical comparisons are standard normal. Too
many large ones mean claims that do not hold or errors that are too small; too few, errors that are too large.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from shallownets.claims.judge import NOT_JUDGED, Comparison
from shallownets.claims.significance import chance

BEYOND = (1, 2, 3)  # standard deviations that are looked at


def statistical(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The comparisons whose deviation is in standard errors and should be standard normal."""
    return [one for one in comparisons if one.kind == "interval" and one.error]


@dataclass(frozen=True)
class Tail:
    """How many of the deviations are farther from 0 than so many standard deviations, and how many should be."""

    beyond: int
    found: int
    expected: float


@dataclass(frozen=True)
class Promise:
    """Deviations against the normal law.

    Attributes:
        deviations: rising.
        quantiles: of the standard normal law at the places of these, rising.
        tails: beyond 1, 2 and 3.
        distance: largest difference of the two distribution functions.
    """

    deviations: Sequence[float]
    quantiles: Sequence[float]
    tails: Sequence[Tail]
    distance: float


def of(deviations: Sequence[float]) -> Promise:
    """Hold deviations against the normal law."""
    values = np.sort(np.asarray(deviations, float))
    n = len(values)
    steps, law = np.arange(n + 1) / max(n, 1), scipy.special.ndtr(values)
    apart = np.concatenate([np.abs(law - steps[1:]), np.abs(law - steps[:-1])])
    tails = [Tail(k, int((np.abs(values) > k).sum()), n * chance(k)) for k in BEYOND]
    return Promise(
        values.tolist(),
        scipy.special.ndtri((np.arange(n) + 0.5) / max(n, 1)).tolist(),
        tails,
        float(apart.max(initial=0)),
    )


def of_ledger(comparisons: Iterable[Comparison]) -> Promise:
    """Hold the deviations of those comparisons of a ledger that were judged against the normal law."""
    judged = (one for one in statistical(comparisons) if one.verdict != NOT_JUDGED)
    return of([one.deviation for one in judged if one.deviation is not None])
