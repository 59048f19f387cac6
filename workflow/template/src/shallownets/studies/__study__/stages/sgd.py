"""Simulate a batch of runs of SGD. Replicate r has its own stream of samples, whichever batch it is in.

From: a start.
Makes: the error of each run against time.
"""

import numpy as np

from shallownets.numerics import seeds
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.__study__.engines import direct
from shallownets.studies.__study__.parameters.runs import Sgd


@stage
def sgd(given: Sgd, start: Arrays) -> Data:
    fixed = {"eta": given.eta, "noise": given.noise}
    replicates = range(given.first, given.first + given.replicates)
    streams = [seeds.sequence(given.seed, "samples", fixed, replicate) for replicate in replicates]
    times = np.linspace(0, given.steps, given.points).round().astype(np.int64)
    error = direct.simulate(float(start.arrays["error"]), given.eta, given.noise, times, streams)
    return Data(Arrays({"time": times, "error": error}, {"time": "samples", "error": "1"}))
