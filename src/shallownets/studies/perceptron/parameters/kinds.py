"""Kinds of value that parts of this study share."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Limit, different, means

Alpha = Annotated[float, Meta(ge=0.01, le=1e8)]
Norm = Annotated[float, Meta(ge=1e-3, le=1e6)]
Alphas = Annotated[list[Alpha], Meta(min_length=1), different, means("examples over N, rising", "examples/N")]
Points = Annotated[int, Meta(ge=4, le=10_000), means("norms, equally spaced in logarithm")]


def apart(**lists: Sequence[tuple]) -> Iterator[Limit]:
    """What is sampled differs by more than by how often: the first samples of both would be the same ones."""
    for key, values in lists.items():
        of = [value[:-1] for value in values]
        yield len(set(of)) == len(of), key, "a list in which only one entry has the same values before its samples"


def one_each(**cases: Sequence[tuple]) -> Iterator[Limit]:
    """There is one case for each number of examples, by which claims tell them apart."""
    for key, values in cases.items():
        yield len({alpha for alpha, *_ in values}) == len(values), key, "a list in which no two entries have one alpha"


def rising(**lists: Sequence[float]) -> Iterator[Limit]:
    """Every list rises."""
    for key, values in lists.items():
        yield all(a < b for a, b in pairwise(values)), key, "a list that rises"
