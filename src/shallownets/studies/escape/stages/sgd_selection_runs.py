"""SGD from the paper's own starts, orthonormal sets whose overlaps are of order N^(-1/2), in one case.

From: widths, dimension, learning rate and replicates; each replicate has its own start and samples.
Makes: their trajectories, at the start and the end.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Data, stage
from shallownets.studies.escape.engines import chain
from shallownets.studies.escape.parameters.solutions import SgdSelectionRuns
from shallownets.studies.escape.stages.kept import as_arrays
from shallownets.studies.escape.stages.streams import orthonormal_starts, streams


@stage
def sgd_selection_runs(given: SgdSelectionRuns) -> Data:
    p, p_star, N, eta_hat = given.p, given.p_star, given.N, given.eta_hat
    experiment = {"p": p, "p_star": p_star, "N": N, "eta_hat": eta_hat}
    each = [stream.spawn(2) for stream in streams(given.seed, "SGD selection", experiment, given.replicates)]
    begun = orthonormal_starts(p, p_star, N, [drawn for drawn, _ in each])
    alpha = np.array([0.0, np.rint(given.t_max / eta_hat * N) / N])
    with progress(f"SGD N = {N}, eta_hat = {eta_hat:g}", given.replicates * alpha[-1]) as advance:
        run = chain.simulate(begun, N, eta_hat * p, alpha, [samples for _, samples in each], advance)
    return Data(as_arrays(run, {"engine": "overlap chain"}))
