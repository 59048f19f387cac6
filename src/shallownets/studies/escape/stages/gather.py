"""Join batches of replicates into one trajectory.

From: the batches, in the order of their replicates.
Makes: a trajectory whose bytes do not depend on how the replicates were batched.
"""

from shallownets.errors import UserError
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.parameters.runs import Gather
from shallownets.studies.escape.stages.kept import as_arrays, trajectory_of
from shallownets.studies.escape.trajectory import concatenate

_OF_A_BATCH = {"first", "replicates"}


@stage
def gather(given: Gather, batches: list[Arrays]) -> Data:
    shared = [{name: value for name, value in one.parameters.items() if name not in _OF_A_BATCH} for one in batches]
    for one, parameters in zip(batches, shared, strict=True):
        if parameters != shared[0]:
            raise UserError(f"{one.source}: its parameters differ from those of {batches[0].source}")
    return Data(as_arrays(concatenate([trajectory_of(one) for one in batches]), shared[0]))
