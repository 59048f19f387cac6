"""The phase diagram at leading order: which phase where, with which powers of samples and weight decay.

N = n_eff; s_1 ~ √d is the teacher's first level. A threshold x ~ lam d/N removes features below it and biases the rest
by it, where it exceeds the noise (d/N)^(1/2): above lam ~ (N/d)^(1/2). Constants are left out.
"""

from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import NamedTuple

from shallownets.studies.spectra.theory.peak import POSITION

_HARM = 2.0  # risk over that of the best weight decay which is still little harm
_FEW, _ALL = 0.25, 0.75  # of the features: at most, and at least
_WEAK = 1e-3  # decay over that at which threshold and noise meet, where it is called weak


@dataclass(frozen=True)
class Phase:
    """A phase, with the exponents of its risk.

    Attributes:
        name: as in the paper.
        by_n, by_lam: of N and lam; nan where the risk is no power of them.
        spectrum: what the trained weights look like, in words.
        left: least and largest share of the features that are left, where these words are true.
        learns: whether they say that something is learned with little harm, True, or that nothing is, False.
    """

    name: str
    by_n: float
    by_lam: float
    spectrum: str
    left: tuple[float, float] = (0.0, inf)
    learns: bool | None = None

    def says(self, left: float, risk: float, zero: float, best: float) -> bool:
        """Whether the words are true of numbers, at any dimension: asymptotic words may be wrong beside a boundary.

        What is learned has a risk below that of zero weights and below twice the best; where nothing is, half of the
        risk of zero weights is left at least.

        Args:
            left: share of the features that are left.
            risk: R; zero: at zero weights; best: at the best weight decay.
        """
        learned = {True: risk <= min(zero, _HARM * best), False: 2 * risk >= zero, None: True}[self.learns]
        return learned and self.left[0] <= left <= self.left[1]


def peak_at(quadratic: bool, d: int) -> float:
    """N of the interpolation peak, where samples are as many as parameters that fit them: phases V and VI meet."""
    return d * POSITION[quadratic]


def harmful_from(quadratic: bool, gamma: float, d: int) -> float:
    """N_V where fitted noise begins to exceed what is not learned, at weak decay: phases IV and V meet.

    It is never beyond the peak: in few dimensions, or for gamma near 1/2, IV ends there and there is no phase V.

    Quadratic: N^(-1 + 1/(2 gamma)) = (N/d)^(2/5). The diagonal network's phase V has 1/log(d/N), which exceeds any
    power at once: N_V grows as a power of log d alone, (log d)^(1/(1 - 1/(2 gamma))) at leading order.
    """
    fall = 1 - 1 / (2 * gamma)
    meets = 0.4 / (0.4 + fall) * log(d) if quadratic else log(log(d)) / fall  # log N_V, which may be beyond numbers
    peak = peak_at(quadratic, d)
    return exp(meets) if meets < log(peak) else peak


def phase(quadratic: bool, gamma: float, d: int, N: float, lam: float) -> Phase:
    """The phase at N samples and weight decay lam.

    Args:
        quadratic: the quadratic network; else the diagonal one.
        gamma: exponent of the teacher, above 1/2.
        d: dimension, large.
    """
    nan = float("nan")
    bias = 2 - 1 / gamma
    if N < 1:
        return Phase("Ia", 0.0, 0.0, "nothing of the teacher is learned", learns=False)
    if lam > N / sqrt(d):
        return Phase("Ib", 0.0, 0.0, "no weight is left", (0.0, 0.5 / d), False)
    if lam > sqrt(N / d):
        if lam > N * d ** (-gamma - 0.5):
            return Phase("II", -bias, bias, "few spikes, the rest is removed", (0.0, _FEW))
        return Phase("III", -2.0, 2.0, "all spikes, shifted by the threshold", (_ALL, inf))
    if harmful_from(quadratic, gamma, d) > N:
        words = "spikes above a bulk of fitted noise that does little harm"
        return Phase("IV", -1 + 1 / (2 * gamma), 0.0, words, learns=True)
    if peak_at(quadratic, d) > N:
        return Phase("V", 0.4 if quadratic else nan, 0.0, "a bulk of fitted noise that dominates the risk")
    if d ** (2 * gamma) > N:
        return Phase("VIa", -1.0, 0.0, "spikes above a bulk")
    return Phase("VIb", -1.0, 0.0, "a heavy tail: all features stand out")


def boundaries(quadratic: bool, gamma: float, d: int) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Lines between the phases in the plane of log_d N and log_d lam, each from one point to another; 9 is far away."""
    far, turn = 9.0, 2 * gamma  # II and III meet weak decay at d^(2 gamma)
    harmful, peak = (log(N) / log(d) for N in (harmful_from(quadratic, gamma, d), peak_at(quadratic, d)))
    upright = [(at, at / 2 - 0.5) for at in (harmful, turn)]
    return [
        ((0.0, -far), (0.0, far)),  # Ia
        ((0.0, -0.5), (far, far - 0.5)),  # Ib
        ((0.0, -0.5), (far, far / 2 - 0.5)),  # weak decay
        ((turn, turn / 2 - 0.5), (far, far - gamma - 0.5)),  # II and III
        *(((at, -far), (at, top)) for at, top in upright),
        ((peak, -far), (peak, peak / 2 - 0.5)),  # the peak
    ]


class Place(NamedTuple):
    """Where a phase is looked at: its name, N and the weight decay."""

    name: str
    N: float
    lam: float


def middles(quadratic: bool, gamma: float, d: int) -> list[Place]:
    """Places in the middle, in logarithm, between the boundaries of phases at several N; chosen before looking.

    Where a phase is narrower than the step in N, its place is in another one.
    """
    harmful, peak = harmful_from(quadratic, gamma, d), peak_at(quadratic, d)
    found = [Place(name, N, _WEAK * sqrt(N / d)) for name, N in (("IV", sqrt(harmful)), ("V", sqrt(harmful * peak)))]
    found += [Place("Ib", d**share, 100 * d ** (share - 0.5)) for share in (0.5, 1.0)]
    for share in (0.75, 1.0, 1.25):
        N = d**share
        low = max(sqrt(N / d), N * d ** (-gamma - 0.5))
        found.append(Place("II", N, sqrt(low * N / sqrt(d))))
    for share in (1.0, 1.5, 2.0):
        N = d ** (2 * gamma + share)
        found.append(Place("III", N, sqrt(sqrt(N / d) * N * d ** (-gamma - 0.5))))
    found += [Place("VIa", d**share, 1e-3) for share in (1.3, 1.5)]
    return found + [Place("VIb", d ** (2 * gamma + share), 1e-3) for share in (1.0, 2.0)]


def on_one_line(gamma: float, d: int) -> list[Place]:
    """Places in the samples at one weight decay, at which all of Ib, II, III and VIb are passed, in this order."""
    lam = d ** (gamma + 0.5)
    ends = {"Ib": lam * sqrt(d), "II": lam * d ** (gamma + 0.5), "III": lam**2 * d}  # N at which each ends
    return [
        Place("Ib", ends["Ib"] / 100, lam),
        Place("II", sqrt(ends["Ib"] * ends["II"]), lam),
        Place("III", sqrt(ends["II"] * ends["III"]), lam),
        Place("VIb", ends["III"] * sqrt(d), lam),
    ]
