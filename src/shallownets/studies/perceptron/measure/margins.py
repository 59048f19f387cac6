"""Margins of the training examples: their distribution beside the predicted one."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.random import Generator

from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.theory.saddle import Curve

_LEVEL = 0.99


def distribution(margin: Array, curve: Curve, n: int = 0) -> Array:
    """Share of the examples with a margin below each of these: that of t below Δ - χ f(Δ), in closed form."""
    t = margin - np.exp(curve.log_chi[n]) * model.force(margin, float(curve.lam[n]))
    return scipy.special.ndtr(t) - 2 * (1 - 2 * curve.noise) * scipy.special.owens_t(t, curve.R[n] / curve.s[n])


def density(margin: Array, curve: Curve, n: int = 0) -> Array:
    """Density of the margins, p(t) dt/dΔ."""
    lam, chi = float(curve.lam[n]), np.exp(curve.log_chi[n])
    f = model.force(margin, lam)
    t = margin - chi * f
    gauss = 2 * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    share = scipy.special.ndtr(curve.R[n] / curve.s[n] * t)
    return gauss * (curve.noise + (1 - 2 * curve.noise) * share) * (1 + lam * chi * f * (2 - f))


def bins(low: float, high: float, number: int, curve: Curve, n: int = 0) -> Array:
    """Edges of bins between two margins, half by equal steps and half by equal predicted shares of the examples.

    So they are narrow in a peak, and nowhere wider than twice the equal ones.
    """
    margin = np.linspace(low, high, 10_001)
    share = distribution(margin, curve, n)
    place = np.linspace(0, 1, margin.size) + (share - share[0]) / (share[-1] - share[0])
    return np.interp(np.linspace(0, 2, number + 1), place, margin)


@dataclass(frozen=True)
class Distance:
    """Kolmogorov and Smirnov's distance of pooled margins from the predicted ones, and how far chance alone reaches.

    Attributes:
        value: largest difference of both distribution functions.
        chance: its 99 % quantile where samples are drawn anew from those at hand (bootstrap).
    """

    value: float
    chance: float


def distance(margins: Array, curve: Curve, n: int, rng: Generator, resamples: int) -> Distance:
    """The distance of (samples, P) margins, samples being independent and the margins of one sample not."""
    samples, P = margins.shape
    at = np.sort(margins.ravel())
    # of each sample, at every pooled margin: how many of its margins are at most that
    below = np.array([np.searchsorted(np.sort(one), at, side="right") for one in margins]) / P
    pooled = below.mean(0)
    value = np.abs(pooled - distribution(at, curve, n)).max() + 1 / (samples * P)
    drawn = [np.abs(below[rng.integers(samples, size=samples)].mean(0) - pooled).max() for _ in range(resamples)]
    return Distance(float(value), float(np.quantile(drawn, _LEVEL)))
