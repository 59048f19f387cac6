"""Kinds of value that parts of this study share."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import sqrt
from typing import Annotated, Literal

from msgspec import Meta

from shallownets.config.section import Limit, different, expected, means

Gamma = Annotated[float, Meta(gt=0.5, le=10), means("exponent of the teacher's features")]
Gammas = Annotated[
    list[Annotated[float, Meta(gt=0.5, le=10)]],
    Meta(min_length=1),
    different,
    means("exponents of the teacher, rising"),
]
Noise = Annotated[float, Meta(ge=1e-6, le=100), means("variance Delta of the labels' noise")]
Large = Annotated[int, Meta(ge=10, le=10**9), means("dimension, of theory alone")]
Vector = Annotated[int, Meta(ge=4, le=2000), means("dimension of the diagonal network that is trained")]
Matrix = Annotated[int, Meta(ge=4, le=400), means("dimension of the quadratic network that is trained")]
Decay = Annotated[float, Meta(ge=1e-8, le=1e12), means("weight decay lam")]
Decays = Annotated[
    list[Annotated[float, Meta(ge=1e-8, le=1e12)]], Meta(min_length=1), different, means("weight decays, rising")
]
Samples = Annotated[float, Meta(ge=0.1, le=1e14), means("n_eff: n of the diagonal network, n/d of the quadratic one")]
Points = Annotated[int, Meta(ge=4, le=10_000), means("points of a curve, equally spaced in logarithm")]
Draws = Annotated[int, Meta(ge=2, le=10**6), means("independent draws of the samples")]
Named = Annotated[Literal["weak", "one", "strong"], means("weight decay: 1/d, 1 or the root of d")]
# N, draws
Drawn = Annotated[
    tuple[Annotated[float, Meta(ge=0.5, le=1e5)], Draws], expected("N, draws: a number from 0.5, at least 2 draws")
]

# core seconds of a measurement of a d x d matrix and its way back, and of eigenvalues
MEASURE, DIAGONALISE = 3e-10, 5e-9


def rising(**lists: Sequence[float]) -> Iterator[Limit]:
    """Every list rises."""
    for key, values in lists.items():
        yield all(a < b for a, b in pairwise(values)), key, "a list that rises"


def decay(name: str, d: int) -> float:
    """The weight decay of a name: 1/d, 1 or √d."""
    return {"weak": 1 / d, "one": 1.0, "strong": sqrt(d)}[name]


def training(d: float, N: float, lam: float) -> float:
    """Core seconds of a minimum over matrices: each measurement is of n = N d rows, and so many find eigenvalues once.

    How many it takes was measured: about ten from N = d on, and with fewer samples more as decay is weaker, thousands
    at 1e-4; within a factor of four.
    """
    measured = 20 + (min(10 * lam**-0.75, 20_000) if d > N else 0)
    return measured * (MEASURE * N * d * d**2 + DIAGONALISE * d**3 + 2e-4)
