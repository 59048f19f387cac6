"""How starts and runs compare with greedy choice and with the sequential law."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shallownets.studies.emergence.engines import decoupled
from shallownets.studies.emergence.model import Array, Link, Places
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.theory import times
from shallownets.studies.emergence.trajectory import Run

Z = 3.0  # of Wilson's interval: as many standard errors as elsewhere


@dataclass(frozen=True)
class Greedy:
    """What greedy choice says of a start.

    Attributes:
        neuron: (P,) owners, -1 where there is none.
        x: (P,) √d times their overlaps.
        times: (P,) learning times; infinite where there is no owner.
    """

    neuron: Places
    x: Array
    times: Array


def greedy(start: Start, a: Array, link: Link) -> Greedy:
    """Owners, overlaps and times by greedy choice; at k = 2, where nothing decouples, by the shortest time of all."""
    r0 = float(start.r[0])
    if link.exponent == 2:
        found = decoupled.assign(1 / times.learning_time(a, start.M, r0, link), start.M)
    else:
        found = decoupled.greedy(start.M, a, link.exponent)
    T = times.learning_time(a, found.M0, r0, link)
    return Greedy(found.neuron, np.sqrt(start.d) * found.M0, T)


def late(run: Run, expected: Greedy) -> Array:
    """(P,) learning times over those of greedy choice; NaN where one of them is infinite."""
    both = run.learned & np.isfinite(expected.times)
    out = np.full(both.size, np.nan)
    out[both] = run.times[both] / expected.times[both]
    return out


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Ends of Wilson's interval of a share, three standard errors wide to either side."""
    share, square = hits / n, Z**2 / n
    middle = (share + square / 2) / (1 + square)
    half = np.sqrt(square * share * (1 - share) + square**2 / 4) / (1 + square)
    return float(middle - half), float(middle + half)


def share(hits: ArrayLike) -> dict[str, float]:
    """The columns of a table of a share of independent (R,) hits: its value, and Wilson's interval."""
    values = np.asarray(hits, bool)
    low, high = wilson(int(values.sum()), values.size)
    return {"estimate": float(values.mean()), "low": low, "high": high, "n": values.size, "degrees": np.inf}
