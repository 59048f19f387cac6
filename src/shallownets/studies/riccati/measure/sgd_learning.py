"""How SGD learns direction after direction, beside the flow at finite step and the exact flow from the same start."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import SeedSequence

from shallownets.studies.riccati.engines import chain, exact
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.starts import Start
from shallownets.studies.riccati.theory import finite_step

SERIES = ("sgd", "finite step", "flow")


@dataclass(frozen=True)
class Followed:
    """One start followed by SGD and by both flows.

    Attributes:
        diagonal: (3, T, M*) the overlaps G_jj of each of ``SERIES``; nan where one diverged or cannot be followed.
        times: (3, M*) when they first are 1/2; nan where they never are.
    """

    diagonal: Array
    times: Array


def follow(
    start: Start,
    lam: Array,
    d: int,
    eta: float,
    times: Array,
    stream: SeedSequence,
    progress: Callable[[float], None] = lambda amount: None,
) -> Followed:
    """SGD at a constant step size, and both flows, at these times.

    Args:
        start: where all begin.
        lam: (M*,) the teacher's eigenvalues.
        d: input dimension.
        eta: the step size.
        times: (T,) of the flow, rising.
        stream: of the samples.
        progress: called with the samples by which the work has advanced.
    """
    run = chain.simulate(start, lam, d, eta, np.rint(times / (2 * eta)), stream, progress)
    finite = finite_step.followed(start.Z, lam, d, lambda t: eta, run.t)
    flow = np.array(list(exact.overlaps(start, lam, run.t)))
    diagonal = np.array([(Z**2).sum(-1) for Z in (run.Z, finite, flow)])
    crossings = [curves.crossings(run.t, np.clip(one, 1e-300, 1 - 1e-15))[0] for one in diagonal]
    return Followed(diagonal, np.array(crossings))
