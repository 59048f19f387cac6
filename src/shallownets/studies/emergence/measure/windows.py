"""Exponents of the loss in the window of times where neither single steps nor the teacher's end show."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, exact
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.theory import crowding, scaling
from shallownets.studies.emergence.theory.sequential import Law
from shallownets.studies.emergence.trajectory import Run


class InWindow(NamedTuple):
    """Exponents of the loss of a run, but for ``alone`` with the tail that a finite teacher lacks.

    Attributes:
        first, last: times at which the window begins and ends.
        measured: in time.
        alone: in time, of the loss without the tail.
        law: in time, of the loss that the sequential law expects.
        apart: by how much ``measured`` may differ from it: by three standard deviations over draws of the law, and by
            crowding.
        at_learning: in the number m of directions, at the times when they are learned; None where fewer than two of the
            directions ``curves.FIRST`` to P/4 are.
    """

    first: float
    last: float
    measured: float
    alone: float
    law: float
    apart: float
    at_learning: Estimate | None


def in_window(run: Run, law: Law, N: int, beta: float, draws: Iterable[Generator]) -> InWindow | None:
    """The exponents of a run of width N; None where students are narrower than the teacher, or the run ends too early.

    Args:
        law: of the run's teacher, whose strengths are m^-β.
        draws: a stream of random numbers for each draw of the law.
    """
    P, T = law.a.size, law.median_times(N)
    if T.size < P:
        return None
    t = curves.window(T)
    if t[-1] > run.t[-1]:
        return None
    tail = scaling.tail(P, beta)
    loss = curves.loss_at(run, t)
    drawn = [curves.power(t, law.drawn_loss(t, N, rng) + tail) for rng in draws]
    late = crowding.turned(scaling.in_time(beta), P / 4, int(law.d), float(np.log(t[-1] / t[0])))
    return InWindow(
        first=float(t[0]),
        last=float(t[-1]),
        measured=curves.power(t, loss + tail),
        alone=curves.power(t, loss),
        law=curves.power(t, law.loss(t, N) + tail),
        apart=late + 3 * float(np.std(drawn, ddof=1)),
        at_learning=_at_learning(run, P, tail),
    )


def _at_learning(run: Run, P: int, tail: float) -> Estimate | None:
    m = np.arange(curves.FIRST, P // 4 + 1)
    m = m[run.learned[m - 1]]
    if m.size < 2:
        return None
    return exact(curves.power(m, curves.loss_at(run, run.times[m - 1]) + tail), m.size)
