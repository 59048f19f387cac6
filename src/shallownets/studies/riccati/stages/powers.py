"""The unit of time where the width of teacher and student grows as a power of the dimension, M* = d^alpha.

From: tails, the power, widths, and a seed.
Makes: a table of measurements. Starts from which the time is not found are left out and noted.
"""

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics import statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.riccati.measure import units
from shallownets.studies.riccati.measure.times import half_risk
from shallownets.studies.riccati.parameters.powers import Powers
from shallownets.studies.riccati.stages import drawn

UNITS = {"estimate": "time of the flow"}


@stage
def powers(given: Powers) -> Measurements:
    rows, lost = [], Lost()
    widths = np.array(sorted(given.M_star))
    dimensions = [round(float(M_star) ** (1 / given.alpha)) for M_star in widths]
    with progress("widths that are powers of d", len(given.betas) * widths.size) as advance:
        for beta in given.betas:
            halves, kept = [], []
            key = {"beta": beta, "alpha": given.alpha, "least": widths[0], "least_d": dimensions[0]}
            for M_star, d in zip(widths.tolist(), dimensions, strict=True):
                starts = (
                    drawn.start(given.seed, "powers of d", M_star, M_star, d, replicate, beta=beta)
                    for replicate in range(given.starts)
                )
                half = half_risk(starts, M_star, beta, d)
                found = np.isfinite(half.found)
                which = f"half the risk, beta = {beta:g}, M* = {M_star}"
                used = [{"beta": beta, "M_star": M_star}, {"quantity": list(units.EXPONENTS), "beta": beta}]
                if lost.enough(found, which, "do not pass it", used):
                    halves.append(statistics.mean(half.found[found]))
                    kept.append((M_star, d, half))
                    of = key | {"M_star": M_star, "N": M_star, "d": d, "theory": half.theory, "spread": half.spread}
                    rows.append({"quantity": "half risk"} | of | halves[-1].row())
                advance(1)
            if len(kept) < 3:
                lost.note(f"exponents, beta = {beta:g}: {len(kept)} of {widths.size} widths left, too few")
                continue
            columns = [
                (M_star, d, one.value, one.error, one.freedom, half.theory, half.unit)
                for (M_star, d, half), one in zip(kept, halves, strict=True)
            ]
            exponents = units.exponents(*np.array(columns, float).T)
            for quantity, exponent in exponents.items():
                of = {"M_star": kept[-1][0], "N": kept[-1][0], "d": kept[-1][1], "spread": 0.0}
                rows.append({"quantity": quantity} | key | of | {"theory": exponent.theory} | exponent.measured.row())
    if not rows:
        raise UserError(f"--alpha {given.alpha:g}: expected a smaller one, nothing is left: {'; '.join(lost.notes)}")
    return Measurements(Table(pd.DataFrame(rows), UNITS, notes=lost.notes))
