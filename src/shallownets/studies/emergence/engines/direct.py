"""SGD on weights in R^d: the reference for the chain."""

from collections.abc import Callable

from numpy.random import SeedSequence
from numpy.typing import ArrayLike

from shallownets.studies.emergence.engines.sgd import SgdRun, follow
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.engines.walk import Walk
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start


def walk(start: Start, a: Array, link: Link, noise: float, stream: SeedSequence) -> Walk:
    """The weights in R^d."""
    return Walk(start, start.weights(), (start.d, start.d), 0, 1, stream, None, a, link, noise)


def simulate(
    start: Start,
    a: Array,
    link: Link,
    steps: Steps,
    samples: ArrayLike,
    stream: SeedSequence,
    noise: float = 0.0,
    enough: int | None = None,
    progress: Callable[[float], None] = lambda amount: None,
) -> SgdRun:
    """One run of SGD.

    Args:
        start, a, link, steps, samples, stream, noise, enough, progress: as for ``chain.simulate``.

    Raises:
        Impossible: numbers of samples that are not rising whole numbers of at least 0.
    """
    return follow(walk(start, a, link, noise, stream), steps, samples, enough, progress)
