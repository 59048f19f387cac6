"""The risk without labels' noise as weight decay vanishes, of both networks.

From: the dimension and exponents of the teacher.
Makes: a table of measurements, and the data of the figure `noiseless`.
"""

from math import log

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters.theory import Noiseless
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "risk": "R", "estimate": "exponent"}
VANISHING = 1e-7  # decay in place of none


@stage
def noiseless(given: Noiseless) -> Tables:
    rows, shown = [], []
    grid = np.geomspace(*given.samples, given.points)
    with progress("without noise", 2 * len(given.gammas)) as advance:
        for gamma in given.gammas:
            for model, of_model in (("diagonal", Diagonal), ("quadratic", Quadratic)):
                states = curves.along_samples(of_model(gamma, given.d, 0.0), grid, VANISHING)
                risk = np.array([state.risk for state in states])
                fall = float(np.polyfit(np.log(grid), np.log(risk), 1)[0])
                of = {"model": model, "gamma": gamma, "theory": 1 - 2 * gamma, "order": 1 / log(grid[-1])}
                rows.append(of | {"quantity": "exponent"} | exact(fall).row())
                shown.append(pd.DataFrame({"model": model, "gamma": gamma, "N": grid, "risk": risk}))
                advance(1)
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
