"""The risk without labels' noise as weight decay vanishes, of both networks.

From: the dimension and exponents of the teacher.
Makes: a table of measurements, and the data of the figure `noiseless`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.parameters.theory import Noiseless
from shallownets.studies.spectra.theory import corrections
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "risk": "R", "estimate": "exponent"}
VANISHING = 1e-8  # decay in place of none


def _exponent(network: Network, grid: Array) -> float:
    """The exponent of R ~ N^(1 - 2 gamma) by the same fit, with log(d/N)/N for 1/N in the diagonal network."""
    scale = 1 / grid if isinstance(network, Quadratic) else np.log(network.d / grid) / grid
    return (2 * network.gamma - 1) * curves.power(grid, scale)


@stage
def noiseless(given: Noiseless) -> Tables:
    rows, shown = [], []
    grid = np.geomspace(*given.samples, given.points)
    with progress("without noise", 2 * len(given.gammas)) as advance:
        for gamma in given.gammas:
            for model, of_model in (("diagonal", Diagonal), ("quadratic", Quadratic)):
                network = of_model(gamma, given.d, 0.0)
                states = curves.along_samples(network, grid, VANISHING)
                risk = np.array([state.risk for state in states])
                of = {"model": model, "gamma": gamma, "theory": _exponent(network, grid)}
                of["order"] = corrections.noiseless(network, states)
                rows.append(of | {"quantity": "exponent"} | exact(curves.power(grid, risk)).row())
                shown.append(pd.DataFrame({"model": model, "gamma": gamma, "N": grid, "risk": risk}))
                advance(1)
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
