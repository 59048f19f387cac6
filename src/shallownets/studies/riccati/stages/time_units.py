"""The unit of time: how long half of a light-tailed teacher takes against its width, and one direction against d.

From: sizes, tails and a seed.
Makes: a table of measurements and the data of the figure `time_units`. Starts from which the time is not found are left
out and noted.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics import statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.stage import Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.parameters.flow import TimeUnits
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import emergence, scaling

UNITS = {"estimate": "time of the flow"}


def times(
    given: TimeUnits, beta: float, M_star: int, N: int, d: int, above: Callable[[Array], float], guess: float
) -> Array:
    """When a quantity of the exact flow changes its sign, from each start; nan where it does not near the guess."""
    lam = model.spectrum(M_star, beta)
    starts = [drawn.start(given.seed, "time units", M_star, N, d, i, beta=beta) for i in range(given.starts)]
    return np.array([curves.first_time(start, lam, above, guess) for start in starts])


def half_risk(given: TimeUnits, beta: float, M_star: int, lost: Lost) -> dict | None:
    """The time that half the risk takes to go, N = M*; None where it is not found from two starts."""
    N, d, lam = M_star, given.light_d, model.spectrum(M_star, beta)
    guess = emergence.times(lam, N, d)[np.searchsorted(np.cumsum(lam**2), 0.5)]
    found = times(given, beta, M_star, N, d, lambda Z: model.risk(Z, lam) - 0.5, guess)
    if not lost.enough(np.isfinite(found), f"half the risk, beta = {beta:g}, M* = {M_star}", "do not pass it"):
        return None
    key = {"kind": "light", "beta": beta, "M_star": M_star, "N": N, "d": d}
    theory = emergence.time_to_risk(0.5, lam, emergence.deflated_shares(M_star, N, d), guess)
    of = {"theory": theory, "unit": scaling.unit_of_light(M_star, beta, N, d)}
    return key | of | statistics.mean(found[np.isfinite(found)]).row()


def exponents(halves: pd.DataFrame) -> list[dict]:
    """Exponents in M* of the time to half the risk: over log d, over the unit, and in the time of the loss."""
    key = {"kind": "light", "beta": halves.beta[0], "M_star": halves.M_star.max(), "N": halves.M_star.max()}
    key |= {"least": halves.M_star.min(), "d": halves.d[0], "unit": 1.0}
    error = (halves.high - halves.low) / (2 * statistics.WIDTH)
    scales = {
        "exponent of half risk": np.log(halves.d / halves.N),
        "exponent of half risk over the unit": halves.unit,
        # The loss of a student with the factor N^-1/2 has the gradient N^-1/2 (I - U U^T) T U: its clock is slower.
        "exponent of half risk, time of the loss": np.log(halves.d / halves.N) / np.sqrt(halves.N),
    }
    rows = []
    for quantity, scale in scales.items():
        line = statistics.fit_power_law(halves.M_star, halves.estimate / scale, error / halves.estimate)
        theory = curves.power(halves.M_star, halves.theory / scale)
        rows.append({"quantity": quantity} | key | {"theory": theory} | line.coefficients[1].row())
    return rows


def light(given: TimeUnits, beta: float, lost: Lost, advance: Callable[[float], None]) -> list[dict]:
    """Rows of a light tail: half the risk at each width, and its exponents where three widths are left."""
    halves = []
    for M_star in given.M_star:
        if half := half_risk(given, beta, M_star, lost):
            halves.append(half)
        advance(1)
    rows = [{"quantity": "half risk"} | half for half in halves]
    if len(halves) < 3:
        lost.notes.append(f"exponents, beta = {beta:g}: {len(halves)} of {len(given.M_star)} widths left, too few")
        return rows
    return rows + exponents(pd.DataFrame(halves))


def heavy(given: TimeUnits, lost: Lost, advance: Callable[[float], None]) -> list[dict]:
    """Rows of the heavy tail: the time of one direction at each d, and its slope in log d where three d are left."""
    M_star, N, j = given.heavy_M_star, given.N, given.direction - 1
    lam = model.spectrum(M_star, given.heavy)
    key = {"kind": "heavy", "beta": given.heavy, "M_star": M_star, "N": N}
    rows, means = [], {}
    for d in given.d:
        guess = emergence.times(lam, N, d)[j]
        found = times(given, given.heavy, M_star, N, d, lambda Z: float(Z[j] @ Z[j]) - 0.5, guess)
        if lost.enough(np.isfinite(found), f"direction {j + 1}, d = {d}", "do not pass 1/2"):
            means[d] = statistics.mean(found[np.isfinite(found)])
            theory = {"theory": emergence.deflated_times(lam, N, d)[0][j], "unit": np.log(d / N) / (2 * lam[j])}
            rows.append({"quantity": "direction"} | key | {"d": d} | theory | means[d].row())
        advance(1)
    if len(means) < 3:
        lost.notes.append(f"slope in log d: {len(means)} of {len(given.d)} dimensions left, too few")
        return rows
    estimates = means.values()
    line = statistics.fit_polynomial(np.log([*means]), [m.value for m in estimates], [m.error for m in estimates])
    slope = {"d": max(means), "theory": 1 / (2 * lam[j]), "unit": 1.0}
    return [*rows, {"quantity": "slope in log d"} | key | slope | line.coefficients[1].row()]


@stage
def time_units(given: TimeUnits) -> Tables:
    rows, lost = [], Lost()
    with progress("time units", len(given.light) * len(given.M_star) + len(given.d)) as advance:
        for beta in given.light:
            rows += light(given, beta, lost, advance)
        rows += heavy(given, lost, advance)
    if not rows:
        raise UserError(f"--d, --light-d: expected greater ones, nothing is left to show: {'; '.join(lost.notes)}")
    frame = pd.DataFrame(rows).fillna({"least": 0})
    data = frame[frame.quantity.isin(["half risk", "direction"])]
    return Tables(Table(frame, UNITS, notes=lost.notes), Table(data, UNITS, notes=lost.notes))
