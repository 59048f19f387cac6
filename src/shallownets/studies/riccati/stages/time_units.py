"""The unit of time: how long half of a light-tailed teacher takes against its width and against d over the width, and
one direction of a heavy-tailed one against d.

From: sizes, tails and a seed.
Makes: a table of measurements and the data of the figure `time_units`. Starts from which the time is not found are left
out and noted.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics import statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.stage import Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import units
from shallownets.studies.riccati.parameters.flow import TimeUnits
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.starts import Start

UNITS = {"estimate": "time of the flow"}
EXPONENTS = list(units.EXPONENTS)
RATIO = "half risk over |A| M*^beta"


def starts(given: TimeUnits, beta: float, M_star: int, N: int, d: int) -> Iterator[Start]:
    """The starts in turn."""
    return (drawn.start(given.seed, "time units", M_star, N, d, i, beta=beta) for i in range(given.starts))


def row(key: dict, times: units.Times) -> dict:
    """A mean time, beside theory and the unit, over the starts from which it was found."""
    mean = statistics.mean(times.found[np.isfinite(times.found)])
    return key | {"theory": times.theory, "spread": times.spread, "unit": times.unit} | mean.row()


def exponents(halves: pd.DataFrame) -> list[dict]:
    """Rows of the exponents in M* of the time to half the risk."""
    key = {"kind": "light", "beta": halves.beta[0], "M_star": halves.M_star.max(), "N": halves.M_star.max()}
    key |= {"least": halves.M_star.min(), "d": halves.d[0], "unit": 1.0, "spread": 0.0}
    errors = (halves.high - halves.low) / (2 * statistics.WIDTH)
    columns = (halves.M_star, halves.d, halves.estimate, errors, halves.n - 1, halves.theory, halves.unit)
    found = units.exponents(*(column.to_numpy() for column in columns))
    return [
        {"quantity": quantity} | key | {"theory": exponent.theory} | exponent.measured.row()
        for quantity, exponent in found.items()
    ]


def light(given: TimeUnits, beta: float, lost: Lost, advance: Callable[[float], None]) -> list[dict]:
    """Rows of a light tail: half the risk at each width, and its exponents where three widths are left."""
    d, halves = given.light_d, []
    for M_star in given.M_star:
        times = units.half_risk(starts(given, beta, M_star, M_star, d), M_star, beta, d)
        used = [{"quantity": "half risk", "beta": beta, "M_star": M_star}, {"quantity": EXPONENTS, "beta": beta}]
        which = f"half the risk, beta = {beta:g}, M* = {M_star}"
        if lost.enough(np.isfinite(times.found), which, "do not pass it", used):
            halves.append(row({"kind": "light", "beta": beta, "M_star": M_star, "N": M_star, "d": d}, times))
        advance(1)
    rows = [{"quantity": "half risk"} | half for half in halves]
    if len(halves) < 3:
        lost.note(f"exponents, beta = {beta:g}: {len(halves)} of {len(given.M_star)} widths left, too few")
        return rows
    return rows + exponents(pd.DataFrame(halves))


def small(given: TimeUnits, beta: float, lost: Lost, advance: Callable[[float], None]) -> list[dict]:
    """Rows of a light tail where d is not far above the width: half the risk at each ratio, the logarithms taken out.

    Beside each stands (`larger`) the value at the next larger ratio.
    """
    M_star, rows = given.ratios_M_star, []
    scale = model.norm(M_star, beta) * M_star**beta
    for ratio in sorted(given.ratios, reverse=True):
        d = ratio * M_star
        times = units.half_risk(starts(given, beta, M_star, M_star, d), M_star, beta, d)
        used = [{"quantity": RATIO, "beta": beta, "ratio": ratio}]
        which = f"half the risk, beta = {beta:g}, d/M* = {ratio:g}"
        if lost.enough(np.isfinite(times.found), which, "do not pass it", used):
            over = replace(times, found=times.found / scale, theory=times.theory / scale, unit=np.log(d / M_star - 1))
            key = {"kind": "ratio", "beta": beta, "M_star": M_star, "N": M_star, "d": d, "ratio": float(ratio)}
            larger = {"larger": rows[-1]["estimate"]} if rows else {}
            rows.append({"quantity": RATIO} | row(key, over) | larger)
        advance(1)
    return rows


def heavy(given: TimeUnits, lost: Lost, advance: Callable[[float], None]) -> list[dict]:
    """Rows of the heavy tail: the time of one direction at each d, and its slope in log d where three d are left."""
    M_star, N, j = given.heavy_M_star, given.N, given.direction - 1
    lam = model.spectrum(M_star, given.heavy)
    key = {"kind": "heavy", "beta": given.heavy, "M_star": M_star, "N": N}
    rows, means = [], {}
    for d in given.d:
        times = units.direction(starts(given, given.heavy, M_star, N, d), lam, N, d, j)
        used = [{"quantity": "direction", "d": d}, {"quantity": "slope in log d"}]
        if lost.enough(np.isfinite(times.found), f"direction {j + 1}, d = {d}", "do not pass 1/2", used):
            means[d] = statistics.mean(times.found[np.isfinite(times.found)])
            rows.append({"quantity": "direction"} | row(key | {"d": d}, times))
        advance(1)
    if len(means) < 3:
        lost.note(f"slope in log d: {len(means)} of {len(given.d)} dimensions left, too few")
        return rows
    estimates = means.values()
    values, errors, degrees = zip(*((m.value, m.error, m.freedom) for m in estimates), strict=True)
    line = statistics.fit_polynomial(np.log([*means]), values, errors, degrees=degrees)
    slope = {"d": max(means), "theory": 1 / (2 * lam[j]), "unit": 1.0, "spread": 0.0}
    return [*rows, {"quantity": "slope in log d"} | key | slope | line.coefficients[1].row()]


@stage
def time_units(given: TimeUnits) -> Tables:
    rows, lost = [], Lost()
    with progress("time units", len(given.light) * (len(given.M_star) + len(given.ratios)) + len(given.d)) as advance:
        for beta in given.light:
            rows += light(given, beta, lost, advance) + small(given, beta, lost, advance)
        rows += heavy(given, lost, advance)
    if not rows:
        raise UserError(f"--d, --light-d: expected greater ones, nothing is left to show: {'; '.join(lost.notes)}")
    frame = pd.DataFrame(rows).fillna({"least": 0})
    data = frame[frame.quantity.isin(["half risk", "direction", RATIO])].drop(columns="degrees", errors="ignore")
    return Tables(Table(frame, UNITS, notes=lost.notes), Table(data, UNITS, notes=lost.notes))
