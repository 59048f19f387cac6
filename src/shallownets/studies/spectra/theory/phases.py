"""The phase diagram at leading order: which phase where, with which powers of samples and weight decay.

N = n_eff; s_1 ~ √d is the teacher's first level. A threshold x ~ lam d/N removes features below it and biases the rest
by it, where it exceeds the noise (d/N)^(1/2): above lam ~ (N/d)^(1/2). Constants are left out.
"""

from dataclasses import dataclass
from math import log, sqrt


@dataclass(frozen=True)
class Phase:
    """A phase, with the exponents of its risk.

    Attributes:
        name: as in the paper.
        by_n, by_lam: of N and lam; nan where the risk is no power of them.
        spectrum: what the trained weights look like, in words.
    """

    name: str
    by_n: float
    by_lam: float
    spectrum: str


def harmful_from(quadratic: bool, gamma: float, d: int) -> float:
    """N_V where fitted noise begins to exceed what is not learned, at weak decay: phases IV and V meet.

    Quadratic: N^(-1 + 1/(2 gamma)) = (N/d)^(2/5). The diagonal network's phase V has 1/log(d/N), which exceeds any
    power at once: N_V grows as a power of log d alone, (log d)^(1/(1 - 1/(2 gamma))) at leading order.
    """
    fall = 1 - 1 / (2 * gamma)
    return d ** (0.4 / (0.4 + fall)) if quadratic else log(d) ** (1 / fall)


def phase(quadratic: bool, gamma: float, d: int, N: float, lam: float) -> Phase:
    """The phase at N samples and weight decay lam.

    Args:
        quadratic: the quadratic network; else the diagonal one.
        gamma: exponent of the teacher, above 1/2.
        d: dimension, large.
    """
    nan = float("nan")
    bias = 2 - 1 / gamma
    if lam > N / sqrt(d):
        return Phase("Ib", 0.0, 0.0, "no weight is left")
    if lam > sqrt(N / d):
        if lam > N * d ** (-gamma - 0.5):
            return Phase("II", -bias, bias, "few spikes, the rest is removed")
        return Phase("III", -2.0, 2.0, "all spikes, shifted by the threshold")
    if N < 1:
        return Phase("Ia", 0.0, 0.0, "noise alone")
    if harmful_from(quadratic, gamma, d) > N:
        return Phase("IV", -1 + 1 / (2 * gamma), 0.0, "spikes above a bulk of fitted noise that does little harm")
    if d > N:
        return Phase("V", 0.4 if quadratic else nan, 0.0, "a bulk of fitted noise that dominates the risk")
    if d ** (2 * gamma) > N:
        return Phase("VIa", -1.0, 0.0, "spikes above a bulk")
    return Phase("VIb", -1.0, 0.0, "a heavy tail: all features stand out")


def boundaries(quadratic: bool, gamma: float, d: int) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Lines between the phases in the plane of log_d N and log_d lam, each from one point to another; 9 is far away."""
    far, turn = 9.0, 2 * gamma  # II and III meet weak decay at d^(2 gamma)
    harmful = log(harmful_from(quadratic, gamma, d)) / log(d)
    upright = [(at, at / 2 - 0.5) for at in (0.0, harmful, turn)]
    return [
        ((-far, -far - 0.5), (far, far - 0.5)),  # Ib
        ((0.0, -0.5), (far, far / 2 - 0.5)),  # weak decay
        ((turn, turn / 2 - 0.5), (far, far - gamma - 0.5)),  # II and III
        *(((at, -far), (at, top)) for at, top in upright),
        ((1.0, -far), (1.0, 0.0)),  # the peak
    ]
