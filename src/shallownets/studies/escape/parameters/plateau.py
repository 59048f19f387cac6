"""Norm learning, the plateau and the escape from it (equations 9 to 13, 35, 36, Figure 2)."""

from collections.abc import Iterator
from typing import Annotated

from shallownets.config.section import (
    MOST,
    Count,
    Limit,
    Positive,
    Resamples,
    Section,
    Seed,
    Several,
    Tolerance,
    means,
)
from shallownets.studies.escape.parameters.kinds import Pairs, gaussian, wide


class Optimum(Section):
    """Figure 2: the learning rate of the fastest escape, by the ODE."""

    widths: Annotated[Pairs, means("pairs p, p* with p >= p*")]
    N: Annotated[Count, means("starts have Q = I and M_ir of variance 1/N")]
    starts: Annotated[Several, means("how many starts are averaged over")]
    fraction: Annotated[Positive, means("a run has escaped when its risk is below this fraction of the plateau's")]
    converged: Annotated[Positive, means("it counts if its risk falls below this fraction, too")]
    step: Annotated[Positive, means("of the grid of learning rates per student unit, eta/p")]
    largest: Annotated[Positive, means("end of that grid")]
    alpha_max: Annotated[Positive, means("when a run is given up", "samples/N")]
    tolerance: Tolerance

    def limits(self) -> Iterator[Limit]:
        yield wide("widths", self.widths)
        yield gaussian("N", self.N, self.widths)
        yield self.converged < self.fraction, "converged", f"a number below fraction = {self.fraction}"
        steps = round(self.largest / self.step)
        yield 1 <= steps <= MOST, "step", f"1 to {MOST} steps up to largest = {self.largest}"

    def work(self) -> float:
        return len(self.widths) * self.starts * self.largest / self.step


class PlateauOptimum(Optimum):
    resamples: Resamples
    seed: Seed


class Plateau(Section):
    """Norm learning, the plateau and the escape from it."""

    optimum: Optimum
    resamples: Resamples
