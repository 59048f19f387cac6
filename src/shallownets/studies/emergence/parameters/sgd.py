"""One-pass SGD: against the flow, samples against dimension and step, noise that falls or stays, and checks."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import (
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
from shallownets.studies.emergence.parameters.kinds import Heavy, Input, Starts, Student, Teacher, room, small

K = Annotated[int, Meta(ge=3, le=6), means("information exponent: the link is h_k")]
SmallR0 = Annotated[float, Meta(ge=1e-12, le=1e-3), means("squared norm of every neuron at the start")]
Kappa = Annotated[float, Meta(gt=0, le=100)]
FirstKappa = Annotated[Kappa, means("step size times d^(k/2) |a|^2")]
Patience = Annotated[
    float,
    Meta(gt=1, le=100),
    means("a run is given up after so many times as long as the flow takes to its last direction"),
]
Within = Annotated[
    Positive, means("time in which the flow has learned all directions; from starts where it has not, nothing is run")
]
Curve = Annotated[int, Meta(ge=10, le=10_000), means("times recorded, equally spaced")]
Case = Annotated[
    tuple[K, Annotated[int, Meta(ge=4, le=10**6)], Kappa, Several],
    expected("k, d, kappa, runs: whole numbers but for kappa, k from 3 to 6, at least 2 runs"),
]


def chain(N: int, P: int, samples: float) -> float:
    """Core seconds of so many samples, roughly."""
    return 1e-9 * N * (P + 2.5 * N + 20) * samples


def search(k: int, d: float, kappa: float) -> float:
    """Samples until a direction of strength 1 is learned, roughly."""
    return d ** (k - 1) / kappa * (0.4 + 2 * d ** (1 - k / 2))


class SgdFlowValues(Section):
    """The figure sgd_against_flow: SGD at several step sizes, from the same starts as the flow."""

    k: K
    d: Input
    P: Teacher
    N: Student
    beta: Heavy
    r0: SmallR0
    kappas: Annotated[list[FirstKappa], Meta(min_length=3), different, means("step sizes times d^(k/2) |a|^2, rising")]
    starts: Starts
    within: Within
    patience: Patience
    points: Curve

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.P)
        yield self.N >= self.P, "N", f"at least P = {self.P}"
        yield small(self.r0, self.P, self.beta)
        yield sorted(self.kappas) == self.kappas, "kappas", "a list that rises"


class SgdRuns(SgdFlowValues):
    """SGD and the flow from the same starts. Its section is ``flow``."""

    seed: Seed

    def work(self) -> float:
        times = sum(1 / kappa for kappa in self.kappas) * self.d ** (self.k / 2)  # 1/eta, about
        return self.starts * chain(self.N, self.P, self.within * times)


class SgdAgainstFlow(Section):
    """SGD against the flow."""

    resamples: Resamples
    seed: Seed


class SamplesValues(Section):
    """The figure samples: samples until a single direction is learned, against dimension and step size."""

    N: Student
    r0: SmallR0
    cases: Annotated[list[Case], Meta(min_length=1), different, means("k, d, kappa = eta d^(k/2), runs")]
    patience: Annotated[
        float, Meta(gt=1, le=100), means("a run is given up after so many times the leading order's median")
    ]


class SamplesRuns(SamplesValues):
    """Samples until a single direction is learned. Its section is ``samples``."""

    seed: Seed

    def work(self) -> float:
        return sum(runs * chain(self.N, 1, search(k, d, kappa)) for k, d, kappa, runs in self.cases)


class Samples(Section):
    """Samples against dimension and step size; nothing is chosen."""


class FallingValues(Section):
    """The figure falling_noise: without label noise, with it, and with a step size that falls."""

    k: K
    d: Input
    P: Teacher
    N: Student
    beta: Heavy
    r0: SmallR0
    kappa: FirstKappa
    label_noise: Annotated[Positive, means("variance of the labels' noise over |a|^2, where there is some")]
    scale: Annotated[Positive, means("time at which the falling step size has come to half of its first value")]
    starts: Starts
    within: Within
    falling: Annotated[Several, means("how many of the starts are run with the falling step size, too")]
    patience: Patience

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.P)
        yield self.N >= self.P, "N", f"at least P = {self.P}"
        yield small(self.r0, self.P, self.beta)
        yield self.falling <= self.starts, "falling", f"a number up to starts = {self.starts}"


class FallingRuns(FallingValues):
    """SGD without label noise, with it, and with a step size that falls. Its section is ``falling``."""

    seed: Seed

    def work(self) -> float:
        samples = self.within * self.d ** (self.k / 2) / self.kappa
        longer = self.falling * (1 + self.within / (2 * self.scale))
        return chain(self.N, self.P, samples * (3 * self.starts + longer))


class FallingNoise(Section):
    """Noise that falls, or stays; nothing is chosen."""


class ChecksValues(Section):
    """Checks of the engines and of what noise does, without a figure."""

    law_d: Annotated[int, Meta(ge=4, le=1000), means("input dimension of runs by both engines, d")]
    law_P: Teacher
    law_N: Student
    law_samples: Annotated[Count, means("steps of each run by both engines")]
    law_etas: Annotated[
        list[Positive],
        Meta(min_length=3, max_length=3),
        means("step sizes of both engines, with h_2, h_3 and h_4"),
    ]
    law_runs: Annotated[Several, means("runs of each engine")]
    floor_d: Annotated[int, Meta(ge=10, le=10**6), means("input dimension of a learned neuron under label noise, d")]
    floor_variances: Annotated[list[Positive], Meta(min_length=1), different, means("variances of the labels' noise")]
    floor_kappa: Annotated[Kappa, means("step size times d^(k/2) of a learned neuron under label noise")]
    floor_memories: Annotated[
        int, Meta(ge=100, le=10**6), means("length of a learned neuron's run, in times that it remembers")
    ]
    floor_blocks: Annotated[int, Meta(ge=4, le=1000), means("blocks of a neuron's run, each longer than its memory")]
    norms_d: Annotated[int, Meta(ge=10, le=10**6), means("input dimension of small neurons, d")]
    norms_N: Student
    norms_kappa: Annotated[Kappa, means("step size times d^(k/2) of small neurons")]
    norms_growth: Annotated[
        float, Meta(gt=0, le=1), means("logarithm by which the mean of their squared norms should grow")
    ]
    norms_runs: Annotated[Several, means("runs with such neurons")]

    def limits(self) -> Iterator[Limit]:
        yield room("law_d", self.law_d, self.law_P)
        most = self.floor_memories // 5
        yield self.floor_blocks <= most, "floor_blocks", f"at most a fifth of floor_memories, {most}"


class SgdChecks(ChecksValues):
    """Two engines of one law; the floor of a learned neuron; the growth of small ones. Its section is ``checks``."""

    seed: Seed

    def work(self) -> float:
        steps = self.norms_growth * self.norms_d**2 / self.norms_kappa**2 / 3
        held = len(self.floor_variances) * self.floor_memories * self.floor_d**1.5 / (6 * self.floor_kappa)
        grown = self.norms_runs * chain(self.norms_N, 1, steps)
        return 1e-5 * self.law_runs * self.law_samples + grown + 2e-7 * held


class SgdValues(Section):
    """One-pass SGD."""

    flow: SgdFlowValues
    samples: SamplesValues
    falling: FallingValues
    checks: ChecksValues
