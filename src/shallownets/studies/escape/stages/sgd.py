"""Simulate a batch of replicates of one-pass SGD from one start.

From: a start. Replicate r has its own stream of samples, whichever batch it is in.
Makes: their trajectory.
"""

from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.engines import direct
from shallownets.studies.escape.parameters.runs import Sgd
from shallownets.studies.escape.stages.replicates import simulate_batch


@stage
def sgd(given: Sgd, start: Arrays) -> Data:
    return Data(simulate_batch(given, start, "direct SGD", "samples", direct.simulate))
