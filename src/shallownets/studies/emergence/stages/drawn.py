"""The starts of all stages, each from a random stream of its own."""

from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.studies.emergence import starts
from shallownets.studies.emergence.starts import Start


def start(seed: int, purpose: str, N: int, P: int, d: int, r0: float, replicate: int = 0) -> Start:
    """The start of a replicate: uniform directions, fixed by the seed, the purpose, the widths and the replicate.

    The dimension does not enter, so that overlaps times √d are nearly the same at all dimensions of a purpose.
    """
    stream = seeds.sequence(seed, f"emergence, {purpose}", {"N": N, "P": P}, replicate)
    return starts.uniform(N, P, d, r0, default_rng(stream))
