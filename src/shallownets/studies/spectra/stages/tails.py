"""How heavy the trained spectrum's tail looks, beside the risk, over weight decay and samples; by theory.

From: the dimension and samples.
Makes: a table of measurements, and the data of the figure `tails`.
"""

import numpy as np
import pandas as pd
import scipy

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure import spectrum
from shallownets.studies.spectra.parameters.theory import Tails
from shallownets.studies.spectra.theory import evolution, law
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n/d", "lam": "1", "scaled": "lam over the best", "risk": "R", "hill": "exponent of the density"}
SPAN = (0.01, 5.0)  # weight decay over the best


def _hill(network: Quadratic, state: State) -> float:
    """Hill's exponent of the trained spectrum; nan where fewer than four eigenvalues are left."""
    left = spectrum.quantiles(law.law(network.levels, state.v), network.d) - state.x
    return spectrum.hill(left) if (left > 0).sum() >= 4 else np.nan


def _first_crossing(network: Quadratic, frame: pd.DataFrame, heavy: float) -> State | None:
    """The state at which, from weak decay on, the exponent first falls to the teacher's; None where it never does."""
    below = np.flatnonzero(frame.hill.to_numpy() <= heavy)
    if not below.size or not below[0]:
        return None
    n = frame.N.iloc[0] * network.samples

    def gap(log_lam: float) -> float:
        return _hill(network, evolution.solve(network, n, float(np.exp(log_lam)))) - heavy

    ends = np.log(frame.lam.to_numpy()[[below[0] - 1, below[0]]])
    return evolution.solve(network, n, float(np.exp(scipy.optimize.brentq(gap, *ends, xtol=1e-4))))


@stage
def tails(given: Tails) -> Tables:
    network = Quadratic(given.gamma, given.d, given.noise, given.d)
    rows, shown = [], []
    heavy = 1 + 1 / given.gamma
    with progress("tails", len(given.samples) * given.points) as advance:
        for N in given.samples:
            best = evolution.best(network, N * network.samples)
            found, near = [], best
            for share in np.geomspace(*SPAN, given.points):
                near = evolution.solve(network, N * network.samples, float(share * best.lam), near)
                hill = _hill(network, near)
                found.append({"N": N, "lam": near.lam, "scaled": share, "risk": near.risk, "hill": hill})
                advance(1)
            frame = pd.DataFrame(found)
            shown.append(frame)
            of = {"N": N, "theory": heavy}
            rows.append(of | {"quantity": "weakest"} | exact(frame.hill.iloc[0]).row())
            crossing = _first_crossing(network, frame, heavy)
            if crossing is not None:
                rows.append(
                    of | {"quantity": "log of crossing over best"} | exact(np.log(crossing.lam / best.lam)).row()
                )
                rows.append(
                    of | {"quantity": "risk at the crossing over the best"} | exact(crossing.risk / best.risk).row()
                )
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
