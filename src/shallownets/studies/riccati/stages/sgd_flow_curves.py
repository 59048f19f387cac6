"""SGD at one step size, the exact flow and the flow at finite step, from the same random starts.

From: sizes, a step size or how it falls, and a seed.
Makes: the risks (with the best radial part) at equal times of the flow.
"""

import numpy as np

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import chain, exact, steps
from shallownets.studies.riccati.parameters.sgd import SgdFlowCurves
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import finite_step

UNITS = {
    "t": "time of the flow, twice the sum of eta",
    "sgd": "E y^2; nan once it has diverged",
    "flow": "E y^2",
    "finite step": "E y^2; nan where it cannot be followed",
    "diverged_at": "samples; inf where SGD did not",
}


@stage
def sgd_flow_curves(given: SgdFlowCurves) -> Data:
    d, eta, lam = given.d, given.eta_d / given.d, model.spectrum(given.M_star, given.beta)
    experiment = {"d": d, "M_star": given.M_star, "N": given.N, "beta": given.beta}
    experiment |= {"eta_d": given.eta_d, "t_max": given.t_max}
    if given.falls_from is None:
        schedule = steps.constant(eta)
    else:
        experiment["falls_from"] = given.falls_from
        schedule = steps.falling(given.falls_from / d, eta, given.t_max)

    samples = np.rint(schedule.samples(np.linspace(0, given.t_max, given.points))).astype(int)
    risks, diverged = {name: [] for name in ("sgd", "flow", "finite step")}, []
    with progress(f"SGD at eta d = {given.eta_d:g}", float(given.replicates * samples[-1])) as advance:
        for replicate in range(given.replicates):
            start = drawn.start(given.seed, "SGD", given.M_star, given.N, d, replicate, beta=given.beta)
            stream = seeds.sequence(given.seed, "riccati, samples of SGD", experiment, replicate)
            run = chain.simulate(start, lam, d, schedule.by_sample, samples, stream, advance)
            risks["sgd"].append(model.risk(run.Z, lam))
            diverged.append(run.diverged_at)
            risks["flow"].append(exact.risks(start, lam, run.t))
            risks["finite step"].append(model.risk(finite_step.followed(start.Z, lam, d, schedule.by_time, run.t), lam))

    arrays = {name: np.array(curves) for name, curves in risks.items()}
    return Data(Arrays(arrays | {"samples": samples, "t": run.t, "diverged_at": np.array(diverged)}, UNITS))
