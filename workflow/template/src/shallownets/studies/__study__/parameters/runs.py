"""Runs of SGD from one start, and the stages that make and measure them."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Index, Limit, Many, NotNegative, Section, Seed, Several, means

Eta = Annotated[float, Meta(gt=0, le=0.5), means("learning rate")]
Noise = Annotated[NotNegative, means("standard deviation of the labels' noise")]
Steps = Annotated[Many, means("last time, in samples")]
Points = Annotated[Several, means("times recorded, 0 and the last included")]


def _different(points: int, steps: int) -> Limit:
    """Every recorded time is a sample of its own."""
    return points <= steps + 1, "points", f"at most steps + 1 = {steps + 1}"


class Runs(Section):
    """Runs of SGD from one start."""

    eta: Eta
    noise: Noise
    steps: Steps
    points: Points
    replicates: Annotated[Several, means("runs, all from the same start")]

    def limits(self) -> Iterator[Limit]:
        yield _different(self.points, self.steps)


class Start(Section):
    """Where all runs begin."""

    seed: Seed


class Sgd(Section):
    """A batch of runs."""

    eta: Eta
    noise: Noise
    steps: Steps
    points: Points
    seed: Seed
    first: Annotated[Index, means("index of the first replicate")]
    replicates: Annotated[Many, means("how many replicates")]

    def limits(self) -> Iterator[Limit]:
        yield _different(self.points, self.steps)

    def work(self) -> float:
        return 1e-7 * self.steps * self.replicates


class Relaxation(Section):
    """The error against time; nothing is chosen."""
