"""One start of the exact flow in detail: a sharp step for each direction, their sum, and what is exact about them.

From: sizes, a tail and a seed.
Makes: a table of measurements, and the data of the figure `staircase`.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.emergence import model, simulate, starts
from shallownets.studies.emergence.engines import flow
from shallownets.studies.emergence.measure import curves, shares, weights
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.parameters.flow import Staircase
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.stages.flow_link import K
from shallownets.studies.emergence.theory import scaling, sequential, times
from shallownets.studies.emergence.trajectory import Run

UNITS = {"t": "time of the flow"}
FREEZE = 2e-3  # below what is left of a share where its rate is fitted
LONGER = 1.5  # the last time over that of greedy's last direction
FINE = 1e-5  # tolerance where the flow is held against something exact
GONE = 10 * FINE  # what is left of a direction that is taken out there
STRAIGHT = 0.25  # logarithm of a learning time over greedy's, above which another direction drew the neuron first
SMALL = (8, 4, 64)  # N, P, d of the weights' own flow,
BETA = 1.0  # and its strengths: a larger exponent makes it as much longer
FARTHER = 16  # dimension over that of the figure, where sharpness is measured again
ACCURATE = 1e-8  # of that


def _single(r0: float) -> Iterator[dict]:
    """One neuron and one direction, from an angle that every start has: a T against its formula."""
    for k in (2, 3, 4):
        link, a, M0 = model.hermite(k), model.strengths(1, 1.0), 0.02
        start = starts.Start(np.array([[M0]]), np.array([[np.sqrt(1 - M0**2)]]), np.array([r0]), 2500)
        theory = float(times.learning_time(1.0, M0, r0, link))
        run = flow.simulate(start, a, link, 2 * theory, tolerance=FINE, acting=0.0)
        yield {"quantity": "single", "k": k, "theory": theory, "order": theory * 10 * FINE + r0} | exact(
            run.times[0]
        ).row()


def _closure(given: Staircase) -> Iterator[dict]:
    """The flow closed on overlaps beside that of the weights in R^d: the largest ratio of times, as a logarithm.

    And of the weights, how far the neuron on a direction has turned when half of it is learned: 1 - M^2, where no other
    direction drew it first.
    """
    N, P, d = SMALL
    for k in (3, 4):
        link, a = model.hermite(k), model.strengths(P, BETA)
        start = drawn.start(given.seed, "closure", N, P, d, given.r0)
        expected = simulate.decoupled(start, a, link)
        t_end = 2 * float(expected.times[expected.learned].max())
        run = flow.simulate(start, a, link, t_end, tolerance=FINE, freeze=GONE, acting=0.0)
        true, astray = weights.times(start, a, link, t_end, ACCURATE)
        both = np.isfinite(true)
        off = np.abs(np.log(run.times[both] / true[both])).max()
        order = 10 * FINE + GONE + 3 * N * given.r0 / a[-1]
        yield {"quantity": "closure", "k": k, "theory": 0.0, "order": order} | exact(off, int(both.sum())).row()
        # it falls by 2 k a while the norm's logarithm grows by 4 a, from r0 to a/2; and errors of the integration
        order = (given.r0 / a[-1]) ** (k / 2) + 10 * ACCURATE
        straight = both & (np.abs(np.log(np.where(both, true, np.inf) / expected.times)) < STRAIGHT)
        largest = float(astray[straight].max())
        row = {"quantity": "not turned", "k": k, "theory": 0.0, "order": order}
        yield row | exact(largest, int(straight.sum())).row()


def _sharp(run: Run, a: Array, d: int, given: Staircase, lost: Lost) -> Iterator[dict]:
    """Slope of the log odds of a share while it passes the middle, and of what is left of it later, over 4 a."""
    of = {"k": K, "d": d, "theory": 1.0}
    learned = np.flatnonzero(run.learned)
    found = {
        "slope": [shares.rate(run.t, run.shares[:, m], 0.25, 0.75) / (4 * a[m]) for m in learned],
        "decay": [shares.rate(run.t, run.shares[:, m], 0.97, 0.997, of_rest=True) / (4 * a[m]) for m in learned],
    }
    # others act by φ of a random overlap, 3/d^2 each; of what is left, a logistic curve falls by the share at least
    orders = {"slope": 10 * given.tolerance, "decay": 0.03 + 10 * given.tolerance}
    for name, values in found.items():
        seen = np.array(values)[np.isfinite(values)]
        if not seen.size:
            lost.note(f"{name} at d = {d}: no direction is followed through it", [{"quantity": name, "d": d}])
            continue
        row = {"quantity": name} | of | {"order": orders[name] + 3 * given.N / d**2}
        yield row | exact(np.median(seen), seen.size).row()


def _farther(given: Staircase, a: Array, lost: Lost) -> Iterator[dict]:
    """Sharpness at a larger dimension, where the search is longer by as much, of the first quarter of directions."""
    few, link, d = a[: max(given.P // 4, 1)], model.hermite(K), FARTHER * given.d
    start = drawn.start(given.seed, "staircase, farther", given.N, few.size, d, given.r0)
    expected = simulate.decoupled(start, few, link)
    t_end = LONGER * float(expected.times[expected.learned].max())
    run = flow.simulate(start, few, link, t_end, tolerance=given.tolerance, freeze=FREEZE, follow=few.size)
    yield from _sharp(run, few, d, given, lost)


@stage
def staircase(given: Staircase) -> Tables:
    a, link = model.strengths(given.P, given.beta), model.hermite(K)
    start = drawn.start(given.seed, "staircase", given.N, given.P, given.d, given.r0)
    expected = simulate.decoupled(start, a, link)
    T = expected.times
    t_end = LONGER * float(T[np.isfinite(T)].max())
    with progress("staircase", 1) as advance:
        run = flow.simulate(start, a, link, t_end, tolerance=given.tolerance, freeze=FREEZE, follow=given.P)
        advance(1)
    lost = Lost()
    rows = [*_single(given.r0), *_closure(given), *_sharp(run, a, given.d, given, lost)]
    rows += _farther(given, a, lost)
    overlay = curves.overlay(run, start.M, a, expected)
    row = {"quantity": "overlay", "k": K, "d": given.d, "theory": 0.0, "order": overlay.order + 10 * given.tolerance}
    rows.append(row | exact(overlay.off, int(expected.learned.sum())).row())
    t = np.geomspace(float(T.min()) / 5, t_end, given.points)
    shown = [
        pd.DataFrame({"series": "share", "m": m, "t": t, "value": np.interp(t, run.t, run.shares[:, m - 1])})
        for m in given.shown
    ]
    every = np.array([np.interp(t, run.t, run.shares[:, m]) for m in range(given.P)])
    law = sequential.loss(t, a, given.N, given.d, given.r0, link)
    lines = {"loss": curves.loss_at(run, t), "sum of shares": a**2 @ (1 - every) ** 2, "sequential": law}
    quarter = T[given.P // 4]
    if np.isfinite(quarter):
        power, tail = curves.loss_at(run, quarter), scaling.tail(given.P, given.beta)
        lines["power"] = (power + tail) * (t / quarter) ** scaling.in_time(given.beta) - tail
    for name, value in lines.items():
        shown.append(pd.DataFrame({"series": name, "m": 0, "t": t, "value": value}))
    shown.append(pd.DataFrame({"series": "greedy", "m": np.arange(1, given.P + 1), "t": T, "value": run.times}))
    frames = pd.DataFrame(rows), pd.concat(shown, ignore_index=True)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
