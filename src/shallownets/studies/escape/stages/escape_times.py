"""Escape times of SGD, each replicate from its own orthonormal start, and those of the ODE from the same overlaps.

From: the widths, the dimension, the learning rate, the engine: the chain, or SGD on weights as a check of it.
Makes: two escape times for each replicate, inf where it did not escape.
"""

import numpy as np
from numpy.random import default_rng

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain, direct
from shallownets.studies.escape.measure.plateau import first_below
from shallownets.studies.escape.model import population_risk
from shallownets.studies.escape.parameters.finite import EscapeTimes
from shallownets.studies.escape.stages.plateau_shared import Setting, ode_escape_times
from shallownets.studies.escape.stages.streams import orthonormal_starts, streams
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.trajectory import recording_times

UNITS = {"sgd": "samples/N, inf: never", "ode": "samples/N, inf: never"}


@stage
def escape_times(given: EscapeTimes) -> Data:
    p, p_star, N, replicates = given.p, given.p_star, given.N, given.replicates
    setting = Setting(p, p_star, given.fraction, given.eta_hat)
    eta = p * given.eta_hat
    experiment = {"p": p, "p_star": p_star, "N": N, "eta_hat": given.eta_hat}
    draws = streams(given.seed, "plateau sgd start", experiment, replicates)
    samples = streams(given.seed, "samples", experiment, replicates)
    alpha = recording_times(given.alpha_max, given.points, N)
    with progress(f"SGD N = {N}, {given.engine}", replicates * alpha[-1]) as advance:
        if given.engine == "chain":
            begun = orthonormal_starts(p, p_star, N, draws)
            sgd = chain.escape_times(begun, N, eta, setting.level, alpha, samples, advance)
        else:
            begun, sgd = [], np.empty(replicates)
            for r, (draw, stream) in enumerate(zip(draws, samples, strict=True)):
                start = starts.orthonormal(p, p_star, N, default_rng(draw))
                run = direct.simulate(start, N, eta, alpha, [stream], advance)
                sgd[r] = first_below(alpha, population_risk(run.M, run.Q), setting.level)[0]
                begun.append(Start(start.M, np.eye(p)))  # Q of drawn weights is the identity up to rounding
    ode = ode_escape_times(begun, setting, 4 * given.alpha_max, given.tolerance)
    return Data(Arrays({"sgd": sgd, "ode": ode}, UNITS))
