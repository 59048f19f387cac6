"""How late crowding makes directions, against the dimension."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, bootstrap, mean
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.model import Array

FITTED = 3  # dimensions that enter the exponent, the largest


@dataclass(frozen=True)
class Delays:
    """Delays over the times of greedy choice, from the same starts at each dimension.

    Attributes:
        d: (D,) dimensions, rising, at least three.
        measured: (starts, D) of the flow.
        by_theory: (starts, D) to first order in 1/d, ``theory.crowding``.
    """

    d: Array
    measured: Array
    by_theory: Array

    @property
    def ratios(self) -> Array:
        """(starts, D) measured delays over those of theory."""
        return self.measured / self.by_theory

    def exponent(self, rng: Generator, resamples: int) -> Estimate:
        """The exponent of the mean delay in d, over the largest dimensions; NaN where a delay may not be above 0."""
        last = self.d[-FITTED:]

        def slope(measured: Array) -> float:
            delays = measured[:, -FITTED:].mean(0)
            return curves.power(last, delays) if (delays > 0).all() else np.nan

        return bootstrap(self.measured, slope, rng, resamples)

    def at_infinity(self) -> Estimate:
        """The ratio at 1/d = 0: what follows the first order is of the order P/d and its square, and is fitted.

        Ratios have errors of the flow over delays, which fall as 1/d: each weighs as 1/d^2.
        """
        power = np.vander(1 / self.d * self.d[0], 3, increasing=True)
        weight = np.linalg.pinv(power * self.d[:, None]) * self.d
        return mean(self.ratios @ weight[0])
