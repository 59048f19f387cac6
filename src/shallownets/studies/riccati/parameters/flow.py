"""The exact flow: its exactness, the risk at several widths, emergence, exponents and units of time."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import (
    MOST,
    Count,
    Fraction,
    Limit,
    Many,
    Resamples,
    Section,
    Seed,
    Several,
    Tolerance,
    different,
    expected,
    means,
)
from shallownets.studies.riccati.parameters import work
from shallownets.studies.riccati.parameters.kinds import (
    WIDEST,
    BetaOfFlow,
    Dimensions,
    Heavy,
    Input,
    Light,
    NotHeavy,
    Starts,
    Student,
    Teacher,
    Width,
    room,
)

WideTeacher = Annotated[int, Meta(ge=3, le=WIDEST)]
Tail = Annotated[float, Meta(ge=0.01, le=3)]


class ExactnessValues(Section):
    """The exact solutions beside integrations."""

    M_star: Teacher
    N: Annotated[Width, means("student width where weights are integrated")]
    d: Annotated[Count, means("input dimension, at least M_star + N + M_star")]
    beta: BetaOfFlow
    scale: Annotated[float, Meta(gt=0, le=1), means("norm of the full flow's initial weight vectors")]
    times: Annotated[
        list[Annotated[float, Meta(gt=0, le=100)]],
        Meta(min_length=1),
        different,
        means("times compared, in units of the first direction's 1/lambda"),
    ]
    starts: Annotated[Many, means("random starts")]
    tolerance: Tolerance

    def limits(self) -> Iterator[Limit]:
        least = 2 * self.M_star + self.N
        yield self.d >= least, "d", f"at least M_star + N + M_star = {least}"

    def work(self) -> float:
        # a few steps a unit of time, as far as they are stable, after those that the tolerance asks for; two tolerances
        slopes = 2 * self.starts * (1000 + 3 * max(self.times))
        return slopes * (4e-5 + 3e-9 * self.d * self.N + 1e-9 * self.M_star**3)


class Exactness(ExactnessValues):
    """The exact solutions beside integrations."""

    seed: Seed


class RiskScalingValues(Section):
    """The figure risk_scaling."""

    d: Input
    heavy: Heavy
    heavy_M_star: Annotated[WideTeacher, means("teacher width of the heavy tail")]
    heavy_N: Annotated[
        list[Width],
        Meta(min_length=2),
        different,
        means("student widths of the heavy tail, rising, below its teacher's"),
    ]
    light: Annotated[Light, means("beta of the light tail, below 1/2")]
    light_M_star: Annotated[WideTeacher, means("teacher width of the light tail")]
    light_N: Annotated[
        list[Width],
        Meta(min_length=2),
        different,
        means("student widths of the light tail, rising, at least two below its teacher's"),
    ]
    judged_at: Annotated[
        list[Annotated[float, Meta(gt=0, le=10)]],
        Meta(min_length=1),
        different,
        means("times at which the risk is compared with theory, over that of the decoupled direction N"),
    ]
    points: Annotated[Several, means("times drawn")]
    starts: Starts

    def limits(self) -> Iterator[Limit]:
        for tail, M_star, widths in (
            ("heavy", self.heavy_M_star, self.heavy_N),
            ("light", self.light_M_star, self.light_N),
        ):
            yield all(a < b for a, b in pairwise(widths)), f"{tail}_N", "a rising list"
            yield sum(M_star > N for N in widths) >= 2, f"{tail}_N", f"at least two widths below {M_star}"
            yield room("d", self.d, M_star, max(widths))
            yield self.d > 2 * max(widths), "d", f"more than twice the widths, {2 * max(widths)}"
        yield max(self.heavy_N) < self.heavy_M_star, "heavy_N", f"widths below heavy_M_star = {self.heavy_M_star}"

    def work(self) -> float:
        times = (self.points + len(self.judged_at)) * self.starts
        heavy = sum(work.flow(self.heavy_M_star, N, times) for N in self.heavy_N)
        return heavy + sum(work.flow(self.light_M_star, N, times) for N in self.light_N)


class RiskScalingCurves(RiskScalingValues):
    """The risk against time at several student widths. Its section is ``risk_scaling``."""

    seed: Seed


class RiskScaling(Section):
    """The risk against time and its plateaus, of such curves; nothing is chosen."""


class EmergenceValues(Section):
    """The figure emergence."""

    beta: BetaOfFlow
    M_star: Annotated[int, Meta(ge=2, le=WIDEST), means("teacher width")]
    N: Annotated[int, Meta(ge=2, le=WIDEST), means("student width")]
    d: Input
    directions: Annotated[
        list[Count],
        Meta(min_length=2),
        different,
        means("directions whose times are measured, counted from 1, up to N and M_star"),
    ]
    points: Annotated[int, Meta(ge=10, le=MOST), means("times, equally spaced in logarithm")]
    starts: Starts

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.M_star, self.N)
        last = min(self.N, self.M_star)
        for n, direction in enumerate(self.directions):
            yield direction <= last, f"directions.{n}", f"a number from 1 to {last}"

    def work(self) -> float:
        return work.flow(self.M_star, self.N, self.points * self.starts)


class Emergence(EmergenceValues):
    """The figure emergence."""

    resamples: Resamples
    seed: Seed


class _Window(Section):
    """The risk in the window of times in which it is a power of time."""

    M_star: Annotated[int, Meta(ge=4, le=WIDEST), means("width of teacher and student")]
    d: Dimensions
    window: Annotated[
        tuple[Count, Fraction],
        expected("a number of directions, and a share of M_star above 0 and below 1"),
        means("exponents are fitted from the time this many directions take to that of this share of M_star"),
    ]
    points: Annotated[int, Meta(ge=3, le=MOST), means("times in the window")]
    starts: Starts

    def limits(self) -> Iterator[Limit]:
        for n, d in enumerate(self.d):
            yield room(f"d.{n}", d, self.M_star, self.M_star)
        first, share = self.window
        learned = int(share * self.M_star)
        yield first < learned, "window", f"fewer directions than {share} M_star = {learned}"


def _power(key: str, beta: float) -> Limit:
    """At β = 1/2 the risk is no power of time."""
    return beta != 0.5, key, "a number other than 1/2"


class ExponentsValues(_Window):
    """The figure exponents."""

    betas: Annotated[
        list[Tail],
        Meta(min_length=1),
        different,
        means("tails, from 0.01 to 3 (beyond it rounding shows), none of them 1/2"),
    ]

    def limits(self) -> Iterator[Limit]:
        for n, beta in enumerate(self.betas):
            yield _power(f"betas.{n}", beta)
        yield from super().limits()


class ExponentsCurves(_Window):
    """The risk against time at one tail. Its section is ``exponents``; its rule gives beta."""

    beta: Annotated[Tail, means("the teacher's coefficients are m^-beta, beta other than 1/2")]
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield _power("beta", self.beta)
        yield from super().limits()

    def work(self) -> float:
        return work.flow(self.M_star, self.M_star, len(self.d) * self.starts * self.points)


class Exponents(Section):
    """Exponents of the risk, of curves at several tails; nothing is chosen."""


class TimeUnitsValues(Section):
    """The figure time_units."""

    light: Annotated[list[NotHeavy], Meta(min_length=1), different, means("betas below 1/2")]
    M_star: Annotated[
        list[Width], Meta(min_length=3), different, means("widths of teacher and student for the light tails")
    ]
    light_d: Annotated[Count, means("input dimension for the light tails")]
    ratios: Annotated[
        list[Annotated[int, Meta(ge=2)]],
        Meta(min_length=2),
        different,
        means("input dimensions over the width, for each light tail, at least 2"),
    ]
    ratios_M_star: Annotated[Width, means("width of teacher and student where input dimensions over it are compared")]
    heavy: Heavy
    heavy_M_star: Annotated[Width, means("teacher width of the heavy tail")]
    N: Annotated[Student, means("student width of the heavy tail")]
    direction: Annotated[Count, means("the direction whose time is measured, counted from 1")]
    d: Annotated[Dimensions, means("input dimensions of the heavy tail")]
    starts: Starts

    def limits(self) -> Iterator[Limit]:
        yield room("light_d", self.light_d, max(self.M_star), max(self.M_star))
        for n, d in enumerate(self.d):
            yield room(f"d.{n}", d, self.heavy_M_star, self.N)
        last = min(self.N, self.heavy_M_star)
        yield self.direction <= last, "direction", f"a number from 1 to {last}"

    def work(self) -> float:
        searched = 12 * self.starts  # times looked at until that of an event is found
        widths = [*self.M_star, *[self.ratios_M_star] * len(self.ratios)]
        light = sum(work.flow(M_star, M_star, searched) for M_star in widths) * len(self.light)
        return light + work.flow(self.heavy_M_star, self.N, searched * len(self.d))


class TimeUnitsRuns(TimeUnitsValues):
    """Times to half the risk, and of one direction. Its section is ``time_units``."""

    seed: Seed


class TimeUnits(Section):
    """The unit of time, of such times; nothing is chosen."""
