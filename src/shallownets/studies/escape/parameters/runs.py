"""SGD and the ODE from one start, and the stages that simulate them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from shallownets.config.section import Count, Index, Limit, Many, Section, Seed, Several, Tolerance, means
from shallownets.studies.escape.parameters import work
from shallownets.studies.escape.parameters.kinds import (
    AlphaMax,
    Dimension,
    Eta,
    EtaHat,
    P,
    Pairs,
    Points,
    PStar,
    room,
    times,
)


class _Recorded(Section):
    """SGD at one N and learning rate, or the ODE at its times."""

    N: Dimension
    eta: Eta
    alpha_max: AlphaMax
    points: Points

    def limits(self) -> Iterator[Limit]:
        yield times("points", self.points, self.alpha_max, self.N)


class Run(_Recorded):
    """SGD and the ODE from one start."""

    p: P
    p_star: PStar
    replicates: Annotated[Many, means("runs of SGD at N, all from the same start")]
    on_weights: Annotated[Many, means("how many of them move the weights; the others are the overlap chain")]
    chain_N: Annotated[Count, means("another input dimension, of the overlap chain from the same overlaps")]
    chain_replicates: Annotated[Many, means("runs of the chain at chain_N")]
    start: Annotated[Index, means("which of the starts drawn from the seed, counted from 0")]

    def limits(self) -> Iterator[Limit]:
        widths = [(self.p, self.p_star)]
        yield room("N", self.N, widths)
        yield room("chain_N", self.chain_N, widths)
        yield self.chain_N != self.N, "chain_N", f"a number other than N = {self.N}"
        yield self.on_weights <= self.replicates, "on_weights", f"at most replicates = {self.replicates}"
        yield from super().limits()
        yield times("points", self.points, self.alpha_max, self.chain_N)


class Runs(Section):
    """Runs by their names."""

    fig1: Run


class EquationsValues(Section):
    """The equations of motion against means over samples, at random overlaps."""

    widths: Annotated[Pairs, means("pairs p, p*")]
    N: Annotated[Count, means("dimension of the random student vectors; a small one makes overlaps of order one")]
    eta_hat: EtaHat
    samples: Annotated[Several, means("samples of the pre-activations")]

    def limits(self) -> Iterator[Limit]:
        yield room("N", self.N, self.widths)

    def work(self) -> float:
        return len(self.widths) * self.samples * 1e-6


class Equations(EquationsValues):
    """The equations of motion against means over samples."""

    seed: Seed


class Start(Section):
    """A start."""

    kind: Annotated[Literal["orthonormal", "gaussian"], means("orthonormal sets, or Gaussian overlaps")]
    p: P
    p_star: PStar
    N: Dimension
    seed: Seed
    index: Annotated[Index, means("which of the starts drawn from this seed")] = 0


class Sgd(_Recorded):
    """A batch of replicates of SGD on weights from one start."""

    seed: Seed
    first: Annotated[Index, means("index of the first replicate")] = 0
    replicates: Annotated[Many, means("how many replicates")] = 1

    def work(self) -> float:
        # the start's widths are in its file: they scale all jobs of a run alike
        return work.direct(self.N, 4, 2, self.replicates * self.alpha_max * self.N)


class Chain(Sgd):
    """Replicates of the overlap chain from one start."""

    def work(self) -> float:
        return work.chain(4, 2, self.replicates, self.alpha_max * self.N)


class Gather(Section):
    """Batches of replicates joined; nothing is chosen."""


class Ode(_Recorded):
    """The ODE from one start, at the times of SGD at N."""

    tolerance: Tolerance


class Fig1(Section):
    """The data of Figure 1; nothing is chosen."""
