"""Norm learning: SGD, as the overlap chain, and the ODE from one start, whose student vectors have different norms.

From: the widths, the dimension, the learning rate and the initial norms.
Makes: their trajectories, that of the ODE first.
"""

import numpy as np
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.stage import Data, stage
from shallownets.studies.escape.parameters.plateau import NormLearningRuns
from shallownets.studies.escape.stages.beside_ode import simulate_beside_ode
from shallownets.studies.escape.starts import Start


@stage
def norm_learning_runs(given: NormLearningRuns) -> Data:
    p, p_star, initial = given.width, given.p_star, np.array(given.initial)
    experiment = {"p": p, "p_star": p_star, "eta_hat": given.eta_hat, "N": given.N, "norms": str(given.initial)}
    rng = default_rng(seeds.sequence(given.seed, "plateau norms", experiment, 0))
    start = Start(np.sqrt(initial[:, None] / given.N) * rng.standard_normal((p, p_star)), np.diag(initial))
    return Data(simulate_beside_ode(given, start, experiment))
