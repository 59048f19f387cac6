"""How starts and runs compare with greedy choice and with the sequential law."""

import numpy as np
from numpy.typing import ArrayLike

from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.trajectory import Run

Z = 3.0  # of Wilson's interval: as many standard errors as elsewhere


def late(run: Run, expected: Run) -> Array:
    """(P,) learning times over those of greedy choice; NaN where one of them is infinite."""
    both = run.learned & expected.learned
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
