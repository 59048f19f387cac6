"""How long the search lasts against the dimension."""

from dataclasses import dataclass

import numpy as np

from shallownets.studies.emergence.measure.laws import Mask
from shallownets.studies.emergence.model import Array


@dataclass(frozen=True)
class Search:
    """Times of the directions that are learned at every dimension, of starts that have some.

    Attributes:
        kept: (S,) which starts have some.
        times: (R, D) geometric means over these directions, of the kept starts at each dimension.
        decoupled: (R, D) those of the decoupled picture.
    """

    kept: Mask
    times: Array
    decoupled: Array

    def slopes(self, d: Array) -> Array:
        """(R,) exponents of the times in d, between the last two dimensions."""
        return self._last(self.times, d)

    def expected(self, d: Array) -> float:
        """Their mean by the decoupled picture."""
        return float(self._last(self.decoupled, d).mean())

    @staticmethod
    def _last(T: Array, d: Array) -> Array:
        return np.log(T[:, -1] / T[:, -2]) / np.log(d[-1] / d[-2])


def search(measured: Array, decoupled: Array) -> Search:
    """The search by the times (S, D, P) of directions, which are not finite where one is not learned."""
    every = np.all(np.isfinite(measured) & np.isfinite(decoupled), axis=1)
    kept = np.any(every, axis=1)
    T, by = (np.exp(np.mean(np.log(one[kept]), axis=2, where=every[kept][:, None, :])) for one in (measured, decoupled))
    return Search(kept, T, by)
