"""Draw the error at which all runs begin.

From: a seed.
Makes: the initial error.
"""

import numpy as np
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.__study__ import starts
from shallownets.studies.__study__.parameters.runs import Start


@stage
def start(given: Start) -> Data:
    error = starts.gaussian(default_rng(seeds.sequence(given.seed, "start", {}, 0)))
    return Data(Arrays({"error": np.array(error)}, {"error": "1"}))
