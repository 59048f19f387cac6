"""Phase II at several widths, on the directions of the exact flow."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Count, Limit, Positive, Section, Seed, Several, different, expected, means
from shallownets.studies.riccati.parameters.kinds import BetaOfFlow, Input, Width, room


class RadialWidthsValues(Section):
    """The radial fit at several widths, in the figure radial_fit."""

    beta: BetaOfFlow
    d: Annotated[Input, means("input dimension, of the starts alone: the fit sees the span of teacher and student")]
    sizes: Annotated[
        list[Annotated[tuple[Width, Width], expected("a pair M*, N")]],
        Meta(min_length=3),
        different,
        expected("a list of at least three different pairs M*, N"),
        means("M*, N"),
    ]
    time: Annotated[Positive, means("when Phase I ends, over the time of the decoupled direction N")]
    samples: Annotated[Count, means("samples of Phase II, over N^2")]
    replicates: Annotated[Several, means("starts, each with two fits")]

    def limits(self) -> Iterator[Limit]:
        for n, (M_star, N) in enumerate(self.sizes):
            yield room("d", self.d, M_star, N)
            yield M_star >= N, f"sizes.{n}.1", f"at most M* = {M_star}"

    def work(self) -> float:
        fits = sum(
            self.samples * N**2 * (1e-8 * (M_star + N) + 2e-10 * (N * (N + 1) / 2) ** 2) for M_star, N in self.sizes
        )
        return 2 * self.replicates * fits


class RadialWidths(RadialWidthsValues):
    """The radial fit at several widths."""

    seed: Seed
