"""Simulate a batch of replicates of SGD from one start as the overlap chain, at any N.

From: a start. Replicate r has its own stream of samples, whichever batch it is in.
Makes: their trajectory.
"""

from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.engines import chain as engine
from shallownets.studies.escape.parameters.runs import Chain
from shallownets.studies.escape.stages.replicates import simulate_batch


@stage
def chain(given: Chain, start: Arrays) -> Data:
    return Data(simulate_batch(given, start, "overlap chain", "chain samples", engine.simulate))
