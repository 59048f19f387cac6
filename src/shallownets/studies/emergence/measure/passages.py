"""Samples until a direction is learned, at several dimensions and step sizes, beside first passages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from shallownets.numerics.statistics import Estimate, difference
from shallownets.studies.emergence import model
from shallownets.studies.emergence.measure import quartiles
from shallownets.studies.emergence.measure.laws import Mask
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.theory import first_passage, noise

_HELD = 30.0  # factor from the largest step beyond which mean paths are known to go astray, in tiny steps
_ALONE = first_passage.Noise(1.0)  # a direction of strength 1, without label noise

_limit = cache(first_passage.limit)  # the same at all dimensions


@dataclass(frozen=True, eq=False)
class Case:
    """The runs (R,) at one k, d and κ, and what theory says of them; samples are over d^(k-1).

    Attributes:
        n, found: (R,) samples until the direction is learned, and of the search; infinite where it never came.
        lost: (R,) whether a run was lost.
        over: the step over the largest one.
        theory, leading, limit: (3,) quartiles of all samples: of first passages, at leading order, at infinite d.
        search: (3,) those of the search.
    """

    k: int
    d: int
    kappa: float
    n: Array
    found: Array
    lost: Mask
    over: float
    theory: Array
    leading: Array
    limit: Array
    search: Array

    @property
    def part(self) -> float:
        """The search's part of all samples by theory, median over median; NaN where it says that nothing is learned."""
        return float(self.search[1] / self.theory[1]) if np.isfinite(self.theory[1]) else np.nan


def case(k: int, d: int, kappa: float, n: Array, found: Array, lost: Mask, N: int, r0: float) -> Case:
    """The case of runs with N neurons of squared norms r0, whose samples are not yet over d^(k-1)."""
    link, unit = model.hermite(k), d ** (k - 1.0)
    over = kappa * d ** (-k / 2) / noise.largest_step(1.0, d, link)
    theory = first_passage.samples(_ALONE, d, kappa, N, link, r0) if over <= _HELD else np.full(3, np.inf)
    leading, search = (
        first_passage.leading(_ALONE, d, kappa, N, link, r0),
        first_passage.search(_ALONE, d, kappa, N, link),
    )
    return Case(k, d, kappa, n / unit, found / unit, lost, over, theory, leading, _limit(kappa, N, k), search)


class Exponent(NamedTuple):
    """An exponent in d, measured and of theory over the same dimensions.

    Attributes:
        least: the least of these.
    """

    least: int
    measured: Estimate
    theory: float


def exponent(cases: Sequence[Case], of: Literal["samples", "search"]) -> Exponent | None:
    """The exponent of the median at one k and κ; None where it is known at fewer than three d."""
    medians, theory = {}, {}
    for one in cases:
        values, said = (one.n, one.theory) if of == "samples" else (one.found, one.search)
        if np.isfinite(said[1]) and (median := quartiles.median(values)):
            unit = one.d ** (one.k - 1.0)
            medians[one.d] = Estimate(median.value + float(np.log(unit)), median.error, median.n)
            theory[one.d] = said[1] * unit
    return Exponent(min(medians), *quartiles.exponent(medians, theory)) if len(medians) >= 3 else None


def part_of_search(of: Case) -> Estimate | None:
    """Logarithm of the search's median over that of all samples; None where one of them is not finite.

    Its error is as if they were independent: the two rise and fall together, so that it is smaller.
    """
    search, whole = quartiles.median(of.found), quartiles.median(of.n)
    if not (search and whole):
        return None
    return difference(search, whole)


def exponent_of_part(parts: Mapping[Case, Estimate]) -> Exponent | None:
    """The exponent of ``part_of_search`` at one k and κ; None where theory has a part at fewer than three d."""
    known = {one: part for one, part in parts.items() if np.isfinite(one.part)}
    if len(known) < 3:
        return None
    measured, theory = {one.d: part for one, part in known.items()}, {one.d: one.part for one in known}
    return Exponent(min(measured), *quartiles.exponent(measured, theory))
