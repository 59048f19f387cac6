"""How late a run learns directions, beside greedy choice from its start, and beside greedy choice with crowding."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallownets.studies.emergence import simulate
from shallownets.studies.emergence.measure import laws
from shallownets.studies.emergence.measure.laws import Ratio
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.theory import crowding
from shallownets.studies.emergence.trajectory import Run


@dataclass(frozen=True)
class Part:
    """The median of times over theory's, of some directions that follow each other.

    Attributes:
        theory: ``greedy``, or ``crowded`` with the delays of crowding.
        first, last: of these directions, counted from 1.
        order: of what theory leaves out, (last/d)^2.
    """

    theory: str
    first: int
    last: int
    order: float
    ratio: Ratio


@dataclass(frozen=True, eq=False)
class Lateness:
    """The times of (P,) directions; infinite or NaN where the run or theory has none.

    Attributes:
        measured: of the run.
        greedy: of greedy choice.
        crowded: of greedy choice with the delays of crowding.
    """

    measured: Array
    greedy: Array
    crowded: Array

    def parts(self, bounds: Sequence[tuple[int, int]], d: int) -> list[Part]:
        """Medians over the directions from first to last, where the teacher has them and most have times.

        Args:
            bounds: first and last of each part.
            d: dimension of the inputs.
        """
        return [
            Part(name, first, last, (last / d) ** 2, ratio)
            for first, last in bounds
            if last <= self.measured.size
            for name, theory in (("greedy", self.greedy), ("crowded", self.crowded))
            if (ratio := laws.median_ratio(self.measured[first - 1 : last], theory[first - 1 : last]))
        ]

    def over_greedy(self) -> tuple[Array, Array, Array]:
        """Numbers of directions, counted from 1, their times over those of greedy choice, and what crowding expects.

        Without the directions for which one of them is not finite.
        """
        with np.errstate(invalid="ignore"):
            measured, expected = self.measured / self.greedy, self.crowded / self.greedy
        known = np.isfinite(measured) & np.isfinite(expected)
        return np.flatnonzero(known) + 1, measured[known], expected[known]


def lateness(run: Run, start: Start, a: Array, link: Link) -> Lateness:
    """The times of a run from a start, with strengths (P,) of the teacher's directions."""
    expected = simulate.decoupled(start, a, link)
    delays = crowding.delays(start.M, a, expected.owner, expected.times)
    return Lateness(run.times, expected.times, expected.times + delays)
