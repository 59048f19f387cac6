"""Norm learning: how the norms of the student vectors relax while M = 0, and what is left of their differences."""

from dataclasses import dataclass

import numpy as np

from shallownets.numerics.statistics import Estimate, exact, mean
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.model import Array, plateau_norm
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau


@dataclass(frozen=True)
class Relaxation:
    """Norms by eq. 9 alone, M = 0 under gradient flow, at T times; deviations are relative to p/(p+2).

    Attributes:
        norms: (T, p) each norm.
        equal: (T,) deviation of norms that are all equal at the start.
        differences: (T,) standard deviation of the norms from each other.
        equal_theory: (T,) the logistic function.
        differences_theory: (T,) the exponential of the linear regime, fixed in the middle, where it has begun.
    """

    norms: Array
    equal: Array
    differences: Array
    equal_theory: Array
    differences_theory: Array


def relaxation(norms: Array, p_star: int, t: Array, tolerance: float) -> Relaxation:
    """Integrate eq. 9 from different norms, and from equal ones, all as the largest.

    Args:
        norms: (p,) at the start.
        p_star: teacher width.
        t: (T,) times in units of η̂ α.
        tolerance: of the ODE.
    """
    p, largest, goal = len(norms), norms.max(), plateau_norm(len(norms))
    different, together = (
        ode.simulate(Start(np.zeros((p, p_star)), Q), p, t, tolerance, gradient_flow=True).Q[0]
        for Q in (np.diag(norms), largest * np.eye(p))
    )
    each = np.diagonal(different, axis1=1, axis2=2)
    spread, middle = each.std(1) / goal, len(t) // 2
    return Relaxation(
        norms=each,
        equal=np.abs(together[:, 0, 0] / goal - 1),
        differences=spread,
        equal_theory=np.abs(plateau.equal_norms(t, p, largest) / goal - 1),
        differences_theory=spread[middle] * np.exp(-plateau.norm_difference_rate(p) * (t - t[middle])),
    )


@dataclass(frozen=True)
class NormsAt:
    """The norms at one recorded time.

    Attributes:
        t: the time, η̂ α.
        ode: mean of the ODE's norms.
        mean_norm: that of SGD, over replicates; None where none is left.
        spread_left: standard deviation of the ODE's norms from each other over that at the start.
    """

    t: float
    ode: float
    mean_norm: Estimate | None
    spread_left: Estimate


def norms_at(time: float, t: Array, limit: Array, sgd: Array | None) -> NormsAt:
    """The norms at the recorded time that is closest to a given one.

    Args:
        time: the one that is asked for.
        t: (T,) recorded times.
        limit: (T, p) norms of the ODE.
        sgd: (R, T, p) those of SGD, or None.
    """
    at = int(np.argmin(np.abs(t - time)))
    left = limit[at].std() / limit[0].std()
    return NormsAt(t[at], limit[at].mean(), None if sgd is None else mean(sgd[:, at].mean(1)), exact(left))
