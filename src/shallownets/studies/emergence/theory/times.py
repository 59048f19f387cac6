"""One neuron and one direction: when it is learned, and how its share grows then (docs/emergence.md, section 3).

    dM/dt = a φ'(M)(1 - M^2),   dr/dt = 4 r (a φ(M) - r)

As long as r is small, log r grows by 4 a ∫ φ dt, which falls behind 4 a t by 4 Φ(M_0),

    Φ(M_0) = ∫ (1 - φ)/(φ' (1 - M^2)) dM  from M_0 to 1

and then r φ/a, the share, is a logistic curve of rate 4 a. In the search, of length Φ/a, the norm decays by itself to
r_0/(1 + 4 r_0 Φ/a). The share is one half at T, up to r_0/a,

    a T = Φ(M_0) + log(a/r_0 + 4 Φ(M_0))/4
"""

import numpy as np
from numpy.typing import ArrayLike

from shallownets.errors import Impossible
from shallownets.studies.emergence.model import Array, Link

_NODES = 20  # of Gauss and Legendre, on each unit of log M


def overlap(M0: ArrayLike, link: Link) -> Array:
    """What counts of an initial overlap: its size for an even link; of a link whose lowest degree is odd, as it is.

    There a neuron with an overlap below zero comes to a halt at zero: nothing is left, which 0 stands for.

    Raises:
        Impossible: a link of even lowest degree that has odd ones, too: it does not learn alike at both signs.
    """
    M0 = np.asarray(M0, float)
    if link.exponent % 2:
        return np.maximum(M0, 0.0)
    if np.any(np.asarray(link.coefficients)[1::2]):
        raise Impossible(
            f"link = {link.coefficients}: expected even degrees alone, or a lowest degree that is odd, where overlaps"
            " of both signs occur"
        )
    return np.abs(M0)


def phase(M0: ArrayLike, link: Link) -> Array:
    """Φ(M_0) of any shape; infinite where ``overlap`` is zero.

    Closed for h_2, h_3 and h_4; else by quadrature over log M, in which the integrand is smooth.
    """
    M = overlap(M0, link)
    with np.errstate(divide="ignore"):
        if len(link.coefficients) - 1 == link.exponent and link.exponent in _CLOSED:
            return np.where(M > 0, _CLOSED[link.exponent](np.where(M > 0, M, 1.0)), np.inf)
    return _by_quadrature(M, link)


def _by_quadrature(M: Array, link: Link) -> Array:
    """Φ by panels of length at most 1 in log M; (1 - φ)/(1 - M) is a polynomial, so that nothing cancels at M = 1."""
    squares = link.squares
    over = np.cumsum(squares[::-1])[::-1][1:]  # 1 - φ = (1 - M)(over_0 + over_1 M + ..), because φ(1) = 1
    x, weight = np.polynomial.legendre.leggauss(_NODES)
    known = M > 0
    length = -np.log(M[known])
    panels = int(np.ceil(length.max(initial=1.0)))
    sums = np.zeros(length.shape)
    for n in range(panels):  # panel n of each: an equal part of its own length
        y = length[..., None] * (n + (1 + x) / 2) / panels
        m = np.exp(-y)
        value = np.polynomial.polynomial.polyval(m, over) / (link.dphi(m) * (1 + m)) * m
        sums += (value @ weight) * length / (2 * panels)
    out = np.full(M.shape, np.inf)
    out[known] = sums
    return out


def _phase2(M: Array) -> Array:
    return -np.log(M) / 2


def _phase3(M: Array) -> Array:
    """[1/M - 1 + log 2 - artanh M - log(1 - M^2)/2]/3, where the logarithms of 1 - M cancel: log 2 - log(1 + M)."""
    return (1 / M - 1 + np.log(2) - np.log1p(M)) / 3


def _phase4(M: Array) -> Array:
    return (1 / M**2 - 1 - 2 * np.log(M)) / 8


_CLOSED = {2: _phase2, 3: _phase3, 4: _phase4}


def learning_time(a: ArrayLike, M0: ArrayLike, r0: float, link: Link) -> Array:
    """T at which the share of a direction is 1/2, from the overlap of the neuron that learns it.

    Args:
        a: strengths, and
        M0: overlaps; shapes that broadcast.
        r0: squared norms at the start, far below a.
    """
    a = np.asarray(a, float)
    needed = phase(M0, link)
    return (needed + np.log(a / r0 + 4 * needed) / 4) / a


def leading_time(a: ArrayLike, x: ArrayLike, d: float, k: int) -> Array:
    """T at large d and k > 2, d^{k/2 - 1}/(k (k - 2) x^{k - 2} a), with x = √d M_0 above 0."""
    return d ** (k / 2 - 1) / (k * (k - 2) * np.asarray(x, float) ** (k - 2) * np.asarray(a, float))


def sharp(T: Array, a: Array) -> Array:
    """(P,) when sharp steps leave the same ∫ 2L dt as the logistic shares c = 1/(1 + exp(-4 a (t - T))) of T (P,).

    Of (1 - c)^2 = (1 - c) - c (1 - c) the first has the integral of a step at T, the second is 1/(4 a).
    """
    return T - 1 / (4 * a)


def corners(a: Array) -> Array:
    """(P,) ∫ |(1 - c)^2 - 1{t < T - 1/(4 a)}| dt: the area between a logistic step and the sharp one.

    Twice the half beyond the step, where with u = 4 a (t - T), from -1 on, ∫ (1 + e^u)^-2 du = 1 + log(1 + 1/e)
    - 1/(1 + 1/e).
    """
    return 2 * (1 + np.log1p(np.exp(-1)) - 1 / (1 + np.exp(-1))) / (4 * a)


def steps_loss(t: Array, T: Array, a: Array) -> Array:
    """(S,) the loss of sharp steps, sum_m a_m^2 1{t < T_m} (S9), for as many directions as memory holds."""
    order = np.argsort(T)
    left = np.append(np.cumsum((a[order] ** 2)[::-1])[::-1], 0.0)
    return left[np.searchsorted(T[order], t, side="right")]
