"""A run: what the engines of the flow and of SGD return, however they got there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shallownets.studies.emergence.model import Array, Places


@dataclass(frozen=True)
class Run:
    """When each direction is learned, and the loss on the way.

    Attributes:
        t: (S,) times at which the others are known, rising from 0; for SGD η times the number of steps.
        loss: (S,) 2 L = E (f* - f)^2.
        shares: (S, F) of the first F directions: sum_i r_i φ(M_im)/a_m, over the neurons that count.
        times: (P,) when the share of a direction first is 1/2; infinite where it never was.
        owner: (P,) the neuron with the largest part of that share then; -1 where it never was.
        steps: of the engine.
    """

    t: Array
    loss: Array
    shares: Array
    times: Array
    owner: Places
    steps: int

    @property
    def learned(self) -> NDArray[np.bool_]:
        """(P,) whether a direction was learned."""
        return np.isfinite(self.times)
