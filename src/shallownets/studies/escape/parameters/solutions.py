"""The zero-error solutions, and which of them is reached (equations 14 to 22, App. 7.4, Figures 3 and 4)."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import (
    MOST,
    Count,
    Limit,
    Many,
    Positive,
    Section,
    Seed,
    Several,
    Tolerance,
    different,
    expected,
    means,
)
from shallownets.studies.escape.parameters import work
from shallownets.studies.escape.parameters.kinds import (
    AlphaMax,
    Dimension,
    Engine,
    Eta,
    EtaHat,
    P,
    Pair,
    Pairs,
    Points,
    PStar,
    Size,
    TMax,
    gaussian,
    room,
    sizes,
    times,
    wide,
)

WidePairs = Annotated[Pairs, means("pairs p, p* with p >= p*")]
NarrowPairs = Annotated[Pairs, means("pairs p, p* with p < p*: no solution without error exists")]
SolutionsDimension = Annotated[
    Count, means("input dimension of random weights, and 1/variance of the starts' overlaps")
]
Frames = Annotated[int, Meta(ge=4, le=MOST), means("random solutions compared with the predicted one, an even number")]
Starts = Annotated[int, Meta(ge=4, le=MOST), means("random starts of the ODE for each pair")]
UnequalWidths = Annotated[Pair, means("p, p* of the starts of independent Gaussian vectors")]
UnequalDimensions = Annotated[
    list[Count], Meta(min_length=3), different, means("input dimensions of independent Gaussian vectors")
]
Case = Annotated[
    tuple[Count, Positive, Several], expected("N, eta_hat = eta/p and the number of replicates, at least 2")
]
PStarUpToP = Annotated[PStar, means("teacher width, number of vectors, at most p")]
FitFrom = Annotated[Count, means("least N that enters the fits of exponents")]
LimitFrom = Annotated[Count, means("least N that enters the line in 1/N to the limit of the selectivity")]
Shown = Annotated[list[Count], Meta(min_length=1), different, means("the N of Figure 4, each one of chain")]


def _narrow(widths: list[Pair]) -> Iterator[Limit]:
    for n, (p, p_star) in enumerate(widths):
        yield p < p_star, f"narrow.{n}", "p < p*"


def _a_sample(t_max: float, eta_hat: float, N: int) -> Limit:
    return t_max / eta_hat * N >= 1, "t_max", f"the time of a sample at least, {eta_hat / N:g} at N = {N}"


class Unequal(Section):
    """Starts of independent Gaussian vectors, orthogonal only on average."""

    widths: UnequalWidths
    dimensions: UnequalDimensions

    def limits(self) -> Iterator[Limit]:
        yield self.widths[0] >= self.widths[1], "widths", "p >= p*"
        for n, N in enumerate(self.dimensions):
            yield gaussian(f"dimensions.{n}", N, [self.widths])


class Orthonormal(Section):
    """SGD from orthonormal sets, a new one for each replicate."""

    p: P
    p_star: PStarUpToP
    cases: Annotated[
        list[Case], Meta(min_length=1), expected("a list of N, eta_hat, replicates"), means("N, eta_hat, replicates")
    ]
    limit_from: LimitFrom
    t_max: TMax

    def limits(self) -> Iterator[Limit]:
        yield self.p >= self.p_star, "p", f"at least p_star = {self.p_star}"
        for n, (N, eta_hat, _) in enumerate(self.cases):
            yield room(f"cases.{n}.0", N, [(self.p, self.p_star)])
            yield _a_sample(self.t_max, eta_hat, N)


class SgdSelectionRuns(Section):
    """SGD from orthonormal sets in one case.

    Its section is ``solutions.orthonormal``; its rule gives N, eta_hat and replicates.
    """

    p: P
    p_star: PStarUpToP
    N: Dimension
    eta_hat: EtaHat
    replicates: Annotated[Several, means("runs of SGD, each from a start of its own")]
    t_max: TMax
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield self.p >= self.p_star, "p", f"at least p_star = {self.p_star}"
        yield room("N", self.N, [(self.p, self.p_star)])
        yield _a_sample(self.t_max, self.eta_hat, self.N)

    def work(self) -> float:
        return work.chain(self.p, self.p_star, self.replicates, self.t_max / self.eta_hat * self.N)


class SgdSelection(Section):
    """Which solution SGD reaches from orthonormal sets, from the runs of all cases."""

    limit_from: LimitFrom
    seed: Seed


class Fig3Values(Section):
    """Figure 3."""

    p: P
    p_star: Annotated[PStar, means("teacher width, number of vectors, below p")]
    N: Annotated[Count, means("input dimension of SGD and of the starts")]
    eta: Eta
    alpha_max: AlphaMax
    points: Points
    others: Annotated[Many, means("other starts, by the ODE")]
    replicates: Annotated[Many, means("runs of SGD from the matching start")]

    def limits(self) -> Iterator[Limit]:
        yield room("N", self.N, [(self.p, self.p_star)])
        yield times("points", self.points, self.alpha_max, self.N)
        yield self.points > 3, "points", "at least 4, of which the late exponent takes three"
        yield self.p > self.p_star, "p", f"a number above p_star = {self.p_star}"

    def work(self) -> float:
        sgd = work.chain(self.p, self.p_star, self.replicates, self.alpha_max * self.N)
        return sgd + self.others * work.ode(self.p, self.eta / self.p * self.alpha_max)


class Fig3(Fig3Values):
    """The data of Figure 3."""

    tolerance: Tolerance
    seed: Seed


class _OneStart(Section):
    """SGD and the ODE from one start with Gaussian overlaps, whatever the N of SGD."""

    p: P
    p_star: PStarUpToP
    start_dimension: Annotated[Count, means("the start's overlaps are Gaussian of variance 1/start_dimension")]
    eta: Eta
    alpha_max: AlphaMax
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield self.p >= self.p_star, "p", f"at least p_star = {self.p_star}"
        yield gaussian("start_dimension", self.start_dimension, [(self.p, self.p_star)])


class FluctuationsValues(_OneStart):
    """Figure 4 and the figure convergence: SGD at several N from one start."""

    chain: Annotated[
        list[Size],
        Meta(min_length=1),
        expected("a list of N, replicates with rising N"),
        means("N, replicates of the overlap chain"),
    ]
    direct: Annotated[
        list[Size],
        Meta(min_length=1),
        expected("a list of N, replicates with rising N"),
        means("N, replicates of SGD on weights beside the chain; each N one of chain"),
    ]
    fit_from: FitFrom
    shown: Shown
    own: Annotated[Count, means("N of a start with overlaps of variance 1/N, which Figure 4 shows besides")]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield gaussian("own", self.own, [(self.p, self.p_star)])
        widths = self.p, self.p_star
        yield from sizes("chain", self.chain, widths, self.points, self.alpha_max)
        yield from sizes("direct", self.direct, widths, self.points, self.alpha_max)
        known = [N for N, _ in self.chain]
        for n, N in enumerate(self.shown):
            yield N in known, f"shown.{n}", f"an N among those of chain, {known}"
        for n, (N, _) in enumerate(self.direct):
            yield N in known, f"direct.{n}", f"an N among those of chain, {known}"


class FluctuationsRuns(_OneStart):
    """SGD by one engine at one N, and the ODE.

    Its section is ``solutions.fluctuations``; its rule gives engine, N and replicates.
    """

    engine: Engine
    N: Dimension
    replicates: Annotated[Several, means("runs of SGD, all from the same start")]
    tolerance: Tolerance
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield room("N", self.N, [(self.p, self.p_star)])
        yield times("points", self.points, self.alpha_max, self.N)

    def work(self) -> float:
        samples = self.alpha_max * self.N
        if self.engine == "direct":
            return work.direct(self.N, self.p, self.p_star, self.replicates * samples)
        return work.chain(self.p, self.p_star, self.replicates, samples)


class Fluctuations(Section):
    """SGD against the ODE and N, from the runs of both engines at all N."""

    fit_from: FitFrom
    shown: Shown
    seed: Seed


class SolutionSet(Section):
    """Facts on the set of zero-error solutions that need no dynamics."""

    widths: WidePairs
    narrow: NarrowPairs
    N: SolutionsDimension
    frames: Frames
    starts: Starts
    tolerance: Tolerance
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from wide("widths", self.widths)
        yield from _narrow(self.narrow)
        yield gaussian("N", self.N, [*self.widths, *self.narrow])
        yield self.frames % 2 == 0, "frames", "an even number"


class SolutionSelection(Section):
    """Which solution the ODE reaches.

    Its rule takes the values of ``solutions`` by their names, and gives those of ``solutions.unequal``.
    """

    widths: WidePairs
    N: SolutionsDimension
    starts: Starts
    eta_hat: EtaHat
    t_max: TMax
    unequal_widths: UnequalWidths
    unequal_dimensions: UnequalDimensions
    tolerance: Tolerance
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from wide("widths", self.widths)
        yield gaussian("N", self.N, self.widths)
        yield self.unequal_widths[0] >= self.unequal_widths[1], "unequal_widths", "p >= p*"
        for n, N in enumerate(self.unequal_dimensions):
            yield gaussian(f"unequal_dimensions.{n}", N, [self.unequal_widths])

    def work(self) -> float:
        ode = sum(work.ode(p, self.t_max) for p, _ in self.widths)
        return self.starts * (ode + len(self.unequal_dimensions) * 1e-3)


class Solutions(Section):
    """Zero-error solutions and which one is reached."""

    widths: WidePairs
    narrow: NarrowPairs
    N: SolutionsDimension
    frames: Frames
    starts: Starts
    eta_hat: EtaHat
    t_max: Annotated[Positive, means("last time of the ODE", "eta_hat samples/N")]
    unequal: Unequal
    orthonormal: Orthonormal
    fig3: Fig3Values
    fluctuations: FluctuationsValues

    def limits(self) -> Iterator[Limit]:
        yield from wide("widths", self.widths)
        yield from _narrow(self.narrow)
        yield gaussian("N", self.N, [*self.widths, *self.narrow])
        yield self.frames % 2 == 0, "frames", "an even number"
