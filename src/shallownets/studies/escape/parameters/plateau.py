"""Norm learning, the plateau and the escape from it (equations 9 to 13, 35, 36, Figure 2)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import (
    MOST,
    Count,
    Fraction,
    Limit,
    Positive,
    Resamples,
    Section,
    Seed,
    Several,
    Tolerance,
    different,
    means,
)
from shallownets.studies.escape.parameters import work
from shallownets.studies.escape.parameters.kinds import (
    Escaped,
    EtaHat,
    EtaHats,
    P,
    Pair,
    Pairs,
    PStar,
    TMax,
    WidePairs,
    gaussian,
    plateau_at,
    room,
    times,
    wide,
)

Times = Annotated[int, Meta(ge=8, le=MOST), means("recorded times, 0 and the last included")]
Compared = Annotated[
    list[Positive],
    Meta(min_length=1),
    means("times at which the mean norm of SGD is compared with theory", "eta_hat samples/N"),
]
Later = Annotated[
    float, Meta(ge=1), means("how many times as long as SGD eq. 9 alone is followed: differences of the norms are slow")
]
FitTime = Annotated[Positive, means("the growth rate is the mean one up to this time", "eta_hat samples/N")]


class OptimumValues(Section):
    """Figure 2: the learning rate of the fastest escape, by the ODE."""

    widths: WidePairs
    N: Annotated[Count, means("starts have Q = I and M_ir of variance 1/N")]
    starts: Annotated[Several, means("how many starts are averaged over")]
    fraction: Escaped
    converged: Annotated[Fraction, means("a run counts if its risk falls below this fraction of the plateau's, too")]
    step: Annotated[Positive, means("step of the grid of learning rates per student unit, eta/p")]
    largest: Annotated[Positive, means("end of the grid of learning rates per student unit, eta/p")]
    alpha_max: Annotated[Positive, means("when a run is given up", "samples/N")]
    tolerance: Tolerance

    def limits(self) -> Iterator[Limit]:
        yield from wide("widths", self.widths)
        yield gaussian("N", self.N, self.widths)
        yield self.converged < self.fraction, "converged", f"a number below fraction = {self.fraction}"
        steps = round(self.largest / self.step)
        yield 1 <= steps <= MOST, "step", f"1 to {MOST} steps up to largest = {self.largest}"

    def work(self) -> float:
        return len(self.widths) * self.starts * 2 * self.largest / self.step * work.SPECTRAL


class PlateauScan(OptimumValues):
    """Escape times of the ODE over the grid of learning rates."""

    seed: Seed


class PlateauOptimum(Section):
    """Figure 2; the scan is read from its file."""

    resamples: Resamples
    seed: Seed


class RatesValues(Section):
    """Linearised norms and plateau, by the ODE."""

    widths: Annotated[Pairs, means("pairs p, p*")]
    norms: Annotated[
        list[Positive], Meta(min_length=1), means("initial squared norms over N, given to the student vectors in turn")
    ]
    eta_hat: Annotated[
        list[Positive],
        Meta(min_length=1),
        means("learning rates per student unit, eta/p, at which the norms on the plateau are measured"),
    ]
    tolerance: Tolerance


class PlateauRates(RatesValues):
    """The rates of norms and overlaps on the plateau."""


class BesideOde(Section):
    """SGD and the ODE from one start while the overlaps are small."""

    p_star: PStar
    N: Annotated[Count, means("input dimension of SGD")]
    eta_hat: EtaHat
    t_max: TMax
    points: Times
    replicates: Annotated[Several, means("runs of SGD")]

    @property
    def width(self) -> int:
        """The student's width, p."""
        raise NotImplementedError

    def limits(self) -> Iterator[Limit]:
        widths = [(self.width, self.p_star)]
        yield plateau_at("eta_hat", self.eta_hat, widths)
        yield room("N", self.N, widths)
        yield times("points", self.points, self.t_max / self.eta_hat, self.N)

    def work(self) -> float:
        return work.chain(self.width, self.p_star, self.replicates, self.t_max / self.eta_hat * self.N)


class _Norms(BesideOde):
    """SGD and the ODE from different norms."""

    initial: Annotated[
        list[Positive], Meta(min_length=1), means("initial squared norms over N, one for each student vector")
    ]

    @property
    def width(self) -> int:
        return len(self.initial)


class NormsValues(_Norms):
    """The figure norm_learning: SGD and the ODE from one start."""

    compared: Compared
    later: Later

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        for n, t in enumerate(self.compared):
            yield t <= self.t_max, f"compared.{n}", f"at most t_max = {self.t_max}"


class NormLearningRuns(_Norms):
    """SGD and the ODE from different norms. Its section is ``plateau.norms``."""

    tolerance: Tolerance
    seed: Seed


class NormLearning(Section):
    """The figure norm_learning, from the runs; eq. 9 alone is integrated again."""

    compared: Compared
    later: Later
    tolerance: Tolerance


class _Growth(BesideOde):
    """SGD and the ODE from a start on the plateau."""

    p: P

    @property
    def width(self) -> int:
        return self.p

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield gaussian("N", self.N, [(self.p, self.p_star)])


class GrowthValues(_Growth):
    """The figure overlap_growth: SGD and the ODE from one start on the plateau."""

    t_fit: FitTime

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield self.t_fit <= self.t_max, "t_fit", f"at most t_max = {self.t_max}"


class OverlapGrowthRuns(_Growth):
    """SGD and the ODE from one start on the plateau. Its section is ``plateau.growth``."""

    tolerance: Tolerance
    seed: Seed


class OverlapGrowth(Section):
    """The figure overlap_growth, from the runs."""

    t_fit: FitTime
    resamples: Resamples
    seed: Seed


class LawValues(Section):
    """The figure escape_law: gradient flow from the plateau."""

    widths: WidePairs
    sigma: Annotated[float, Meta(ge=1e-12, le=0.01), means("standard deviation of M_ir at the onset")]
    starts: Annotated[Several, means("how many starts are averaged over")]
    points: Annotated[int, Meta(ge=8, le=MOST), means("times recorded")]
    reduction_max: Annotated[Fraction, means("relative loss reduction up to which rate and prefactor are fitted")]
    reduction: Annotated[Fraction, means("relative loss reduction the time to which is measured")]
    reduction_last: Annotated[
        Fraction, means("relative loss reduction, predicted, at the last time recorded, past the linear regime")
    ]
    eta_hat: Annotated[
        list[Positive],
        Meta(min_length=1),
        means("finite learning rates per student unit, eta/p, at which the rate is measured"),
    ]

    def limits(self) -> Iterator[Limit]:
        yield from wide("widths", self.widths)
        for key in ("reduction", "reduction_max"):
            yield (
                getattr(self, key) < self.reduction_last,
                key,
                f"a number below reduction_last = {self.reduction_last}",
            )


class EscapeLaw(LawValues):
    """The figure escape_law."""

    resamples: Resamples
    tolerance: Tolerance
    seed: Seed

    def work(self) -> float:
        bootstrap = 1e-8 * self.resamples * self.points  # of every start's whole curve
        return len(self.widths) * self.starts * (work.SPECTRAL + bootstrap)


class TimesValues(Section):
    """The figure escape_time; its SGD is that of finite.escape."""

    N: Annotated[list[Count], Meta(min_length=1), means("dimensions of the ODE's starts")]
    eta_hat: Annotated[EtaHats, means("learning rates of the ODE per student unit, eta/p")]
    starts: Annotated[Several, means("starts of the ODE")]
    widths: Annotated[Pairs, means("pairs p, p* with p >= p* whose escape times are compared")]
    aligned: Annotated[Pair, means("p, p* of the starts whose alignment is compared with their escape time")]
    at: Annotated[Count, means("N of both comparisons")]
    at_eta_hat: Annotated[Positive, means("learning rate per student unit, eta/p, of both comparisons")]

    def limits(self) -> Iterator[Limit]:
        yield from wide("widths", self.widths)
        yield self.aligned[0] >= self.aligned[1], "aligned", "p >= p*"
        yield gaussian("at", self.at, [*self.widths, self.aligned])

    def work(self) -> float:
        return (len(self.N) * len(self.eta_hat) + len(self.widths) + 1) * self.starts * work.SPECTRAL


class EscapeTime(TimesValues):
    """The figure escape_time; what SGD took is read from the files of its escape times."""

    resamples: Resamples
    tolerance: Tolerance
    seed: Seed


class DescentValues(Section):
    """The figure descent: gradient flow from the escape to small risk."""

    widths: WidePairs
    drawn_at: Annotated[Count, means("N of the Gaussian overlaps that are drawn, and then brought to each N")]
    N: Annotated[
        list[Positive],
        Meta(min_length=2),
        different,
        means("dimensions of the starts, rising; the first is that of the curves"),
    ]
    fraction: Escaped
    shares: Annotated[
        list[Fraction],
        Meta(min_length=2),
        different,
        means("fractions of the plateau's risk at which the descent ends, falling, below `fraction`"),
    ]
    starts: Annotated[Several, means("how many starts are averaged over")]
    points: Annotated[Several, means("times of a curve, 0 and the last included")]

    def limits(self) -> Iterator[Limit]:
        yield from wide("widths", self.widths)
        yield gaussian("drawn_at", self.drawn_at, self.widths)
        yield all(a < b for a, b in pairwise(self.N)), "N", "rising numbers"
        yield self.N[0] >= self.drawn_at, "N.0", f"at least drawn_at = {self.drawn_at}"
        falling = all(a > b for a, b in pairwise([self.fraction, *self.shares]))
        yield falling, "shares", f"falling numbers below fraction = {self.fraction}"

    def work(self) -> float:
        return len(self.widths) * len(self.N) * self.starts * (1 + len(self.shares)) * work.SPECTRAL


class DescentRuns(DescentValues):
    """Times at which gradient flow reaches each share. Its section is ``plateau.descent``."""

    tolerance: Tolerance
    seed: Seed


class Descent(Section):
    """The figure descent, from the times; nothing else is chosen."""

    resamples: Resamples
    seed: Seed


class Plateau(Section):
    """Norm learning, the plateau and the escape from it."""

    optimum: OptimumValues
    rates: RatesValues
    norms: NormsValues
    growth: GrowthValues
    law: LawValues
    times: TimesValues
    descent: DescentValues
    resamples: Resamples
