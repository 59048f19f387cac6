"""The random streams of independent runs, and orthonormal starts drawn from them at any N."""

from collections.abc import Mapping, Sequence

from numpy.random import SeedSequence, default_rng

from shallownets.numerics import seeds
from shallownets.studies.escape import starts
from shallownets.studies.escape.starts import Start


def streams(seed: int, purpose: str, experiment: Mapping[str, int | float | str], count: int) -> list[SeedSequence]:
    """A stream for each of ``count`` runs; more runs leave those of the first ones as they are."""
    return [seeds.sequence(seed, purpose, experiment, replicate) for replicate in range(count)]


def orthonormal_starts(p: int, p_star: int, N: int, drawn: Sequence[SeedSequence]) -> list[Start]:
    """The overlaps of two orthonormal sets, one start for each stream.

    Raises:
        Impossible: N < p + p*.
    """
    return [starts.orthonormal_overlaps(p, p_star, N, default_rng(stream)) for stream in drawn]
