"""The sequential law: learning times in law, without a start (docs/emergence.md, section 5).

Directions are taken in the order of their strengths, m = 1, 2, .., each by the neuron with the largest overlap among
the N - m + 1 that are left. With F the law of one overlap, u = F(x)^{N-m+1} is uniform. So the expected loss is a sum:
no start is drawn, and infinitely many directions cost as little as a thousand.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.random import Generator
from numpy.typing import ArrayLike

from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.theory import times

_FINEST = 1e-13  # the least overlap that is tabulated
_POINTS = 6000  # of the table, equally spaced in logarithm
_ROUNDS = 4  # of the equation for Φ, each of which gains a factor r_0/a at least
_SINGLE = 256  # directions that are summed one by one; those beyond are summed in bins
_BINS = 300
_RANKS = 40  # of the largest overlap, over which a mean is taken


def _upper(x: Array, d: float, k: int) -> Array:
    """1 - F(x): of |x|, x = √d M, at even k; of x at odd k. M^2 ~ Beta(1/2, (d - 1)/2); normal x at infinite d."""
    both = (
        2 * scipy.special.ndtr(-np.abs(x))
        if np.isinf(d)
        else scipy.special.betaincc(0.5, (d - 1) / 2, np.minimum(x**2 / d, 1))
    )
    return both if k % 2 == 0 else np.where(x > 0, both / 2, 1 - both / 2)


def rank(x: ArrayLike, count: ArrayLike, d: float = np.inf, k: int = 4) -> Array:
    """u = F(x)^count, uniform where x is the largest of count independent overlaps times √d."""
    with np.errstate(divide="ignore"):
        return np.exp(np.asarray(count) * np.log1p(-_upper(np.asarray(x, float), d, k)))


def largest(u: ArrayLike, count: ArrayLike, d: float = np.inf, k: int = 4) -> Array:
    """The x with F(x)^count = u, by the upper tail, so that it is right however many compete.

    At odd k an x that is not above 0 never learns; 0 stands for it.
    """
    upper = -np.expm1(np.log(u) / np.asarray(count))
    if k % 2:
        upper = np.minimum(2 * upper, 1.0)
    if np.isinf(d):
        return -scipy.special.ndtri(upper / 2)
    return np.sqrt(d * scipy.special.betainccinv(0.5, (d - 1) / 2, upper))


def _start_for(t: Array, a: Array, d: float, r0: float, link: Link) -> Array:
    """The x at the start that learns a direction of strength a exactly at t: the inverse of ``times.learning_time``."""
    needed = t * a
    for _ in range(_ROUNDS):
        with np.errstate(invalid="ignore"):
            needed = t * a - np.log(a / r0 + 4 * np.maximum(needed, 0)) / 4
    M = np.geomspace(_FINEST, 1, _POINTS)
    table = times.phase(M[:-1], link)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.interp(-np.log(needed), -np.log(table), np.log(M[:-1]))
    return np.sqrt(d) * np.exp(np.where(needed > table[-1], found, 0.0))


def loss(t: Array, a: Array, N: int, d: float, r0: float, link: Link) -> Array:
    """(S,) expected loss at times t of N neurons in dimension d.

    A direction adds a_m^2 (1 - c)^2, whose integral over time is that of a step 1/(4 a_m) before T_m: a_m^2 times the
    probability that T_m > t + 1/(4 a_m). Directions beyond N are not learned.
    """
    first = a[:N]
    x = _start_for(t[:, None] + 1 / (4 * first), first, d, r0, link)
    left = rank(x, N - np.arange(first.size), d, link.exponent)
    return left @ first**2 + float((a[N:] ** 2).sum())


def median_times(a: Array, N: int, d: float, r0: float, link: Link) -> Array:
    """(min(N, P),) learning times of the first N directions, each from the median of its largest overlap."""
    return _times(np.full(min(N, a.size), 0.5), a, N, d, r0, link)


def typical_times(a: Array, N: int, d: float, r0: float, link: Link) -> Array:
    """(P,) learning times of P <= N directions, each the exponential of its mean logarithm."""
    node, weight = np.polynomial.legendre.leggauss(_RANKS)
    x = largest((1 + node[:, None]) / 2, N - np.arange(a.size), d, link.exponent)
    return np.exp(weight @ np.log(times.learning_time(a, x / np.sqrt(d), r0, link)) / 2)


def drawn_loss(t: Array, a: Array, N: int, d: float, r0: float, link: Link, rng: Generator) -> Array:
    """(S,) loss at times t of one draw of the law, with sharp steps; directions beyond N are not learned."""
    T = np.full(a.size, np.inf)
    first = a[:N]
    T[: first.size] = times.sharp(_times(rng.random(first.size), a, N, d, r0, link), first)
    return times.steps_loss(t, T, a)


def _times(u: Array, a: Array, N: int, d: float, r0: float, link: Link) -> Array:
    """Learning times of the first directions, whose largest overlaps have these ranks u."""
    x = largest(u, N - np.arange(u.size), d, link.exponent)
    return times.learning_time(a[: u.size], x / np.sqrt(d), r0, link)


def limit_loss(s: Array, beta: float, N: int, k: int = 4) -> Array:
    """(S,) expected loss at infinite d and P, sharp steps, at times t = s d^{k/2-1}.

    Directions beyond the first hundreds are summed in bins of equal ratio, within which the chance hardly changes.
    """
    edges = np.arange(1, N + 2)
    if N > 2 * _SINGLE:
        edges = np.unique(np.append(edges[:_SINGLE], np.geomspace(_SINGLE, N + 1, _BINS).astype(np.int64)))
    weight = scipy.special.zeta(2 * beta, edges[:-1]) - scipy.special.zeta(2 * beta, edges[1:])
    m = np.sqrt(edges[:-1] * (edges[1:] - 1.0))
    x = (k * (k - 2) * m**-beta * s[:, None]) ** (-1 / (k - 2))
    return rank(x, N - m + 1, np.inf, k) @ weight + float(scipy.special.zeta(2 * beta, N + 1))


@dataclass(frozen=True, eq=False)
class Law:
    """The law of students of any width N, with one teacher, from starts of one norm in one dimension.

    Attributes:
        a: (P,) strengths of the teacher's directions, falling.
        d: dimension of the inputs.
        r0: squared norm of every neuron at the start.
        link: of teacher and students.
    """

    a: Array
    d: float
    r0: float
    link: Link

    def loss(self, t: Array, N: int) -> Array:
        """(S,) expected loss at times t, as ``loss``."""
        return loss(t, self.a, N, self.d, self.r0, self.link)

    def median_times(self, N: int) -> Array:
        """(min(N, P),) learning times, as ``median_times``."""
        return median_times(self.a, N, self.d, self.r0, self.link)

    def drawn_loss(self, t: Array, N: int, rng: Generator) -> Array:
        """(S,) loss at times t of one draw, as ``drawn_loss``."""
        return drawn_loss(t, self.a, N, self.d, self.r0, self.link, rng)
