"""The two kinds of null direction at a zero-error solution: tangent to the manifold of solutions, or flat only.

From: widths, the input dimension and steps.
Makes: the table of measurements, and the figure's data: how many of each there are, and the risk along them.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape.measure.manifolds import Rise, Solution, random_solution, rises
from shallownets.studies.escape.parameters.landscape import NullDirections
from shallownets.studies.escape.theory.landscape import extra_null_directions, manifold_dimension

UNITS = {"x": "student width, or step of W/sqrt(N)", "y": "number, or risk"}


def solution(given: NullDirections, p: int) -> Solution:
    """A zero-error solution of random orientation at one width."""
    keys = {"p": p, "p_star": given.p_star, "N": given.N}
    return random_solution(**keys, rng=default_rng(seeds.sequence(given.seed, "null directions", keys, 0)))


def counts(given: NullDirections, p: int) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data beside the formulas) of how many null directions of each kind there are at a width."""
    at = solution(given, p)
    null, extra = len(at.null), len(at.extra)
    found = {"all null": null, "tangent": null - extra, "extra": extra, "largest angle": at.angle}
    found["null share"] = null / (p * given.N)
    keys = {"kind": "all", "p": p, "p_star": given.p_star, "N": given.N, "longest_step": 0.0}
    measured = [{"quantity": name} | keys | exact(value).row() for name, value in found.items()]
    tangent = manifold_dimension(p, given.p_star)
    shown = {
        "all null": null,
        "tangent": null - extra,
        "tangent, formula": tangent,
        "all null, formula": tangent + extra_null_directions(p, given.p_star, given.N),
    }
    keys = {"panel": "counts", "direction": 0, "power": 0, "x": p}
    return measured, [keys | {"kind": kind, "y": number} for kind, number in shown.items()]


def estimates(runs: list[dict[str, Rise]]) -> list[dict]:
    """The mean exponent and coefficient of each kind over the directions, and the largest risk on the manifold."""
    by_kind = {kind: [run[kind] for run in runs] for kind in runs[0]}
    exponents = {kind: [one.exponent for one in found] for kind, found in by_kind.items()}
    ratios = {kind: [one.ratio for one in found] for kind, found in by_kind.items()}
    measured = [
        {"quantity": quantity, "kind": kind} | mean(np.asarray(values, float)).row()
        for quantity, found in (("exponent", exponents), ("coefficient over formula", ratios))
        for kind, values in found.items()
        if values[0] is not None
    ]
    risks = np.concatenate([one.risks for one in by_kind["tangent, curved"]])
    worst = exact(risks.max(), len(risks))
    return [*measured, {"quantity": "largest risk", "kind": "tangent, curved"} | worst.row()]


@stage
def null_directions(given: NullDirections) -> Tables:
    measured, drawn = [], []
    for p in given.widths:
        found, shown = counts(given, p)
        measured += found
        drawn += shown
    shares = [one["estimate"] for one in measured if one["quantity"] == "null share"]
    keys = {"p": given.p, "p_star": given.p_star, "N": given.N}
    if len(shares) > 1:
        growth = exact(np.diff(shares).min(), len(shares))
        measured.append({"quantity": "least growth of the null share", "kind": "all"} | keys | growth.row())
        measured[-1]["longest_step"] = 0.0
    steps = np.geomspace(given.shortest_step, given.longest_step, given.points)
    at, runs = solution(given, given.p), []
    for direction in range(given.directions):
        runs.append(rises(at, steps, default_rng(seeds.sequence(given.seed, "directions", keys, direction))))
        for kind, rise in runs[-1].items():
            line = {"panel": "laws", "kind": kind, "direction": direction, "power": rise.power}
            drawn += [line | {"x": step, "y": risk} for step, risk in zip(steps, rise.risks, strict=True)]
    measured += [keys | {"longest_step": float(steps[-1])} | one for one in estimates(runs)]
    columns = ["quantity", "kind", "p", "p_star", "N", "longest_step", "estimate", "low", "high", "n"]
    lines = pd.DataFrame(drawn)[["panel", "kind", "direction", "power", "x", "y"]]
    return Tables(Table(pd.DataFrame(measured)[columns], {"estimate": "1 or radians"}), Table(lines, UNITS))
