"""Risk over that of state evolution with three kinds of measurements: what is not Gaussian, and what of it matters.

From: trainings.
Makes: a table of measurements, and the data of the figure `universality`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import Estimate, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.spectra.parameters.training import Universality

UNITS = {"N": "n/d", "estimate": "see quantity", "excess": "N (R/R_SE - 1)"}


@stage
def universality(given: Universality, runs: list[Arrays]) -> Tables:
    rows, shown = [], []
    excess: dict[tuple[str, int], Estimate] = {}  # at the fewest samples
    for run in runs:
        of = {"kind": run.parameters["kind"], "d": run.parameters["d"], "lam": run.parameters["lam"]}
        sizes = np.unique(run.arrays["N"])
        ratios = {N: mean(run.arrays["ratio"][run.arrays["N"] == N]) for N in sizes}
        for N, ratio in ratios.items():
            rows.append(of | {"N": N, "quantity": "over theory", "theory": 1.0} | ratio.row())
            said = Estimate(N * (ratio.value - 1), N * ratio.error, ratio.n).row()
            shown.append(of | {"N": N, "excess": said["estimate"], "low": said["low"], "high": said["high"]})
        first, last = ratios[sizes[0]], ratios[sizes[-1]]
        excess[of["kind"], of["d"]] = Estimate(first.value - 1, first.error, first.n)
        fade = Estimate(first.value - last.value, float(np.hypot(first.error, last.error)), min(first.n, last.n))
        rows.append(of | {"quantity": "first less last", "N": sizes[0]} | fade.row())
    for (kind, d), whole in excess.items():
        if kind == "inputs" and ("apart", d) in excess:
            left = excess["apart", d]
            share = left.value / whole.value
            error = float(np.hypot(left.error, share * whole.error)) / abs(whole.value)
            rows.append({"quantity": "left with the diagonal apart", "d": d} | Estimate(share, error, left.n).row())
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))
