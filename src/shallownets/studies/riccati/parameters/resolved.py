"""SGD whose step size falls with the direction that is being learned."""

from collections.abc import Iterator
from math import log
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Limit, Section, Seed, Several, different, expected, means
from shallownets.studies.riccati.parameters import work
from shallownets.studies.riccati.parameters.kinds import Heavy, Input, Points, Student, Teacher, room

Share = Annotated[float, Meta(gt=0, lt=1)]


class ResolvedStepsValues(Section):
    """Steps that fall with the direction, in the figure sgd_flow."""

    betas: Annotated[
        list[Heavy], Meta(min_length=1), different, expected("a list of different numbers above 1/2"), means("tails")
    ]
    M_star: Teacher
    N: Student
    d: Input
    share: Annotated[Share, means("step size times d over the eigenvalue of the direction that is being learned")]
    points: Points
    replicates: Annotated[Several, means("random starts, at each tail")]

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.M_star, self.N)
        yield self.N >= 6, "N", "at least 6: exponents are fitted from direction 2 to N/2"
        yield self.M_star >= self.N // 2, "M_star", f"at least half of N, {self.N // 2}"

    def work(self) -> float:
        last = self.N // 2
        samples = sum(
            self.d
            * log(self.d / self.N)
            / (4 * self.share)
            * last ** (2 * beta)
            * sum(m ** (-2 * beta) for m in range(1, self.M_star + 1))
            for beta in self.betas
        )
        return self.replicates * work.sgd(self.M_star, self.N, samples)


class ResolvedSteps(ResolvedStepsValues):
    """Steps that fall with the direction."""

    seed: Seed
