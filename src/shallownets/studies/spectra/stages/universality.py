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
    for run in runs:
        of = {"kind": run.parameters["kind"], "d": run.parameters["d"], "lam": run.parameters["lam"]}
        sizes = np.unique(run.arrays["N"])
        ratios = {N: mean(run.arrays["ratio"][run.arrays["N"] == N]) for N in sizes}
        for N, ratio in ratios.items():
            place = of | {"N": N, "order": 1 / of["d"]}
            rows.append(place | {"quantity": "over theory", "theory": 1.0} | ratio.row())
            excess = Estimate(N * (ratio.value - 1), N * ratio.error, ratio.n)
            shown.append(
                of | {"N": N, "excess": excess.value, "low": excess.row()["low"], "high": excess.row()["high"]}
            )
        first, last = ratios[sizes[0]], ratios[sizes[-1]]
        fade = Estimate(first.value - last.value, float(np.hypot(first.error, last.error)), min(first.n, last.n))
        rows.append(of | {"quantity": "first less last", "N": sizes[0]} | fade.row())
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))
