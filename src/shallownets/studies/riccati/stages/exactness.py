"""How exact the exact solutions are, beside integrations of the equation and of the weights.

From: sizes, a tail and a seed.
Makes: a table of measurements: the largest difference of any entry, at any of the times and from any of the starts, and
beside it (`own`) how much the integration itself changes with a tolerance ten times as coarse.
"""

import numpy as np
import pandas as pd

from shallownets.stage import Measurements, Table, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import exactness as measure
from shallownets.studies.riccati.parameters.flow import Exactness
from shallownets.studies.riccati.stages import drawn

UNITS = {"estimate": "difference of an entry", "own": "difference of an entry"}


@stage
def exactness(given: Exactness) -> Measurements:
    lam = model.spectrum(given.M_star, given.beta)
    times = np.sort(given.times) / lam[0]
    found = {"riccati equation": [], "full flow": [], "directions of the full flow": []}
    for replicate in range(given.starts):
        wide = drawn.start(given.seed, "exactness", given.M_star, given.M_star, given.d, replicate)
        start = drawn.start(given.seed, "exactness", given.M_star, given.N, given.d, replicate)
        of_equation = measure.of_equation(wide, lam, times, given.tolerance)
        of_weights = measure.of_weights(start, given.d, given.scale, lam, times, given.tolerance)
        for differences, one in zip(found.values(), (of_equation, *of_weights), strict=True):
            differences.append(one)

    key = {name: getattr(given, name) for name in ("M_star", "N", "d", "beta", "scale", "tolerance")}
    rows = []
    for quantity, differences in found.items():
        worst = measure.largest(differences)
        value = dict.fromkeys(("estimate", "low", "high"), worst.closed_form)
        rows.append({"quantity": quantity} | key | {"own": worst.own} | value | {"n": given.starts})
    return Measurements(Table(pd.DataFrame(rows), UNITS))
