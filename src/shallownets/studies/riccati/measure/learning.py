"""How starts learn direction after direction: overlaps and risk in time, and when each direction is learned."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array, Places
from shallownets.studies.riccati.starts import Start
from shallownets.studies.riccati.theory import emergence


@dataclass(frozen=True)
class Learning:
    """The exact flow, from one start or averaged over several.

    Attributes:
        diagonal: (T, M*) the overlaps G_jj.
        risk: (T,) with the best radial part.
        additive: (T,) the risk of these G_jj, were every direction to count by itself.
    """

    diagonal: Array
    risk: Array
    additive: Array

    @property
    def curves(self) -> tuple[Array, Array, Array]:
        """All three."""
        return self.diagonal, self.risk, self.additive


def follow(start: Start, lam: Array, times: Array) -> Learning:
    """The exact flow at these times, (T,)."""
    diagonal, risk = np.empty((len(times), lam.size)), np.empty(len(times))
    for k, Z in enumerate(exact.overlaps(start, lam, times)):
        diagonal[k], risk[k] = (Z**2).sum(1), model.risk(Z, lam)
    return Learning(diagonal, risk, emergence.additive_risk(diagonal, lam))


@dataclass(frozen=True)
class Learned:
    """When directions are learned, from several starts.

    Attributes:
        times: (S, n) when G_jj = 1/2; nan where a direction is not learned.
        slopes: (S, n) the slope of the logit of G_jj there over 2 λ_j; nan as above.
        mixed: (S,) the largest difference of the additive risk from the risk.
        mean: the flow, averaged over the starts.
    """

    times: Array
    slopes: Array
    mixed: Array
    mean: Learning


def learned(starts: Iterable[Start], lam: Array, times: Array, directions: Places) -> Learned:
    """Follow each start, and see when it learns.

    Args:
        starts: at least one, drawn as they are needed.
        lam: (M*,) the teacher's eigenvalues.
        times: (T,) rising.
        directions: (n,) counted from 0.
    """
    found, mixed = [], []
    total = Learning(np.zeros((len(times), lam.size)), np.zeros(len(times)), np.zeros(len(times)))
    for start in starts:
        one = follow(start, lam, times)
        for of_all, of_one in zip(total.curves, one.curves, strict=True):
            of_all += of_one
        overlaps = np.clip(one.diagonal[:, directions], 1e-300, 1 - 1e-15)
        crossing, slope = curves.crossings(times, overlaps)
        found.append((crossing, slope / (2 * lam[directions])))
        mixed.append((one.additive - one.risk).max())
    crossings, slopes = map(np.array, zip(*found, strict=True))
    mean = Learning(*(of_all / len(found) for of_all in total.curves))
    return Learned(crossings, slopes, np.array(mixed), mean)
