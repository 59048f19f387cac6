"""The decoupled dynamics: which neuron learns which direction (S3; docs/emergence.md, section 4).

Neurons do not see each other until one has learned a direction, which then is gone for all others. So directions are
taken by the neurons with the largest a_m x_im^{k-2}, one after the other. What it says of a start is an ``Owners``;
``simulate.decoupled`` makes a run of it.
"""

from dataclasses import dataclass

import numpy as np

from shallownets.errors import Impossible
from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.model import Array, Places


@dataclass(frozen=True)
class Owners:
    """Who learns what.

    Attributes:
        neuron: (P,) of each direction; -1 where none is left for it, or none that could.
        M0: (P,) its overlap at the start; 0 where there is none.
    """

    neuron: Places
    M0: Array


@kernel("void(f8[:, ::1], i8[::1])")
def _match(score, neuron):
    """Take the largest score, remove its row and column, and again, as long as it is above 0.

    The best row of each column is kept and looked for again only where that row has gone: O(N P) for most starts.
    """
    N, P = score.shape
    free = np.ones(N, np.bool_)
    best = np.zeros(P, np.int64)
    value = np.full(P, -1.0)
    for i in range(N):
        for m in range(P):
            if score[i, m] > value[m]:
                value[m] = score[i, m]
                best[m] = i
    open_ = np.ones(P, np.bool_)
    for _ in range(min(N, P)):
        m, highest = -1, 0.0
        for q in range(P):
            if open_[q] and value[q] > highest:
                m, highest = q, value[q]
        if m < 0:
            return
        taken = best[m]
        neuron[m] = taken
        open_[m] = False
        free[taken] = False
        for q in range(P):
            if open_[q] and best[q] == taken:
                value[q] = -1.0
                for i in range(N):
                    if free[i] and score[i, q] > value[q]:
                        value[q] = score[i, q]
                        best[q] = i


def owners(score: Array, M: Array) -> Owners:
    """Owners by the largest score (N, P) of all, its row and column removed, and again while one is above 0."""
    neuron = np.full(score.shape[1], -1)
    _match(np.ascontiguousarray(score), neuron)
    return Owners(neuron, np.where(neuron >= 0, M[neuron, np.arange(neuron.size)], 0.0))


def greedy(M: Array, a: Array, k: int) -> Owners:
    """Owners by the largest a_m M_im^{k-2}: the size of overlaps counts at even k, those below 0 do not at odd k.

    Args:
        M: (N, P) overlaps at the start.
        a: (P,) strengths.
        k: information exponent, above 2.

    Raises:
        Impossible: k of 2 and below, where no power of the overlap decides (S13).
    """
    if k <= 2:
        raise Impossible(f"k = {k}: expected an information exponent above 2; below, directions do not decouple")
    x = np.abs(M) if k % 2 == 0 else np.maximum(M, 0.0)
    return owners(a * x ** (k - 2), M)
