"""How far two tables are from each other, where their bytes are not the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_SMALL = 1e-4  # numbers below it are compared as if they were it: among them rounding errors themselves


def largest(ours: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """Largest deviation of a number in two tables, relative to its size, the median size in its column and 1e-4.

    The sizes are added. The last two keep what is zero but for rounding from counting, be it a number or a column.
    Infinite where a word, a missing or an infinite value, the columns or the number of rows differ.
    """
    if list(ours.columns) != list(theirs.columns) or len(ours) != len(theirs):
        return np.inf
    return max((_of_column(ours[name], theirs[name]) for name in ours), default=0.0)


def _of_column(ours: pd.Series, theirs: pd.Series) -> float:
    if ours.equals(theirs):
        return 0.0
    if not (_is_number(ours) and _is_number(theirs)):
        return np.inf
    a, b = ours.to_numpy(float), theirs.to_numpy(float)
    finite = np.isfinite(a)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True) or not np.isfinite(b[finite]).all():
        return np.inf
    a, b = a[finite], b[finite]
    size = np.abs(b) + np.median(np.abs(b)) + _SMALL if b.size else 1.0
    return float((np.abs(a - b) / size).max(initial=0.0))


def _is_number(column: pd.Series) -> bool:
    return column.dtype.kind in "iuf"
