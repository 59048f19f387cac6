"""SGD at finite N by the overlap chain: its escape time, spread and divergence, and strong overparameterisation."""

from collections.abc import Iterator
from math import log
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import (
    MOST,
    Count,
    Index,
    Limit,
    Positive,
    Resamples,
    Section,
    Seed,
    Several,
    Tolerance,
    Width,
    different,
    expected,
    means,
)
from shallownets.studies.escape.parameters import work
from shallownets.studies.escape.parameters.kinds import (
    Dimension,
    Engine,
    Escaped,
    EtaHat,
    GivenUp,
    Looks,
    OwnStarts,
    P,
    Pairs,
    PStar,
    Size,
    Sizes,
    escapes,
    room,
    sizes,
    times,
)

AlphaMax = Annotated[Positive, means("when a run is given up", "samples/N")]
OdeStarts = Annotated[Several, means("starts of the ODE")]
FitFrom = Annotated[Count, means("least N of the fit of the slope in log N")]
LimitFrom = Annotated[Count, means("least N of the fit of the shift against 1/N")]


class _Escape(Section):
    """SGD and the ODE until they escape, at one pair of widths and one learning rate."""

    p: P
    p_star: PStar
    eta_hat: EtaHat
    alpha_max: AlphaMax
    points: Looks


class EscapeValues(_Escape):
    """The figure finite_escape, left: escape times against N."""

    sizes: Annotated[Sizes, means("N, replicates, N rising")]
    ode_starts: OdeStarts
    direct: Annotated[Size, means("N and replicates of SGD on weights beside the chain; its N is one of sizes")]
    fit_from: FitFrom
    limit_from: LimitFrom

    def limits(self) -> Iterator[Limit]:
        yield from sizes("sizes", self.sizes, (self.p, self.p_star), self.points, self.alpha_max)
        known = [N for N, _ in self.sizes]
        yield self.direct[0] in known, "direct", f"an N among those of sizes, {known}"


class EscapeTimes(_Escape):
    """Escape times of SGD at one N. Its section is ``finite.escape``; its rule gives engine, N and replicates."""

    engine: Engine
    N: Dimension
    replicates: OwnStarts
    fraction: Escaped
    tolerance: Tolerance
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield room("N", self.N, [(self.p, self.p_star)])
        yield times("points", self.points, self.alpha_max, self.N)

    def work(self) -> float:
        if self.engine == "direct":
            return work.direct(self.N, self.p, self.p_star, self.replicates * self.alpha_max * self.N)
        # a run stops soon after its escape, at a time that grows as log N; it never goes on beyond alpha_max
        alpha = min(self.alpha_max, self.p_star * (log(self.N) + 4) / (8 * self.eta_hat))
        chain = work.chain(self.p, self.p_star, self.replicates, alpha * self.N)
        return chain + self.replicates * (work.START + work.SPECTRAL)


class _Repeats(Section):
    """SGD repeated from each of several starts at one N."""

    N: Annotated[int, Meta(ge=2), means("input dimension")]
    starts: Annotated[Several, means("how many starts")]
    runs: Annotated[Several, means("runs of SGD from each start")]
    t_max: GivenUp
    points: Looks


class SpreadValues(_Repeats):
    """The figure finite_escape, right: starts and noise told apart, with p and p_star of finite.escape."""

    eta_hat: Annotated[
        list[Positive],
        Meta(min_length=1),
        different,
        means("learning rates per student unit, eta/p; the one of finite.escape is shown"),
    ]

    def limits(self) -> Iterator[Limit]:
        yield times("points", self.points, self.t_max / max(self.eta_hat), self.N)


class FiniteSpread(_Repeats):
    """Escape times of SGD, repeated from each of several starts, at one learning rate.

    Its section is ``finite.spread``; its rule gives p, p_star and eta_hat, and one_start where the spread is shown.
    """

    p: P
    p_star: PStar
    eta_hat: EtaHat
    one_start: Annotated[Index, means("further runs of SGD, all from the start whose ODE escapes at the median time")]
    fraction: Escaped
    tolerance: Tolerance
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        widths = [(self.p, self.p_star)]
        yield room("N", self.N, widths)
        yield escapes("eta_hat", self.eta_hat, widths)
        yield times("points", self.points, self.t_max / self.eta_hat, self.N)

    def work(self) -> float:
        samples = self.N * self.t_max / self.eta_hat / 3  # a run stops at its escape
        replicates = self.starts * self.runs + self.one_start
        return work.chain(self.p, self.p_star, replicates, samples) + self.starts * (work.START + work.SPECTRAL)


class FiniteEscape(Section):
    """The figure finite_escape, from the escape times of SGD against N and from its spread."""

    ode_starts: OdeStarts
    fit_from: FitFrom
    limit_from: LimitFrom
    resamples: Resamples
    tolerance: Tolerance
    seed: Seed

    def work(self) -> float:
        return 6 * self.ode_starts * work.SPECTRAL  # the sizes are in the files: about 6 of them


class _Rates(Section):
    """A grid of learning rates, and how long SGD runs at each of them."""

    first: Annotated[Positive, means("lowest learning rate per student unit, eta/p")]
    step: Annotated[Positive, means("step from one learning rate per student unit, eta/p, to the next")]
    last: Annotated[Positive, means("highest learning rate per student unit, eta/p")]
    t_max: Annotated[Positive, means("a run counts if it diverges before this time", "eta_hat samples/N")]

    def limits(self) -> Iterator[Limit]:
        yield 1e-10 < self.first <= self.last, "first", f"a number above 1e-10 and at most last = {self.last}"
        yield (self.last - self.first) / self.step < MOST, "step", f"fewer than {MOST} steps up to last = {self.last}"


class DivergenceValues(_Rates):
    """The figure finite_divergence."""

    widths: Annotated[Pairs, means("pairs p, p*, one panel each")]
    sizes: Annotated[Sizes, means("N, replicates")]

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        for n, (N, _) in enumerate(self.sizes):
            yield room(f"sizes.{n}.0", N, self.widths)


class FiniteDivergenceRuns(_Rates):
    """When runs of SGD diverge, at one p, p* and N. Its section is ``finite.divergence``; its rule gives the rest."""

    p: P
    p_star: PStar
    N: Dimension
    replicates: Annotated[Several, means("runs of SGD at each learning rate, each from a start of its own")]
    seed: Seed

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield room("N", self.N, [(self.p, self.p_star)])

    def work(self) -> float:
        rates = [self.first + n * self.step for n in range(round((self.last - self.first) / self.step) + 1)]
        samples = self.N * self.t_max * sum(1 / rate for rate in rates)
        return work.chain(self.p, self.p_star, self.replicates, samples)


class FiniteDivergence(Section):
    """The figure finite_divergence, from the runs at all p, p* and N."""

    resamples: Resamples
    tolerance: Tolerance
    seed: Seed


class _AgainstWidth(Section):
    """Escape times of SGD and of the ODE at one N and learning rate, for one pair of widths or several."""

    N: Annotated[int, Meta(ge=2), means("input dimension, at least p + p*")]
    eta_hat: EtaHat
    starts: OdeStarts
    t_max: GivenUp
    points: Looks

    @property
    def all_widths(self) -> list[tuple[int, int]]:
        """Pairs p, p*."""
        raise NotImplementedError

    def limits(self) -> Iterator[Limit]:
        yield room("N", self.N, self.all_widths)
        yield escapes("eta_hat", self.eta_hat, self.all_widths)
        yield times("points", self.points, self.t_max / self.eta_hat, self.N)


class OverparameterisationValues(_AgainstWidth):
    """The figure overparameterisation."""

    cases: Annotated[
        list[Annotated[tuple[Width, Width, Several], expected("p, p* and replicates, at least 2 of them")]],
        Meta(min_length=1),
        different,
        expected("a list of different p, p*, replicates"),
        means("p, p*, replicates"),
    ]

    @property
    def all_widths(self) -> list[tuple[int, int]]:
        return [(p, p_star) for p, p_star, _ in self.cases]


class OverparameterisationRuns(_AgainstWidth):
    """Escape times at one p and p*.

    Its section is ``finite.overparameterisation``; its rule gives p, p_star and replicates.
    """

    p: P
    p_star: PStar
    replicates: OwnStarts
    fraction: Escaped
    tolerance: Tolerance
    seed: Seed

    @property
    def all_widths(self) -> list[tuple[int, int]]:
        return [(self.p, self.p_star)]

    def work(self) -> float:
        samples = self.N * self.t_max / self.eta_hat / 3  # a run stops at its escape
        chain = work.chain(self.p, self.p_star, self.replicates, samples)
        return chain + max(self.starts, self.replicates) * (work.SPECTRAL + work.START)


class Overparameterisation(Section):
    """The figure overparameterisation, from the escape times at all widths; nothing is chosen."""


class Finite(Section):
    """SGD at finite N by the overlap chain."""

    fraction: Escaped
    resamples: Resamples
    escape: EscapeValues
    spread: SpreadValues
    divergence: DivergenceValues
    overparameterisation: OverparameterisationValues

    def limits(self) -> Iterator[Limit]:
        widths = [(self.escape.p, self.escape.p_star)]
        yield room("spread.N", self.spread.N, widths)
        for n, eta_hat in enumerate(self.spread.eta_hat):
            yield escapes(f"spread.eta_hat.{n}", eta_hat, widths)
        shown = self.escape.eta_hat
        yield shown in self.spread.eta_hat, "spread.eta_hat", f"a list with finite.escape.eta_hat = {shown} in it"
