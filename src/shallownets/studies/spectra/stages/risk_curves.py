"""Risk against samples at three weight decays: trained networks of both kinds beside state evolution at the same size.

From: trainings, and the number of points of a curve.
Makes: a table of measurements, and the data of the figure `risk_curves`.
"""

from itertools import pairwise

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import difference, exact, line_through, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters.kinds import decay
from shallownets.studies.spectra.parameters.training import RiskCurves
from shallownets.studies.spectra.theory import evolution, phases
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic

NEAR = 1.3  # around the peak the curve has as many points again
UNITS = {"N": "n_eff", "n": "draws", "estimate": "see quantity", "risk": "R"}


@stage
def risk_curves(given: RiskCurves, lasso: list[Arrays], matrix: list[Arrays]) -> Tables:
    rows, shown = [], []
    for model, of_model, runs in (("diagonal", Diagonal, lasso), ("quadratic", Quadratic, matrix)):
        for run in runs:
            d, name = run.parameters["d"], run.parameters["decay"]
            network, lam = of_model(given.gamma, d, given.noise, d), decay(name, d)
            sizes = np.unique(run.arrays["n"])
            grid = np.geomspace(sizes[0] / 1.5, 2 * sizes[-1], given.points) / network.samples
            near = phases.peak_at(model == "quadratic", d) * np.geomspace(1 / NEAR, NEAR, given.points)
            grid = np.unique(np.concatenate([grid, near]))
            states = curves.along_samples(network, grid, lam)
            theory = {"series": "theory", "N": grid, "risk": [state.risk for state in states]}
            shown.append(pd.DataFrame({"model": model, "decay": name} | theory))
            for less, more in pairwise(sizes):
                risks = [mean(run.arrays["risk"][run.arrays["n"] == n]) for n in (less, more)]
                place = {"model": model, "decay": name, "d": d, "N": less / network.samples, "lam": lam}
                rows.append(place | {"quantity": "risk less that at the next size"} | difference(*risks).row())
            ratios = {}
            for n in sizes:
                of = run.arrays["n"] == n
                state = evolution.solve(network, float(n), lam)
                risk, training = mean(run.arrays["risk"][of]), mean(run.arrays["training"][of])
                place = {"model": model, "decay": name, "d": d, "N": n / network.samples, "lam": lam}
                low, high = (risk.row()[end] for end in ("low", "high"))
                point = {"series": "trained", "risk": risk.value, "low": low, "high": high}
                shown.append(pd.DataFrame([place | point]))
                ratios[n / network.samples] = ratio = mean(run.arrays["risk"][of] / state.risk)
                rows.append(place | {"quantity": "over theory", "theory": 1.0} | ratio.row())
                rows.append(place | {"quantity": "risk", "theory": state.risk} | risk.row())
                fitted = (given.noise + state.risk) * (1 - state.freedom / state.n) ** 2
                rows.append(place | {"quantity": "training error", "theory": fitted} | training.row())
                if model == "diagonal":
                    left = mean(run.arrays["left"][of])
                    rows.append(place | {"quantity": "weights left", "theory": state.freedom} | left.row())
                gap = np.abs(run.arrays["gap"][of]).max()  # one below zero is no gap
                rows.append(place | {"quantity": "gap"} | exact(gap, int(of.sum())).row())
            many = {N: ratio for N, ratio in ratios.items() if d <= N}
            if model == "quadratic" and len(many) > 2:
                line = line_through(1 / np.array(list(many)), list(many.values()))
                limit = {"model": model, "decay": name, "d": d, "lam": lam, "theory": 1.0}
                rows.append(limit | {"quantity": "over theory at 1/N = 0"} | line.coefficients[0].row())
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
