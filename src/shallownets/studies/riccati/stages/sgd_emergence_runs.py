"""SGD at one step size, the exact flow and the flow at finite step, as they learn direction after direction.

From: sizes, a step size and a seed.
Makes: the overlaps of all three from the same random starts, and when each direction is learned.
"""

import numpy as np

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure.sgd_learning import follow
from shallownets.studies.riccati.parameters.sgd import SgdEmergenceRuns
from shallownets.studies.riccati.stages import drawn

UNITS = {
    "t": "time of the flow, twice the sum of eta",
    "diagonal": "overlaps of SGD, the flow at finite step and the exact flow; nan where one diverged",
    "times": "time of the flow; nan where a direction is not learned",
}


@stage
def sgd_emergence_runs(given: SgdEmergenceRuns) -> Data:
    d, lam = given.d, model.spectrum(given.M_star, given.beta)
    key = {"d": d, "M_star": given.M_star, "N": given.N, "beta": given.beta, "eta_d": given.eta_d}
    t, found = np.linspace(0, given.t_max, given.points), []
    samples = given.replicates * given.t_max * d / (2 * given.eta_d)
    with progress(f"emergence under SGD at eta d = {given.eta_d:g}", samples) as advance:
        for replicate in range(given.replicates):
            start = drawn.start(given.seed, "emergence under SGD", given.M_star, given.N, d, replicate)
            stream = seeds.sequence(given.seed, "riccati, emergence under SGD", key, replicate)
            found.append(follow(start, lam, d, given.eta_d / d, t, stream, advance))
    diagonal, times = np.array([one.diagonal for one in found]), np.array([one.times for one in found])
    return Data(Arrays({"t": t, "diagonal": diagonal, "times": times}, UNITS))
