"""How many directions the correlation loss covers: each neuron goes where it is drawn most (S4)."""

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.emergence.model import Array

_NODES = 12  # a panel
_PANELS = 30
_WIDEST = 9.0  # z beyond which a normal number is not found


def chances(a: Array, k: int = 4) -> Array:
    """p (P,) that one neuron goes to direction m: that a_m |x_m|^{k-2} is the largest of all, x independent normals.

    p_m = ∫ √(2/π) e^{-z²/2} prod_{q != m} erf(z (a_m/a_q)^{1/(k-2)}/√2) dz from 0; they add up to one.

    Raises:
        Impossible: an odd k, or one below 3.
    """
    if k < 3 or k % 2:
        raise Impossible(f"k = {k}: expected an even information exponent above 2")
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    edges = np.linspace(0, _WIDEST, _PANELS + 1)
    half = np.diff(edges) / 2
    z = (edges[:-1, None] + half[:, None] * (1 + node)).ravel()
    density = np.sqrt(2 / np.pi) * np.exp(-(z**2) / 2) * (half[:, None] * weight).ravel()
    out = np.empty(a.size)
    for m, strength in enumerate(a):
        ratio = np.delete((strength / a) ** (1 / (k - 2)), m)
        with np.errstate(divide="ignore"):
            logs = np.log(scipy.special.erf(z[:, None] * ratio / np.sqrt(2))).sum(1)
        out[m] = density @ np.exp(logs)
    return out


def covered(p: Array, N: float) -> float:
    """Expected directions that at least one of N neurons goes to: sum_m 1 - (1 - p_m)^N."""
    return float(-np.expm1(N * np.log1p(-p)).sum())


def width_for_half(p: Array) -> float:
    """The N of which half of the directions are covered on average."""
    most = np.log(40 / p.min())
    return float(np.exp(scipy.optimize.brentq(lambda log: covered(p, np.exp(log)) - p.size / 2, 0.0, most)))


def rarest(beta: float, k: int = 4) -> float:
    """The exponent in P of -log p_P, for strengths m^-β: 2 β/(2 β + k - 2), 1 for β to infinity.

    Directions that an overlap z with direction P does not outdo are about P z^{-(k-2)/β}, each of which has to miss. So
    p_P ~ exp(-min_z [z^2/2 + P z^{-(k-2)/β}]), where both are even at z^2 ~ P^{2β/(2β+k-2)}.
    """
    return 2 * beta / (2 * beta + k - 2)


def spread(p: Array, N: float) -> float:
    """A bound on the standard deviation of that number: directions exclude each other, so variances add at most."""
    hit = -np.expm1(N * np.log1p(-p))
    return float(np.sqrt((hit * (1 - hit)).sum()))
