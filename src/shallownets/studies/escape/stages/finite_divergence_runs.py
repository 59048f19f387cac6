"""When runs of SGD diverge, at a grid of learning rates and one p, p* and N, each run from its own orthonormal start.

From: the widths, the dimension, the learning rates.
Makes: the learning rates, and the time at which each run diverged, inf where it never did.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.engines import chain
from shallownets.studies.escape.parameters.finite import FiniteDivergenceRuns
from shallownets.studies.escape.stages.streams import orthonormal_starts, streams
from shallownets.studies.escape.trajectory import recording_times

UNITS = {"eta_hat": "learning rate per student unit, eta/p", "diverged_at": "samples/N, inf: never"}
RECORDS = 41  # a group of replicates that have all diverged stops at the next of these times


@stage
def finite_divergence_runs(given: FiniteDivergenceRuns) -> Data:
    p, p_star, N, replicates = given.p, given.p_star, given.N, given.replicates
    rates = np.round(np.arange(given.first, given.last + given.step / 2, given.step), 10).tolist()
    diverged_at = []
    total = replicates * given.t_max * sum(1 / rate for rate in rates)
    with progress(f"divergence, p = {p}, p* = {p_star}, N = {N}", total) as advance:
        for rate in rates:
            experiment = {"p": p, "p_star": p_star, "N": N, "eta_hat": rate}
            drawn = streams(given.seed, "divergence start", experiment, replicates)
            samples = streams(given.seed, "divergence samples", experiment, replicates)
            alpha = recording_times(given.t_max / rate, RECORDS, N)
            begun = orthonormal_starts(p, p_star, N, drawn)
            diverged_at.append(chain.simulate(begun, N, p * rate, alpha, samples, advance).diverged_at)
    return Data(Arrays({"eta_hat": np.array(rates), "diverged_at": np.array(diverged_at)}, UNITS))
