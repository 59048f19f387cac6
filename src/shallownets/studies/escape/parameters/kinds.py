"""Kinds of value that parts of this study share, and what widths, dimensions and times must be to each other."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil, sqrt
from typing import Annotated, Literal

from msgspec import Meta

from shallownets.config.section import (
    MOST,
    Count,
    Fraction,
    Limit,
    Positive,
    Several,
    Width,
    different,
    expected,
    means,
)
from shallownets.studies.escape.theory.stability import last_escape, last_plateau

P = Annotated[Width, means("student width, number of vectors")]
PStar = Annotated[Width, means("teacher width, number of vectors")]
Dimension = Annotated[Count, means("input dimension")]
Engine = Annotated[Literal["chain", "direct"], means("the overlap chain, or SGD on weights")]
Eta = Annotated[Positive, means("learning rate")]
EtaHat = Annotated[Positive, means("learning rate per student unit, eta/p")]
EtaHats = Annotated[list[Positive], Meta(min_length=1), means("learning rates per student unit, eta/p")]
AlphaMax = Annotated[Positive, means("last time", "samples/N")]
TMax = Annotated[Positive, means("last time", "eta_hat samples/N")]
GivenUp = Annotated[Positive, means("when a run is given up", "eta_hat samples/N")]
Points = Annotated[Several, means("recorded times, 0 and the last included")]
OwnStarts = Annotated[Several, means("runs of SGD, each from a start of its own")]
Escaped = Annotated[Fraction, means("a run has escaped when its risk is below this fraction of the plateau's")]
Looks = Annotated[int, Meta(ge=8, le=MOST), means("times at which the risk is looked at, 0 and the last included")]

Pair = Annotated[tuple[Width, Width], expected("a pair of widths p, p*, two whole numbers from 1 to 1000")]
Pairs = Annotated[list[Pair], Meta(min_length=1), different, expected("a list of different pairs of widths p, p*")]
WidePairs = Annotated[Pairs, means("pairs p, p* with p >= p*")]
Size = Annotated[tuple[Count, Several], expected("N and replicates, two whole numbers, at least 2 replicates")]
Sizes = Annotated[list[Size], Meta(min_length=1), different, expected("a list of different N, replicates")]
# |G| of a p x p* Gaussian matrix exceeds √p + √p* + t with a probability below e^(-t²/2) (Davidson & Szarek 2001).
_RARE = 6.0


def wide(key: str, widths: Sequence[Sequence[int]]) -> Iterator[Limit]:
    """Each student is at least as wide as its teacher."""
    for n, (p, p_star, *_) in enumerate(widths):
        yield p >= p_star, f"{key}.{n}", "p >= p*"


def room(key: str, N: int, widths: Iterable[Sequence[int]]) -> Limit:
    """Weights need N >= p + p*."""
    least = max(p + p_star for p, p_star, *_ in widths)
    return least <= N, key, f"at least p + p* = {least}"


def gaussian(key: str, N: int, widths: Iterable[Sequence[int]]) -> Limit:
    """Gaussian overlaps of variance 1/N need N so large that Q - M M^T stays positive."""
    least = max(ceil((sqrt(p) + sqrt(p_star) + _RARE) ** 2) for p, p_star, *_ in widths)
    return least <= N, key, f"at least (√p + √p* + {_RARE:g})² = {least}, for Gaussian overlaps of variance 1/N"


def times(key: str, points: int, alpha_max: float, N: int) -> Limit:
    """Recorded times differ by a sample at least."""
    return points - 1 <= alpha_max * N, key, f"at most one time a sample, {alpha_max * N:g} at N = {N}"


def sizes(
    key: str, listed: Sequence[tuple[int, int]], widths: tuple[int, int], points: int, alpha_max: float
) -> Iterator[Limit]:
    """Pairs of an N and its replicates: N rises, has room for the weights, and a sample for each recorded time."""
    yield all(a < b for (a, _), (b, _) in pairwise(listed)), key, "rising N"
    for n, (N, _) in enumerate(listed):
        yield room(f"{key}.{n}.0", N, [widths])
        yield times("points", points, alpha_max, N)


def plateau_at(key: str, eta_hat: float, widths: Iterable[Sequence[int]]) -> Limit:
    """There is a plateau at this learning rate, on which norms and overlaps can be followed."""
    last = min(last_plateau(p, p_star) for p, p_star, *_ in widths)
    return eta_hat < last, key, f"a number below {last:.4g}, beyond which there is no plateau"


def escapes(key: str, eta_hat: float, widths: Iterable[Sequence[int]]) -> Limit:
    """The plateau lets go of the student, so that there is an escape to predict."""
    last = min(last_escape(p, p_star) for p, p_star, *_ in widths)
    return eta_hat < last, key, f"a number below {last:.4g}, from where on nothing escapes"
