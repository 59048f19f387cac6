"""The unit of time: how long half of a light-tailed teacher takes against its width and against d over the width, and
one direction of a heavy-tailed one against d.

From: these times, from each start of each size.
Makes: a table of measurements and the data of the figure `time_units`. Starts from which the time is not found are left
out and noted.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from shallownets.numerics import statistics
from shallownets.numerics.lost import Lost
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import units
from shallownets.studies.riccati.measure.times import Times
from shallownets.studies.riccati.parameters.flow import TimeUnits

UNITS = {"estimate": "time of the flow"}
EXPONENTS = list(units.EXPONENTS)
RATIO = "half risk over |A| M*^beta"


def sizes(runs: Arrays, kind: str, beta: float) -> Iterator[tuple[dict, Times]]:
    """The columns of each size of a kind and a tail, and its times."""
    of = runs.arrays
    for place in np.flatnonzero((of["kind"] == kind) & (of["beta"] == beta)):
        key = {"kind": kind} | {name: of[name][place].item() for name in ("beta", "M_star", "N", "d")}
        theory, spread, unit = (of[name][place].item() for name in ("theory", "spread", "unit"))
        yield key, Times(of["found"][place], theory, spread, unit)


def row(key: dict, times: Times) -> dict:
    """A mean time, beside theory and the unit, over the starts from which it was found."""
    mean = statistics.mean(times.found[np.isfinite(times.found)])
    return key | {"theory": times.theory, "spread": times.spread, "unit": times.unit} | mean.row()


def exponents(halves: pd.DataFrame) -> list[dict]:
    """Rows of the exponents in M* of the time to half the risk."""
    key = {"kind": "light", "beta": halves.beta[0], "M_star": halves.M_star.max(), "N": halves.M_star.max()}
    key |= {"least": halves.M_star.min(), "d": halves.d[0], "unit": 1.0, "spread": 0.0}
    errors = statistics.errors_of(halves)
    columns = (halves.M_star, halves.d, halves.estimate, errors, halves.n - 1, halves.theory, halves.unit)
    found = units.exponents(*(column.to_numpy() for column in columns))
    return [
        {"quantity": quantity} | key | {"theory": exponent.theory} | exponent.measured.row()
        for quantity, exponent in found.items()
    ]


def light(runs: Arrays, beta: float, lost: Lost) -> list[dict]:
    """Rows of a light tail: half the risk at each width, and its exponents where three widths are left."""
    halves = []
    for key, times in sizes(runs, "light", beta):
        M_star = key["M_star"]
        used = [{"quantity": "half risk", "beta": beta, "M_star": M_star}, {"quantity": EXPONENTS, "beta": beta}]
        which = f"half the risk, beta = {beta:g}, M* = {M_star}"
        if lost.enough(np.isfinite(times.found), which, "do not pass it", used):
            halves.append(row(key, times))
    rows = [{"quantity": "half risk"} | half for half in halves]
    if len(halves) < 3:
        widths = len(runs.parameters["M_star"])
        lost.note(f"exponents, beta = {beta:g}: {len(halves)} of {widths} widths left, too few")
        return rows
    return rows + exponents(pd.DataFrame(halves))


def small(runs: Arrays, beta: float, lost: Lost) -> list[dict]:
    """Rows of a light tail where d is not far above the width: half the risk at each ratio, the logarithms taken out.

    Beside each stands (`larger`) the value at the next larger ratio.
    """
    rows = []
    for key, times in sizes(runs, "ratio", beta):
        M_star, d = key["M_star"], key["d"]
        ratio = d // M_star
        used = [{"quantity": RATIO, "beta": beta, "ratio": ratio}]
        which = f"half the risk, beta = {beta:g}, d/M* = {ratio:g}"
        if lost.enough(np.isfinite(times.found), which, "do not pass it", used):
            larger = {"larger": rows[-1]["estimate"]} if rows else {}
            over = units.without_logarithms(times, M_star, beta, d)
            rows.append({"quantity": RATIO} | row(key | {"ratio": float(ratio)}, over) | larger)
    return rows


def heavy(runs: Arrays, lost: Lost) -> list[dict]:
    """Rows of the heavy tail: the time of one direction at each d, and its slope in log d where three d are left."""
    beta, M_star, N, j = (runs.parameters[name] for name in ("heavy", "heavy_M_star", "N", "direction"))
    rows, means = [], {}
    for key, times in sizes(runs, "heavy", beta):
        used = [{"quantity": "direction", "d": key["d"]}, {"quantity": "slope in log d"}]
        if lost.enough(np.isfinite(times.found), f"direction {j}, d = {key['d']}", "do not pass 1/2", used):
            means[key["d"]] = statistics.mean(times.found[np.isfinite(times.found)])
            rows.append({"quantity": "direction"} | row(key, times))
    if len(means) < 3:
        lost.note(f"slope in log d: {len(means)} of {len(runs.parameters['d'])} dimensions left, too few")
        return rows
    of = {"kind": "heavy", "beta": beta, "M_star": M_star, "N": N, "d": max(means)}
    of |= {"theory": 1 / (2 * model.spectrum(M_star, beta)[j - 1]), "unit": 1.0, "spread": 0.0}
    slope = units.slope_in_log_d([*means], [*means.values()])
    return [*rows, {"quantity": "slope in log d"} | of | slope.row()]


@stage
def time_units(given: TimeUnits, runs: Arrays) -> Tables:
    rows, lost = [], Lost()
    for beta in runs.parameters["light"]:
        rows += light(runs, beta, lost) + small(runs, beta, lost)
    rows += heavy(runs, lost)
    lost.require(rows, "greater d and light_d")
    frame = pd.DataFrame(rows).fillna({"least": 0})
    data = frame[frame.quantity.isin(["half risk", "direction", RATIO])].drop(columns="degrees", errors="ignore")
    return Tables(*(Table(made, UNITS, runs.parameters, lost.notes) for made in (frame, data)))
