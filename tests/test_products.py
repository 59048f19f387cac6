"""The product of vectors of compiled loops."""

import math

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.numerics.products import dot


@pytest.mark.parametrize("size", [0, 1, 7, 16, 1003])
def test_a_product_is_the_exact_sum_to_rounding(size):
    rng = default_rng(1)
    u, v = rng.standard_normal(size), rng.standard_normal(size + 3)  # what v has beyond u does not count
    terms = [a * b for a, b in zip(u, v[:size], strict=True)]
    assert dot(u, v) == pytest.approx(math.fsum(terms), rel=1e-13, abs=1e-15 * (1 + sum(map(abs, terms))))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_stays_none(wrong):
    """Sums may be reordered, but nothing is taken for granted: a run that diverges is seen by it."""
    u = np.ones(20)
    u[11] = wrong
    assert dot(u, np.ones(20)) == pytest.approx(wrong, nan_ok=True)
