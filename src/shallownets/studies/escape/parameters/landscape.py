"""Degrees of freedom, stationary points and their spectra (equations 24 to 30, App. 7.2 and 7.5)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Limit, Section, Seed, Several, different, expected, means
from shallownets.studies.escape.parameters.kinds import P, PStar, room

Small = Annotated[int, Meta(ge=1, le=40)]  # matrices of rank computations are small
TeacherWidths = Annotated[
    list[Small], Meta(min_length=1), different, means("teacher widths of Figure 6, numbers of vectors")
]
LargestWidth = Annotated[int, Meta(ge=1, le=60), means("largest student width, number of vectors")]
Length = Annotated[float, Meta(ge=1e-4, le=1)]


class Expressivity(Section):
    """Figure 5: rank of the differential of W -> W^T W at random W."""

    N: Annotated[list[Small], Meta(min_length=1), different, means("input dimensions")]
    p_max: LargestWidth


class Manifold(Section):
    """Figure 6: dimension of the zero-error solutions."""

    p_star: TeacherWidths
    p_max: LargestWidth


class Dimensions(Expressivity):
    """Figures 5 and 6.

    Its section is ``landscape.expressivity``; its rule gives p_star and manifold_p_max of ``landscape.manifold``.
    """

    p_star: TeacherWidths
    manifold_p_max: Annotated[LargestWidth, means("largest student width of Figure 6, number of vectors")]
    seed: Seed


class Spectrum(Section):
    """Sizes at which all stationary points are measured."""

    p: P
    p_star: PStar
    N: Annotated[int, Meta(ge=1, le=100), means("input dimension, at least p + p_star")]

    def limits(self) -> Iterator[Limit]:
        yield room("N", self.N, [(self.p, self.p_star)])


class Ratio(Section):
    """Sizes at which the plateau's ratio of eigenvalues is measured, for every p up to N - p_star."""

    p_star: PStar
    N: Annotated[int, Meta(ge=3, le=60), means("input dimension, at least p_star + 2")]

    def limits(self) -> Iterator[Limit]:
        yield self.p_star + 2 <= self.N, "N", f"at least p_star + 2 = {self.p_star + 2}"


class Weak(Section):
    """Sizes at which the plateau's ratio of eigenvalues hardly depends on p: N far above it."""

    p: Annotated[Small, means("student width that is compared with p = 1")]
    p_star: PStar
    N: Annotated[int, Meta(ge=3, le=400), means("input dimension, at least p + p_star")]

    def limits(self) -> Iterator[Limit]:
        yield self.p > 1, "p", "a number above 1"
        yield room("N", self.N, [(self.p, self.p_star)])


class _Spectra(Section):
    """Sizes at which spectra of the Hessian are measured."""

    spectra: Annotated[
        list[Spectrum],
        Meta(min_length=1),
        different,
        expected("a list of different sizes p, p_star, N"),
        means("sizes p, p_star, N at which all stationary points are measured"),
    ]
    ratio: Annotated[
        list[Ratio],
        Meta(min_length=1),
        different,
        expected("a list of different sizes p_star, N"),
        means("sizes p_star, N at which the plateau's ratio of eigenvalues is measured, for every p up to N - p_star"),
    ]
    weak: Annotated[
        list[Weak],
        Meta(min_length=2),
        different,
        expected("a list of different sizes p, p_star, N with the same widths and rising N"),
        means("sizes p, p_star, N at which the plateau's ratio hardly depends on p, of the same widths and rising N"),
    ]

    def limits(self) -> Iterator[Limit]:
        for n, (one, after) in enumerate(pairwise(self.weak), 1):
            alike = (one.p, one.p_star) == (after.p, after.p_star) and one.N < after.N
            yield alike, f"weak.{n}", "the widths of the first, and a larger N than the one before"


class Hessian(_Spectra):
    """Spectra of the Hessian at the stationary points. Its section is ``landscape``."""

    seed: Seed


class NullDirectionsValues(Section):
    """Null directions at a solution."""

    p_star: PStar
    N: Annotated[int, Meta(ge=3, le=60), means("input dimension, at least p + p_star")]
    widths: Annotated[
        list[Annotated[int, Meta(ge=1)]],
        Meta(min_length=1),
        different,
        means("student widths at which null directions are counted, p_star to N - p_star"),
    ]
    p: Annotated[
        int, Meta(ge=2, le=60), means("student width at which steps are taken, above p_star and at most N - p_star")
    ]
    directions: Annotated[Several, means("random directions of each kind")]
    shortest_step: Annotated[Length, means("length of the shortest step of W/sqrt(N)")]
    longest_step: Annotated[Length, means("length of the longest step of W/sqrt(N)")]
    points: Annotated[Several, means("lengths of step, equally spaced in logarithm")]

    def limits(self) -> Iterator[Limit]:
        last = self.N - self.p_star
        for n, p in enumerate(self.widths):
            yield self.p_star <= p <= last, f"widths.{n}", f"a number from {self.p_star} to {last}"
        yield self.p_star < self.p <= last, "p", f"a number from {self.p_star + 1} to {last}"
        yield (
            self.shortest_step < self.longest_step,
            "shortest_step",
            f"a number below longest_step = {self.longest_step}",
        )


class NullDirections(NullDirectionsValues):
    """The figure null_directions."""

    seed: Seed


class Landscape(_Spectra):
    """Degrees of freedom and stationary points."""

    expressivity: Expressivity
    manifold: Manifold
    null_directions: NullDirectionsValues
