"""Runs of the flow at several widths, as stages read them to measure them, and the sequential law at their size."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng

from shallownets.numerics import seeds
from shallownets.stage import Arrays
from shallownets.studies.emergence import model
from shallownets.studies.emergence.measure import curves, kept
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.stages.flow_link import K
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.theory import scaling
from shallownets.studies.emergence.theory.sequential import Law
from shallownets.studies.emergence.trajectory import Run

COMMON = ("d", "P", "beta", "widths", "t_end", "exact", "r0", "tolerance")  # what their tables say of the runs
DRAWS = 40  # of the sequential law, at all widths


@dataclass(frozen=True, eq=False)
class AtWidths:
    """The runs of the stage ``scaling_law_runs``.

    Attributes:
        given: its parameters.
        deflated: runs of the deflated flow, by N and the number of the start.
        exact: runs of the exact flow from the first start, in the order of the parameter of this name.
    """

    given: Mapping[str, Any]
    deflated: Mapping[tuple[int, int], Run]
    exact: list[Run]

    @property
    def widths(self) -> list[int]:
        """The widths N, rising."""
        return self.given["widths"]

    @property
    def narrow(self) -> list[int]:
        """The widths up to the teacher's, from several starts each."""
        return [N for N in self.widths if self.given["P"] >= N]

    @cached_property
    def law(self) -> Law:
        """The sequential law of their teacher."""
        a = model.strengths(self.given["P"], self.given["beta"])
        return Law(a, self.given["d"], self.given["r0"], model.hermite(K))

    @cached_property
    def tail(self) -> float:
        """What their teacher lacks of one of infinitely many directions."""
        return scaling.tail(self.given["P"], self.given["beta"])

    def times(self, points: int) -> Array:
        """Times up to the last one, equally spaced in logarithm."""
        return np.geomspace(1.0, self.given["t_end"], points)

    def losses(self, t: Array, widths: list[int], replicate: int = 0) -> dict[int, Array]:
        """Losses at times t of the runs from one start, by N."""
        return {N: curves.loss_at(self.deflated[N, replicate], t) for N in widths}

    def start(self, purpose: str, N: int, replicate: int = 0) -> Start:
        """A start of width N, by its purpose and number."""
        seed, P, d, r0 = (self.given[name] for name in ("seed", "P", "d", "r0"))
        return drawn.start(seed, purpose, N, P, d, r0, replicate)

    def stream(self, N: int, number: int) -> Generator:
        """Random numbers of a draw of the sequential law, by the width and the number of the draw."""
        of = {"N": N, "P": self.given["P"]}
        return default_rng(seeds.sequence(self.given["seed"], "emergence, sequential law", of, number))

    def streams(self, N: int) -> Iterator[Generator]:
        """Random numbers of all draws at one width."""
        return (self.stream(N, number) for number in range(DRAWS))


def read(runs: Arrays) -> AtWidths:
    """The runs in an artefact of ``scaling_law_runs``."""
    keys = zip(*(runs.arrays[name].tolist() for name in ("N", "replicate", "exact")), strict=True)
    deflated, flow = {}, []
    for (N, replicate, exactly), run in zip(keys, kept.unpacked(runs.arrays), strict=True):
        if exactly:
            flow.append(run)
        else:
            deflated[N, replicate] = run
    return AtWidths(runs.parameters, deflated, flow)
