"""Crowding: the other overlaps of a neuron grow, too, and shorten the one that matters (docs/emergence.md, section 9).

The first correction to greedy times, in m/d, for h_4. In the search phase 1/M_iq^2 falls by 8 a_q t, until direction q
is learned at T_q; then M_iq stays. A unit vector whose other squares have grown by ε has lost that much of all others,

    d(1/M^2)/dt = -8 a + (1/M^2) dε/dt,   ε(t) = sum_{q != m} M_iq^2(min(t, T_q)) - M_iq^2(0)

whose solution reaches 0 when ∫ e^{-ε} dt = 1/(8 a M_0^2).
"""

import numpy as np

from shallownets.studies.emergence.model import Array, Places

_NODES = 12


def delays(M: Array, a: Array, neuron: Places, T: Array) -> Array:
    """(P,) by how much directions are learned later than greedy says, for h_4; NaN where none learns it, or no delay is
    small: a neuron that almost took another direction is not described.

    Args:
        M: (N, P) overlaps at the start.
        a: (P,) strengths.
        neuron: (P,) owner of each direction, -1 where there is none.
        T: (P,) greedy learning times.
    """
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    out = np.full(a.size, np.nan)
    ends = np.where(neuron >= 0, T, np.inf)
    for m in np.flatnonzero(neuron >= 0):
        square = M[neuron[m]] ** 2
        needed = 1 / (8 * a[m] * square[m])  # of ∫ e^-ε dt
        s = needed * (1 + node) / 2
        rest = 1 - 8 * a * square * np.minimum(s[:, None], ends)
        rest[:, m] = 1.0
        if rest.min() <= 0:
            continue
        lag = (square * (1 / rest - 1)).sum(1)
        out[m] = -np.expm1(-lag) @ weight * needed / 2 * np.exp(lag[-1])
    return out


def turned(exponent: float, m: float, d: int, length: float) -> float:
    """How much crowding turns an exponent in time, at most: it makes direction m, the last one, later by at most m/d.

    Args:
        length: logarithm of the last time, or compute, of its range over the first.
    """
    return float(abs(exponent) * np.log1p(m / d) / length)
