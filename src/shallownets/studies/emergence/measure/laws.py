"""How starts and runs compare with greedy choice and with the sequential law."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shallownets.numerics.statistics import Estimate, exact, mean
from shallownets.studies.emergence import simulate
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.theory import sequential
from shallownets.studies.emergence.trajectory import Run

Mask = NDArray[np.bool_]

Z = 3.0  # of Wilson's interval: as many standard errors as elsewhere


def late(run: Run, expected: Run) -> Array:
    """(P,) learning times over those of greedy choice; NaN where one of them is infinite."""
    both = run.learned & expected.learned
    out = np.full(both.size, np.nan)
    out[both] = run.times[both] / expected.times[both]
    return out


def ranks(run: Run, M: Array, d: int, k: int) -> Array:
    """(P,) ranks of the overlaps that won, among those that were left: uniform by the sequential law; NaN for none.

    Args:
        M: (N, P) overlaps at the start.
        d, k: dimension of the inputs, and information exponent.
    """
    N, P = M.shape
    won = np.where(run.owner >= 0, np.abs(M[run.owner, np.arange(P)]), np.nan)
    return sequential.rank(np.sqrt(d) * won, N - np.arange(P), d, k)


def middle(values: Array) -> float:
    """The median of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else np.nan


def apart(run: Run, expected: Run) -> Estimate | None:
    """The largest ratio of learning times of two runs from one start, as a logarithm; None where none is in both."""
    ratio = late(run, expected)
    both = np.isfinite(ratio)
    return exact(np.abs(np.log(ratio[both])).max(), int(both.sum())) if both.any() else None


@dataclass(frozen=True)
class Ratio:
    """The median of times over those of theory.

    Attributes:
        value: of the ratios that are known.
        low, high: what it would be if all others were 0, or infinite.
        n: all ratios.
        left_out: those that are not known.
    """

    value: float
    low: float
    high: float
    n: int
    left_out: int

    def row(self) -> dict[str, float]:
        """Its columns of a table."""
        ends = {"estimate": self.value, "low": self.low, "high": self.high, "n": self.n, "degrees": np.inf}
        return ends | {"left_out": self.left_out}


def median_ratio(T: Array, theory: Array) -> Ratio | None:
    """The median of (P,) times over those of theory; None if most of the ratios are not known.

    One is not known where the direction was not learned, or where theory has no time for it.
    """
    ratio = np.full(T.size, np.nan)
    known = np.isfinite(T) & np.isfinite(theory)
    ratio[known] = T[known] / theory[known]
    low, high = (float(np.median(np.where(known, ratio, other))) for other in (0.0, np.inf))
    if not (low > 0 and high < np.inf):
        return None
    return Ratio(float(np.median(ratio[known])), low, high, T.size, int(T.size - known.sum()))


def left_by_greedy(start: Start, a: Array, link: Link) -> float:
    """The loss at the end of greedy choice: the squares of (P,) strengths that no neuron takes."""
    return float((a[simulate.decoupled(start, a, link).owner < 0] ** 2).sum())


def plateau_exponent(sets: Iterable[Sequence[Start]], a: Array, link: Link, tail: float) -> Estimate:
    """The exponent in N of what greedy choice leaves, with the tail that a finite teacher lacks: a mean over sets.

    Args:
        sets: starts of several widths each.
        a: (P,) strengths of the teacher's directions.
    """
    exponents = []
    for starts in sets:
        widths = np.array([start.r.size for start in starts])
        left = np.array([left_by_greedy(start, a, link) + tail for start in starts])
        exponents.append(curves.power(widths, left))
    return mean(exponents)


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


def sign_test(here: Mask, there: Mask) -> dict[str, float]:
    """The share of starts where a direction is learned here, of those where it is learned in one way alone.

    It is one half where the way does not matter.

    Args:
        here, there: (R,) whether it is, in two ways of training from the same starts.
    """
    differ = here != there
    if differ.any():
        return share(here[differ])
    return {"estimate": 0.5, "low": 0.0, "high": 1.0, "n": 0, "degrees": np.inf}
