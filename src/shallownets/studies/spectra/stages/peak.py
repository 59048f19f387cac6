"""The interpolation peak against weight decay in both networks, fitted noise before it, and where it saturates.

From: the dimension and decays.
Makes: a table of measurements, and the data of the figure `peak`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters.theory import Peak
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory import peak as law
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "lam": "1", "risk": "R", "share": "N/d over that of the peak", "estimate": "see quantity"}
VANISHING = 1e-9  # decay in place of none
LAST = 1e-6  # decay at which the peak has saturated
NEAR = 0.8  # of the peak's position: the end of what is called before it
SHORT = 3.0  # exponent of a teacher that leaves almost nothing unlearned


def _moved(network: Network, N: float, noise: float) -> float:
    """Relative change of fitted noise where learned features hold back part of the samples, as in ``saturated``."""
    q, mean = N / network.d, float(network.levels.weight @ network.levels.value)
    harm = law.harm(True, q, noise)
    held = law.POSITIVE[True] * mean / (2 * np.sqrt(noise + harm))
    return 1 - law.harm(True, q - held, noise) / harm if held < q else 1.0


@stage
def peak(given: Peak) -> Tables:
    rows, shown = [], []
    total = 2 * len(given.decays) + len(given.saturating) + 2
    with progress("interpolation peak", total) as advance:
        for model, of_model in (("diagonal", Diagonal), ("quadratic", Quadratic)):
            quadratic = model == "quadratic"
            network = of_model(SHORT, given.d, given.noise)
            mean = float(network.levels.weight @ network.levels.value)
            tops = []
            for lam in given.decays:
                alone = law.peak(quadratic, lam, given.noise)
                top = curves.peak(network, alone.position * given.d, lam)
                tops.append(top.risk)
                of = {"model": model, "lam": lam, "N": top.N, "mean": mean}
                saturates = mean**3 / (given.noise * lam) if quadratic else 0.0
                height = exact(top.risk / alone.risk).row()
                rows.append(of | {"quantity": "peak over noise alone", "order": saturates + 0.02} | height)
                place = {"theory": law.POSITION[quadratic], "order": lam ** (2 / 3) + mean}
                rows.append(of | {"quantity": "position"} | place | exact(top.N / given.d).row())
                constant = law.POSITIVE[quadratic]
                values = {"risk": top.risk, "alone": alone.risk, "scaled": top.risk * constant ** (2 / 3)}
                shown.append(of | {"series": "peak"} | values | {"limit": law.limit(quadratic, lam, given.noise)})
                advance(1)
            slopes = np.diff(np.log([law.peak(quadratic, lam, given.noise).risk for lam in given.decays]))
            slope = float(slopes[0] / np.log(given.decays[1] / given.decays[0]))
            of = {"model": model, "lam": given.decays[0], "order": given.decays[1] ** (2 / 3)}
            rows.append(of | {"quantity": "exponent", "theory": -2 / 3} | exact(slope).row())
            network = of_model(given.gamma, given.d, given.noise)
            grid = np.geomspace(given.d / 100, NEAR * law.POSITION[quadratic] * given.d, given.points)
            for state in curves.along_samples(network, grid, VANISHING):
                harm = law.harm(quadratic, state.N / given.d, given.noise)
                of = {"model": model, "N": state.N, "lam": VANISHING, "share": NEAR * state.N / grid[-1]}
                shown.append(of | {"series": "harm", "risk": state.risk, "alone": harm})
                best = evolution.best(network, state.n).risk
                order = 2 * best / harm + (_moved(network, state.N, given.noise) if quadratic else 0.0)
                if order < 1:  # fitted noise exceeds what is not learned
                    over = exact(state.risk / harm).row()
                    rows.append(of | {"quantity": "harm", "theory": 1.0, "order": order} | over)
            advance(1)
        for gamma in given.saturating:
            network = Quadratic(gamma, given.d, given.noise)
            mean = float(network.levels.weight @ network.levels.value)
            top = curves.peak(network, given.d / 4, LAST)
            least = law.saturated(mean, given.noise)
            of = {"model": "quadratic", "gamma": gamma, "lam": LAST, "N": top.N}
            rows.append(of | {"quantity": "saturated", "theory": least} | exact(top.risk / least).row())
            advance(1)
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))
