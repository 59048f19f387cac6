"""What the command `perceptron` and `perceptron.solve` take."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from shallownets.config.section import USUAL_SEED, Limit, Section, Seed, means
from shallownets.studies.perceptron.parameters.data import Inputs, Size, flow, newton
from shallownets.studies.perceptron.parameters.kinds import Alpha, Norm

LONGEST = 3600.0  # core seconds


class Solve(Section, kw_only=True):
    """One solution, and simulations of it."""

    alpha: Annotated[Alpha, means("examples over the dimension", "examples/N")]
    norm: Annotated[Norm, means("norm of the student over sqrt(N)")]
    noise: Annotated[float, Meta(ge=0, lt=0.5), means("share of the labels that are turned")] = 0.0
    simulate: Annotated[int, Meta(ge=0, le=10_000), means("samples of examples to simulate, 0 or at least 2")] = 0
    N: Annotated[Size, means("dimension of the simulations")] = 200
    inputs: Inputs = "gaussian"
    seed: Seed = USUAL_SEED

    def limits(self) -> Iterator[Limit]:
        yield self.simulate != 1, "simulate", "0 or at least 2, which have an error bar"
        if self.simulate:
            yield 1 <= self.alpha * self.N <= 1e6, "alpha", f"from 1 to 10^6 examples at N = {self.N}"
            one = self.work() / self.simulate
            here = f"at N = {self.N} and norm {self.norm:g} one takes about {one:.2g} s"
            right = f"a number of samples that take at most an hour, {here}"
            yield self.work() <= LONGEST, "simulate", right

    def work(self) -> float:
        one = newton(self.N, self.alpha * self.N, [self.norm]) + flow(self.alpha, self.N, self.norm)
        return self.simulate * one
