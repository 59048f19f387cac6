"""Risk against samples at three weight decays: trained networks of both kinds beside state evolution at the same size.

From: trainings, and the number of points of a curve.
Makes: a table of measurements, and the data of the figure `risk_curves`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters.training import RiskCurves
from shallownets.studies.spectra.stages import drawn
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "n": "draws", "estimate": "see quantity", "risk": "R"}


@stage
def risk_curves(given: RiskCurves, lasso: list[Arrays], matrix: list[Arrays]) -> Tables:
    rows, shown = [], []
    for model, of_model, runs in (("diagonal", Diagonal, lasso), ("quadratic", Quadratic, matrix)):
        for run in runs:
            d, name = run.parameters["d"], run.parameters["decay"]
            network, lam = of_model(given.gamma, d, given.noise, d), drawn.decay(name, d)
            sizes = np.unique(run.arrays["n"])
            grid = np.geomspace(sizes[0] / 1.5, 2 * sizes[-1], given.points) / network.samples
            states = curves.along_samples(network, grid, lam)
            theory = {"series": "theory", "N": grid, "risk": [state.risk for state in states]}
            shown.append(pd.DataFrame({"model": model, "decay": name} | theory))
            for n in sizes:
                of = run.arrays["n"] == n
                state = evolution.solve(network, float(n), lam)
                risk, training = mean(run.arrays["risk"][of]), mean(run.arrays["training"][of])
                place = {"model": model, "decay": name, "d": d, "N": n / network.samples, "lam": lam}
                low, high = risk.value - 3 * risk.error, risk.value + 3 * risk.error
                point = {"series": "trained", "risk": risk.value, "low": low, "high": high}
                shown.append(pd.DataFrame([place | point]))
                ratio = mean(run.arrays["risk"][of] / state.risk)
                rows.append(place | {"quantity": "over theory", "theory": 1.0} | ratio.row())
                rows.append(place | {"quantity": "risk", "theory": state.risk} | risk.row())
                rows.append(place | {"quantity": "training error", "theory": given.noise} | training.row())
                rows.append(place | {"quantity": "gap"} | exact(run.arrays["gap"][of].max(), int(of.sum())).row())
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
