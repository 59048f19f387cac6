"""Kinds of value that parts of this study share, and what sizes must be to each other."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Limit, Several, different, expected, means

WIDEST = 4096  # teacher or student: a step of the exact flow costs the product of both widths at least
FARTHEST = 10**12  # dimension: beyond it the overlaps of a start have too few digits against 1

Width = Annotated[int, Meta(ge=1, le=WIDEST)]
Teacher = Annotated[Width, means("directions of the teacher, P")]
Student = Annotated[Width, means("neurons of the student, N")]
Widths = Annotated[list[Width], Meta(min_length=3), different, means("widths of the student, N, rising")]
Dimension = Annotated[int, Meta(ge=1, le=FARTHEST)]
Input = Annotated[Dimension, means("input dimension, d")]
Dimensions = Annotated[list[Dimension], Meta(min_length=3), different, means("input dimensions, rising")]
Beta = Annotated[float, Meta(ge=0.01, le=10), means("strengths of the teacher's directions are m^-beta, m = 1 .. P")]
Heavy = Annotated[
    float,
    Meta(gt=0.5, le=10),
    means("strengths of the teacher's directions are m^-beta, beta above 1/2, so that their squares have a sum"),
]
Light = Annotated[float, Meta(ge=0.01, lt=0.5)]
R0 = Annotated[float, Meta(ge=1e-12, le=1e-4), means("squared norm of every neuron at the start")]
StepError = Annotated[float, Meta(ge=1e-8, le=1e-2), means("relative error of a step of the flow")]
Starts = Annotated[Several, means("random starts")]
Points = Annotated[int, Meta(ge=10, le=100_000), means("times drawn, equally spaced in logarithm")]


def rising(**lists: Sequence[float]) -> Iterator[Limit]:
    """Every list rises."""
    for key, values in lists.items():
        yield all(a < b for a, b in pairwise(values)), key, "a list that rises"


def room(key: str, d: int, P: int) -> Limit:
    """The teacher's directions are orthonormal."""
    return d >= P, key, f"at least P = {P}"


def small(r0: float, P: int, beta: float) -> Limit:
    """Theory needs norms far below every strength."""
    weakest = P**-beta
    return r0 <= weakest / 100, "r0", f"at most a hundredth of the weakest strength, {weakest:.3g}"


def degrees(link: str) -> list[int]:
    """The degrees in a link's name."""
    return [int(term[-1]) for term in link.split(" + ")]


def alike(key: str, link: str) -> Limit:
    """A link of even lowest degree that has odd ones, too, does not learn alike at overlaps of both signs."""
    named = degrees(link)
    return min(named) % 2 == 1 or not any(one % 2 for one in named), key, "even degrees alone, or an odd lowest degree"


_TERM = r"((?=[\d.]*[1-9])(\d+(\.\d+)?|\.\d+) )?h[2-8]"
LinkName = Annotated[
    str,
    Meta(pattern=rf"^{_TERM}( \+ {_TERM})*\Z"),
    expected("Hermite polynomials h2 to h8 with their weights, such as h4, or 0.8 h4 + 0.6 h6"),
]
