"""Escape times of SGD, each replicate from its own orthonormal start, and of the ODE, at one p and p*.

From: the widths, the dimension and the learning rate.
Makes: the escape times of SGD, and those of the ODE from the same starts and from more; inf where nothing escaped.
"""

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.engines import chain
from shallownets.studies.escape.parameters.finite import OverparameterisationRuns
from shallownets.studies.escape.stages.plateau_shared import Setting, ode_escape_times
from shallownets.studies.escape.stages.streams import orthonormal_starts, streams
from shallownets.studies.escape.trajectory import recording_times

UNITS = {"sgd": "samples/N, inf: never", "ode": "samples/N, inf: never; the first ones from the starts of SGD"}


@stage
def overparameterisation_runs(given: OverparameterisationRuns) -> Data:
    p, p_star, N, replicates = given.p, given.p_star, given.N, given.replicates
    setting = Setting(p, p_star, given.fraction, given.eta_hat)
    experiment = {"p": p, "p_star": p_star, "N": N, "eta_hat": given.eta_hat}
    drawn = streams(given.seed, "widths start", experiment, max(given.starts, replicates))
    samples = streams(given.seed, "widths samples", experiment, replicates)
    begun = orthonormal_starts(p, p_star, N, drawn)
    alpha = recording_times(given.t_max / given.eta_hat, given.points, N)
    with progress(f"SGD, p = {p}, p* = {p_star}", replicates * alpha[-1]) as advance:
        eta = p * given.eta_hat
        sgd = chain.escape_times(begun[:replicates], N, eta, setting.level, alpha, samples, advance)
    return Data(Arrays({"sgd": sgd, "ode": ode_escape_times(begun, setting, 4 * alpha[-1], given.tolerance)}, UNITS))
