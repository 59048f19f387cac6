"""Fitted noise without a signal: the interpolation peak at any weight decay, and how the risk rises towards it.

Without a teacher the risk is a share r of the noise that training sees, R = r (Δ + R). At a threshold of k standard
deviations both networks have this share and their Df in closed form: with Gaussian noise for each feature, or with the
semicircle for the eigenvalues of a symmetric matrix.
"""

from dataclasses import dataclass
from math import erfc, exp, log, pi, sqrt

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.spectra.theory import semicircle
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.quadratic import Quadratic


@dataclass(frozen=True)
class Fitted:
    """A threshold on pure noise.

    Attributes:
        square: mean square of what it leaves, over the noise's variance, times the risk's factor.
        freedom: Df over d (diagonal) or d^2 (quadratic).
    """

    square: float
    freedom: float


def fitted(quadratic: bool, k: float) -> Fitted:
    """What a threshold of k standard deviations leaves of noise."""
    if quadratic:
        m1, m2 = semicircle.first(k), semicircle.second(k)
        return Fitted(2 * m2, (m2 + k * m1) / 2)
    tail, density = erfc(k / sqrt(2)) / 2, exp(-k * k / 2) / sqrt(2 * pi)
    return Fitted(2 * ((1 + k * k) * tail - k * density), 2 * tail)


# v n = NOISE d (Δ + R), x (n - Df) = NOISE d lam in units of levels of mean square one; d^2 in place of d if quadratic
_NOISE = {False: 1.0, True: 0.25}
# c, the mean positive part of the unit noise
POSITIVE = {False: 1 / sqrt(2 * pi), True: 4 / (3 * pi)}
# n/d or n/d^2 of the peak as lam -> 0
POSITION = {False: 1.0, True: 0.25}
WEAK = (1e-8, 0.2)  # weight decays that have a peak, in units of √Δ; beyond them it is hardly one
_SHARES = (-2.0, 15.0)  # logarithm of r/(1 - r): lam/√Δ from 0.4 to 1e-9
_RATIOS = (-16.0, 0.68)  # log k
# R -> this Δ in phase VI, times d/N: diagonal; quadratic in VIa, in VIb
LAST = {"diagonal": 1.0, "VIa": 0.25, "VIb": 0.5}


def harm(quadratic: bool, q: float, noise: float) -> float:
    """rho: the risk at vanishing weight decay without a signal, below the peak.

    Args:
        q: n/d, or n/d^2 of the quadratic network; below the position of the peak.
        noise: Δ.

    Raises:
        Impossible: there is no such q below the peak.
    """
    if not 0 < q < POSITION[quadratic]:
        raise Impossible(f"q = {q}: expected a number between 0 and {POSITION[quadratic]:g}, where the peak is")
    most = 2.0 if quadratic else 40.0
    k = float(scipy.optimize.brentq(lambda k: fitted(quadratic, k).freedom - q, 0.0, most, xtol=1e-14))
    share = fitted(quadratic, k).square * _NOISE[quadratic] / q
    return noise * share / (1 - share)


@dataclass(frozen=True)
class Peak:
    """The largest risk over the number of samples at one weight decay: position n/d or n/d^2, and R."""

    position: float
    risk: float


def peak(quadratic: bool, lam: float, noise: float) -> Peak:
    """The peak without a signal at weight decay lam, from 1e-8 to 0.2 in units of √Δ.

    k and the share r make n and lam explicit, q = square NOISE/r and lam = k √((Δ + R)/(NOISE q)) (q - Df). At each r
    lam has a maximum over k: that r is the largest at this lam.

    Raises:
        Impossible: lam is outside this range.
    """
    if not WEAK[0] <= lam / sqrt(noise) <= WEAK[1]:
        low, high = (share * sqrt(noise) for share in WEAK)
        raise Impossible(f"lam = {lam}, noise = {noise}: expected lam from {low:.2g} to {high:.2g}")
    scale = _NOISE[quadratic]

    def decay(log_k: float, share: float) -> float:
        of = fitted(quadratic, exp(log_k))
        q = of.square * scale / share
        return exp(log_k) * sqrt(noise / (1 - share) / (scale * q)) * (q - of.freedom)

    def top(share: float) -> float:
        """log k of the largest lam at this share."""
        with_k = scipy.optimize.minimize_scalar(
            lambda log_k: -decay(log_k, share), bounds=_RATIOS, method="bounded", options={"xatol": 1e-9}
        )
        return float(with_k.x)

    def gap(y: float) -> float:
        share = 1 / (1 + exp(-y))
        return log(decay(top(share), share) / lam)

    share = 1 / (1 + exp(-float(scipy.optimize.brentq(gap, *_SHARES, xtol=1e-12))))
    q = fitted(quadratic, exp(top(share))).square * scale / share
    return Peak(q, noise * share / (1 - share))


def limit(quadratic: bool, lam: float, noise: float) -> float:
    """The peak's R as lam -> 0: Δ^(4/3) c^(-2/3) lam^(-2/3)/4."""
    return (noise**2 / (POSITIVE[quadratic] * lam)) ** (2 / 3) / 4


def saturated(mean: float, noise: float) -> float:
    """Order of the quadratic network's largest peak: (Δ/(2 c mean))^2, where learned features alone hold it.

    At Df = n and no threshold n/d^2 = 1/4 + c mean/(2 √R), mean = Tr S*/d: the position moves with R, so that R is
    finite at lam = 0. What is not learned adds to Δ.
    """
    return (noise / (2 * POSITIVE[True] * mean)) ** 2


def last(network: Network, name: str, v: float) -> float:
    """R N/(d Δ) in phase VIa or VIb, at noise of variance v.

    The quadratic network keeps half of the noise's variance above a threshold at zero, and all of it on the features
    that stand out of the noise.
    """
    if not isinstance(network, Quadratic):
        return LAST["diagonal"]
    return LAST[name] * (1 if name == "VIb" else 2 - (1 - network.levels.above(sqrt(v))) ** 2)


def hidden(network: Network, v: float, x: float) -> float:
    """Most of the risk that features have over that of noise alone: min(s^2, v + x^2) of each.

    Soft thresholding's error at a level s is at most that at zero and min(s^2, v + x^2) (Donoho and Johnstone,
    Biometrika 81 (1994), 425); the quadratic network has the same order.
    """
    levels = network.levels
    return network.zero * float(levels.weight @ np.minimum(levels.value**2, v + x**2))


def moved(network: Network, N: float) -> float:
    """Relative change of the quadratic network's fitted noise where learned features hold back part of N samples.

    They do as in ``saturated``.
    """
    q, mean = N / network.d, network.levels.mean
    alone = harm(True, q, network.noise)
    held = POSITIVE[True] * mean / (2 * np.sqrt(network.noise + alone))
    return 1 - harm(True, q - held, network.noise) / alone if held < q else 1.0
