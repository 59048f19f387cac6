"""The risk of the exact flow against time at one tail and several dimensions, where it is a power of time.

From: sizes, a tail, the window of times and a seed.
Makes: the times and the risks, of each dimension and from each start.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.parameters.flow import ExponentsCurves
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import scaling

UNITS = {"d": "1", "t": "time of the flow", "risk": "E y^2"}


@stage
def exponents_curves(given: ExponentsCurves) -> Data:
    M_star = N = given.M_star
    lam = model.spectrum(M_star, given.beta)
    t = np.empty((len(given.d), given.points))
    risk = np.empty((len(given.d), given.starts, given.points))
    with progress(f"risk at beta = {given.beta:g}", len(given.d) * given.starts) as advance:
        for place, d in enumerate(given.d):
            t[place] = np.geomspace(*scaling.window(lam, N, d, *given.window), given.points)
            for replicate in range(given.starts):
                start = drawn.start(given.seed, "exponents", M_star, N, d, replicate, beta=given.beta)
                risk[place, replicate] = exact.risks(start, lam, t[place])
                advance(1)
    return Data(Arrays({"d": np.array(given.d), "t": t, "risk": risk}, UNITS))
