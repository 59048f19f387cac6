"""How closely SGD follows the ODE, and how far it moves R, against N: all runs from one start."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, power_law_through
from shallownets.studies.escape import model
from shallownets.studies.escape.measure.solutions import root_mean
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.theory import solutions as theory

NAMES = ("deviation from the ODE", "late drift of R", "root of the excess distance")


def fluctuations(deviation: Array, M: Array, M_0: Array, Q_0: Array, rng: Generator) -> dict[str, Estimate]:
    """Each quantity by its name: the root of a mean square over R runs, which falls as N^(-1/2).

    Args:
        deviation: (R,) mean squared deviations from the ODE.
        M: (R, p, p*) at the end.
        M_0, Q_0: (p, p*) and (p, p) of the start.
        rng: of the bootstrap.
    """
    R_0, R = model.polar_factor(M_0), model.polar_factor(M)
    least = theory.squared_distance(M_0, Q_0, R_0)
    drift = ((R - R_0) ** 2).mean((1, 2))
    excess = theory.squared_distance(M_0, Q_0, R) / least - 1  # quadratic in the drift: its root falls as the others
    return {name: root_mean(of, rng) for name, of in zip(NAMES, (deviation, drift, excess), strict=True)}


@dataclass(frozen=True)
class RootLaw:
    """A power law of N through estimates, and the law N^(-1/2) through the same ones.

    Attributes:
        exponent: of the power law.
        level: logarithm of the factor of N^(-1/2): the weighted mean of log estimate + log N/2.
    """

    exponent: Estimate
    level: float

    def at(self, N: int) -> float:
        """The law N^(-1/2)."""
        return float(np.exp(self.level) / np.sqrt(N))


def root_law(estimates: Mapping[int, Estimate]) -> RootLaw | None:
    """The laws through estimates by their N; none through fewer than 3."""
    if len(estimates) < 3:
        return None
    precision = [(e.value / e.error) ** 2 for e in estimates.values()]
    level = np.average([np.log(e.value * np.sqrt(N)) for N, e in estimates.items()], weights=precision)
    return RootLaw(power_law_through(list(estimates), list(estimates.values())).coefficients[1], level)
