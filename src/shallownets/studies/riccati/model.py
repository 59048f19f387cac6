"""The model: a quadratic student of width N learns a quadratic teacher of width M* in dimension d.

    teacher   y = sum_m λ_m ((θ_m.x)^2 - 1),   θ_m orthonormal,  x ~ N(0, I_d),
              λ_m = m^-β / |A|_F,  |A|_F^2 = sum_m m^-2β: the squares of λ add up to one
    student   W (d x N), its directions U (d x N) orthonormal; f = sum_i ω_i ((u_i.x)^2 - 1) or, with a radial part Ω,
              f = tr Ω (U^T x x^T U - I)
    overlaps  Z = Θ^T U (M* x N),   G = Z Z^T (M* x M*)
    flow      dU/dt = (I - U U^T) T U,   T = Θ Λ Θ^T,   Λ = diag(λ)

Inputs are isotropic, so that only the overlaps matter: without loss of generality Θ is the first M* axes of R^d, and
Z the first M* rows of U. Risks are E (y - f)^2 / E y^2, one for a student that knows nothing.

Symbols are those of the source; N is the student's width here, and the dimension in the study `escape`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shallownets.errors import Impossible, in_short

Array = NDArray[np.floating]
Places = NDArray[np.integer]  # whole numbers that say where in an array
Mask = NDArray[np.bool]


def norm(M_star: int, beta: float) -> float:
    """|A|_F of the coefficients m^-β, m = 1 ... M*."""
    return float(np.sqrt((np.arange(1, M_star + 1) ** (-2.0 * beta)).sum()))


def spectrum(M_star: int, beta: float) -> Array:
    """λ (M*,), falling: the teacher's eigenvalues m^-β / |A|_F. The sum of their squares is one."""
    return np.arange(1, M_star + 1) ** -float(beta) / norm(M_star, beta)


def require_spectrum(lam: Array, M_star: int) -> Array:
    """The teacher's eigenvalues as floats.

    Raises:
        Impossible: not (M*,) finite numbers above 0, none above the one before.
    """
    values = np.asarray(lam, float)
    if values.shape != (M_star,) or not np.isfinite(values).all() or values[-1] <= 0 or np.any(np.diff(values) > 0):
        raise Impossible(f"lam = {in_short(lam)}: expected M* = {M_star} numbers above 0 that do not rise")
    return values


def require_times(times: ArrayLike) -> Array:
    """Times as floats.

    Raises:
        Impossible: not finite numbers of at least 0.
    """
    values = np.asarray(times, float)
    if values.ndim != 1 or not np.isfinite(values).all() or np.any(values < 0):
        raise Impossible(f"times = {in_short(times)}: expected finite numbers of at least 0")
    return values


def riccati(G: Array, lam: Array) -> Array:
    """dG/dt = Λ G + G Λ - 2 G Λ G, for G (..., M*, M*)."""
    return lam[:, None] * G + G * lam - 2 * (G * lam) @ G


def risk(Z: Array, lam: Array) -> Array:
    """R = 1 - tr(Λ G Λ G) = 1 - |Z^T Λ Z|_F^2, for Z (..., M*, N): the risk with the best radial part Ω = Z^T Λ Z.

    Never below 0 by rounding.
    """
    scaled = np.sqrt(lam)[:, None] * Z  # a product with its own transpose is half the work
    inner = np.swapaxes(scaled, -1, -2) @ scaled
    return np.maximum(1 - (inner**2).sum((-2, -1)), 0.0)


def best_risk(lam: Array, N: int) -> float:
    """The least risk of width N: what the best matrix of rank N misses, the squares of all λ but the N greatest."""
    return float((lam[N:] ** 2).sum())


def plain_risk(Z: Array, lam: Array) -> Array:
    """|T - U U^T/√N|_F^2 = 2 - (2/√N) tr(Z^T Λ Z): the risk of Phase I's student, all of whose weights are N^-1/2.

    Never below 0 by rounding.
    """
    return np.maximum(2 - 2 / np.sqrt(Z.shape[-1]) * (Z**2 * lam[:, None]).sum((-2, -1)), 0.0)
