"""What a finite step does beside the search: norms grow, learned neurons tremble, and noise falls as more is learned.

A sample's error has the mean square E e^2 = 2 L + the variance of the labels' noise, in which the steps of all neurons
are in proportion: η^2 k d E e^2 is what one adds to |u|^2, for h_k.
"""

import numpy as np
import scipy
from numpy.polynomial import hermite_e
from numpy.polynomial.polynomial import polyval

from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.theory.first_passage import Noise, moments

_NODES = 200  # over the angle of a neuron and a direction


def growth(noise: Noise, d: int, eta: float, link: Link, t: float) -> float:
    """E r/r_0 of small neurons in uniform directions after the flow's time t, while they stay uniform.

    About exp(η k d E e^2 t) for h_k; exact in d to second order in η.
    """
    angle = np.pi * (np.arange(_NODES) + 0.5) / _NODES  # M = cos(angle) has the density sin^{d-2}
    weight = np.sin(angle) ** (d - 2)
    rate = moments(np.cos(angle), noise, d, link).mean_growth(eta)
    return float(np.exp(t * (weight @ rate) / weight.sum()))


def floor(noise: Noise, d: int, eta: float, link: Link) -> float:
    """1 - M^2 of a neuron that has learned its direction, where noise and drift are even: about η d E e^2/(2 a).

    What the neuron itself adds to the error is largest where its slope is, so that the floor is larger than with E e^2
    alone, by 1/(1 - η/``largest_step``). The means of M^2 and log r are at rest, to second order in η; fluctuations
    about them are left out, a share 1/d of it.

    Args:
        noise: ``others`` is all that is not learned; what this neuron adds to the error is added here.
    """

    def unrest(y: Array) -> Array:
        M = np.sqrt(1 - y[:1])
        of = moments(M, noise, d, link, r=float(y[1]))
        return np.array([2 * M * (of.drift - eta * of.back) + eta * of.spread, of.log_growth(eta)])[:, 0]

    first = min(eta * d * noise.others / (2 * noise.a), 0.1)
    return float(scipy.optimize.root(unrest, np.array([first, noise.a]), tol=1e-12).x[0])


def largest_step(a: float, d: int, link: Link) -> float:
    """The η above which a direction of strength a cannot be held: 2 φ'(1)/(a d E σ'^4).

    Near M = 1, with 1 - M^2 = δ, a neuron's own error is a σ'(z) √δ times a normal number. The noise that follows makes
    δ grow at the rate η d a^2 E σ'^4, while the drift makes it fall at 2 a φ'(1). For h_k that is κ =
    2 k d^{k/2-1}/E h_k'^4 for a direction alone, where E h_3'^4 = 135 and E h_4'^4 = 1488.
    """
    z, weight = hermite_e.hermegauss(2 * len(link.coefficients))
    fourth = polyval(z, link.derivative) ** 4 @ weight / weight.sum()
    return float(2 * link.dphi(1.0) / (a * d * fourth))


def kappas(eta: float, d: int, k: int, a: Array, variance: float = 0.0) -> Array:
    """(P,) κ_m = η d^{k/2} E e^2/a_m of each direction when all before it have been learned: E e^2 = sum_{q >= m} a_q^2
    + the variance of the labels' noise, without which κ_m grows as m^{1-β} for β > 1/2 alone, and not as m^β."""
    left = np.cumsum((a**2)[::-1])[::-1]
    return eta * d ** (k / 2) * (left + variance) / a
