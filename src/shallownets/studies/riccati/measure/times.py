"""Times of the exact flow: when half the risk of a light tail is gone, and when one direction is learned."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.starts import Start
from shallownets.studies.riccati.theory import emergence, equivalent, scaling


@dataclass(frozen=True)
class Times:
    """When something happens in the exact flow.

    Attributes:
        found: (S,) from each start; nan where it does not happen near the time of theory.
        theory: of the deterministic equivalent.
        spread: the number of directions in play then, ``equivalent.Shares.spread``.
        unit: the unit of time that the source, or the equation as printed, gives.
    """

    found: Array
    theory: float
    spread: float
    unit: float


def half_risk(starts: Iterable[Start], M_star: int, beta: float, d: int) -> Times:
    """When half the risk of a light tail is gone, with a student as wide as the teacher."""
    N, lam = M_star, model.spectrum(M_star, beta)
    guess = emergence.times(lam, N, d)[np.searchsorted(np.cumsum(lam**2), 0.5)]
    theory = equivalent.time_to_risk(0.5, lam, N, d, guess)
    found = [curves.first_time(start, lam, lambda Z: float(model.risk(Z, lam)) - 0.5, theory) for start in starts]
    spread = equivalent.shares(theory, lam, N, d).spread
    return Times(np.array(found), theory, spread, scaling.unit_of_light(M_star, beta, N, d))


def direction(starts: Iterable[Start], lam: Array, N: int, d: int, j: int) -> Times:
    """When direction j, counted from 0, is learned: G_jj = 1/2; what theory says may be nan."""
    guess = emergence.times(lam, N, d)[j]
    found = [curves.first_time(start, lam, lambda Z: float(Z[j] @ Z[j]) - 0.5, guess) for start in starts]
    theory = equivalent.emergence(lam, N, d, j)
    return Times(np.array(found), theory.time, theory.freedom, np.log(d / N) / (2 * lam[j]))
