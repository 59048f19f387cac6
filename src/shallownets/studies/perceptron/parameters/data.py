"""Experiments on examples: students at fixed norm, free norms, message passing, turned labels."""

from collections.abc import Iterator, Sequence
from math import log, log2, sqrt
from typing import Annotated, Literal

from msgspec import Meta

from shallownets.config.section import Limit, Resamples, Section, Seed, Several, different, expected, means
from shallownets.studies.perceptron.parameters.kinds import Alpha, Norm, Points, apart, one_each, rising

HALVED = 16  # samples on which its steps are halved, as a check; it does not differ from one to the other

Size = Annotated[int, Meta(ge=10, le=4000)]
Samples = Annotated[Several, means("samples of examples, each with a teacher of its own")]
SampledAlpha = Annotated[float, Meta(ge=0.1, le=1000), means("examples over N", "examples/N")]
Inputs = Annotated[Literal["gaussian", "signs"], means("entries of the inputs: normal, or -1 and 1")]
SmallNorms = Annotated[
    list[Annotated[float, Meta(ge=1e-3, le=0.5)]],
    Meta(min_length=2),
    different,
    means("norms at which the flow is held against the minimiser at half of them, rising"),
]
Norms = Annotated[
    list[Annotated[float, Meta(ge=1e-3, le=1000)]],
    Meta(min_length=2),
    different,
    means("norms at which free and fixed norm are compared, rising, above the small ones"),
]
Case = Annotated[
    tuple[Annotated[float, Meta(ge=0.1, le=1000)], Size, Several],
    expected("alpha, N, samples: a number from 0.1 to 1000 and whole numbers, N from 10, at least 2 samples"),
]
# Up to two examples over N even random labels are separated, by a norm that grows for ever (Cover, 1965).
NoisyCase = Annotated[
    tuple[Annotated[float, Meta(gt=2, le=1000)], Size, Several],
    expected("alpha, N, samples: a number above 2, up to 1000, and whole numbers, N from 10, at least 2 samples"),
]

Sizes = Annotated[
    list[Annotated[tuple[Size, Several], expected("N, samples: whole numbers, N from 10, at least 2 samples")]],
    Meta(min_length=2),
    different,
    means("N, samples"),
]


def factor(N: float, P: float) -> float:
    """A step of Newton's method: the Hessian, its Cholesky factor, and what is done once for each entry of z."""
    return 2.5e-11 * N**2 * P + 1e-11 * N**3 + 5e-9 * N * P + 3e-8 * P + 1e-4


def newton(N: float, P: float, norms: Sequence[float]) -> float:
    """The minimiser at rising norms: about three steps to each double norm on the way, and two more at each of these.

    Where examples over N are a few, norms far above them take up to four times as many; that no ridge holds a norm is
    found out after some hundreds.
    """
    first = min(0.05, norms[0])
    return (3 * log2(norms[-1] / first) + 2 * len(norms)) * factor(N, P)


def steps(alpha: float, norm: float) -> float:
    """Steps of the flow to a norm, good to a factor of 1.5; the engine takes a million at most.

    They grow by a share of a norm that is small; then a stable step moves the norm by 0.24 alpha/(1 + √alpha)^2 over
    itself, as force and curvature both fade, up to where maximum stability has it grow by the same each step.
    """
    straight = 0.6 * max(alpha, sqrt(alpha))
    path = norm**2 / 2 if norm < straight else straight * norm - straight**2 / 2
    return min(25 * log(1 + 20 * norm) + path * (1 + sqrt(alpha)) ** 2 / (0.24 * alpha), 1e6)


def flow(alpha: float, N: float, norm: float) -> float:
    """The flow to a norm: two forces a step."""
    return steps(alpha, norm) * (1.5e-9 * alpha * N**2 + 2e-8 * alpha * N + 1.5e-5)


class _Norms(Section):
    small: SmallNorms
    norms: Norms

    def limits(self) -> Iterator[Limit]:
        yield from rising(small=self.small, norms=self.norms)
        yield self.small[-1] < self.norms[0], "norms", f"numbers above the small ones, up to {self.small[-1]:g}"


class FreeNormValues(_Norms):
    """The figures free_norm and learning_curves: free and fixed norm on the same samples."""

    cases: Annotated[list[Case], Meta(min_length=1), different, means("alpha, N, samples")]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield from one_each(cases=self.cases)


class Runs(_Norms):
    """Free and fixed norm on the same samples, at one number of examples. Its section is ``free_norm``."""

    alpha: SampledAlpha
    N: Annotated[Size, means("dimension")]
    samples: Samples
    seed: Seed

    def work(self) -> float:
        halved = 2 * min(self.samples, HALVED)
        solved = self.samples * newton(self.N, self.alpha * self.N, [*self.small, *self.norms])
        return solved + (self.samples + halved) * flow(self.alpha, self.N, self.norms[-1])


class DynamicsValues(Section):
    """The dynamical theory of a free norm, in the figure free_norm, beside steps of the same lengths at several N."""

    alphas: Annotated[list[SampledAlpha], Meta(min_length=1), different, means("examples over N, rising", "examples/N")]
    sizes: Sizes
    norms: Annotated[
        list[Annotated[float, Meta(ge=0.05, le=4)]],
        Meta(min_length=2),
        different,
        means("norms at which theory and steps at finite N are compared, rising"),
    ]
    paths: Annotated[int, Meta(ge=64, le=65536), means("paths of the theory's expectations, a power of 2")]
    repeats: Annotated[Several, means("repetitions of the theory, each with paths of its own")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(alphas=self.alphas, norms=self.norms)
        yield from apart(sizes=self.sizes)
        yield self.paths & (self.paths - 1) == 0, "paths", "a power of 2"

    def work(self) -> float:
        solved = len(self.alphas) * self.repeats * 3e-4 * self.paths
        students = sum(n * (newton(N, a * N, self.norms) + 1e-6 * a * N**2) for a in self.alphas for N, n in self.sizes)
        return solved + students


class Dynamics(DynamicsValues):
    """The dynamical theory of a free norm beside steps of the same lengths at several N."""

    seed: Seed


class FreeNorm(Section):
    """Free and fixed norm; nothing is chosen."""


class MarginsValues(Section):
    """The figure margins: margins and training error at fixed norm."""

    alpha: SampledAlpha
    N: Annotated[Size, means("dimension")]
    samples: Samples
    norms: Annotated[list[Norm], Meta(min_length=1), different, means("norms, rising")]
    bins: Annotated[int, Meta(ge=5, le=1000), means("bins of the histograms")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(norms=self.norms)

    def work(self) -> float:
        return self.samples * newton(self.N, self.alpha * self.N, self.norms)


class Margins(MarginsValues):
    """Margins and training error at fixed norm."""

    resamples: Resamples
    seed: Seed


class LearningCurves(Section):
    """The figure learning_curves: error and norm of a free norm against time."""

    alphas: Annotated[
        list[Annotated[float, Meta(ge=0.2, le=1e8)]],  # below the best norm lies beyond three times alpha
        Meta(min_length=1),
        different,
        means("examples over N, rising", "examples/N"),
    ]
    far: Annotated[Alpha, means("examples over N where the powers of time are fitted", "examples/N")]
    window: Annotated[
        tuple[Norm, Norm],
        means("norms between which powers of time are fitted, far below alpha, the second at least 10 times the first"),
    ]
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from rising(alphas=self.alphas)
        yield self.window[1] >= 10 * self.window[0], "window", "two norms, the second at least 10 times the first"
        yield self.window[1] < self.far, "window", f"two norms below far = {self.far:g}"

    def work(self) -> float:
        last = [3.0, 60.0, 120.0, *(3 * alpha for alpha in self.alphas), self.window[1]]
        return 3e-5 * sum(max(self.points, 20 * log(1e3 * one)) for one in last)  # times need 20 norms in a factor of e


class FiniteSizeValues(Section):
    """The figure finite_size: the minimiser over the replica-symmetric solution against N."""

    alpha: SampledAlpha
    norms: Annotated[list[Norm], Meta(min_length=1), different, means("norms, rising")]
    sizes: Sizes

    def limits(self) -> Iterator[Limit]:
        yield from rising(norms=self.norms)
        yield from apart(sizes=self.sizes)

    def work(self) -> float:
        def one(N: float) -> float:  # messages take about a hundred products with z at each norm
            return newton(N, self.alpha * N, self.norms) + 2e-7 * len(self.norms) * self.alpha * N**2

        return 2 * sum(n * one(N) for N, n in self.sizes)


class FiniteSize(FiniteSizeValues):
    """The minimiser over the replica-symmetric solution against N."""

    seed: Seed


class LabelNoiseValues(Section):
    """The figure label_noise: turned labels, which end a free norm's growth."""

    # below, a free norm ends beyond what is solved in samples; above, labels say next to nothing
    noise: Annotated[float, Meta(ge=0.001, le=0.49), means("share of labels that are turned")]
    alphas: Annotated[
        list[Annotated[float, Meta(gt=2, le=1e8)]],
        Meta(min_length=1),
        different,
        means("examples over N, rising", "examples/N"),
    ]
    cases: Annotated[list[NoisyCase], Meta(min_length=1), different, means("alpha, N, samples of simulations")]
    fit_from: Annotated[Alpha, means("smallest alpha that enters the best norm's exponent; at least three reach it")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(alphas=self.alphas)
        yield from one_each(cases=self.cases)
        yield sum(a >= self.fit_from for a in self.alphas) >= 3, "fit_from", "a number that at least three alphas reach"

    def work(self) -> float:
        return sum(n * 8 * factor(N, alpha * N) for alpha, N, n in self.cases) + 0.05 * len(self.alphas)


class LabelNoise(LabelNoiseValues):
    """Turned labels, which end a free norm's growth."""

    seed: Seed
