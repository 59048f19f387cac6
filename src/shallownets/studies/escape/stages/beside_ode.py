"""SGD, as the overlap chain, and the ODE, from one start at the same times, to be kept."""

from collections.abc import Mapping

from shallownets.errors import UserError
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays
from shallownets.studies.escape.engines import chain, ode
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.plateau import NormLearningRuns, OverlapGrowthRuns
from shallownets.studies.escape.stages.kept import as_arrays, trajectory_of
from shallownets.studies.escape.stages.streams import streams
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.trajectory import Trajectory, concatenate, recording_times


def simulate_beside_ode(
    given: NormLearningRuns | OverlapGrowthRuns, start: Start, experiment: Mapping[str, int | float | str]
) -> Arrays:
    """Trajectories of the ODE, the first one, and of SGD.

    Args:
        given: what is simulated.
        start: from where.
        experiment: what the random numbers of SGD depend on.

    Raises:
        UserError: the ODE diverges.
    """
    eta = given.eta_hat * given.width
    alpha = recording_times(given.t_max / given.eta_hat, given.points, given.N)
    limit = ode.simulate(start, eta, alpha, given.tolerance)
    if not limit.valid.all():
        raise UserError(f"eta_hat = {given.eta_hat:g}: expected a smaller number, the ODE diverges from this start")
    samples = streams(given.seed, "chain samples", experiment, given.replicates)
    with progress(f"overlap chain N = {given.N}", given.replicates * alpha[-1]) as advance:
        sgd = chain.simulate(start, given.N, eta, alpha, samples, advance)
    return as_arrays(concatenate([limit, sgd]), {"engine": "ODE, SGD"})


def beside_ode(kept: Arrays) -> tuple[Array, Trajectory]:
    """(t = eta_hat alpha; trajectories, that of the ODE first) of what was kept.

    Raises:
        UserError: these arrays are no trajectories.
    """
    runs = trajectory_of(kept)
    return kept.parameters["eta_hat"] * runs.alpha, runs
