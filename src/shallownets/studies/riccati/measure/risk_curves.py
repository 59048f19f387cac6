"""The exact flow against time at one student's width: the times looked at, and a curve from each start."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.starts import Start
from shallownets.studies.riccati.theory import scaling

FIRST = 0.2  # first time of a curve, over |A|_F log(d/N)/2


def times(M_star: int, beta: float, N: int, d: int, last: float, points: int, judged_at: Sequence[float]) -> Array:
    """(points + J + 1,) the times of a curve, J single times, and one at which nothing is left to learn.

    Args:
        M_star, beta, N, d: the teacher's width and tail, the student's width, the input dimension.
        last: of the curve, over |A|_F log(d/N)/2.
        points: of the curve, equally spaced in logarithm.
        judged_at: (J,) the single times over that of the decoupled direction N.
    """
    unit = scaling.unit(M_star, beta, N, d)
    end = scaling.settled(model.spectrum(M_star, beta), N, d)
    return np.array([*(unit * np.geomspace(FIRST, last, points)), *(unit * N**beta * np.array(judged_at)), end])


@dataclass(frozen=True)
class Curve:
    """The exact flow from one start.

    Attributes:
        risk: (T,) with the best radial part.
        missing: (T,) N - tr Z^T Z, the student's directions outside the teacher.
    """

    risk: Array
    missing: Array


def follow(start: Start, lam: Array, times: Array) -> Curve:
    """The exact flow at these times, (T,)."""
    N = start.Z.shape[1]
    found = [(float(model.risk(Z, lam)), N - float((Z**2).sum())) for Z in exact.overlaps(start, lam, times)]
    return Curve(*np.array(found).T)
