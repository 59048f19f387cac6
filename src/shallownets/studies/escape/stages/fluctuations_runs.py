"""SGD by one engine at one N, from one start whose overlaps N does not set, and the ODE from it at the same times.

From: widths, the start's dimension, a learning rate; engine, N and replicates.
Makes: of each run its deviation from the ODE and its last overlaps; all overlaps of the first run, and of the ODE.
"""

import numpy as np
from numpy.random import default_rng

from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain, direct, ode
from shallownets.studies.escape.measure.solutions import deviation
from shallownets.studies.escape.parameters.solutions import FluctuationsRuns
from shallownets.studies.escape.stages.streams import streams
from shallownets.studies.escape.trajectory import recording_times

UNITS = {
    "alpha": "samples/N",
    "diverged_at": "samples/N, inf: never",
    "deviation": "1, mean square over elements and times; NaN: diverged",
    "M_0": "1, of the start",
    "Q_0": "1, of the start",
    "M_end": "1, of each run; NaN: diverged",
    "M_first": "1, of the first run that did not diverge; NaN: all did",
    "M_ode": "1",
}
SIMULATE = {"chain": chain.simulate, "direct": direct.simulate}


@stage
def fluctuations_runs(given: FluctuationsRuns) -> Data:
    p, p_star, N, eta = given.p, given.p_star, given.N, given.eta
    drawn = {"p": p, "p_star": p_star, "start_dimension": given.start_dimension}
    rng = default_rng(seeds.sequence(given.seed, "fluctuations start", drawn, 0))
    start = starts.gaussian(p, p_star, given.start_dimension, rng)
    alpha = recording_times(given.alpha_max, given.points, N)
    limit = ode.simulate(start, eta, alpha, given.tolerance)
    if not limit.valid.all():
        raise UserError(f"eta = {eta:g}: expected a smaller number, the ODE diverges from this start")
    experiment = {"p": p, "p_star": p_star, "eta": eta, "N": N}
    samples = streams(given.seed, f"fluctuations {given.engine}", experiment, given.replicates)
    with progress(f"SGD N = {N}, {given.engine}", given.replicates * alpha[-1]) as advance:
        sgd = SIMULATE[given.engine](start, N, eta, alpha, samples, advance)
    first = int(np.argmax(sgd.valid[:, -1]))  # 0 where all diverged
    arrays = {
        "alpha": alpha,
        "diverged_at": sgd.diverged_at,
        "deviation": deviation(sgd, limit),
        "M_0": start.M,
        "Q_0": start.Q,
        "M_end": sgd.M[:, -1],
        "M_first": sgd.M[first],
        "M_ode": limit.M[0],
    }
    return Data(Arrays(arrays, UNITS))
