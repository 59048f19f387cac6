"""Samples until a direction is learned, against dimension and step size, beside first passages.

From: these numbers, run by run.
Makes: a table of measurements, and the data of the figure `samples`. Runs that were lost count as infinitely long.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.emergence import model
from shallownets.studies.emergence.measure import laws, quartiles
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.parameters.sgd import Samples
from shallownets.studies.emergence.theory import first_passage, noise

UNITS = {"n": "samples over d^(k-1)", "share": "of runs that have learned by the theory's quartile"}
FAR = 2.0  # factor from the largest step beyond which it decides whether a run is lost
HELD = 30.0  # factor from it beyond which mean paths are known to go astray, and the steps that follow them are tiny
ALONE = first_passage.Noise(1.0)  # a direction of strength 1, without label noise


Mask = NDArray[np.bool_]

_limit = cache(first_passage.limit)  # the same at all dimensions


class _Case:
    """The runs at one k, d and κ, and what theory says of them."""

    def __init__(self, k: int, d: int, kappa: float, n: Array, found: Array, lost: Mask, N: int, r0: float) -> None:
        self.k, self.d, self.kappa = k, d, kappa
        self.n, self.found, self.lost = n / d ** (k - 1.0), found / d ** (k - 1.0), lost
        link = model.hermite(k)
        self.eta = kappa * d ** (-k / 2)
        self.over = self.eta / noise.largest_step(1.0, d, link)
        learned = self.over <= HELD
        self.theory = first_passage.samples(ALONE, d, kappa, N, link, r0) if learned else np.full(3, np.inf)
        self.leading = first_passage.leading(ALONE, d, kappa, N, link, r0)
        self.limit = _limit(kappa, N, k)
        self.search = first_passage.search(ALONE, d, kappa, N, link)

    @property
    def part(self) -> float:
        """The search's part of all samples by theory, median over median; NaN where it says that nothing is learned."""
        return float(self.search[1] / self.theory[1]) if np.isfinite(self.theory[1]) else np.nan

    @property
    def key(self) -> dict:
        """Its columns of a table."""
        return {"k": self.k, "d": self.d, "kappa": self.kappa, "step over largest": self.over}


def _cases(runs: Arrays) -> Iterator[_Case]:
    """The cases in the order of the config."""
    of = runs.arrays
    keys = list(zip(of["k"].tolist(), of["d"].tolist(), of["kappa"].tolist(), strict=True))
    for k, d, kappa in dict.fromkeys(keys):
        chosen = (of["k"] == k) & (of["d"] == d) & (of["kappa"] == kappa)
        n, found, lost = (of[name][chosen] for name in ("n", "found", "lost"))
        yield _Case(k, d, kappa, n, found, lost, runs.parameters["N"], runs.parameters["r0"])


def _exponents(cases: list[_Case]) -> Iterator[dict]:
    """Exponents of the median in d at one κ: of all samples beside theory's, and of the search beside k - 1."""
    for k, kappa in dict.fromkeys((case.k, case.kappa) for case in cases):
        chosen = [case for case in cases if (case.k, case.kappa) == (k, kappa)]
        for name, values, said in (("exponent", "n", "theory"), ("exponent of the search", "found", "search")):
            found = {
                case: one
                for case in chosen
                if np.isfinite(getattr(case, said)[1]) and (one := quartiles.median(getattr(case, values)))
            }
            if len(found) < 3:
                continue
            of = {"k": k, "kappa": kappa, "d": min(case.d for case in found), "limit": k - 1.0}
            power = {case.d: case.d ** (k - 1.0) for case in found}
            measured, theory = quartiles.exponent(
                {case.d: _times(one, power[case.d]) for case, one in found.items()},
                {case.d: getattr(case, said)[1] * power[case.d] for case in found},
            )
            yield {"quantity": name} | of | measured.row() | {"theory": theory}


def _searching(cases: list[_Case]) -> Iterator[dict]:
    """The search's part of all samples, medians over medians, where both are finite; and its exponent in d at one κ."""
    parts = {}
    for case in cases:
        search, whole = quartiles.median(case.found), quartiles.median(case.n)
        if search and whole:
            # errors as if they were independent: the two rise and fall together, so that of their ratio is smaller
            error = float(np.hypot(search.error, whole.error))
            parts[case] = Estimate(search.value - whole.value, error, whole.n)
            value = float(np.exp(parts[case].value))
            row = {"quantity": "part of the search"} | case.key | {"theory": case.part}
            yield row | Estimate(value, error * value, whole.n).row()
    for k, kappa in dict.fromkeys((case.k, case.kappa) for case in parts):
        found = {
            case: one for case, one in parts.items() if (case.k, case.kappa) == (k, kappa) and np.isfinite(case.part)
        }
        if len(found) >= 3:
            measured, theory = quartiles.exponent(
                {case.d: one for case, one in found.items()}, {case.d: case.part for case in found}
            )
            row = {"quantity": "exponent of the search's part", "k": k, "kappa": kappa}
            yield row | {"d": min(case.d for case in found)} | measured.row() | {"theory": theory}


def _times(one: Estimate, factor: float) -> Estimate:
    """A logarithm's estimate, of a number times a factor."""
    return Estimate(one.value + float(np.log(factor)), one.error, one.n)


@stage
def samples(given: Samples, runs: Arrays) -> Tables:
    rows, shown, lost = [], [], Lost()
    cases = list(_cases(runs))
    for case in cases:
        gone = case.lost
        rows_of = [{"k": case.k, "d": case.d, "kappa": case.kappa}]
        what = f"k = {case.k}, d = {case.d}, kappa = {case.kappa:g}"
        lost.enough(~gone, what, "were lost, and count as infinitely long", rows_of)
        late = ~np.isfinite(case.n) & ~gone
        lost.enough(~late, what, "were given up, and count as infinitely long", rows_of)
        share, row = float(gone.mean()), laws.share(gone)
        side = "above" if case.over >= FAR else "below" if case.over <= 1 / FAR else "between"
        rows.append({"quantity": "lost", "side": side} | case.key | row)
        for name, said in (("theory", case.theory), ("leading", case.leading)):
            for level, estimate in zip(
                quartiles.LEVELS, quartiles.arrived_by(case.n, said, quartiles.LEVELS), strict=True
            ):
                if np.isfinite(said).all():
                    of = {"quantity": f"share, {name}", "level": level, "none lost": not gone.any()}
                    rows.append(of | case.key | estimate.row())
        measured = quartiles.quartiles(case.n)
        for name, values in (
            ("SGD", measured), ("theory", case.theory), ("leading", case.leading), ("limit", case.limit)
        ):  # fmt: skip
            names = dict(zip(("low", "middle", "high"), values, strict=True))
            shown.append({"series": name, "runs": gone.size, "lost": share} | case.key | names)
    rows += [*_exponents(cases), *_searching(cases)]
    parameters = {name: runs.parameters[name] for name in ("N", "r0")}
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, parameters, lost.notes) for frame in frames))
