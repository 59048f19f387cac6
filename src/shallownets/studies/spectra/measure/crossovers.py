"""How the samples at which two phases meet grow with the weight decay."""

from collections.abc import Iterator
from math import log, sqrt
from typing import NamedTuple

from shallownets.errors import Impossible
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.theory import corrections
from shallownets.studies.spectra.theory.network import Network


class Crossover(NamedTuple):
    """Where two phases meet at two weight decays.

    Attributes:
        between: the phases.
        N, lam: samples and weight decay at the first of both.
        exponent: of the samples in the decay.
        order: what may be left out of it, ``theory.corrections``.
    """

    between: str
    N: float
    lam: float
    exponent: float
    order: float


def of_thresholds(network: Network) -> Iterator[Crossover]:
    """Where phases of a threshold above the noise meet, Ib and II, II and III; none that do not in so few dimensions.

    Their exponent is 1.
    """
    for between, first in (("Ib and II", 100.0), ("II and III", network.d ** (network.gamma + 0.5))):
        try:
            ends = [curves.crossover(network, lam, between) for lam in (first, 100 * first)]
        except Impossible:
            continue
        slope, order = log(ends[1].n / ends[0].n) / log(100), corrections.between_phases(network, ends, log(100))
        yield Crossover(between, ends[0].N, first, slope, order)


def to_noise(network: Network) -> Iterator[Crossover]:
    """Where noise takes over from the threshold, II and IV, III and VIb; none where it does not, or hides no feature.

    Their exponent is 2: threshold and noise meet. From IV on, in its sense, is also VIa, which has the same boundary.
    In fewer samples II is no phase yet.
    """
    d, gamma = network.d, network.gamma
    for between, exponent, shares in (
        ("II and IV", 2 - 1 / gamma, (0.8, 1.1)),
        ("III and VIb", 2.0, (2 * gamma + 1, 2 * gamma + 4 / 3)),
    ):
        decays = [sqrt(d ** (share - 1)) for share in shares]
        try:
            ends = [curves.by_noise(network, lam, exponent / 2) for lam in decays]
        except Impossible:
            continue
        apart = log(decays[1] / decays[0])
        order = corrections.to_noise(network, between, ends, apart)
        if order is not None:
            yield Crossover(between, ends[0].N, decays[0], log(ends[1].n / ends[0].n) / apart, order)
