"""The risk of the quadratic network split by the bands of its spectrum, exactly and at leading order.

From: the dimension.
Makes: a table of measurements, and the data of the figure `decomposition`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.parameters.theory import Decomposition
from shallownets.studies.spectra.theory import decomposition as split
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n/d", "lam": "1", "overfitting": "R/2", "unlearned": "R/2", "learned": "R/2"}

BEYOND = 2.2  # thresholds over noise, beyond the edge of the bulk
RARE = 0.05  # share of features above noise up to which there are few


@stage
def decomposition(given: Decomposition) -> Tables:
    network = Quadratic(given.gamma, given.d, given.noise, given.d)
    rows, shown = [], []
    grid = np.geomspace(1, 10 * given.d, given.points)
    with progress("parts of the risk", 2 * given.points) as advance:
        for name in ("weak", "best"):
            near = None
            for N in grid:
                n = float(N * given.d)
                if name == "best":
                    state = evolution.best(network, n)
                else:
                    state = near = evolution.solve(network, n, 1 / given.d, near)
                whole = split.exact(network.levels, state.v, state.x)
                leading = split.leading(network.levels, state.v, state.x)
                of = {"decay": name, "N": N, "lam": state.lam, "ratio": state.x / np.sqrt(state.v)}
                for series, parts in (("exact", whole), ("leading", leading)):
                    values = {"overfitting": parts.overfitting, "unlearned": parts.unlearned, "learned": parts.learned}
                    shown.append(of | {"series": series, "risk": state.risk / 2} | values)
                rows.append(of | {"quantity": "sum of parts"} | exact(2 * whole.total / state.risk).row())
                spikes = network.levels.above(np.sqrt(state.v))
                over = exact(leading.total / whole.total).row()
                rows.append(of | {"quantity": "leading over exact", "spikes": spikes} | over)
                if name == "best" and spikes < RARE:
                    beyond = BEYOND * np.sqrt(state.v)
                    first, whole = (by(network.levels, state.v, beyond) for by in (split.leading, split.exact))
                    over = {"order": 2 * (spikes + 1 / given.d)} | exact(first.total / whole.total).row()
                    rows.append(of | {"quantity": "leading beyond the edge"} | over)
                advance(1)
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))
