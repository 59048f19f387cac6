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
    OwnStarts,
    P,
    Pair,
    Pairs,
    Points,
    PStar,
    Size,
    TMax,
    WidePairs,
    gaussian,
    room,
    sizes,
    times,
    wide,
)

NarrowPairs = Annotated[Pairs, means("pairs p, p* with p < p*: no solution without error exists")]
Frames = Annotated[int, Meta(ge=4, le=MOST), means("random solutions compared with the predicted one, an even number")]
Case = Annotated[
    tuple[Count, Positive, Several], expected("N, eta_hat = eta/p and the number of replicates, at least 2")
]
FitFrom = Annotated[Count, means("least N that enters the fits of exponents")]
LimitFrom = Annotated[Count, means("least N that enters the line in 1/N to the limit of the selectivity")]
Shown = Annotated[list[Count], Meta(min_length=1), different, means("the N of Figure 4, each one of chain")]


def _of_the_set(narrow: list[Pair], N: int, frames: int) -> Iterator[Limit]:
    for n, (p, p_star) in enumerate(narrow):
        yield p < p_star, f"narrow.{n}", "p < p*"
    yield gaussian("N", N, narrow)
    yield frames % 2 == 0, "frames", "an even number"


class _Widths(Section):
    """A student that is no narrower than its teacher."""

    p: P
    p_star: Annotated[PStar, means("teacher width, number of vectors, at most p")]

    def limits(self) -> Iterator[Limit]:
        yield self.p >= self.p_star, "p", f"at least p_star = {self.p_star}"


class _Orthonormal(_Widths):
    """SGD from orthonormal sets, to one time."""

    t_max: TMax

    def _limits_at(self, key: str, N: int, eta_hat: float) -> Iterator[Limit]:
        """Room for the weights, and the time of a sample."""
        yield room(key, N, [(self.p, self.p_star)])
        yield self.t_max / eta_hat * N >= 1, "t_max", f"the time of a sample at least, {eta_hat / N:g} at N = {N}"


class Orthonormal(_Orthonormal):
    """SGD from orthonormal sets, a new one for each replicate."""

    cases: Annotated[
        list[Case], Meta(min_length=1), expected("a list of N, eta_hat, replicates"), means("N, eta_hat, replicates")
    ]
    limit_from: LimitFrom

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        for n, (N, eta_hat, _) in enumerate(self.cases):
            yield from self._limits_at(f"cases.{n}.0", N, eta_hat)


class SgdSelectionRuns(_Orthonormal):
    """SGD from orthonormal sets in one case.

    Its section is ``solutions.orthonormal``; its rule gives N, eta_hat and replicates.
    """

    N: Dimension
    eta_hat: EtaHat
    replicates: OwnStarts
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield from self._limits_at("N", self.N, self.eta_hat)

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


class _OneStart(_Widths):
    """SGD and the ODE from one start with Gaussian overlaps, whatever the N of SGD."""

    start_dimension: Annotated[Count, means("the start's overlaps are Gaussian of variance 1/start_dimension")]
    eta: Eta
    alpha_max: AlphaMax
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
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


class _Starts(Section):
    """Random starts at several pairs of widths."""

    widths: WidePairs
    N: Annotated[Count, means("input dimension of random weights, and 1/variance of the starts' overlaps")]
    starts: Annotated[int, Meta(ge=4, le=MOST), means("random starts of the ODE for each pair")]

    def limits(self) -> Iterator[Limit]:
        yield from wide("widths", self.widths)
        yield gaussian("N", self.N, self.widths)


class SolutionSet(_Starts):
    """Facts on the set of zero-error solutions that need no dynamics. Its section is ``solutions``."""

    narrow: NarrowPairs
    frames: Frames
    tolerance: Tolerance
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield from _of_the_set(self.narrow, self.N, self.frames)


class _Selection(_Starts):
    """The ODE from random starts, and from independent Gaussian vectors, orthogonal only on average."""

    eta_hat: EtaHat
    t_max: TMax
    points: Points
    unequal_widths: Annotated[Pair, means("p, p* of the starts of independent Gaussian vectors")]
    unequal_dimensions: Annotated[
        list[Count], Meta(min_length=3), different, means("input dimensions of independent Gaussian vectors")
    ]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield self.unequal_widths[0] >= self.unequal_widths[1], "unequal_widths", "p >= p*"
        for n, N in enumerate(self.unequal_dimensions):
            yield gaussian(f"unequal_dimensions.{n}", N, [self.unequal_widths])

    def work(self) -> float:
        ode = sum(work.ode(p, self.t_max) for p, _ in self.widths)
        return self.starts * (ode + len(self.unequal_dimensions) * 1e-3)


class SolutionSelection(_Selection):
    """Which solution the ODE reaches. Its section is ``solutions``."""

    tolerance: Tolerance
    seed: Seed


class Solutions(_Selection):
    """Zero-error solutions and which one is reached."""

    narrow: NarrowPairs
    frames: Frames
    orthonormal: Orthonormal
    fig3: Fig3Values
    fluctuations: FluctuationsValues

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield from _of_the_set(self.narrow, self.N, self.frames)
