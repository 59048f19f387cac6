"""How far two tables are from each other must be seen, and what is no deviation let pass."""

import numpy as np
import pandas as pd
import pytest

from shallownets.numerics.deviation import largest

FRAME = pd.DataFrame({"name": ["a", "b", "c"], "n": [1, 2, 3], "value": [1.0, 4.0, np.nan]})


def test_a_table_does_not_deviate_from_itself():
    assert largest(FRAME, FRAME.copy()) == 0
    assert largest(FRAME.iloc[:0], FRAME.iloc[:0]) == 0


@pytest.mark.parametrize(
    ("row", "column", "value", "expected"),
    [
        (0, "value", 1.0 + 7e-9, 2e-9),  # the column's median is 2.5
        (1, "value", 4.0 - 1.3e-6, 2e-7),
        (2, "n", 8, 1.0),
        (2, "value", 1.0, np.inf),
        (0, "value", np.inf, np.inf),
        (0, "value", np.nan, np.inf),
        (1, "name", "x", np.inf),
    ],
)
def test_the_largest_deviation_is_found(row, column, value, expected):
    other = FRAME.copy()
    other.loc[row, column] = value
    assert largest(other, FRAME) == pytest.approx(expected, rel=1e-3)


def test_other_rows_columns_and_kinds_are_no_small_deviation():
    assert largest(FRAME.iloc[:2], FRAME) == np.inf
    assert largest(FRAME[["name", "value", "n"]], FRAME) == np.inf
    assert largest(FRAME.assign(n="1"), FRAME) == np.inf


@pytest.mark.parametrize("others", [[1.0, 2.0], [1e-17, 0.0]])
def test_rounding_of_what_should_be_zero_does_not_count(others):
    ours, theirs = (pd.DataFrame({"x": [*others, zero]}) for zero in (1e-17, -3e-17))
    assert 0 < largest(ours, theirs) < 1e-12
