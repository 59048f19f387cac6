"""Up to which learning rate per student unit, η̂ = η/p, a plateau exists, an escape from it, and a stable solution.

The config is held to these limits before anything starts, so this module needs no NumPy.
"""

from math import sqrt


def last_plateau(p: int, p_star: int) -> float:
    """Largest η̂ at which a plateau exists: beyond it the norms diverge from any start. Tends to (p*/8)^(1/2)."""
    # b^2 - 4 a c = 0, a quadratic in η̂ with constant term 1
    c = (p + 4) / (p + 2)
    return 1 / (2 * (c - 1) + sqrt(4 * (c - 1) ** 2 + 4 * (c * (1 + 2 / p_star) - 1)))


def last_escape(p: int, p_star: int) -> float:
    """Largest η̂ at which M grows on a plateau: p*(p + 2)/((p* + 2)(p + p* + 4)) for p* >= 2, else ``last_plateau``.

    The norms grow with η̂ (``plateau.relative_norm``) until the mean output holds M down, x = 1 + 2/p*: from there on
    the plateau is stable. For p* = 1 it ends before. For p = p* this is ``last_convergence``: the plateau becomes
    stable where the solution ceases to be.
    """
    if p_star < 2:
        return last_plateau(p, p_star)
    return p_star * (p + 2) / ((p_star + 2) * (p + p_star + 4))


def last_convergence(p_star: int) -> float:
    """Largest η̂ = p*/(2 (p* + 2)) at which a zero-error solution is stable under the noise of SGD, whatever p.

    Let ρ be the trace of Q - M M^T along M. At a solution [33, 34] give
    dρ/dα = -(8 η/(p p*)) ρ + (4 η^2/p^2) (4/p* + 8/p*^2) ρ to first order.
    """
    return p_star / (2 * (p_star + 2))
