"""Where the quadratic network's risk comes from: its spectrum's lowest band, and the features above it."""

from dataclasses import dataclass

import numpy as np

from shallownets.studies.spectra.theory.law import Law, law
from shallownets.studies.spectra.theory.levels import Levels
from shallownets.studies.spectra.theory.semicircle import second


@dataclass(frozen=True)
class Parts:
    """Parts of E = R/2.

    Attributes:
        overfitting: squares of what the threshold leaves of the lowest band.
        unlearned: of the teacher, in that band.
        learned: error of the features above it.
    """

    overfitting: float
    unlearned: float
    learned: float

    @property
    def total(self) -> float:
        return self.overfitting + self.unlearned + self.learned


def exact(levels: Levels, v: float, x: float, of: Law | None = None) -> Parts:
    """The split of E by bands at noise v and threshold x: f^2 and y c - 2 f c of the lowest band, and both above it."""
    of = of or law(levels, v, x)
    f = np.maximum(of.x - x, 0)
    lowest = of.band == of.band[-1]
    square, rest = of.share * f**2, of.share * (of.c * of.x - 2 * f * of.c)
    return Parts(float(square[lowest].sum()), float(rest[lowest].sum()), float((square + rest)[~lowest].sum()))


def leading(levels: Levels, v: float, x: float) -> Parts:
    """The paper's split (eq. 17), few features above noise: semicircle, removed features, spikes at s + v/s - x.

    A feature makes a spike where s > √v, and it is learned where the threshold leaves something of it.
    The term with the derivative of the number of features by the noise is not known to us, and is left out.
    """
    s, w = levels.value, levels.weight
    strong = (s > np.sqrt(v)) & (s + v / s > x)
    shift = v / s[strong]
    spikes = (shift - x) ** 2 + 2 * shift * (s[strong] + shift - x)
    return Parts(v * second(x / np.sqrt(v)), float(w[~strong] @ s[~strong] ** 2), float(w[strong] @ spikes))
