"""How heavy the trained spectrum's tail looks, beside the risk, over weight decay and samples; by theory.

From: the dimension and samples.
Makes: a table of measurements, and the data of the figure `tails`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure import spectrum
from shallownets.studies.spectra.parameters.theory import Tails
from shallownets.studies.spectra.theory import evolution, law
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n/d", "lam": "1", "scaled": "lam over the best", "risk": "R", "hill": "exponent of the density"}
SPAN = (0.01, 5.0)  # weight decay over the best


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
                left = spectrum.quantiles(law.law(network.levels, near.v), given.d) - near.x
                hill = spectrum.hill(left) if (left > 0).sum() >= 4 else np.nan
                found.append({"N": N, "lam": near.lam, "scaled": share, "risk": near.risk, "hill": hill})
                advance(1)
            frame = pd.DataFrame(found)
            shown.append(frame)
            kept = frame[np.isfinite(frame.hill)]
            closest = kept.iloc[int((kept.hill - heavy).abs().to_numpy().argmin())]
            of = {"N": N, "theory": heavy}
            rows.append(of | {"quantity": "log of closest over best"} | exact(np.log(closest.scaled)).row())
            ends = kept.risk.iloc[[0, -1]].min()
            rows.append(of | {"quantity": "risk at the closest over the ends"} | exact(closest.risk / ends).row())
            rows.append(of | {"quantity": "weakest"} | exact(kept.hill.iloc[0]).row())
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
