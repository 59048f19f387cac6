"""The flow of the correlation loss, where neurons do not see each other: each neuron by itself, on the sphere.

    dM_m/dt = k a_m M_m^{k-1} - M_m sum_q k a_q M_q^k,   for h_k

It turns to the direction of the largest a_m |M_m|^{k-2} at the start: without the second term, which only keeps the
length, M_m^{2-k} falls at the rate k (k - 2) a_m, and the first to reach zero wins.
"""

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.engines import steps
from shallownets.studies.emergence.model import Array, Places

_largest, _power = steps.largest, steps.power

_STEP = 0.1  # of the time in which the fastest overlap grows by a factor e
_THERE = 0.9  # overlap with the direction that is taken
_NOTHING = 1e-300  # added to overlaps, so that none of them divides by 0
_FAST = {"reassoc", "contract", "nsz"}  # sums may be reordered, so that they vectorise


@kernel("f8(f8[::1], f8[::1], i8, f8[::1])", fastmath=_FAST)
def _pull(M, a, k, pull):
    """The pull on one row, k a M^{k-1}, without what keeps its length; returns pull.M."""
    dot = 0.0
    for m in range(M.size):
        pull[m] = k * a[m] * _power(M[m], k - 1)
        dot += pull[m] * M[m]
    return dot


@kernel("void(f8[::1], f8[::1], f8[::1], f8, f8, f8[::1])", fastmath=_FAST)
def _ahead(M, at, pull, dot, h, out):
    """The row a time h after M, by the slope at another one."""
    for m in range(M.size):
        out[m] = M[m] + h * (pull[m] - at[m] * dot)


@kernel("void(f8[:, ::1], f8[::1], i8, f8[:, ::1], i8[::1])", nogil=True)
def _follow(M, a, k, work, taken):
    """Each row of M to its direction, by the midpoint rule; M is written to, and work (3, P) is scratch."""
    pull, middle, sizes = work[0], work[1], work[2]
    for i in range(M.shape[0]):
        row = M[i]
        while True:
            for m in range(a.size):
                sizes[m] = abs(row[m])
            if _largest(sizes, a.size) > _THERE:
                break
            dot = _pull(row, a, k, pull)
            for m in range(a.size):
                sizes[m] = abs(pull[m]) / (abs(row[m]) + _NOTHING)
            h = _STEP / _largest(sizes, a.size)
            _ahead(row, row, pull, dot, h / 2, middle)
            dot = _pull(middle, a, k, pull)
            _ahead(row, middle, pull, dot, h, row)
        for m in range(a.size):
            if abs(row[m]) > _THERE:
                taken[i] = m


def simulate(M: Array, a: Array, k: int) -> Places:
    """(N,) the direction to which each neuron turns, counted from 0.

    Args:
        M: (N, P) overlaps at the start, each row with one that is not zero; above zero where k is odd.
        a: (P,) strengths.
        k: the link is h_k, k > 2.
    """
    taken = np.empty(len(M), np.int64)
    _follow(np.array(M, float, order="C"), a, k, np.empty((3, a.size)), taken)
    return taken
