"""What both engines of SGD share: a batch of replicates from one start, to be kept."""

from collections.abc import Callable

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays
from shallownets.studies.escape.parameters.runs import Sgd
from shallownets.studies.escape.stages.kept import as_arrays, start_of
from shallownets.studies.escape.trajectory import Trajectory, recording_times


def simulate_batch(given: Sgd, start: Arrays, engine: str, purpose: str, simulate: Callable[..., Trajectory]) -> Arrays:
    """Simulate replicates first to first + replicates - 1.

    Args:
        given: what is simulated.
        start: from where.
        engine: what the artefact says was used.
        purpose: of the random numbers; engines do not share them.
        simulate: the engine's function.

    Raises:
        UserError: parameters, or a start, that the engine refuses.
    """
    begun, drawn = start_of(start), dict(start.parameters)
    experiment = {"start": str(sorted(drawn.items())), "N": given.N, "eta": given.eta}
    last = given.first + given.replicates - 1
    streams = [seeds.sequence(given.seed, purpose, experiment, r) for r in range(given.first, last + 1)]
    alpha = recording_times(given.alpha_max, given.points, given.N)
    label = f"{engine} N = {given.N}, replicates {given.first} to {last}"
    with progress(label, given.replicates * alpha[-1]) as advance:
        trajectory = simulate(begun, given.N, given.eta, alpha, streams, advance)
    for replicate, time in enumerate(trajectory.diverged_at, given.first):
        if time < float("inf"):
            print(f"replicate {replicate} diverged at alpha = {time:g}")
    return as_arrays(trajectory, {"engine": engine, "start": drawn})
