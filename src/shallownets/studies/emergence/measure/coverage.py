"""How many directions neurons cover, and waste, and how that grows with the number of directions and the dimension."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from shallownets.studies.emergence import model
from shallownets.studies.emergence.engines import correlation
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.theory import coverage as theory

_AT_ONCE = 4096  # neurons drawn at a time


def drawn(a: Array, N: int, d: int, k: int, rng: Generator) -> int:
    """Directions covered by N neurons in uniform directions that follow the correlation loss."""
    hit = np.zeros(a.size, bool)
    for first in range(0, N, _AT_ONCE):
        x = rng.standard_normal((min(_AT_ONCE, N - first), a.size))
        length = np.sqrt((x**2).sum(1) + rng.chisquare(d - a.size, len(x)))
        hit[correlation.simulate(x / length[:, None], a, k)] = True
    return int(hit.sum())


class Growth(NamedTuple):
    """Exponents in the number P of directions.

    Attributes:
        rarest: of -log of the chance of the rarest direction, between the last two P.
        half: of the logarithm of the width that covers half, over all P.
    """

    rarest: float
    half: float


def growth(beta: float, k: int, sizes: Sequence[int]) -> Growth:
    """How chances and widths grow with the number P of directions, of strengths m^-β."""
    P, chances = np.array(sizes), [theory.chances(model.strengths(one, beta), k) for one in sizes]
    rare = np.array([-np.log(one[-1]) for one in chances])
    needed = np.array([np.log(theory.width_for_half(one)) for one in chances])
    return Growth(float((np.diff(np.log(rare)) / np.diff(np.log(P)))[-1]), curves.power(P, needed))


def wasted_exponent(d: Sequence[int], wasted: Array) -> float:
    """Exponent in d (D,) of how many neurons are wasted, from counts (starts, D).

    The variance of the logarithm of a count n is 1/n; half a neuron in all starts together stands for none.
    """
    n = np.maximum(wasted.sum(0), 0.5)
    return float(np.polyfit(np.log(d), np.log(n), 1, w=np.sqrt(n))[0])
