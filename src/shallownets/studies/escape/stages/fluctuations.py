"""How closely SGD follows the ODE, and how far it moves R, against N: from one start with overlaps that N does not set.

From: the runs of both engines at each N, those of an engine in the order of N; those from overlaps of order N^(-1/2).
Makes: a table of measurements, and the data of the figures convergence and fig4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, exact, quotient
from shallownets.stage import Arrays, Table, stage
from shallownets.studies.escape import model
from shallownets.studies.escape.measure import fluctuations as measure
from shallownets.studies.escape.parameters.solutions import Fluctuations

SMALL = ", overlaps of order N^(-1/2)"  # of the start that Figure 4 shows besides
UNITS = {"estimate": "1", "N": "1", "alpha": "samples/N", "value": "1"}


class Made(NamedTuple):
    """The measurements, and what the two figures show."""

    measurements: Table
    convergence: Table
    fig4: Table


@dataclass(frozen=True)
class Measured:
    """SGD by one engine at one N: the runs, how many of them diverged, and estimates by the names of quantities."""

    runs: Arrays
    diverged: int
    estimates: Mapping[str, Estimate]

    @property
    def engine(self) -> str:
        return self.runs.parameters["engine"]

    @property
    def N(self) -> int:
        return self.runs.parameters["N"]


def measured(runs: list[Arrays], key: Mapping[str, float], seed: int, fit_from: int, lost: Lost) -> list[Measured]:
    """What is measured by each engine at each N, where enough runs did not diverge."""
    found = []
    for one in runs:
        engine, N, arrays = one.parameters["engine"], one.parameters["N"], one.arrays
        kept = np.isinf(arrays["diverged_at"])
        ratio = {"N": N, "quantity": [f"{name}, direct over chain" for name in measure.NAMES]}
        exponents = {"quantity": [f"exponent of the {name}" for name in measure.NAMES]}
        rows = [{"engine": engine, "N": N, "quantity": list(measure.NAMES)}, ratio]
        if engine == "chain" and fit_from <= N:
            rows.append(exponents)
        if lost.enough(kept, f"SGD, {engine}, N = {N}", "diverged", rows):
            rng = default_rng(seeds.sequence(seed, f"fluctuations {engine} bootstrap", {**key, "N": N}, 0))
            of_runs = arrays["deviation"][kept], arrays["M_end"][kept]
            estimates = measure.fluctuations(*of_runs, arrays["M_0"], arrays["Q_0"], rng)
            found.append(Measured(one, int((~kept).sum()), estimates))
    return found


def against_size(name: str, found: list[Measured], fit_from: int) -> tuple[list[dict], list[dict]]:
    """(measurements: exponent in N of a quantity, its ratios direct/chain; lines of the figure)."""
    by_engine = {
        engine: {one.N: one.estimates[name] for one in found if one.engine == engine} for engine in ("chain", "direct")
    }
    lines = [
        {"quantity": name, "kind": engine, "N": N} | estimate.row()
        for engine, series in by_engine.items()
        for N, estimate in series.items()
    ]
    points = by_engine["chain"]
    law = measure.root_law({N: estimate for N, estimate in points.items() if fit_from <= N})
    if law is None:
        return [], lines
    rows = [{"quantity": f"exponent of the {name}", "N": fit_from} | law.exponent.row()]
    rows += [
        {"quantity": f"{name}, direct over chain", "N": N} | quotient(one, points[N]).row()
        for N, one in by_engine["direct"].items()
        if N in points
    ]
    lines += [{"quantity": name, "kind": "theory", "N": N, "estimate": law.at(N)} for N in points]
    lines.append({"quantity": name, "kind": "exponent", "N": fit_from} | replace(law.exponent, degrees=None).row())
    return rows, lines


def elements(engine: str, alpha: np.ndarray, M: np.ndarray) -> pd.DataFrame:
    """Lines of Figure 4: every element of R, from overlaps M, (T, p, p*)."""
    R = model.polar_factor(M)
    pairs = [(i, r) for i in range(R.shape[1]) for r in range(R.shape[2])]
    return pd.concat(
        pd.DataFrame({"engine": engine, "i": i + 1, "r": r + 1, "alpha": alpha, "value": R[:, i, r]}) for i, r in pairs
    )


@stage
def fluctuations(given: Fluctuations, runs: list[Arrays], own: Arrays) -> Made:
    last = runs[-1].arrays
    key = {name: runs[-1].parameters[name] for name in ("p", "p_star", "eta")}
    by_chain = [one.parameters["N"] for one in runs if one.parameters["engine"] == "chain"]
    by_both = {"shown": given.shown, "direct": [one.parameters["N"] for one in runs]}
    for name, sizes in by_both.items():
        if strange := set(sizes) - set(by_chain):
            raise UserError(f"{name}: N = {min(strange)}: expected an N among those of the chain, {by_chain}")
    lost = Lost()
    found = measured(runs, key, given.seed, given.fit_from, lost)
    shown = [one for one in found if one.engine == "chain" and one.N in given.shown]
    lost.require(shown)
    rows = [
        {"quantity": name, **key, "engine": one.engine, "diverged": one.diverged, "N": one.N} | estimate.row()
        for one in found
        for name, estimate in one.estimates.items()
    ]
    lines = []
    for name in found[0].estimates:
        fits, drawn = against_size(name, found, given.fit_from)
        rows += [{**key, "engine": "chain", "diverged": 0} | fit for fit in fits]
        lines += drawn
    drift = np.abs(model.polar_factor(last["M_ode"]) - model.polar_factor(last["M_0"])).max()
    rows.append({"quantity": "drift of R, ODE", **key, "engine": "ode", "diverged": 0, "N": 0})
    rows[-1] |= exact(drift).row()
    curves = [elements(f"SGD, N = {one.N}", one.runs.arrays["alpha"], one.runs.arrays["M_first"]) for one in shown]
    curves.append(elements("ODE", last["alpha"], last["M_ode"]))
    alpha, N = own.arrays["alpha"], own.parameters["N"]
    curves.append(elements(f"SGD, N = {N}{SMALL}", alpha, own.arrays["M_first"]))
    curves.append(elements(f"ODE{SMALL}", alpha, own.arrays["M_ode"]))

    def table(frame: pd.DataFrame) -> Table:
        return Table(frame, UNITS, key, lost.notes)

    return Made(table(pd.DataFrame(rows)), table(pd.DataFrame(lines)), table(pd.concat(curves)))
