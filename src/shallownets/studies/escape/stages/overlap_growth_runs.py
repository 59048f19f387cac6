"""Growth of overlaps of order N^(-1/2): SGD, as the overlap chain, and the ODE from one start on the plateau.

From: the widths, the dimension, the learning rate.
Makes: their trajectories, that of the ODE first.
"""

import numpy as np
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.stage import Data, stage
from shallownets.studies.escape.parameters.plateau import OverlapGrowthRuns
from shallownets.studies.escape.stages.beside_ode import simulate_beside_ode
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau


@stage
def overlap_growth_runs(given: OverlapGrowthRuns) -> Data:
    p, p_star = given.p, given.p_star
    experiment = {"p": p, "p_star": p_star, "N": given.N, "eta_hat": given.eta_hat}
    rng = default_rng(seeds.sequence(given.seed, "plateau growth", experiment, 0))
    norm = plateau.finite_norm(p, p_star, given.eta_hat)
    start = Start(rng.standard_normal((p, p_star)) * np.sqrt(norm / given.N), norm * np.eye(p))
    return Data(simulate_beside_ode(given, start, experiment))
