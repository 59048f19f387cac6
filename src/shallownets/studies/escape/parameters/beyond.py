"""Late times, the map of stationary points, and starts that are not orthogonal (beyond the paper)."""

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
    Positive,
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
from shallownets.studies.escape.parameters.kinds import Pair, Pairs, TMax, gaussian, room
from shallownets.studies.escape.theory.stability import last_convergence


class LateTimesValues(Section):
    """The figure late_times."""

    equal: Annotated[
        list[Width], Meta(min_length=1), different, means("widths p = p* of the limits, numbers of vectors")
    ]
    wide: Annotated[Pairs, means("pairs p, p* with p > p* of the limits")]
    N: Annotated[Count, means("input dimension of the chain; all starts have Q = I and M_ir of variance 1/N")]
    starts: Annotated[Many, means("starts for each pair of widths of the limits")]
    eta_hat: Annotated[Positive, means("learning rate per student unit, eta/p, below p/(2 (p + 2)) for equal widths")]
    t_max: Annotated[Positive, means("last time for p > p*", "eta_hat samples/N")]
    points: Annotated[int, Meta(ge=20, le=MOST), means("times recorded, ten times as many for p = p*")]
    window: Annotated[
        tuple[Positive, Positive],
        expected("two numbers above 0, the least and the greatest risk"),
        means("risks between which the exponential rate is fitted"),
    ]
    chain_equal: Annotated[Width, means("width p = p* of the chain, number of vectors")]
    chain_wide: Annotated[Pair, means("p, p* of the chain, p > p*")]
    chain_t_max: Annotated[Positive, means("last time of the chain for p > p*", "eta_hat samples/N")]
    replicates: Annotated[Several, means("runs of the chain")]

    def limits(self) -> Iterator[Limit]:
        for key, (p, p_star) in (
            *((f"wide.{n}", pair) for n, pair in enumerate(self.wide)),
            ("chain_wide", self.chain_wide),
        ):
            yield p > p_star, key, "p > p*"
        equal = [*self.equal, self.chain_equal]
        yield gaussian("N", self.N, [*((p, p) for p in equal), *self.wide, self.chain_wide])
        for p in equal:
            stable = last_convergence(p)
            right = f"a number below p/(2 (p + 2)) = {stable:.4g}, where the solution at p = p* = {p} is stable"
            yield self.eta_hat < stable, "eta_hat", right
        yield self.window[0] < self.window[1], "window", "the least risk first"

    def work(self) -> float:
        limits = 2 * (len(self.wide) + len(self.equal)) * self.starts * 10 * work.SPECTRAL
        wide = work.chain(*self.chain_wide, self.replicates, self.chain_t_max / self.eta_hat * self.N)
        # for equal widths the chain runs until the risk has left the window, about 4 p^2 in units of eta_hat alpha
        p = self.chain_equal
        return limits + wide + work.chain(p, p, self.replicates, 4 * p / self.eta_hat * self.N)


class LateTimes(LateTimesValues):
    """The figure late_times."""

    tolerance: Tolerance
    seed: Seed


class StationaryMapValues(Section):
    """The figure stationary_map."""

    sizes: Annotated[
        list[Annotated[tuple[Width, Width, Count], expected("p, p*, N, three whole numbers of at least 1")]],
        Meta(min_length=1),
        different,
        expected("a list of different p, p*, N with p >= p* and N >= p + p*"),
        means("p, p*, N of the maps; the first one has the path"),
    ]
    p_max: Annotated[Width, means("every p* <= p up to this width is searched for spurious minima")]
    values: Annotated[
        list[Fraction],
        Meta(min_length=1),
        different,
        means("singular values of M at the path's start, one for each teacher vector, falling"),
    ]
    points: Annotated[int, Meta(ge=10, le=MOST), means("times on the path, 0 and the last included")]

    def limits(self) -> Iterator[Limit]:
        for n, (p, p_star, N) in enumerate(self.sizes):
            yield p >= p_star, f"sizes.{n}", "p >= p*"
            yield room(f"sizes.{n}.2", N, [(p, p_star)])
        p_star = self.sizes[0][1]
        falling = len(self.values) == p_star and all(a > b for a, b in pairwise(self.values))
        yield falling, "values", f"{p_star} falling numbers, one for each teacher vector"


class StationaryMap(StationaryMapValues):
    """The figure stationary_map."""

    tolerance: Tolerance
    seed: Seed


class NotOrthogonalValues(Section):
    """The figure not_orthogonal."""

    widths: Annotated[Pair, means("p, p* with p >= p* and p > 1")]
    dimensions: Annotated[
        list[Count], Meta(min_length=3), different, means("input dimensions of independent Gaussian students")
    ]
    overlaps: Annotated[
        list[Annotated[float, Meta(ge=0, lt=1)]],
        Meta(min_length=2),
        different,
        means("overlaps of unit students with each other, rising"),
    ]
    N: Annotated[Count, means("input dimension at all overlaps, M of order N^(-1/2)")]
    large: Annotated[
        list[Positive],
        Meta(min_length=3),
        different,
        means("input dimensions from which the remainder's exponent is measured"),
    ]
    large_overlap: Annotated[Fraction, means("overlap of the students at which the remainder's exponent is measured")]
    eta_hat: Annotated[Positive, means("learning rate per student unit, eta/p, besides gradient flow")]
    starts: Annotated[Several, means("starts for each dimension and each overlap")]
    t_max: TMax

    def limits(self) -> Iterator[Limit]:
        p, p_star = self.widths
        yield p >= p_star, "widths", "p >= p*"
        yield p > 1, "widths", "p above 1"
        for n, N in enumerate(self.dimensions):
            yield gaussian(f"dimensions.{n}", N, [self.widths])
        yield all(a < b for a, b in pairwise(self.overlaps)), "overlaps", "rising numbers"

    def work(self) -> float:
        points = 2 * len(self.dimensions) + 2 * len(self.overlaps) + len(self.large)
        vectors = sum(2 * N * self.widths[0] for N in self.dimensions) * 1e-8
        return self.starts * (points * work.ode(self.widths[0], self.t_max) + vectors)


class NotOrthogonalRuns(NotOrthogonalValues):
    """Where the ODE ends from all these starts. Its section is ``beyond.not_orthogonal``."""

    tolerance: Tolerance
    seed: Seed


class NotOrthogonal(Section):
    """The figure not_orthogonal, from the ends of the ODE."""

    seed: Seed


class Beyond(Section):
    """Late times, the map of stationary points, starts that are not orthogonal."""

    late_times: LateTimesValues
    stationary_map: StationaryMapValues
    not_orthogonal: NotOrthogonalValues
