"""The flow of the correlation loss, where neurons do not see each other: each neuron by itself, on the sphere.

    dM_m/dt = k a_m M_m^{k-1} - M_m sum_q k a_q M_q^k,   for h_k

It turns to the direction of the largest a_m |M_m|^{k-2} at the start: without the second term, which only keeps the
length, M_m^{2-k} falls at the rate k (k - 2) a_m, and the first to reach zero wins.
"""

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.model import Array, Places

_STEP = 0.1  # of the time in which the fastest overlap grows by a factor e
_THERE = 0.9  # overlap with the direction that is taken


@kernel("void(f8[:, ::1], f8[::1], i8, f8[:, ::1], i8[::1])", nogil=True)
def _follow(M, a, k, work, taken):
    """Each row of M to its direction, by the midpoint rule; M is written to, and work (2, P) is scratch."""
    slope, middle = work[0], work[1]
    for i in range(M.shape[0]):
        row = M[i]
        while True:
            largest, fastest, best = 0.0, 0.0, 0
            for m in range(a.size):
                if abs(row[m]) > largest:
                    largest, best = abs(row[m]), m
                fastest = max(fastest, k * a[m] * abs(row[m]) ** (k - 2))
            if largest > _THERE:
                break
            for half in range(2):
                at = middle if half else row
                pull = 0.0
                for m in range(a.size):
                    slope[m] = k * a[m] * at[m] ** (k - 1)
                    pull += slope[m] * at[m]
                part = _STEP / fastest if half else _STEP / (2 * fastest)
                for m in range(a.size):
                    middle[m] = row[m] + part * (slope[m] - pull * at[m])
            for m in range(a.size):
                row[m] = middle[m]
        taken[i] = best


def simulate(M: Array, a: Array, k: int) -> Places:
    """(N,) the direction to which each neuron turns, counted from 0.

    Args:
        M: (N, P) overlaps at the start, each row with one that is not zero; above zero where k is odd.
        a: (P,) strengths.
        k: the link is h_k, k > 2.
    """
    taken = np.empty(len(M), np.int64)
    _follow(np.array(M, float, order="C"), a, k, np.empty((2, a.size)), taken)
    return taken
