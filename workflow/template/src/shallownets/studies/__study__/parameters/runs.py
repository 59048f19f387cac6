"""Runs of SGD from one start, and the stages that make and measure them."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import Index, Limit, Many, NotNegative, Section, Seed, Several, means


class Run(Section):
    """One run of SGD: what the section and the stage both hold."""

    eta: Annotated[float, Meta(gt=0, le=0.5), means("learning rate")]
    noise: Annotated[NotNegative, means("standard deviation of the labels' noise")]
    steps: Annotated[Many, means("last time, in samples")]
    points: Annotated[Several, means("times recorded, 0 and the last included")]

    def limits(self) -> Iterator[Limit]:
        last = self.steps + 1  # every recorded time is a sample of its own
        yield self.points <= last, "points", f"at most steps + 1 = {last}"


class Runs(Run):
    """Runs of SGD from one start."""

    replicates: Annotated[Several, means("runs, all from the same start")]


class Start(Section):
    """Where all runs begin."""

    seed: Seed


class Sgd(Run):
    """A batch of runs."""

    seed: Seed
    first: Annotated[Index, means("index of the first replicate")]
    replicates: Annotated[Many, means("how many replicates")]

    def work(self) -> float:
        return 1e-7 * self.steps * self.replicates


class Relaxation(Section):
    """The error against time; nothing is chosen."""
