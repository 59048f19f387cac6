"""The risk against time at one student's width, as theory has it, and the plateau against the width."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.theory import emergence, equivalent, scaling


@dataclass(frozen=True)
class Theory:
    """What theory says of a curve, (T,) each.

    Attributes:
        equivalent: the risk of the deterministic equivalent.
        decoupled: that of directions that are learned each by itself.
        law: the power of time for large d and M*, without the plateau.
    """

    equivalent: Array
    decoupled: Array
    law: Array


def theory(times: Array, M_star: int, beta: float, N: int, d: int) -> Theory:
    """At these times, (T,); the teacher's width and tail, the student's width, the input dimension."""
    lam = model.spectrum(M_star, beta)
    return Theory(
        equivalent.risk(times, lam, N, d),
        emergence.decoupled_risk(times, lam, emergence.equal_shares(M_star, N, d)),
        scaling.law(times, M_star, beta, N, d),
    )


@dataclass(frozen=True)
class SingleTimes:
    """What theory says of single times, (T,) each.

    Attributes:
        risk: of the deterministic equivalent.
        law: the risk for large d and M*, down to the plateau of a light tail.
        outside: the equivalent's number of directions outside the teacher.
        spread: the number of directions in play, ``equivalent.Shares.spread``.
    """

    risk: Array
    law: Array
    outside: Array
    spread: Array


def single_times(times: Array, M_star: int, beta: float, N: int, d: int) -> SingleTimes:
    """At these times, (T,); the teacher's width and tail, the student's width, the input dimension."""
    lam = model.spectrum(M_star, beta)
    plateau = 1 - (N / M_star) ** (1 - 2 * beta) if beta < 0.5 else 0.0
    shares = [equivalent.shares(time, lam, N, d) for time in times]
    return SingleTimes(
        equivalent.risk(times, lam, N, d),
        np.maximum(scaling.law(times, M_star, beta, N, d), plateau),
        np.array([one.outside for one in shares]),
        np.array([one.spread for one in shares]),
    )


def plateau_exponent(widths: Sequence[int], risks: Sequence[float], M_star: int, beta: float) -> float:
    """The exponent in the student's width of the part of the last risk that is a power of it.

    Args:
        widths: at least two, below the teacher's.
        risks: the last ones, at these widths.
        M_star, beta: the teacher's width and tail.
    """
    return curves.power(widths, scaling.power_part(np.array(risks), M_star, beta))
