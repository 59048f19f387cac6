"""Assignment of an array of compiled loops."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.numerics.assign import assign


@pytest.mark.parametrize("size", [0, 1, 7, 16, 1003])
def test_all_of_an_array_is_assigned_and_nothing_beyond_it(size):
    rng = default_rng(1)
    whole, values = rng.standard_normal(size + 6), rng.standard_normal(size + 3)
    values[size // 2 : size // 2 + 1] = np.nan
    before = whole.copy()
    assign(whole[2 : size + 2], values)
    np.testing.assert_array_equal(whole, np.r_[before[:2], values[:size], before[size + 2 :]])


def test_an_array_can_be_shifted_within_itself():
    values = np.arange(40.0)
    assign(values[:30], values[5:])
    np.testing.assert_array_equal(values, [*range(5, 35), *range(30, 40)])
