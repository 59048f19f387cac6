"""The map of all stationary points, by formula and by brute force, and a trajectory that passes several of them.

From: widths, input dimensions, singular values of the overlap M at the trajectory's start, and a seed.
Makes: the table of measurements, and the data of the figure stationary_map.
"""

import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape.measure import staircase
from shallownets.studies.escape.measure.staircase import Path, Stop
from shallownets.studies.escape.measure.stationary import Beside, beside, softest
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.beyond import StationaryMap
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.theory.landscape import all_points
from shallownets.studies.escape.theory.plateau import growth_time

UNITS = {"estimate": "risk, index and number of points: 1; time: eta samples/N", "gradient": "1"}
DRAWN_UNITS = {"risk": "1", "index": "1", "t": "eta samples/N", "gradient": "1"}


def survey(key: dict, seed: int) -> list[Beside]:
    """All stationary points at one size, key: p, p_star and N."""
    found = []
    for point in all_points(key["p"], key["p_star"]):
        drawn_by = key | {"k_t": point.k_t, "k_o": point.k_o}
        rng = default_rng(seeds.sequence(seed, "stationary map", drawn_by, 0))
        found.append(beside(point, key["N"], rng))
    return found


def rows_of_survey(key: dict, found: list[Beside]) -> list[dict]:
    """Measurements of all stationary points at one size. Those without all teachers should have a way down."""
    p, p_star, _ = key.values()
    unfinished = [one for one in found if one.point.k_t < p_star]
    ways = [one.lowest * p * p_star / 4 for one in unfinished]
    spurious = sum(one.measured.negative == 0 for one in unfinished)
    return [
        row(
            "points whose signs differ from the formula", exact(sum(not one.agrees for one in found), len(found)), **key
        ),
        row("spurious minima", exact(spurious, len(ways)), **key),
        row("least steep way down", exact(max(ways), len(ways)), **key),
    ]


def drawn_points(key: dict, found: list[Beside]) -> list[dict]:
    """The points of one map."""
    return [
        {"kind": "point"}
        | key
        | {"k_t": one.point.k_t, "k_o": one.point.k_o, "risk": one.point.risk, "index": one.index}
        | {"measured_risk": one.measured_risk, "measured_index": one.measured.negative}
        for one in found
    ]


def rows_of_descent(key: dict, alpha: Array, path: Path, stops: list[Stop], values: list[float]) -> list[dict]:
    """Measurements at the stops of a path: are they near the points that have learned 0, 1, ... teachers, in order?"""
    rows, order = [], 0
    for step, (at, point) in enumerate(stops):
        order += (point.k_t, point.k_o) == (step, key["p"] - step)
        stop = key | {"step": step, "gradient": path.gradient[at], "softest": softest(point, key["N"])}
        stop |= {"point_risk": point.risk}
        rows.append(row("risk of a stop", exact(path.risk[at]), **stop))
        rows.append(row("index of a stop", exact(path.index[at]), **stop))
    rows.append(row("stops in order", exact(order, len(stops)), **key))
    rows.append(row("stops", exact(len(stops)), **key))
    if len(stops) > 1:
        # until the second singular value is as large as the first one was
        law = growth_time(key["p"], key["p_star"], values[0] / values[1])
        rows.append(row("time between stops", exact(alpha[stops[1].at] - alpha[stops[0].at]), **key, expected=law))
    return rows


def drawn_descent(key: dict, alpha: Array, path: Path, stops: list[Stop]) -> list[dict]:
    """The path, and its stops with the points that they are near."""
    lines = [
        key | {"kind": "path", "t": t, "measured_risk": risk, "measured_index": index, "gradient": gradient}
        for t, risk, index, gradient in zip(alpha, path.risk, path.index, path.gradient, strict=True)
    ]
    for stop in stops:
        near = {"kind": "stop", "k_t": stop.point.k_t, "k_o": stop.point.k_o, "risk": stop.point.risk}
        lines.append(lines[stop.at] | near)
    return lines


@stage
def stationary_map(given: StationaryMap) -> Tables:
    measured, shown = [], []
    for size in given.sizes:
        key = dict(zip(("p", "p_star", "N"), size, strict=True))
        shown += drawn_points(key, survey(key, given.seed))
    for p in range(1, given.p_max + 1):
        for p_star in range(1, p + 1):
            key = {"p": p, "p_star": p_star, "N": p + p_star + 1}
            measured += rows_of_survey(key, survey(key, given.seed))
    key = dict(zip(("p", "p_star", "N"), given.sizes[0], strict=True))
    run = staircase.descent(key["p"], key["p_star"], given.values, given.points, given.tolerance)
    path = staircase.along(run, key["N"])
    stops = staircase.stops(run, path)
    measured += rows_of_descent(key, run.alpha, path, stops, given.values)
    shown += drawn_descent(key, run.alpha, path, stops)
    absent = {"step": -1, "gradient": 0.0, "softest": 0.0, "point_risk": 0.0, "expected": 0.0}
    table = pd.DataFrame(measured).fillna(absent)
    return Tables(Table(table, UNITS), Table(pd.DataFrame(shown), DRAWN_UNITS))
