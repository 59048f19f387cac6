"""The deflated flow at several widths, from several starts, and the exact flow beside it.

From: sizes, a tail and a seed.
Makes: losses and learning times, run by run.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.emergence import model
from shallownets.studies.emergence.engines import deflated, flow
from shallownets.studies.emergence.measure import kept
from shallownets.studies.emergence.parameters.flow import ScalingLawRuns
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.stages.flow_link import K

UNITS = {
    "N": "neurons of a run",
    "replicate": "number of its start, counted from 0",
    "exact": "whether the engine is the exact flow",
} | kept.UNITS
SETS = 4  # of starts at all widths up to the teacher's, for the best width; of wider students there is one


@stage
def scaling_law_runs(given: ScalingLawRuns) -> Data:
    a, link = model.strengths(given.P, given.beta), model.hermite(K)
    jobs = [
        (N, replicate, False, given.t_end) for N in given.widths for replicate in range(SETS if given.P >= N else 1)
    ]
    jobs += [(N, 0, True, t_end) for N, t_end in given.exact]
    runs = []
    with progress("loss at several widths", sum(4 * N if exact else N for N, _, exact, _ in jobs)) as advance:
        for N, replicate, exact, t_end in jobs:
            start = drawn.start(given.seed, "scaling law", N, given.P, given.d, given.r0, replicate)
            engine = flow if exact else deflated
            runs.append(engine.simulate(start, a, link, t_end, tolerance=given.tolerance))
            advance(4 * N if exact else N)
    names = ("N", "replicate", "exact")
    columns = {name: np.array(column) for name, column in zip(names, list(zip(*jobs, strict=True))[:3], strict=True)}
    return Data(Arrays(columns | kept.packed(runs), UNITS))
