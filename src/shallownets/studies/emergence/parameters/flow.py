"""The population flow: one start in detail, the laws of the loss and of times, links, coverage, and light tails."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import (
    MOST,
    Count,
    Limit,
    Positive,
    Resamples,
    Section,
    Seed,
    Several,
    different,
    expected,
    means,
)
from shallownets.studies.emergence.parameters import work
from shallownets.studies.emergence.parameters.kinds import (
    R0,
    Beta,
    Dimension,
    Dimensions,
    Heavy,
    Input,
    Light,
    LinkName,
    Points,
    Starts,
    StepError,
    Student,
    Teacher,
    Width,
    Widths,
    alike,
    rising,
    room,
    small,
)


class StaircaseValues(Section):
    """The figure staircase: one start of the exact flow in detail, and what is exact about it."""

    d: Input
    P: Teacher
    N: Student
    beta: Heavy
    tolerance: StepError
    shown: Annotated[
        list[Count], Meta(min_length=1), different, means("directions whose shares are drawn, counted from 1, rising")
    ]
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.P)
        yield from rising(shown=self.shown)
        last = min(self.N, self.P)
        for n, m in enumerate(self.shown):
            yield m <= last, f"shown.{n}", f"a number from 1 to {last}"
        yield self.tolerance <= 2e-4, "tolerance", "a number up to 2e-4, so that a share is followed to 0.2 %"

    def work(self) -> float:
        return 3 + (1e-3 / self.tolerance) ** (1 / 3) * work.flow(self.N, self.P, self.d)


class Staircase(StaircaseValues):
    """The figure staircase: one start of the exact flow in detail, and what is exact about it."""

    r0: R0
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield small(self.r0, self.P, self.beta)


class _LossAtWidths(Section):
    """A teacher, and students of several widths: what is simulated."""

    d: Input
    P: Annotated[int, Meta(ge=48, le=4096), means("directions of the teacher, P")]
    beta: Heavy
    widths: Widths
    t_end: Annotated[
        float,
        Meta(gt=1, le=1e12),
        means(
            "last time of the deflated flow, in which neurons act on each other through what they have learned alone"
        ),
    ]
    exact: Annotated[
        list[Annotated[tuple[Width, Positive], expected("N, a time above 0")]],
        Meta(min_length=1),
        means("N, t: one of the widths, and the time up to which the exact flow is followed beside the deflated one"),
    ]

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.P)
        yield from rising(widths=self.widths)
        for n, (N, _) in enumerate(self.exact):
            yield N in self.widths, f"exact.{n}", f"a width of {self.widths}, and a time"


class ScalingLawRuns(_LossAtWidths):
    """The flow at several widths. Its section is ``scaling_law``."""

    r0: R0
    tolerance: StepError
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield small(self.r0, self.P, self.beta)

    def work(self) -> float:
        exact = sum(work.flow(N, self.P, self.d) for N, _ in self.exact)
        # four starts of each width up to the teacher's
        return exact + sum((4 if self.P >= N else 1) * work.deflated(N, self.P, self.d) for N in self.widths)


class ScalingLawValues(_LossAtWidths):
    """The figure scaling_law, at the size of the paper's experiment. The figure compute_frontier has the same runs."""

    points: Points


class ScalingLaw(Section):
    """The loss at several widths against time."""

    points: Points


class ComputeFrontier(Section):
    """The figure compute_frontier: the least loss at each compute, over the widths of the figure scaling_law."""

    limit: Annotated[
        list[tuple[Annotated[int, Meta(ge=2)], Annotated[int, Meta(le=10**8)]]],
        Meta(min_length=2),
        means(
            "smallest and largest width of each compute frontier by theory at infinite dimension and teacher, rising"
        ),
    ]
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from rising(limit=[one[0] for one in self.limit])
        for n, (low, high) in enumerate(self.limit):
            yield high >= 16 * low, f"limit.{n}", "two widths, the second at least 16 times the first"

    def work(self) -> float:
        return 4.0  # theory, which costs little more at other sizes


class LearningTimesValues(Section):
    """The figure learning_times: when directions are learned, from many starts at a large dimension."""

    d: Input
    P: Annotated[int, Meta(ge=6, le=1024), means("directions of the teacher, P")]
    N: Student
    betas: Annotated[
        list[Beta], Meta(min_length=1), different, means("exponents of the strengths, each with the same starts")
    ]
    starts: Starts
    crowding_P: Annotated[
        int,
        Meta(ge=4, le=1024),
        means("directions of the teacher where crowding is measured, P; all beyond the first quarter are compared"),
    ]
    crowding_N: Annotated[Width, means("neurons of the student where crowding is measured, N")]
    crowding_d: Annotated[
        Dimensions,
        means(
            "input dimensions at which crowding is measured, rising: how much later than by greedy choice a direction"
            " is learned, because the other overlaps of its neuron grow, too, and shorten the one that counts"
        ),
    ]
    crowding_starts: Annotated[Several, means("random starts from which crowding is measured, with strengths 1/m")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(crowding_d=self.crowding_d)
        yield room("crowding_d.0", self.crowding_d[0], self.crowding_P)
        yield room("d", self.d, self.P)
        yield self.N >= self.P, "N", f"at least P = {self.P}"

    def work(self) -> float:
        crowding = 4 * sum(work.deflated(self.crowding_N, self.crowding_P, d) for d in self.crowding_d)
        return self.starts * len(self.betas) * work.flow(self.N, self.P, self.d) + self.crowding_starts * crowding


class LearningTimes(LearningTimesValues):
    """The figure learning_times: when directions are learned, from many starts at a large dimension."""

    r0: R0
    tolerance: StepError
    resamples: Resamples
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield small(self.r0, self.P, max(self.betas))


class LinkValues(Section):
    """The figure link: the dimension's exponent for several links."""

    links: Annotated[list[LinkName], Meta(min_length=1), different, means("links of teacher and student")]
    d: Annotated[Dimensions, means("input dimensions, rising; the last two give the exponent")]
    P: Annotated[int, Meta(ge=2, le=64), means("directions of the teacher, P")]
    N: Annotated[int, Meta(ge=2, le=256), means("neurons of the student, N")]
    beta: Beta
    starts: Starts

    def limits(self) -> Iterator[Limit]:
        yield from rising(d=self.d)
        yield room("d.0", self.d[0], self.P)
        yield self.N >= self.P, "N", f"at least P = {self.P}"
        for n, link in enumerate(self.links):
            yield alike(f"links.{n}", link)

    def work(self) -> float:
        return 3 * self.starts * len(self.links) * sum(work.flow(self.N, self.P, d) for d in self.d)


class Link(LinkValues):
    """The figure link: the dimension's exponent for several links."""

    r0: R0
    tolerance: StepError
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield small(self.r0, self.P, self.beta)


class CoverageValues(Section):
    """The figures coverage and wasted: how many directions neurons find, and what is left of them."""

    P: Annotated[int, Meta(ge=32, le=1024), means("directions of the teacher, P")]
    beta: Heavy
    d: Annotated[Dimension, means("input dimension of the flow")]
    widths: Annotated[Widths, means("widths of the student in the flow, N, rising")]
    drawn: Annotated[
        list[tuple[Annotated[int, Meta(ge=1, le=MOST)], Several]],
        Meta(min_length=1),
        means(
            "N, repeats: neurons in random directions that do not see each other, since they follow the correlation"
            " loss -E f* f, and how many times so many are drawn"
        ),
    ]
    most: Annotated[
        float,
        Meta(ge=1e3, le=1e12),
        means("largest number of neurons in theory's curve of the directions found by the correlation loss"),
    ]
    wasted_P: Annotated[Width, means("directions of the teacher where neurons that never learn one are counted, P")]
    wasted_N: Annotated[
        int,
        Meta(ge=2, le=4096),
        means("neurons of the student where those that never learn are counted, N, below wasted_P"),
    ]
    wasted_d: Annotated[Dimensions, means("input dimensions where neurons that never learn are counted, rising")]
    wasted_starts: Annotated[Several, means("random starts from which neurons that never learn are counted")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(wasted_d=self.wasted_d)
        yield room("wasted_d.0", self.wasted_d[0], self.wasted_P)
        yield self.wasted_P > self.wasted_N, "wasted_N", f"a number below wasted_P = {self.wasted_P}"
        yield self.d > self.P, "d", f"above P = {self.P}"
        yield from rising(widths=self.widths, drawn=[N for N, _ in self.drawn])

    def work(self) -> float:
        drawn = sum(N * repeats for N, repeats in self.drawn)
        flows = sum(work.deflated(N, self.P, self.d) for N in self.widths)
        wasted = self.wasted_starts * sum(work.deflated(self.wasted_N, self.wasted_P, d) for d in self.wasted_d)
        return 2 * flows + 3e-8 * drawn * self.P + 1e-5 * self.P**2 + 2 * wasted


class Coverage(CoverageValues):
    """The figures coverage and wasted: how many directions neurons find, and what is left of them."""

    r0: R0
    tolerance: StepError
    resamples: Resamples
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield small(self.r0, max(self.P, self.wasted_P), self.beta)


class LightTailValues(Section):
    """The figure light_tail: strengths whose squares have no sum."""

    betas: Annotated[list[Light], Meta(min_length=1), different, means("exponents of the strengths, below 1/2")]
    d: Input
    P: Annotated[int, Meta(ge=48, le=4096), means("directions of the teacher, P")]
    N: Student
    starts: Starts
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.P)
        yield self.N >= self.P, "N", f"at least P = {self.P}"

    def work(self) -> float:
        return self.starts * len(self.betas) * work.deflated(self.N, self.P, self.d)


class LightTail(LightTailValues):
    """The figure light_tail: strengths whose squares have no sum."""

    r0: R0
    tolerance: StepError
    resamples: Resamples
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield small(self.r0, self.P, max(self.betas))
