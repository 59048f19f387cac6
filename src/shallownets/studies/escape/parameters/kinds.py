"""Kinds of value that parts of this study share."""

from collections.abc import Iterable, Sequence
from math import ceil, sqrt
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Limit, Width, expected

Pair = Annotated[tuple[Width, Width], expected("a pair of widths p, p*, two whole numbers from 1 to 1000")]
Pairs = Annotated[list[Pair], Meta(min_length=1), expected("a list of pairs of widths p, p*")]
# |G| of a p x p* Gaussian matrix exceeds √p + √p* + t with a probability below e^(-t²/2) (Davidson & Szarek 2001).
_RARE = 6.0


def wide(key: str, widths: Iterable[Sequence[int]]) -> Limit:
    """The student is at least as wide as the teacher."""
    return all(p >= p_star for p, p_star, *_ in widths), key, "p >= p*"


def room(key: str, N: int, widths: Iterable[Sequence[int]]) -> Limit:
    """Weights need N >= p + p*."""
    least = max(p + p_star for p, p_star, *_ in widths)
    return least <= N, key, f"at least p + p* = {least}"


def gaussian(key: str, N: int, widths: Iterable[Sequence[int]]) -> Limit:
    """Gaussian overlaps of variance 1/N need N so large that Q - M M^T stays positive."""
    least = max(ceil((sqrt(p) + sqrt(p_star) + _RARE) ** 2) for p, p_star in widths)
    return least <= N, key, f"at least (√p + √p* + {_RARE:g})² = {least}, for Gaussian overlaps of variance 1/N"


def times(key: str, points: int, alpha_max: float, N: int) -> Limit:
    """Recorded times differ by a sample at least."""
    return points - 1 <= alpha_max * N, key, f"at most one time a sample, {alpha_max * N:g} at N = {N}"
