"""Ratios and differences of estimates that are independent of each other."""

import numpy as np

from shallownets.numerics.statistics import Estimate


def over(a: Estimate, b: Estimate) -> Estimate:
    """a/b, of means that are many errors from 0: to first order in their relative errors."""
    ratio = a.value / b.value
    error = abs(ratio) * float(np.hypot(a.error / a.value, b.error / b.value))
    return Estimate(ratio, error, min(a.n, b.n))


def difference(a: Estimate, b: Estimate) -> Estimate:
    """a - b."""
    return Estimate(a.value - b.value, float(np.hypot(a.error, b.error)), min(a.n, b.n))
