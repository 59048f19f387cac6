"""Escape times of SGD, repeated from each of several starts, and those of the ODE from them, at one learning rate.

From: the widths, the dimension and the learning rate.
Makes: the escape time of each run, inf where it did not escape; where they are asked for, those of further runs, all
from the start whose ODE escapes at the median time.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.engines import chain
from shallownets.studies.escape.measure.finite import Repeated
from shallownets.studies.escape.parameters.finite import FiniteSpread
from shallownets.studies.escape.stages.plateau_shared import Setting, ode_escape_times
from shallownets.studies.escape.stages.streams import orthonormal_starts, streams
from shallownets.studies.escape.trajectory import recording_times

UNITS = dict.fromkeys(("sgd", "ode", "one_start"), "samples/N, inf: never")


@stage
def finite_spread(given: FiniteSpread) -> Data:
    p, p_star, N, runs = given.p, given.p_star, given.N, given.runs
    setting = Setting(p, p_star, given.fraction, given.eta_hat)
    eta = p * given.eta_hat
    experiment = {"p": p, "p_star": p_star, "N": N, "eta_hat": given.eta_hat}
    begun = orthonormal_starts(p, p_star, N, streams(given.seed, "finite start", experiment, given.starts))
    samples = streams(given.seed, "finite samples", experiment, given.starts * runs)
    alpha = recording_times(given.t_max / given.eta_hat, given.points, N)
    total = (given.starts * runs + given.one_start) * alpha[-1]
    with progress(f"starts and noise, N = {N}, eta_hat = {given.eta_hat:g}", total) as advance:
        each = [start for start in begun for _ in range(runs)]
        sgd = chain.escape_times(each, N, eta, setting.level, alpha, samples, advance).reshape(given.starts, runs)
        ode = ode_escape_times(begun, setting, 4 * alpha[-1], given.tolerance)
        one_start = np.empty(0)
        if given.one_start and (kept := np.flatnonzero(Repeated(sgd, ode, one_start).kept)).size:
            median = kept[np.argsort(ode[kept])[kept.size // 2]]
            samples = streams(given.seed, "finite fixed start", experiment, given.one_start)
            one_start = chain.escape_times(begun[median], N, eta, setting.level, alpha, samples, advance)
    return Data(Arrays({"sgd": sgd, "ode": ode, "one_start": one_start}, UNITS))
