"""The teacher's spectrum in any dimension: its first levels one by one, the rest by quadrature over their number."""

from dataclasses import dataclass

import numpy as np

from shallownets.errors import Impossible
from shallownets.studies.spectra.model import Array

SINGLES = 64
_PANEL = 1.0  # in log i, of the rest
_NODES = 8  # Gauss & Legendre, in each


@dataclass(frozen=True)
class Levels:
    """Levels s_i of mean square one.

    Attributes:
        value: (m,) falling; s of the quadratic network, √d θ* of the diagonal one.
        weight: (m,) share of the d levels that each stands for; their sum is one.
    """

    value: Array
    weight: Array

    @property
    def mean(self) -> float:
        """Mean of the levels: Tr S*/d of the quadratic network."""
        return float(self.weight @ self.value)

    def above(self, x: float) -> float:
        """Share of the levels that are above x."""
        return float(self.weight @ (self.value > x))


def levels(gamma: float, d: int, singles: int = SINGLES) -> Levels:
    """Levels of s_i ~ i^-gamma, sum s_i^2 = d.

    A sum over i > singles is an integral over log i but for terms of the order of singles^-2 of it, and that is by
    Gauss and Legendre. Where the noise resolves levels beyond ``singles``, which nothing here forbids, a node of the
    quadrature is seen as a level with many equal eigenvalues: then ask for more singles.

    Args:
        gamma: above 1/2.
        d: dimension.
        singles: levels that stand for themselves alone; d and above: all.

    Raises:
        Impossible: an exponent or a dimension without a meaning.
    """
    if not (gamma > 0.5 and d >= 1 and singles >= 1):
        raise Impossible(f"gamma = {gamma}, d = {d}, singles = {singles}: expected gamma above 1/2, the others above 0")
    singles = min(singles, d)
    index, count = np.arange(1.0, singles + 1), np.ones(singles)
    if d > singles:
        ends = np.log([singles + 0.5, d + 0.5])
        edges = np.linspace(*ends, int(np.ceil((ends[1] - ends[0]) / _PANEL)) + 1)
        x, w = np.polynomial.legendre.leggauss(_NODES)
        half = np.diff(edges)[:, None] / 2
        rest = np.exp(edges[:-1, None] + half * (1 + x))
        index = np.concatenate([index, rest.ravel()])
        count = np.concatenate([count, (half * w * rest).ravel()])
    value, weight = index**-gamma, count / count.sum()
    return Levels(value / np.sqrt(weight @ value**2), weight)
