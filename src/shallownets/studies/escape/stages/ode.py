"""Integrate the ODE of the order parameters from one start.

From: a start. The recorded times are those of SGD at N.
Makes: the trajectory.
"""

from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape.engines import ode as engine
from shallownets.studies.escape.parameters.runs import Ode
from shallownets.studies.escape.stages.kept import as_arrays, start_of
from shallownets.studies.escape.trajectory import recording_times


@stage
def ode(given: Ode, start: Arrays) -> Data:
    alpha = recording_times(given.alpha_max, given.points, given.N)
    trajectory = engine.simulate(start_of(start), given.eta, alpha, given.tolerance)
    if trajectory.diverged_at[0] < float("inf"):
        print(f"the ODE diverged at alpha = {trajectory.diverged_at[0]:g}")
    return Data(as_arrays(trajectory, {"engine": "matrix ODE", "start": dict(start.parameters)}))
