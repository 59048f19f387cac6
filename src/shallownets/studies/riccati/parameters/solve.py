"""What `riccati.solve` takes."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import USUAL_SEED, Limit, Section, Seed, means
from shallownets.studies.riccati.parameters import work
from shallownets.studies.riccati.parameters.kinds import BetaOfFlow, Input, Student, Teacher, room

LONGEST = 3600.0  # core seconds


class Solve(Section, kw_only=True):
    """One student and its teacher, followed in time."""

    M_star: Teacher
    N: Student
    d: Input
    beta: BetaOfFlow
    eta_d: Annotated[float, Meta(ge=0, le=100), means("step size of SGD times d; 0: no SGD")] = 0.0
    points: Annotated[int, Meta(ge=10, le=10_000), means("times, equally spaced in logarithm")] = 200
    seed: Seed = USUAL_SEED

    def limits(self) -> Iterator[Limit]:
        yield room("d", self.d, self.M_star, self.N)
        yield work.flow(self.M_star, self.N, self.points) <= LONGEST, "points", "times that take at most an hour"
        yield self._sgd() <= LONGEST, "eta_d", "0, or samples that take at most an hour: a smaller d, or a larger step"

    def work(self) -> float:
        return work.flow(self.M_star, self.N, self.points) + self._sgd()

    def _sgd(self) -> float:
        """To twice the time of the last direction, roughly."""
        if not self.eta_d:
            return 0.0
        last = work.time_to_risk(self.M_star, self.N, self.d, self.beta, 0.0, 0.0)
        return work.sgd(self.M_star, self.N, 2 * last * self.d / (2 * self.eta_d))
