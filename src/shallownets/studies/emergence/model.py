"""The model: a student of N neurons learns a teacher of P directions whose strengths fall as a power.

    teacher   f*(x) = sum_m a_m σ(θ_m.x),  a_m = m^-β,  θ_m orthonormal,  x ~ N(0, I_d)
    student   f(x) = sum_i r_i σ(u_i.x),   weights w_i = √r_i u_i with |u_i| = 1: both layers are trained as one
    link      σ = sum_j c_j h_j,  h_j = He_j/√(j!),  sum c_j^2 = 1;  φ(ρ) = sum_j c_j^2 ρ^j = E σ(u.x) σ(v.x), ρ = u.v
    overlaps  M_im = u_i.θ_m,  G_ij = u_i.u_j
    risk      L = E (f* - f)^2/2;  the loss is 2 L
    flow      dw_i/dt = -∇L; SGD steps by η (f* - f) ∇f on one fresh example, so that n steps take the time t = η n

The lowest degree in σ is the information exponent k. Directions, neurons and strengths are counted from 0 in arrays.
Symbols are those of docs/emergence.md: P and N are the source's M* and N, strengths are not normalised.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import factorial

import numpy as np
from numpy.polynomial import hermite_e
from numpy.typing import ArrayLike, NDArray

from shallownets.errors import Impossible, in_short

Array = NDArray[np.floating]
Places = NDArray[np.integer]  # whole numbers that say where in an array


@dataclass(frozen=True)
class Link:
    """σ by its Hermite coefficients.

    Attributes:
        coefficients: c_0, c_1, .. c_D; c_0 = c_1 = 0, the squares add up to one.

    Raises:
        Impossible: other coefficients.
    """

    coefficients: tuple[float, ...]

    def __post_init__(self) -> None:
        c = np.asarray(self.coefficients, float)
        if c.ndim != 1 or c.size < 3 or not np.isfinite(c).all() or c[0] or c[1] or abs(c @ c - 1) > 1e-12:
            raise Impossible(
                f"coefficients = {in_short(self.coefficients)}: expected those of h_0, h_1, .., the first two 0,"
                " whose squares add up to 1"
            )

    @property
    def exponent(self) -> int:
        """The information exponent k, the lowest degree in σ."""
        return int(np.flatnonzero(self.coefficients)[0])

    @cached_property
    def squares(self) -> Array:
        """(D + 1,) coefficients c_j^2 of φ, from the constant term up."""
        return np.square(self.coefficients)

    @cached_property
    def slopes(self) -> Array:
        """(D,) coefficients (j + 1) c_{j+1}^2 of φ', from the constant term up."""
        return np.polynomial.polynomial.polyder(self.squares)

    @cached_property
    def powers(self) -> Array:
        """(D + 1,) coefficients of σ(z) as a polynomial, from the constant term up."""
        norms = np.sqrt([float(factorial(j)) for j in range(len(self.coefficients))])
        return hermite_e.herme2poly(np.asarray(self.coefficients) / norms)

    @cached_property
    def derivative(self) -> Array:
        """(D,) coefficients of σ'(z) as a polynomial, from the constant term up."""
        return np.polynomial.polynomial.polyder(self.powers)

    def sigma(self, z: ArrayLike) -> Array:
        """σ(z)."""
        return np.polynomial.polynomial.polyval(np.asarray(z, float), self.powers)

    def phi(self, rho: ArrayLike) -> Array:
        """φ(ρ) = E σ(u.x) σ(v.x) of unit vectors with u.v = ρ; one at ρ = 1."""
        return np.polynomial.polynomial.polyval(np.asarray(rho, float), self.squares)

    def dphi(self, rho: ArrayLike) -> Array:
        """φ'(ρ)."""
        return np.polynomial.polynomial.polyval(np.asarray(rho, float), self.slopes)


def mixture(weights: Mapping[int, float]) -> Link:
    """The link that is in proportion to sum_j weights[j] h_j: weights are divided by their length.

    Raises:
        Impossible: a degree below 2 or none, or weights that are all 0 or not finite.
    """
    values = np.asarray(list(weights.values()), float)
    length = float(np.linalg.norm(values))
    if not weights or min(weights) < 2 or not 0 < length < np.inf:
        raise Impossible(f"link = {in_short(dict(weights))}: expected weights, not all 0, of degrees from 2 on")
    c = np.zeros(max(weights) + 1)
    c[list(weights)] = values / length
    return Link(tuple(c.tolist()))


def hermite(k: int) -> Link:
    """The link h_k.

    Raises:
        Impossible: k < 2.
    """
    return mixture({k: 1.0})


def named(text: str) -> Link:
    """The link of a name such as ``h4`` or ``0.8 h4 + 0.6 h6``; weights are divided by their length.

    Raises:
        Impossible: another text.
    """
    weights: dict[int, float] = {}
    for term in text.split(" + "):
        found = re.fullmatch(r"(?:(\d+(?:\.\d+)?|\.\d+) )?h([1-9])", term)
        if not found:
            raise Impossible(f"link = {in_short(text)}: expected Hermite polynomials with weights, as 0.8 h4 + 0.6 h6")
        degree = int(found[2])
        weights[degree] = weights.get(degree, 0.0) + float(found[1] or 1)
    return mixture(weights)


def strengths(P: int, beta: float) -> Array:
    """a (P,) of the teacher's directions, a_m = m^-β, m = 1 .. P.

    Raises:
        Impossible: P < 1, or an exponent below 0.
    """
    if P < 1 or not 0 <= beta < np.inf:
        raise Impossible(f"P = {P}, beta = {beta}: expected at least one direction and an exponent of at least 0")
    return np.asarray(np.arange(1, P + 1) ** -float(beta))


def risk(M: Array, G: Array, r: Array, a: Array, link: Link) -> float:
    """L = (|a|^2 - 2 sum r_i a_m φ(M_im) + sum r_i r_j φ(G_ij))/2.

    Args:
        M: (N, P) overlaps with the teacher.
        G: (N, N) overlaps among neurons.
        r: (N,) squared norms |w_i|^2.
        a: (P,) strengths.
    """
    return float(a @ a - 2 * r @ link.phi(M) @ a + r @ link.phi(G) @ r) / 2
