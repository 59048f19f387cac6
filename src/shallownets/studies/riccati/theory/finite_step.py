"""What SGD does on average at a step size that is not small: the flow with the next order in η.

With e = y - f = x^T Δ x - tr Δ, Δ = T - W W^T/√N, one sample changes the overlaps Z = Θ^T W, to second order in η, by

    δZ = η e Θ^T v q^T - (η^2/2) e^2 |v|^2 Z q q^T.

P = W W^T and 1 - P split x into independent parts q and v, so that the mean needs moments of Gaussians only (Isserlis).
In the flow's time t = 2 η k:

    dZ/dt = H Λ Z - (η/4) Z F + (D/2) Z,   H = I - Z Z^T.

Z F is the mean of e^2 |v|^2 Z q q^T: each sample shortens what W has learned. It is ηd that enters, not η. D stands for
the noise η e v q^T, whose mean vanishes but whose square does not: it adds (η/2) Σ to Z Z^T. Here it lengthens the rows
of Z by what it adds on average and leaves their directions, D = (η/2) diag(Σ_jj / (Z Z^T)_jj): in law what noise
does to rows as random as itself, and it keeps the rank of Z. What this leaves out is of order N/d.
"""

from collections.abc import Callable
from itertools import count

import numpy as np
import scipy

from shallownets.studies.riccati.model import Array, risk

LONG = 10.0  # the exact flow's times to a risk after which it is not waited for any longer
MOST = 10_000  # evaluations of the drift, of which a usual run takes hundreds; at large η it shrinks W ever faster


def _moment(rank: int, inside: float, across: float, outside: float, trace: float, blocks: tuple[Array, ...]) -> Array:
    """E e^2 |P_1 x|^2 P_2 x x^T P_2 for projectors P_1 and P_2 = 1 - P_1, in any basis in which ``blocks`` are given.

    Args:
        rank: of P_1.
        inside, across, outside: squared norms of Δ_11, Δ_12, Δ_22.
        trace: of Δ_11.
        blocks: the matrices P_2, Δ_22, Δ_22^2 and Δ_21 Δ_12.
    """
    unit, outer, outer_square, mixed = blocks
    scale = (2 * rank + 8) * inside + 2 * rank * outside + 4 * (rank + 2) * across
    return scale * unit + 8 * rank * outer_square + 8 * (rank + 2) * mixed + 8 * trace * outer


def moments(Z: Array, lam: Array, d: int) -> tuple[Array, Array]:
    """(F, Σ): the means of e^2 |v|^2 q q^T (N, N) and e^2 |q|^2 Θ^T v v^T Θ (M*, M*), exact in d, N and M*.

    Args:
        Z: (M*, N) overlaps of orthonormal columns.
        lam: (M*,) the teacher's eigenvalues.
        d: input dimension.
    """
    M_star, N = Z.shape
    scaled = lam[:, None] * Z
    inner = Z.T @ scaled
    out = scaled - Z @ inner  # H Λ Z
    H = np.eye(M_star) - Z @ Z.T
    K = inner - np.eye(N) / np.sqrt(N)  # W^T Δ W
    L = (H * lam) @ H  # H Λ H, which is (1 - P) Δ (1 - P) in the teacher's span
    coupling = scaled.T @ out
    inside, across = (K**2).sum(), np.trace(coupling)
    outside = (lam**2).sum() - 2 * (scaled**2).sum() + (inner**2).sum()
    F = _moment(d - N, outside, across, inside, lam.sum() - np.trace(inner), (np.eye(N), K, K @ K, coupling))
    Sigma = _moment(N, inside, across, outside, np.trace(K), (H, L, (H * lam) @ L, out @ out.T))
    return F, Sigma


def drift(Z: Array, lam: Array, d: int, eta: float) -> Array:
    """dZ/dt, (M*, N), at the step size η."""
    F, Sigma = moments(Z, lam, d)
    lengthening = np.diag(Sigma) / (Z**2).sum(1)
    return lam[:, None] * Z - Z @ (Z.T @ (lam[:, None] * Z)) - eta / 4 * (Z @ F - lengthening[:, None] * Z)


def _solve(Z: Array, lam: Array, d: int, eta: Callable[[float], float], end: float, **options):
    evaluations = count(1)

    def slope(t: float, flat: Array) -> Array:
        if next(evaluations) > MOST:
            raise ArithmeticError(f"the flow at finite step: given up at t = {t:g} after {MOST} evaluations")
        return drift(flat.reshape(Z.shape), lam, d, eta(t)).ravel()

    solution = scipy.integrate.solve_ivp(slope, (0.0, end), Z.ravel(), rtol=1e-6, atol=1e-8, **options)
    if not solution.success:
        raise ArithmeticError(f"the flow at finite step: {solution.message}")
    return solution


def overlaps(Z: Array, lam: Array, d: int, eta: Callable[[float], float], times: Array) -> Array:
    """Z(t), (T, M*, N), for a step size that may depend on the flow's time.

    Args:
        Z: (M*, N) overlaps at time 0.
        lam: (M*,) the teacher's eigenvalues.
        d: input dimension.
        eta: the step size at a time t.
        times: (T,) rising, from 0; some may be equal.

    Raises:
        ArithmeticError: the integration fails, or the step size is so large that it would take too long.
    """
    distinct, which = np.unique(times, return_inverse=True)
    return _solve(Z, lam, d, eta, distinct[-1], t_eval=distinct).y.T.reshape(-1, *Z.shape)[which]


def followed(Z: Array, lam: Array, d: int, eta: Callable[[float], float], times: Array) -> Array:
    """``overlaps``, NaN where they cannot be followed; the first of the times need not be 0."""
    try:
        return overlaps(Z, lam, d, eta, np.concatenate([[0.0], times]))[1:]
    except ArithmeticError:
        return np.full((len(times), *Z.shape), np.nan)


def time_to_risk(Z: Array, lam: Array, d: int, eta: float, level: float, end: float) -> float:
    """When the risk with the best radial part first falls to a level.

    It is inf where it has not by ``end``, or by the time at which ``overlaps`` would give up.

    Args:
        Z, lam, d: as for ``overlaps``.
        eta: the step size.
        level: of the risk.
        end: when to give up.
    """

    def excess(t: float, flat: Array) -> float:
        return float(risk(flat.reshape(Z.shape), lam)) - level

    excess.terminal = True  # ty: ignore[missing-attribute]  # SciPy's way to say that the integration ends there
    try:
        (crossing,) = _solve(Z, lam, d, lambda t: eta, end, events=excess).t_events
    except ArithmeticError:
        return np.inf
    return float(crossing[0]) if crossing.size else np.inf
