"""The spectrum of M = S* + √t GOE point by point: its bands, density, and what its eigenvectors have learned."""

from dataclasses import dataclass
from functools import cached_property
from math import exp, log, pi, sqrt
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from shallownets.numerics.jit import kernel
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.theory import free
from shallownets.studies.spectra.theory.levels import Levels
from shallownets.studies.spectra.theory.quadratic import Quadratic

# Nodes and weights on (-1, 1) for each level's part of a band (tanh-sinh): parts end like a root at edges of bands, and
# almost like one where a band is about to split.
_T = np.linspace(-3.2, 3.2, 65)
_X = np.tanh(np.pi / 2 * np.sinh(_T))
_DX = (_T[1] - _T[0]) * np.pi / 2 * np.cosh(_T) / np.cosh(np.pi / 2 * np.sinh(_T)) ** 2
EDGE = 2.0  # of the bulk, in units of the noise


@kernel("f8(f8[::1], f8[::1], i8, f8, i8)", fastmath=free.REORDERED)
def _sum(value, weight, near, offset, power):
    """sum w/(u - s)^power at u = value[near] + offset; the power is 2 or 3."""
    total = 0.0
    for i in range(value.size):
        q = 1.0 / free.apart(value, near, i, offset)
        total += weight[i] * q * q * (q if power == 3 else 1.0)
    return total


@kernel("f8(f8[::1], f8[::1], i8, f8, f8, f8)")
def _edge(value, weight, near, side, reach, t):
    """Distance from a level to where sum w/(u - s)^2 has fallen to 1/t, on one side, at most ``reach``."""
    low, high = log(sqrt(t * weight[near])), log(reach)
    for _ in range(60):
        middle = (low + high) / 2
        if _sum(value, weight, near, side * exp(middle), 2) * t > 1:
            low = middle
        else:
            high = middle
    return exp((low + high) / 2)


@kernel("void(f8[::1], f8[::1], f8, f8[::1], f8[::1], b1[::1])")
def _cells(value, weight, t, low, high, joined):
    """The part of a band around each level, as distances from it below and above, and whether it goes on below.

    Between two levels sum w/(u - s)^2 is convex. Where its minimum is above 1/t the band goes on, and there the parts
    of both meet; else it ends on both sides of the minimum.
    """
    m = value.size
    whole = sqrt(t)
    high[0] = _edge(value, weight, 0, 1.0, 2 * whole, t)
    low[m - 1] = _edge(value, weight, m - 1, -1.0, 2 * whole, t)
    joined[m - 1] = False
    for i in range(m - 1):
        gap = value[i] - value[i + 1]
        start, end = 0.0, gap  # distance below value[i]
        for _ in range(60):
            middle = (start + end) / 2
            if _sum(value, weight, i, -middle, 3) < 0:  # the sum still falls, on the way down from value[i]
                start = middle
            else:
                end = middle
        middle = (start + end) / 2
        joined[i] = _sum(value, weight, i, -middle, 2) * t >= 1
        if joined[i]:
            low[i], high[i + 1] = middle, gap - middle
        else:
            low[i] = _edge(value, weight, i, -1.0, middle, t)
            high[i + 1] = _edge(value, weight, i + 1, 1.0, gap - middle, t)


@kernel("void(f8[::1], f8[::1], f8, i8[::1], f8[::1], f8[:, ::1])")
def _curve(value, weight, t, near, offset, out):
    """x, g, v and dx/du at places given by a level and the distance from it."""
    at = np.zeros(3)
    for k in range(near.size):
        free._at(value, weight, near[k], offset[k], t, at[2] ** 2, at)  # from the height at the place before
        out[k, 0] = value[near[k]] + at[0]
        out[k, 1] = (at[0] - offset[k]) / t
        out[k, 2] = at[2]
        out[k, 3] = at[1]


class Spike(NamedTuple):
    """A band of one eigenvalue.

    Attributes:
        place: mean of its eigenvalue.
        learned: mean of <v|S*|v> of its eigenvector.
    """

    place: float
    learned: float


@dataclass(frozen=True)
class Law:
    """Points of the spectrum of M, falling by level and rising within each level's part.

    Attributes:
        t: variance of the noise.
        x: (m,) eigenvalues.
        density: (m,) spectral density there.
        g: (m,) real part of G.
        share: (m,) of the eigenvalues that the point stands for: averages are sums of share times value.
        band: (m,) number of its band, from 0 at the top.
        edges: (bands, 2) lower and upper ends.
        held: (bands,) share of the eigenvalues in each band.
    """

    t: float
    x: Array
    density: Array
    g: Array
    share: Array
    band: NDArray[np.int64]
    edges: Array
    held: Array

    @cached_property
    def c(self) -> Array:
        """Mean <v|S*|v> over eigenvectors at x: the Bayes-optimal shrinkage."""
        return self.x - 2 * self.t * self.g

    @property
    def bayes(self) -> float:
        """Least mean square error per level of any estimator of S* from M."""
        return float(2 * self.t * (self.share @ (self.c * self.g)))

    def spikes(self, d: int) -> list[Spike]:
        """The bands of one eigenvalue in d, from the top, down to the first that holds more."""
        found = []
        for band in range(int(np.argmax(np.append(self.held * d, np.inf) > 1.5))):
            here = self.band == band
            share = self.share[here]
            found.append(Spike(*(float(share @ values[here] / share.sum()) for values in (self.x, self.c))))
        return found


def law(levels: Levels, t: float, cut: float | None = None) -> Law:
    """The spectrum of S* + √t GOE.

    Args:
        levels: of S*.
        t: variance of the noise, above 0.
        cut: a point at which averages may have a kink: no point stands for eigenvalues on both sides of it.
    """
    value, weight = levels.value, levels.weight
    low, high, joined = np.empty(value.size), np.empty(value.size), np.empty(value.size, bool)
    _cells(value, weight, t, low, high, joined)
    near, start, end = np.arange(value.size), -low, high
    if cut is not None:
        out = np.empty(5)
        at = free.place(value, weight, t, cut, out)
        for cell in range(max(at - 1, 0), min(at + 2, value.size)):  # the level near it need not be that of the part
            offset = out[0] + value[at] - value[cell]
            if start[cell] < offset < end[cell]:
                near = np.insert(near, cell, cell)
                start, end = np.insert(start, cell + 1, offset), np.insert(end, cell, offset)
                break
    half = (end - start)[:, None] / 2
    offset = ((start + end)[:, None] / 2 + half * _X).ravel()
    du = (half * _DX).ravel()
    near = np.repeat(near, _X.size)
    points = np.empty((near.size, 4))
    _curve(value, weight, t, near, offset, points)
    density = points[:, 2] / (pi * t)
    number = np.concatenate([[0], np.cumsum(~joined[:-1])])
    tops, bottoms = np.flatnonzero(np.diff(number, prepend=-1)), np.flatnonzero(~joined)
    ends = np.empty((2 * tops.size, 4))
    _curve(value, weight, t, np.concatenate([bottoms, tops]), np.concatenate([-low[bottoms], high[tops]]), ends)
    held = np.bincount(number, weight).astype(float)
    share = density * points[:, 3] * du
    return Law(t, points[:, 0], density, points[:, 1], share, number[near], ends[:, 0].reshape(2, -1).T, held)


def bayes(network: Quadratic, n: float, near: float | None = None) -> float:
    """Risk of the Bayes-optimal estimator from n samples, for features in unknown directions.

    v = scale (Δ + 2 E)/n, E that of the shrinkage c at noise v.

    Args:
        near: a risk nearby, such as that of the best decay.
    """

    def risk(v: float) -> float:
        return 2 * law(network.levels, v).bayes

    def gap(log_v: float) -> float:
        return log(network.scale * (network.noise + risk(exp(log_v))) / n) - log_v

    if near is not None:
        start = log(network.scale * (network.noise + near) / n)
        by_secants = scipy.optimize.root_scalar(gap, x0=start, x1=start + gap(start), method="secant", xtol=1e-8)
        if by_secants.converged:
            return risk(exp(by_secants.root))
    high = log(network.scale * (network.noise + 2 * network.zero) / n)
    low = log(network.scale * network.noise / n) if network.noise else high - 60
    return risk(exp(scipy.optimize.brentq(gap, low, high, xtol=1e-12)))


def pruned(levels: Levels, v: float, x: float) -> float:
    """Risk of a fit at noise v and threshold x of which only what lies above the bulk is kept, as it is."""
    cut = max(EDGE * sqrt(v), x)
    of = law(levels, v, cut)
    f = np.where(of.x > cut, of.x - x, 0)
    return float(2 * (of.share @ (f * f - 2 * f * of.c) + levels.weight @ levels.value**2))
