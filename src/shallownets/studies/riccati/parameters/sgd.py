"""One-pass SGD on the Stiefel manifold (Phase I), the samples it takes, and the radial fit (Phase II)."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import (
    MOST,
    Count,
    Fraction,
    Limit,
    NotNegative,
    Positive,
    Section,
    Seed,
    Several,
    different,
    expected,
    means,
)
from shallownets.studies.riccati.parameters import work
from shallownets.studies.riccati.parameters.kinds import (
    Beta,
    EtaD,
    Input,
    NotHeavy,
    Points,
    Starts,
    Student,
    Teacher,
    TMax,
    Width,
    room,
)

Runs = Annotated[Several, means("random starts, each with one run at every step size")]
FallsFrom = Annotated[Positive, means("first value of the falling step size times d")]
FitTo = Annotated[Positive, means("the largest step size times d that enters the exponent of the gap")]
FitFrom = Annotated[Count, means("least M* that enters the exponents")]
RiskReached = Annotated[Fraction, means("the risk to be reached, with the best radial part")]
NotNegativeBeta = Annotated[NotNegative, means("the teacher's coefficients are m^-beta")]
Kappa = Annotated[Positive, means("step size times d M*^gamma")]
SizesOfDimension = Annotated[
    list[
        Annotated[
            tuple[Annotated[int, Meta(ge=2)], Several],
            expected("a pair d, replicates of whole numbers, at least 2 replicates"),
        ]
    ],
    Meta(min_length=3),
    different,
    expected("a list of at least three different pairs d, replicates"),
    means("d, replicates"),
]
SizesOfSamples = Annotated[
    list[
        Annotated[
            tuple[Width, Width, Annotated[int, Meta(ge=2)], Several],
            expected("M*, N, d, replicates: whole numbers, at least 2 replicates"),
        ]
    ],
    Meta(min_length=3),
    different,
    expected("a list of at least three different M*, N, d, replicates"),
    means("M*, N, d, replicates"),
]


def _a_sample(key: str, eta_d: float, t_max: float, d: int) -> Limit:
    """A run takes one sample at least."""
    return t_max * d / (2 * eta_d) >= 1, key, f"at most t_max d/2 = {t_max * d / 2:g}, the step size of one sample"


def _samples(sizes: list[float], t_max: float, d: int) -> Iterator[Limit]:
    """A run at each of several step sizes takes one sample at least."""
    for n, eta_d in enumerate(sizes):
        yield _a_sample(f"eta_d.{n}", eta_d, t_max, d)


def _falls(key: str, first: float, name: str, constant: float) -> Limit:
    right = f"a number above {name} = {constant}, up to 10^7 times it"
    return 1 + 1e-8 < first / constant < 1e7, key, right


def _best_risk(M_star: int, N: int, beta: float) -> float:
    """What a student of width N misses: the squares of all the teacher's eigenvalues but its N greatest."""
    squares = [m ** (-2 * beta) for m in range(1, M_star + 1)]
    return sum(squares[N:]) / sum(squares)


def _reachable(key: str, risk: float, M_star: int, N: int, beta: float) -> Limit:
    """A risk above the least; 1e-12: rounding."""
    least = _best_risk(M_star, N, beta)
    return risk > least + 1e-12, key, f"a number above {least:.3g}, the least risk of N = {N}, M* = {M_star}"


def _left(key: str, above: float, M_star: int, N: int, beta: float) -> Limit:
    """A student that knows nothing has the risk one."""
    best = _best_risk(M_star, N, beta)
    said = f"{above:g} above the best risk of N = {N}, M* = {M_star}, which is {best:.3g}, to be below 1"
    return above + best < 1 - 1e-12, key, said


class _OneSize(Section):
    """A teacher and a student, with independent frames."""

    beta: Beta
    M_star: Teacher
    N: Student
    d: Input

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.M_star, self.N)


class SgdChecksValues(_OneSize):
    """Checks of the engine, without a figure."""

    N: Annotated[Width, means("student width, at most M_star")]
    eta_d: Annotated[Positive, means("step size times d of the long run")]
    samples: Annotated[Count, means("samples of the long run, and of each mean step")]
    replicates: Annotated[Several, means("mean steps")]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield self.M_star >= self.N, "N", f"at most M_star = {self.M_star}"

    def work(self) -> float:
        return work.sgd_in_all_dimensions(self.d, self.N, (self.replicates + 1) * self.samples)


class SgdChecks(SgdChecksValues):
    """The mean step of SGD, and whether its columns stay orthonormal."""

    seed: Seed


class _Sgd(_OneSize):
    """SGD from random starts up to a last time; its sections list step sizes, each of its stages takes one."""

    t_max: TMax
    replicates: Runs


class _Emergence(_Sgd):
    """What the section and the stage of sgd_emergence share."""

    points: Annotated[int, Meta(ge=10, le=MOST), means("times recorded, 0 and the last included")]


class SgdEmergenceValues(_Emergence):
    """The figure sgd_emergence: when SGD learns each direction at constant step sizes."""

    eta_d: Annotated[list[Positive], Meta(min_length=1), different, means("step sizes times d")]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield from _samples(self.eta_d, self.t_max, self.d)


class SgdEmergenceRuns(_Emergence):
    """When SGD learns each direction at one step size. Its section is ``sgd_emergence``; its rule gives eta_d."""

    eta_d: EtaD
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield _a_sample("eta_d", self.eta_d, self.t_max, self.d)

    def work(self) -> float:
        return work.sgd(self.M_star, self.N, self.replicates * self.t_max * self.d / (2 * self.eta_d))


class SgdEmergence(Section):
    """When SGD learns each direction, of runs at several step sizes; nothing is chosen."""


class _Flow(_Sgd):
    """What the section and the stage of sgd_flow share."""

    points: Points


class SgdFlowValues(_Flow):
    """The figure sgd_flow: SGD on the Stiefel manifold against the exact flow."""

    eta_d: Annotated[list[Positive], Meta(min_length=3), different, means("step sizes times d")]
    fit_to: FitTo
    falls_to_match: Annotated[
        Positive, means("one of eta_d: the falling step size takes as many samples as this constant one")
    ]
    falls_from: FallsFrom

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield from _samples(self.eta_d, self.t_max, self.d)
        small = sum(eta_d <= self.fit_to for eta_d in self.eta_d)
        yield small >= 3, "fit_to", f"a number that at least three of eta_d do not exceed, {self.eta_d}"
        yield self.falls_to_match in self.eta_d, "falls_to_match", f"one of eta_d, {self.eta_d}"
        yield _falls("falls_from", self.falls_from, "falls_to_match", self.falls_to_match)


class SgdFlowCurves(_Flow):
    """Risks of SGD and of both flows at one step size.

    Its section is ``sgd_flow``; its rule gives eta_d, and falls_from, which is None where the step size is constant.
    """

    eta_d: EtaD
    seed: Seed
    falls_from: FallsFrom | None = None

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield _a_sample("eta_d", self.eta_d, self.t_max, self.d)
        if self.falls_from is not None:
            yield _falls("falls_from", self.falls_from, "eta_d", self.eta_d)

    def work(self) -> float:
        return work.sgd(self.M_star, self.N, self.replicates * self.t_max * self.d / (2 * self.eta_d))


class SgdFlow(Section):
    """SGD against the exact flow. Its section is ``sgd_flow``."""

    fit_to: FitTo


class _AgainstDimension(Section):
    """Samples to a risk against d, at eta = kappa/d."""

    kappa: Annotated[Positive, means("step size times d")]
    risk: RiskReached
    sizes: SizesOfDimension


class HeavySamples(_AgainstDimension):
    """Samples to a risk against d, at eta = kappa/d."""

    beta: Annotated[float, Meta(gt=0.5), means("exponent of the teacher's coefficients, above 1/2")]
    M_star: Teacher
    N: Student
    far: Annotated[
        list[Annotated[int, Meta(ge=2)]],
        Meta(min_length=3),
        different,
        means("input dimensions at which only the flows are followed"),
    ]
    far_starts: Starts

    def limits(self) -> Iterator[Limit]:
        for key, dimensions in (("sizes.{}.0", [d for d, _ in self.sizes]), ("far.{}", self.far)):
            for n, d in enumerate(dimensions):
                yield room(key.format(n), d, self.M_star, self.N)
        yield _reachable("risk", self.risk, self.M_star, self.N, self.beta)


class OneDirection(_AgainstDimension):
    """Samples to a risk against d where teacher and student have one direction, at eta = kappa/d."""

    def limits(self) -> Iterator[Limit]:
        for n, (d, _) in enumerate(self.sizes):
            yield room(f"sizes.{n}.0", d, 1, 1)


class _Sizes(Section):
    """Sizes at which samples are counted."""

    sizes: SizesOfSamples

    def limits(self) -> Iterator[Limit]:
        for n, (M_star, N, d, _) in enumerate(self.sizes):
            yield room(f"sizes.{n}.2", d, M_star, N)


class LightSamples(_Sizes):
    """Samples to risks above the best one against M*, at eta = kappa/(d M*^gamma)."""

    above: Annotated[
        list[Fraction], Meta(min_length=1), different, means("the risks to be reached, above the best one of the width")
    ]
    steps: Annotated[
        list[Annotated[tuple[NotHeavy, Positive, Positive], expected("beta below 1/2, gamma, kappa above 0")]],
        Meta(min_length=1),
        different,
        expected("a list of different beta, gamma, kappa, beta below 1/2"),
        means("beta, gamma, kappa; gamma = 1/2 + beta is the source's"),
    ]
    fit_from: FitFrom

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        for M_star, N, *_ in self.sizes:
            for place, (beta, *_) in enumerate(self.steps):
                yield _left(f"steps.{place}.0", max(self.above), M_star, N, beta)
        wide = sum(M_star >= self.fit_from for M_star, *_ in self.sizes)
        yield wide >= 3, "fit_from", "a number that at least three M* of sizes reach"


class SampleComplexityValues(Section):
    """The figure sample_complexity: samples to a given risk."""

    heavy: HeavySamples
    light: LightSamples
    one: OneDirection


class SampleComplexityRuns(_Sizes):
    """Samples to a risk at several sizes.

    Its sections are those of ``sample_complexity``: for ``heavy`` and ``one``, its rule gives gamma = 0, the sizes and
    sgd, for ``light`` beta, gamma, kappa and risks.
    """

    beta: NotNegativeBeta
    kappa: Kappa
    gamma: Annotated[NotNegative, means("eta = kappa/(d M*^gamma)")]
    risks: Annotated[
        list[Fraction], Meta(min_length=1), different, means("the risks to be reached, with the best radial part")
    ]
    from_best: Annotated[bool, means("whether risks are counted from the best one of the width")]
    sgd: Annotated[bool, means("whether SGD is simulated; the flows alone cost as much at any d")]
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        possible = _left if self.from_best else _reachable
        for M_star, N, *_ in self.sizes:
            for place, risk in enumerate(self.risks):
                yield possible(f"risks.{place}", risk, M_star, N, self.beta)

    def work(self) -> float:
        seconds = 0.0
        for M_star, N, d, starts in self.sizes:
            eta_d = self.kappa / M_star**self.gamma
            risk = min(self.risks) + (_best_risk(M_star, N, self.beta) if self.from_best else 0)
            samples = work.time_to_risk(M_star, N, d, self.beta, eta_d, risk) * d / (2 * eta_d)
            seconds += work.flow(M_star, N, 20 * starts) + self.sgd * work.sgd(M_star, N, starts * samples)
        return seconds


class SampleComplexity(Section):
    """Samples to a risk against dimension and width. Its section is ``sample_complexity.light``."""

    fit_from: FitFrom


class RadialFitValues(_OneSize):
    """The figure radial_fit: the radial part by least squares."""

    eta_d: Annotated[Positive, means("step size times d of Phase I")]
    t_max: Annotated[Positive, means("last time of Phase I")]
    points: Annotated[Several, means("times at which Phase II is tried, 0 and the last included")]
    samples: Annotated[Count, means("samples of Phase II, over N^2")]
    scan: Annotated[list[Count], Meta(min_length=1), different, means("samples of Phase II at the last time, over N^2")]
    replicates: Annotated[Several, means("fits, each on samples of its own")]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield _a_sample("eta_d", self.eta_d, self.t_max, self.d)

    def work(self) -> float:
        d, N = self.d, self.N
        samples = self.replicates * (self.points * self.samples + sum(self.scan)) * N**2
        fit = 1e-8 * d + 2e-10 * (N * (N + 1) / 2) ** 2  # a sample is drawn, and enters normal equations of this size
        return samples * fit + work.sgd(self.M_star, N, self.t_max * d / (2 * self.eta_d))


class RadialFit(RadialFitValues):
    """The radial fit of Phase II."""

    seed: Seed
