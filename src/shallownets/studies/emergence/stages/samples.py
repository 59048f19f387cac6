"""Samples until a direction is learned, against dimension and step size, beside first passages.

From: these numbers, run by run.
Makes: a table of measurements, and the data of the figure `samples`. Runs that were lost count as infinitely long.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.emergence.measure import laws, passages, quartiles
from shallownets.studies.emergence.measure.passages import Case
from shallownets.studies.emergence.parameters.sgd import Samples

UNITS = {"middle": "samples over d^(k-1), as the quartiles beside it", "level": "share of runs by theory"}
FAR = 2.0  # factor from the largest step beyond which it decides whether a run is lost


def _key(case: Case) -> dict:
    """Its columns of a table."""
    return {"k": case.k, "d": case.d, "kappa": case.kappa, "step over largest": case.over}


def _cases(runs: Arrays) -> Iterator[Case]:
    """The cases in the order of the config."""
    of = runs.arrays
    keys = list(zip(of["k"].tolist(), of["d"].tolist(), of["kappa"].tolist(), strict=True))
    for k, d, kappa in dict.fromkeys(keys):
        chosen = (of["k"] == k) & (of["d"] == d) & (of["kappa"] == kappa)
        n, found, lost = (of[name][chosen] for name in ("n", "found", "lost"))
        yield passages.case(k, d, kappa, n, found, lost, runs.parameters["N"], runs.parameters["r0"])


def _exponents(cases: list[Case]) -> Iterator[dict]:
    """Exponents of the median in d at one κ: of all samples beside theory's, and of the search beside k - 1."""
    for k, kappa in dict.fromkeys((case.k, case.kappa) for case in cases):
        chosen = [case for case in cases if (case.k, case.kappa) == (k, kappa)]
        for name, of in (("exponent", "samples"), ("exponent of the search", "search")):
            if found := passages.exponent(chosen, of):
                row = {"quantity": name, "k": k, "kappa": kappa, "d": found.least, "limit": k - 1.0}
                yield row | found.measured.row() | {"theory": found.theory}


def _searching(cases: list[Case]) -> Iterator[dict]:
    """The search's part of all samples, medians over medians, where both are finite; and its exponent in d at one κ."""
    parts = {case: part for case in cases if (part := passages.part_of_search(case))}
    for case, part in parts.items():
        value = float(np.exp(part.value))
        row = {"quantity": "part of the search"} | _key(case) | {"theory": case.part}
        yield row | Estimate(value, part.error * value, part.n).row()
    for k, kappa in dict.fromkeys((case.k, case.kappa) for case in parts):
        here = {case: part for case, part in parts.items() if (case.k, case.kappa) == (k, kappa)}
        if found := passages.exponent_of_part(here):
            row = {"quantity": "exponent of the search's part", "k": k, "kappa": kappa, "d": found.least}
            yield row | found.measured.row() | {"theory": found.theory}


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
        rows.append({"quantity": "lost", "side": side} | _key(case) | row)
        for name, said in (("theory", case.theory), ("leading", case.leading)):
            for level, estimate in zip(
                quartiles.LEVELS, quartiles.arrived_by(case.n, said, quartiles.LEVELS), strict=True
            ):
                if np.isfinite(said).all():
                    of = {"quantity": f"share, {name}", "level": level, "none lost": not gone.any()}
                    rows.append(of | _key(case) | estimate.row())
        measured = quartiles.quartiles(case.n)
        for name, values in (
            ("SGD", measured), ("theory", case.theory), ("leading", case.leading), ("limit", case.limit)
        ):  # fmt: skip
            names = dict(zip(("low", "middle", "high"), values, strict=True))
            shown.append({"series": name, "runs": gone.size, "lost": share} | _key(case) | names)
    rows += [*_exponents(cases), *_searching(cases)]
    parameters = {name: runs.parameters[name] for name in ("N", "r0")}
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, parameters, lost.notes) for frame in frames))
