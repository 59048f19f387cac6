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

K = Annotated[
    int,
    Meta(ge=3, le=6),
    means("information exponent: the link is h_k, the normalised Hermite polynomial of this degree"),
]
SmallR0 = Annotated[float, Meta(ge=1e-12, le=1e-3), means("squared norm of every neuron at the start")]
Kappa = Annotated[float, Meta(gt=0, le=100)]
FirstKappa = Annotated[
    Kappa,
    means(
        "step size eta of SGD as kappa = eta d^(k/2) |a|^2, |a|^2 the sum of squared strengths: how strongly noise"
        " disturbs the search for the first direction, at any dimension"
    ),
]
Patience = Annotated[
    float,
    Meta(gt=1, le=100),
    means("a run of SGD is given up after this many times as long as the flow takes to learn its last direction"),
]
Within = Annotated[
    Positive,
    means("time of the flow by which it has to learn all directions; a start from which it does not is passed over"),
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


class _BesideFlow(Section):
    """SGD and the flow from the same starts."""

    k: K
    d: Input
    P: Teacher
    N: Student
    beta: Heavy
    r0: SmallR0
    starts: Starts
    within: Within
    patience: Patience

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.P)
        yield self.N >= self.P, "N", f"at least P = {self.P}"
        yield small(self.r0, self.P, self.beta)


class SgdFlowValues(_BesideFlow):
    """The figure sgd_against_flow: SGD at several step sizes, from the same starts as the flow."""

    kappas: Annotated[
        list[FirstKappa],
        Meta(min_length=3),
        different,
        means(
            "step sizes eta of SGD as kappa = eta d^(k/2) |a|^2, |a|^2 the sum of squared strengths, rising: how"
            " strongly noise disturbs the search for the first direction, at any dimension"
        ),
    ]
    points: Curve

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
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
    cases: Annotated[
        list[Case],
        Meta(min_length=1),
        different,
        means(
            "k, d, kappa, runs: information exponent, input dimension, step size eta as kappa = eta d^(k/2), and how"
            " many runs of SGD"
        ),
    ]
    patience: Annotated[
        float,
        Meta(gt=1, le=100),
        means("a run is given up after this many times the median of samples that theory has to leading order in d"),
    ]


class SamplesRuns(SamplesValues):
    """Samples until a single direction is learned. Its section is ``samples``."""

    seed: Seed

    def work(self) -> float:
        return sum(runs * chain(self.N, 1, search(k, d, kappa)) for k, d, kappa, runs in self.cases)


class Samples(Section):
    """Samples against dimension and step size; nothing is chosen."""


class FallingValues(_BesideFlow):
    """The figure falling_noise: without label noise, with it, and with a step size that falls."""

    kappa: FirstKappa
    label_noise: Annotated[
        Positive,
        means("variance of the labels' noise over |a|^2, the sum of squared strengths, in the runs that have some"),
    ]
    scale: Annotated[
        Positive, means("time of the flow at which the falling step size has come to half of its first value")
    ]
    falling: Annotated[Several, means("how many of the starts are run with the falling step size, too")]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
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

    law_d: Annotated[
        int, Meta(ge=4, le=1000), means("input dimension where both engines of SGD are held against each other, d")
    ]
    law_P: Teacher
    law_N: Student
    law_samples: Annotated[Count, means("steps of each run by which both engines of SGD are compared")]
    law_etas: Annotated[
        list[Positive],
        Meta(min_length=3, max_length=3),
        means("three step sizes eta at which both engines of SGD are compared, with the links h_2, h_3 and h_4"),
    ]
    law_runs: Annotated[Several, means("runs of each of the two engines of SGD that are compared")]
    floor_d: Annotated[int, Meta(ge=10, le=10**6), means("input dimension of a learned neuron under label noise, d")]
    floor_variances: Annotated[list[Positive], Meta(min_length=1), different, means("variances of the labels' noise")]
    floor_kappa: Annotated[
        Kappa, means("step size eta as kappa = eta d^(k/2) where label noise acts on a learned neuron")
    ]
    floor_memories: Annotated[
        int,
        Meta(ge=100, le=10**6),
        means("length of a learned neuron's run, in units of the time after which it has forgotten its past"),
    ]
    floor_blocks: Annotated[int, Meta(ge=4, le=1000), means("blocks of a neuron's run, each longer than its memory")]
    norms_d: Annotated[
        int, Meta(ge=10, le=10**6), means("input dimension where norms of small neurons grow by noise, d")
    ]
    norms_N: Student
    norms_kappa: Annotated[
        Kappa, means("step size eta as kappa = eta d^(k/2) where norms of small neurons grow by noise")
    ]
    norms_growth: Annotated[
        float,
        Meta(gt=0, le=1),
        means("logarithm of the factor by which noise should make the mean squared norm of small neurons grow"),
    ]
    norms_runs: Annotated[Several, means("runs with small neurons whose norms grow by noise")]

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
