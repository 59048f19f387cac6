"""Widths that grow as a power of the dimension."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Fraction, Limit, Section, Seed, different, means
from shallownets.studies.riccati.parameters import work
from shallownets.studies.riccati.parameters.kinds import NotHeavy, Starts, Width


class PowersValues(Section):
    """The unit of time where the width grows as a power of the dimension, in the figure time_units."""

    betas: Annotated[list[NotHeavy], Meta(min_length=1), different, means("tails, below 1/2")]
    alpha: Annotated[Fraction, means("the width is d^alpha")]
    M_star: Annotated[list[Width], Meta(min_length=3), different, means("widths of teacher and student")]
    starts: Starts

    def limits(self) -> Iterator[Limit]:
        least = min(self.M_star)
        yield least ** (1 / self.alpha) >= 2 * least, "alpha", "a number at which d = M*^(1/alpha) is at least 2 M*"

    def work(self) -> float:
        return sum(work.flow(M_star, M_star, 12 * self.starts) for M_star in self.M_star) * len(self.betas)


class Powers(PowersValues):
    """The unit of time where the width grows as a power of the dimension."""

    seed: Seed
