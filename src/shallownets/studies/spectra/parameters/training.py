"""What is trained: networks at finite size, beside theory at the same size."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from shallownets.config.section import Limit, Section, Seed, different, expected, means
from shallownets.studies.spectra.parameters.kinds import (
    Decay,
    Drawn,
    Draws,
    Gamma,
    Matrix,
    Named,
    Noise,
    Points,
    Vector,
    decay,
    rising,
    training,
)


def _firsts(pairs: list) -> list[float]:
    return [pair[0] for pair in pairs]


class _Lasso(Section):
    """The diagonal network, which is trained by the LASSO."""

    d: Vector


class LassoValues(_Lasso):
    """Trainings of the diagonal network."""

    weak: Annotated[list[Drawn], Meta(min_length=1), means("n, draws at lam = 1/d, rising")]
    one: Annotated[list[Drawn], Meta(min_length=1), means("n, draws at lam = 1, rising")]
    strong: Annotated[list[Drawn], Meta(min_length=1), means("n, draws at the root of d, rising")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(weak=_firsts(self.weak), one=_firsts(self.one), strong=_firsts(self.strong))


class _Matrices(Section):
    """The quadratic network, which is trained by a minimum over matrices."""

    d: Matrix


class MatrixValues(_Matrices):
    """Trainings of the quadratic network."""

    weak: Annotated[list[Drawn], Meta(min_length=1), means("N, draws at lam = 1/d, rising")]
    one: Annotated[list[Drawn], Meta(min_length=1), means("N, draws at lam = 1, rising")]
    strong: Annotated[list[Drawn], Meta(min_length=1), means("N, draws at the root of d, rising")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(weak=_firsts(self.weak), one=_firsts(self.one), strong=_firsts(self.strong))


class _RiskCurves(Section):
    """Curves of theory."""

    points: Points


class RiskCurvesValues(_RiskCurves):
    """The figure risk_curves: risk against samples at three weight decays, by training and by theory."""

    lasso: LassoValues
    matrix: MatrixValues


class LassoRuns(_Lasso):
    """Trainings of the diagonal network at one weight decay. Its section is ``risk_curves.lasso``."""

    decay: Named
    sizes: Annotated[list[Drawn], Meta(min_length=1), means("n, draws")]
    gamma: Gamma
    noise: Noise
    seed: Seed

    def work(self) -> float:
        hard = 1.5e-9 * self.d**3 if self.decay == "weak" else 2e-10 * self.d**3
        return sum(draws * (1e-10 * n * self.d**2 + hard) for n, draws in self.sizes)


class MatrixRuns(_Matrices):
    """Trainings of the quadratic network at one weight decay. Its section is ``risk_curves.matrix``."""

    decay: Named
    sizes: Annotated[list[Drawn], Meta(min_length=1), means("N, draws")]
    gamma: Gamma
    noise: Noise
    seed: Seed

    def work(self) -> float:
        return sum(draws * training(self.d, N, decay(self.decay, self.d)) for N, draws in self.sizes)


class RiskCurves(_RiskCurves):
    """Risk against samples at three weight decays, by training and by theory."""

    gamma: Gamma
    noise: Noise

    def work(self) -> float:
        return 0.02 * self.points


# a phase, or a place between phases: the interpolation peak, the best weight decay
Place = Literal["Ia", "Ib", "II", "III", "IV", "V", "VIa", "VIb", "peak", "best"]
Case = Annotated[
    tuple[Place, Annotated[float, Meta(gt=0.5, le=10)], Matrix, Annotated[float, Meta(ge=0.5, le=1e5)], Decay],
    expected("phase, gamma, d, N, lam"),
]


class WeightSpectraValues(Section):
    """The figure weight_spectra: eigenvalues of trained weights in every phase."""

    cases: Annotated[list[Case], Meta(min_length=1), different, means("phase, gamma, d, N, lam")]
    draws: Annotated[Draws, means("trainings of each")]

    def work(self) -> float:
        return sum(self.draws * training(d, N, lam) for _, _, d, N, lam in self.cases)


class WeightSpectra(WeightSpectraValues):
    """Eigenvalues of trained weights in every phase."""

    noise: Noise
    seed: Seed


class EquivalenceValues(Section):
    """The figure equivalence: training of weights beside the convex minima, at several widths."""

    d: Matrix
    N: Annotated[float, Meta(ge=1, le=1000), means("samples over d")]
    decays: Annotated[list[Decay], Meta(min_length=1), means("weight decays, rising")]
    widths: Annotated[list[Annotated[int, Meta(ge=1, le=1000)]], Meta(min_length=2), means("widths p, rising")]
    draws: Annotated[Draws, means("samples, each with starts of its own")]
    descended: Annotated[
        list[Annotated[int, Meta(ge=1, le=1000)]],
        Meta(min_length=1),
        means("widths at which W is trained without decay, too, and by gradient descent, rising"),
    ]
    descents: Annotated[int, Meta(ge=1, le=10**6), means("samples on which gradient descent is run, the first ones")]
    steps: Annotated[int, Meta(ge=10, le=10**6), means("steps of gradient descent")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(decays=self.decays, widths=self.widths, descended=self.descended)
        yield self.widths[-1] >= self.d, "widths", f"a list that ends at d = {self.d} or above"
        yield set(self.descended) <= set(self.widths), "descended", "some of the widths"
        yield self.descents <= self.draws, "descents", f"at most draws = {self.draws}"

    def work(self) -> float:
        one = 2e-9 * self.N * self.d**2
        trained = self.draws * len(self.decays) * sum(one * p * 400 + 0.05 for p in self.widths)
        return trained + self.descents * (len(self.decays) + 1) * sum(one * p * self.steps for p in self.descended)


class EquivalenceRuns(EquivalenceValues):
    """Trainings of weights beside the convex minima, at several widths."""

    gamma: Gamma
    noise: Noise
    seed: Seed


class Equivalence(Section):
    """Trainings of weights beside the convex minima; nothing is chosen."""


class _Universality(Section):
    """What is trained on measurements of every kind."""

    sizes: Annotated[list[Drawn], Meta(min_length=2), means("N, draws, rising")]
    lam: Decay

    def limits(self) -> Iterator[Limit]:
        yield from rising(sizes=_firsts(self.sizes))


class UniversalityValues(_Universality):
    """The figure universality: what measurements that are not Gaussian change."""

    dimensions: Annotated[list[Matrix], Meta(min_length=1), means("dimensions, rising")]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield from rising(dimensions=self.dimensions)


class UniversalityRuns(_Universality):
    """Trainings on one kind of measurements in one dimension."""

    d: Matrix
    kind: Annotated[Literal["inputs", "gaussian", "apart"], means("measurements: of inputs, Gaussian, diagonal apart")]
    gamma: Gamma
    noise: Noise
    seed: Seed

    def work(self) -> float:
        return sum(draws * training(self.d, N, self.lam) for N, draws in self.sizes)


class Universality(Section):
    """What measurements that are not Gaussian change; nothing is chosen."""


class StoppingValues(Section):
    """The figure stopping: gradient descent without weight decay, stopped at its best, beside the best weight decay."""

    d: Matrix
    sizes: Annotated[list[Drawn], Meta(min_length=1), means("N, draws")]
    start: Annotated[float, Meta(gt=0, le=1), means("size of the first weights")]
    steps: Annotated[int, Meta(ge=100, le=10**6), means("steps of gradient descent")]
    points: Annotated[int, Meta(ge=4, le=1000), means("weight decays among which the best is looked for")]

    def limits(self) -> Iterator[Limit]:
        yield from rising(sizes=_firsts(self.sizes))

    def work(self) -> float:
        step = 1.3e-9 * self.d**3
        return sum(k * (N * step * self.steps + self.points * training(self.d, N, 0.1)) for N, k in self.sizes)


class Stopping(StoppingValues):
    """Gradient descent without weight decay, stopped at its best, beside the best weight decay."""

    gamma: Gamma
    noise: Noise
    seed: Seed
