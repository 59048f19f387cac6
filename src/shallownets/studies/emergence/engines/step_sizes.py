"""Step sizes of SGD: constant, or falling so that weak directions have the same noise as strong ones (S12)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shallownets.errors import Impossible
from shallownets.studies.emergence.model import Array


@dataclass(frozen=True)
class Steps:
    """η = first/(1 + t/scale) at the flow's time t, the sum of the η before.

    As dt/dn = η, t = scale (sqrt(1 + 2 first n/scale) - 1): late, n ~ t^2. The flow learns direction m at a time in
    proportion to 1/a_m, so that η/a_m is then the same for all m beyond ``scale``.

    Attributes:
        first: of the first sample, above 0.
        scale: the time at which η has fallen to half of it; infinite for a constant one.

    Raises:
        Impossible: other values.
    """

    first: float
    scale: float = np.inf

    def __post_init__(self) -> None:
        if not (0 < self.first < np.inf and self.scale > 0):
            raise Impossible(f"first = {self.first}, scale = {self.scale}: expected a step size and a time above 0")

    def sizes(self, first: int, count: int) -> Array:
        """η of the samples first to first + count - 1, counted from 0."""
        n = np.arange(first, first + count, dtype=float)
        return self.first / np.sqrt(1 + 2 * self.first * n / self.scale)

    def time(self, n: ArrayLike) -> Array:
        """The flow's time after n samples, up to η at most."""
        n = np.asarray(n, float)
        if np.isinf(self.scale):
            return self.first * n
        return self.scale * np.expm1(0.5 * np.log1p(2 * self.first * n / self.scale))

    def samples(self, t: ArrayLike) -> Array:
        """How many samples take the flow's time t, not rounded."""
        t = np.asarray(t, float)
        return t / self.first * (1 + t / (2 * self.scale))
