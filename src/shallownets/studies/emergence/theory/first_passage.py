"""The search of SGD at a finite step: a first passage (docs/emergence.md, section 12).

While all norms are small, a neuron does not see the others. Its overlap M with a direction of strength a is a Markov
chain. To second order in η its drift and spread are moments of polynomials in two normal numbers, exact in d and M:

    dM = [a φ'(M)(1 - M^2) - η F(M)] dt + √(η B(M)) dW,   t = η n
    F = 2 s E e^2 σ σ' ξ + (M/2) E e^2 σ'^2 (ξ^2 + d - 2),   B = s^2 E e^2 σ'^2 ξ^2,   s^2 = 1 - M^2
    e = a σ(M z + s ξ) + noise,  σ = σ(z),  z and ξ normal

Its norm grows meanwhile, d log r = g dt, and it has learned when r φ = a/2. Up to M = CUT this is a first passage in
the clock (1 - g/4a) dt; from there on noise no longer matters, and mean paths of M and r take the rest. N neurons learn
with the first of them. At d = infinity and k > 2, with x = √d M and τ = a t/d^{k/2-1},

    dx = (k x^{k-1} - κ k x/2) dτ + √(κ k ν) dW,   κ = η d^{k/2} E e^2/a,   ν = 1 + 2 k a^2/E e^2
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy
from numpy.polynomial import hermite_e
from numpy.polynomial.polynomial import polyval

from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.theory.times import phase

LEVELS = (0.25, 0.5, 0.75)  # of quartiles
CUT = 0.5  # M beyond which a neuron does not turn back
FAR = 12.0  # x beyond which it does not, at d = infinity
CELLS = 600
STEPS = 200  # of time, up to about the median of one neuron
LONGEST = 40  # times as long is waited
_GAMMA = 1 - np.sqrt(0.5)  # of the diagonally implicit method of order 2 that damps what is stiff


@dataclass(frozen=True)
class Noise:
    """One direction of strength a, and what else is in the labels.

    Attributes:
        a: strength, above 0.
        others: variance of all the rest: other directions, label noise.
    """

    a: float
    others: float = 0.0

    @property
    def error(self) -> float:
        """E e^2 before anything is learned."""
        return self.a**2 + self.others


@dataclass(frozen=True)
class Moments:
    """Moments of a step, at given M, in the time t = η n; those of the second order are to be multiplied by η.

    Attributes:
        drift: of M.
        back: F, the second order of the drift of M, with its sign turned.
        spread: B.
        growth: 4 E e σ, of log r and of r alike.
        across: E e^2 σ'^2 |x - z u|^2, which makes a neuron longer.
        along: E e^2 σ^2.
    """

    drift: Array
    back: Array
    spread: Array
    growth: Array
    across: Array
    along: Array

    def log_growth(self, eta: float) -> Array:
        """Mean growth of log r."""
        return self.growth + eta * (self.across - 4 * self.along)

    def mean_growth(self, eta: float) -> Array:
        """Growth of the mean of r, over r."""
        return self.growth + eta * (self.across + 4 * self.along)


def moments(M: Array, noise: Noise, d: float, link: Link, r: float = 0.0) -> Moments:
    """The moments at overlaps M, of any shape; exact, by Gauss and Hermite's rule.

    Args:
        M: overlaps, in [-1, 1].
        noise: of the labels.
        d: dimension.
        link: σ.
        r: squared norm of the neuron, whose output is part of the error.
    """
    z, xi, weight, value, slope = _rule(link)
    M = np.asarray(M, float)[..., None]
    s = np.sqrt(np.maximum(1 - M**2, 0))
    e = noise.a * link.sigma(M * z + s * xi) - r * value
    square = e**2 + noise.others
    turned = square * slope**2 * (xi**2 + d - 2)  # E e^2 σ'^2 |x - z u|^2
    M, s = M[..., 0], s[..., 0]
    return Moments(
        s * ((e * slope * xi) @ weight),
        2 * s * ((square * value * slope * xi) @ weight) + M / 2 * (turned @ weight),
        s**2 * ((square * slope**2 * xi**2) @ weight),
        4 * ((e * value) @ weight),
        turned @ weight,
        (square * value**2) @ weight,
    )


@cache
def _rule(link: Link) -> tuple[Array, Array, Array, Array, Array]:
    """Nodes z and ξ of two normal numbers, their weights, σ(z) and σ'(z): exact for what ``moments`` averages."""
    degree = 3 * (len(link.coefficients) - 1)  # e^2 σ^2 has degree 4 D in one variable, and more squares come with it
    x, weight = hermite_e.hermegauss(degree + 3)
    z, xi = (one.ravel() for one in np.meshgrid(x, x, indexing="ij"))
    return z, xi, np.outer(weight, weight).ravel() / (2 * np.pi), link.sigma(z), polyval(z, link.derivative)


# Moments at overlaps M, for (M, noise, d, link).
Law = Callable[[Array, Noise, float, Link], Moments]


@dataclass(frozen=True)
class Passage:
    """How long one neuron searches.

    Attributes:
        t: (S,) times, rising from 0.
        left: (S,) the chance that it is not there yet.
    """

    t: Array
    left: Array

    def quantiles(self, N: int, levels: Sequence[float]) -> Array:
        """Quantiles of the time of the first of N independent neurons; infinite beyond the times that were followed."""
        reached = 1 - self.left**N
        times = np.interp(levels, reached, self.t)
        return np.where(np.asarray(levels) <= reached[-1], times, np.inf)


def survival(
    edges: Array, drift: Array, spread: Array, clock: Array, begin: Array, scale: float, least: float
) -> Passage:
    """The backward equation, clock ∂S/∂t = drift S' + spread S''/2: reflected at the first edge, absorbed at the last.

    Args:
        edges: (C + 1,) of cells, rising.
        drift, spread, clock: (C,) at their middles.
        begin: (C,) the chances of the start.
        scale: of time: it is waited for ``LONGEST`` times as long.
        least: it ends when as little is left.
    """
    middle = (edges[1:] + edges[:-1]) / 2
    below, above = np.diff(middle, prepend=edges[0]), np.diff(middle, append=edges[-1])
    down = (spread - drift * above) / (below * (below + above))
    up = (spread + drift * below) / (above * (below + above))
    # where drift outdoes spread in a cell, differences towards where it comes from keep chances between 0 and 1
    strong = (down < 0) | (up < 0)
    wind = spread / (below + above)
    down = np.where(strong, (wind + np.maximum(-drift, 0)) / below, down) / clock
    up = np.where(strong, (wind + np.maximum(drift, 0)) / above, up) / clock
    down[0] = 0.0
    leave = -(down + up)

    def slope(S: Array) -> Array:
        out = leave * S
        out[1:] += down[1:] * S[:-1]
        out[:-1] += up[:-1] * S[1:]
        return out

    step = scale / STEPS
    bands = np.zeros((3, middle.size))
    bands[0, 1:], bands[1], bands[2, :-1] = -up[:-1], -leave, -down[1:]
    bands *= _GAMMA * step
    bands[1] += 1
    S, left = np.ones(middle.size), [float(begin.sum())]
    while left[-1] > least and len(left) <= LONGEST * STEPS:
        first = scipy.linalg.solve_banded((1, 1), bands, slope(S))
        second = scipy.linalg.solve_banded((1, 1), bands, slope(S + step * (1 - _GAMMA) * first))
        S = S + step * ((1 - _GAMMA) * first + _GAMMA * second)
        left.append(float(begin @ S))
    return Passage(np.array([step * n for n in range(len(left))]), np.array(left))


def _cells(low: float, high: float, unit: float, fold: bool, cdf: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Edges of cells, finest around 0, and the chance of each; ``fold``: sizes alone count."""
    edges = unit * np.sinh(np.linspace(np.arcsinh(low / unit), np.arcsinh(high / unit), CELLS + 1))
    chances = np.diff(cdf(edges))
    return edges, 2 * chances if fold else chances


def _uniform(d: float) -> Callable[[Array], Array]:
    """The distribution function of a coordinate M of a uniform direction: M^2 ~ Beta(1/2, (d - 1)/2)."""
    return lambda M: (1 + np.sign(M) * scipy.special.betainc(0.5, (d - 1) / 2, np.minimum(M**2, 1))) / 2


@dataclass(frozen=True)
class _Until:
    """What ends an integration by SciPy: that a function of y passes 0."""

    passes: Callable[[Array], float]
    terminal: bool = True

    def __call__(self, _: float, y: Array) -> float:
        return self.passes(y)


def finish(noise: Noise, d: float, eta: float, link: Link, r0: float) -> float:
    """The time along mean paths from M = CUT and r = r0 to r φ(M) = a/2; infinite where they do not get there.

    They do not where η is too large for the direction to be held (``noise.largest_step``): the norm grows all the same.
    """

    def slope(_: float, y: Array) -> Array:
        of = moments(y[:1], noise, d, link, r=float(np.exp(y[1])))
        return np.array([of.drift - eta * of.back, of.log_growth(eta)])[:, 0]

    learned = _Until(lambda y: float(np.exp(y[1]) * link.phi(y[0]) / noise.a) - 0.5)
    beyond = _Until(lambda y: float(y[1] - np.log(4 * noise.a)))
    longest = 10 * (np.log(noise.a / r0) / 4 + 1 / CUT ** (link.exponent - 2)) / noise.a
    path = scipy.integrate.solve_ivp(
        slope, (0, longest), [CUT, np.log(r0)], events=[learned, beyond], rtol=1e-6, atol=1e-8
    )
    return float(path.t[-1]) if path.t_events[0].size else np.inf


def equator(M: Array, noise: Noise, d: float, link: Link) -> Moments:
    """The moments with noise as it is at M = 0: the leading order of the search in 1/d, for links h_k."""
    k = link.exponent
    zero = moments(np.zeros(1), noise, d, link)
    return Moments(
        noise.a * link.dphi(M) * (1 - M**2),
        k * d * noise.error * M / 2,
        np.full(M.shape, zero.spread[0]),
        4 * noise.a * link.phi(M),
        np.zeros(M.shape),
        np.zeros(M.shape),
    )


def _searching(law: Law, noise: Noise, d: int, eta: float, link: Link, least: float, saved: float = 0.0) -> Passage:
    """How long one neuron in a uniform direction takes up to CUT by these moments, in the clock (1 - saved g/4a) dt."""
    fold = link.exponent % 2 == 0
    edges, begin = _cells(0.0 if fold else -1.0, CUT, d**-0.5, fold, _uniform(d))
    of = law((edges[1:] + edges[:-1]) / 2, noise, d, link)
    clock = 1 - saved * of.log_growth(eta) / (4 * noise.a)
    scale = d ** (link.exponent / 2 - 1) / noise.a
    return survival(edges, of.drift - eta * of.back, eta * of.spread, clock, begin, scale, least)


def _learning(law: Law, rest: float, noise: Noise, d: int, eta: float, link: Link, least: float) -> Passage:
    """How long one neuron in a uniform direction takes until it has learned, ``rest`` of it beyond CUT."""
    searching = _searching(law, noise, d, eta, link, least, saved=1.0)
    return Passage(searching.t + rest, searching.left)


def samples(
    noise: Noise, d: int, kappa: float, N: int, link: Link, r0: float, levels: Sequence[float] = LEVELS
) -> Array:
    """Quantiles of n/d^{k-1}, the samples until the first of N neurons has learned a direction.

    Args:
        noise: of the labels.
        d: dimension.
        kappa: η d^{k/2} E e^2/a.
        N: neurons.
        link: σ; of even degrees alone, or with an odd information exponent.
        r0: their squared norms at the start, far below a.
        levels: of the quantiles.
    """
    eta, least = _step(noise, d, kappa, link), (1 - max(levels)) ** (1 / N)
    rest = finish(noise, d, eta, link, r0)
    if np.isinf(rest):  # whatever the search takes
        return np.full(len(levels), np.inf)
    passage = _learning(moments, rest, noise, d, eta, link, least)
    return passage.quantiles(N, levels) / (eta * d ** (link.exponent - 1.0))


def search(noise: Noise, d: int, kappa: float, N: int, link: Link, levels: Sequence[float] = LEVELS) -> Array:
    """Quantiles of n/d^{k-1}, the samples until the first of N neurons has found a direction: M has passed ``CUT``."""
    eta, least = _step(noise, d, kappa, link), (1 - max(levels)) ** (1 / N)
    return _searching(moments, noise, d, eta, link, least).quantiles(N, levels) / (eta * d ** (link.exponent - 1.0))


def leading(
    noise: Noise, d: int, kappa: float, N: int, link: Link, r0: float, levels: Sequence[float] = LEVELS
) -> Array:
    """``samples`` with noise as it is at the equator, and none once M has passed CUT."""
    eta, least = _step(noise, d, kappa, link), (1 - max(levels)) ** (1 / N)
    rest = float(phase(CUT, link) + np.log(noise.a / r0) / 4) / noise.a
    passage = _learning(equator, rest, noise, d, eta, link, least)
    return passage.quantiles(N, levels) / (eta * d ** (link.exponent - 1.0))


def _step(noise: Noise, d: int, kappa: float, link: Link) -> float:
    """η at a κ."""
    return kappa * noise.a * d ** (-link.exponent / 2) / noise.error


def limit(kappa: float, N: int, k: int, levels: Sequence[float] = LEVELS, nu: float | None = None) -> Array:
    """Quantiles of n a^2/(E e^2 d^{k-1}) at d = infinity, k > 2.

    Args:
        kappa: κ.
        N: neurons.
        k: information exponent of the link h_k.
        levels: of the quantiles.
        nu: ν; None: that of one direction and no label noise, 1 + 2 k.
    """
    nu = 1 + 2 * k if nu is None else nu
    edges, begin = _cells(0.0 if k % 2 == 0 else -FAR, FAR, 1.0, k % 2 == 0, scipy.special.ndtr)
    x = (edges[1:] + edges[:-1]) / 2
    least = (1 - max(levels)) ** (1 / N)
    drift, spread = k * x ** (k - 1) - kappa * k * x / 2, np.full(CELLS, kappa * k * nu)
    searching = survival(edges, drift, spread, np.ones(CELLS), begin, 1.0, least)
    return (searching.quantiles(N, levels) + FAR ** (2 - k) / (k * (k - 2))) / kappa
