"""What the leading order of the phases leaves out of exponents and prefactors: twice the largest corrections.

Claims hold state evolution to the leading order within them. They are derived in docs/spectra.md: inside the phases in
section 4, of the best weight decay in 5, of the peak in 6. K is the number of features above the threshold.
"""

from collections.abc import Sequence
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from shallownets.studies.spectra.theory import peak as law
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.quadratic import Quadratic

_DIGITS = 1e-6  # of an exponent from two solutions


def _features(network: Network, x: float) -> float:
    """K at the threshold x, at least one."""
    return max(network.d * network.levels.above(x), 1)


def in_phase(network: Network, name: str, state: State) -> float:
    """What is left out of the risk in the middle of a phase, relative: its local exponents may be off by as much."""
    beside = state.v / state.x**2  # noise over threshold, squared
    left = _features(network, state.x)
    free = (1 - state.freedom / state.n) * (1 + state.risk / network.noise)
    return {
        "Ib": _DIGITS,  # no noise reaches the threshold
        "II": 2 / left + 2 * beside + 2 * (left / network.d) ** (2 * network.gamma - 1),  # sums as integrals from 0 on
        "III": 4 * beside,
        "IV": 2 * free,  # samples that decay leaves unfitted, and how the risk feeds the noise
        "V": 2 * free,
        "VIa": 4 / sqrt(beside),
        "VIb": 4 / beside + 2 * state.risk / network.noise + 1e-9,  # and rounding
    }[name]


def of_prefactor(network: Network, name: str, state: State) -> float:
    """What is left out of the risk's prefactor in phase VIa or VIb, ``peak.last``, relative."""
    share = network.levels.above(sqrt(state.v)) if name == "VIa" else 1 / network.d
    return 2 * state.x / sqrt(state.v) + 2 * state.risk / network.noise + share


def between_phases(network: Network, ends: Sequence[State], apart: float) -> float:
    """What is left out of the exponent, in the weight decay, of the samples at which two threshold phases meet.

    There v/x^2 << 1, and x ~ lam/N: v/x^2 changes the risk by twice itself, and the risk passes with a slope of
    1/(2 gamma) or more.

    Args:
        apart: logarithm of the second decay over the first.
    """
    return sum(4 * network.gamma * end.v / end.x**2 for end in ends) / apart + _DIGITS


def to_noise(network: Network, between: str, ends: Sequence[State], apart: float) -> float | None:
    """What is left out of the exponent, in the weight decay, of the samples at which noise takes over.

    None where it hides none of the features.

    Args:
        between: `II and IV`, or `III and VIb`.
        ends, apart: as for ``between_phases``; at both x and √v meet.
    """
    d, gamma, fall = network.d, network.gamma, 1 - 1 / (2 * network.gamma)
    fitted = [end.risk / (network.noise + end.risk) + end.freedom / end.n for end in ends]
    if between == "III and VIb":
        return 2 * sum(fitted) / apart + 2 * sum(end.x for end in ends) / network.levels.value[-1] / apart
    few = [_features(network, end.x) for end in ends]
    if max(few) == d:
        return None
    # k at which they meet: its square is 2 log(d/K), or it is near the edge of a bulk
    turn = [(K / d) ** (2 / 7) if isinstance(network, Quadratic) else 1 / log(d / K) for K in few]
    return 2 * (max(turn) / gamma + 2 * fall * max(fitted) + sum(1 / K for K in few) / apart)


def noiseless(network: Network, states: Sequence[State]) -> float:
    """What is left out of the exponent of the risk without labels' noise, over states at rising samples."""
    d, last, power = network.d, states[-1].N, 2 * network.gamma - 1
    if isinstance(network, Quadratic):
        turn = 0.4 * 2.7 * (last / d) ** 0.4  # of the threshold towards the edge of the bulk, whose mass holds N/d
    else:
        turn = log(log(d / last)) / (2 * log(d / last) ** 2)  # k^2 = 2 log(d/N) less its own logarithm
    left = d * network.levels.above(states[-1].x)
    return 2 * (power * turn + 1 / _features(network, states[0].x) + (left / d) ** power)


class Best(NamedTuple):
    """What is left out of the exponents, in the samples, of the least risk and of the weight decay that has it."""

    risk: float
    decay: float


def best(network: Network, states: Sequence[State]) -> Best:
    """What is left out of these exponents, over states at the best weight decay."""
    d, gamma, fall = network.d, network.gamma, 1 - 1 / (2 * network.gamma)
    left = [_features(network, one.x) for one in states]
    few, many = min(left), max(left)
    if isinstance(network, Quadratic):
        edge = 2 * (many / d) ** 0.4  # distance of the best threshold from the edge of the bulk
        risk, decay = (2 - 1 / gamma) * edge / (14 * gamma), edge / (10 * gamma)
    else:
        risk, decay = (share / log(d / many) for share in (fall / (2 * gamma), 1 / (4 * gamma)))
    harm = max(one.risk for one in states) / network.noise
    fitted = max(one.freedom / one.n for one in states)
    sums = 1 / few + (many / d) ** (2 * gamma - 1)
    return Best(2 * (risk + sums + fall**2 * harm), 2 * (decay + sums + fall * (fitted + harm / 2)))


class Peak(NamedTuple):
    """What is left out of the peak's risk over that of noise alone, and of its position, relative."""

    risk: float
    position: float


def peak(network: Network, lam: float, top: State, alone: law.Peak) -> Peak:
    """What is left out of the peak at one weight decay.

    Args:
        top: the state of largest risk.
        alone: the peak without a signal.
    """
    noise, mean = network.noise, network.levels.mean
    # what noise hides adds to Δ, and the height goes as Δ^(4/3)
    risk = 4 / 3 * law.hidden(network, top.v, top.x) / noise
    # to first order in Δ/(Δ + R) the peak stays; the quadratic one moves by c mean/(2 √R) of 1/4
    position = (noise / (noise + alone.risk)) ** 2
    if isinstance(network, Quadratic):
        return Peak(mean**3 / (noise * lam) + risk, position + 2 * law.POSITIVE[True] * mean / sqrt(alone.risk))
    return Peak(risk, position)


def of_peaks_exponent(network: Network, first: float, second: float) -> float:
    """What is left out of the exponent of the peak's risk in the weight decay, from the peaks at two decays.

    Corrections to the height are of relative order (lam/√Δ)^(2/3), and mean^3/(Δ lam) where it saturates.
    """
    order = (second / sqrt(network.noise)) ** (2 / 3)
    if isinstance(network, Quadratic):
        order += network.levels.mean**3 / (network.noise * first) / float(np.log(second / first))
    return order


def before_peak(network: Network, state: State, harm: float) -> float:
    """What is left out of the risk before the peak over that of fitted noise alone, relative, at vanishing decay.

    R = hidden + r (Δ + R), with r the share of noise that is fitted: harm/(Δ + harm).
    """
    order = law.hidden(network, state.v, state.x) * (1 / network.noise + 1 / harm)
    return order + law.moved(network, state.N) if isinstance(network, Quadratic) else order
