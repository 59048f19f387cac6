"""SGD at several step sizes, and the flow, from the same random starts.

From: sizes, step sizes and a seed.
Makes: when each direction is learned by each of them, and losses at equal times.
"""

from functools import partial

import numpy as np

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.emergence import model
from shallownets.studies.emergence.engines import chain
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.measure import against_flow
from shallownets.studies.emergence.parameters.sgd import SgdRuns
from shallownets.studies.emergence.stages import drawn

UNITS = {
    "T": "time of the flow, the sum of eta; inf where a direction was not learned",
    "T_flow": "time of the flow",
    "start": "its number, counted from 0; those between, from which the flow does not learn all, are left out",
    "lost": "samples; inf where a run was not lost",
    "t": "time of the flow over that of its last direction",
    "loss": "E (f* - f)^2; nan once a run is lost, or has learned all",
    "loss_flow": "E (f* - f)^2; nan once all is learned",
}


@stage
def sgd_runs(given: SgdRuns) -> Data:
    a, link = model.strengths(given.P, given.beta), model.hermite(given.k)
    grid = np.linspace(0, given.patience, given.points)
    unit = given.d ** (given.k / 2) * float(a @ a)
    found: dict[str, list] = {name: [] for name in ("start", "T", "T_flow", "lost", "loss", "loss_flow")}
    with progress("SGD against the flow", given.starts * sum(1 / kappa for kappa in given.kappas)) as advance:
        begin = partial(drawn.start, given.seed, "SGD", given.N, given.P, given.d, given.r0)
        for replicate, start, smooth in against_flow.learned_by_flow(begin, a, link, given.starts, given.within):
            last = float(smooth.times.max())
            found["start"].append(replicate)
            found["T_flow"].append(smooth.times)
            found["loss_flow"].append(np.interp(grid * last, smooth.t, smooth.loss, right=np.nan))
            runs = []
            for kappa in given.kappas:
                steps = Steps(kappa / unit)
                of = {"k": given.k, "d": given.d, "N": given.N, "P": given.P, "beta": given.beta, "kappa": kappa}
                stream = seeds.sequence(given.seed, "emergence, samples of SGD", of, replicate)
                records, place = np.unique(np.rint(steps.samples(grid * last)), return_inverse=True)
                run = chain.simulate(start, a, link, steps, records, stream, enough=given.P)
                runs.append((run, np.where(run.samples == records, run.loss, np.nan)[place]))
                advance(1 / kappa)
            found["T"].append([run.times for run, _ in runs])
            found["lost"].append([run.lost_at for run, _ in runs])
            found["loss"].append([loss for _, loss in runs])
    arrays = {name: np.array(values) for name, values in found.items()}
    return Data(Arrays(arrays | {"kappa": np.array(given.kappas), "t": grid}, UNITS))
