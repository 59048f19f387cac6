"""Estimates at several sizes: what they are for large N, and how they differ."""

from collections.abc import Sequence

import numpy as np

from shallownets.numerics.statistics import Estimate, PolynomialFit, fit_polynomial


def line(sizes: Sequence[int], found: Sequence[Estimate]) -> PolynomialFit:
    """A line in 1/N through independent estimates at more than two N; its constant is the limit of large N."""
    values, errors, degrees = np.array([(one.value, one.error, one.freedom) for one in found]).T
    return fit_polynomial(1 / np.array(sizes), values, errors, degrees=degrees)


def less(a: Estimate, b: Estimate) -> Estimate:
    """The difference of independent estimates, from the samples of a: b has as many, or by far the smaller error."""
    return Estimate(a.value - b.value, float(np.hypot(a.error, b.error)), a.n)
