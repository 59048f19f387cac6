"""Strengths whose squares have no sum: what is learned of them is a power of time.

From: sizes, tails and a seed.
Makes: a table of measurements, and the data of the figure `light_tail`.
"""

from functools import partial

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import bootstrap
from shallownets.stage import Table, Tables, stage
from shallownets.studies.emergence import model
from shallownets.studies.emergence.engines import deflated
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.parameters.flow import LightTail
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.stages.flow_link import K
from shallownets.studies.emergence.theory import scaling, sequential, times

UNITS = {"t": "time of the flow"}


def _exponent(t: Array, a: Array, beta: float, losses: Array) -> float:
    """The exponent in time of what is learned, by the mean of losses (starts, S) at times t.

    The sequential law is the expectation of these losses."""
    return curves.power(t, scaling.learned_light(losses.mean(0), a, beta))


@stage
def light_tail(given: LightTail) -> Tables:
    link, rows, shown = model.hermite(K), [], []
    x = sequential.largest(np.full(given.P, 0.5), given.N - np.arange(given.P), given.d, K)
    with progress("light tails", len(given.betas) * given.starts) as advance:
        for beta in given.betas:
            a = model.strengths(given.P, beta)
            T = times.learning_time(a, x / np.sqrt(given.d), given.r0, link)
            window = curves.window(T)
            t = np.geomspace(T[0] / 5, 2 * T[-1], given.points)
            losses, drawn_run = [], []
            for replicate in range(given.starts):
                start = drawn.start(given.seed, "light tail", given.N, given.P, given.d, given.r0, replicate)
                last = t[-1] if replicate == 0 else window[-1]  # the first start is drawn
                run = deflated.simulate(start, a, link, float(last), tolerance=given.tolerance)
                losses.append(curves.loss_at(run, window))
                drawn_run = drawn_run or [run]
                advance(1)
            slope = partial(_exponent, window, a, beta)
            rng = default_rng(seeds.sequence(given.seed, "emergence, light tail, bootstrap", {"beta": beta}, 0))
            expected = slope(sequential.loss(window, a, given.N, given.d, given.r0, link)[None])
            row = {"quantity": "exponent", "beta": beta, "theory": expected, "limit": scaling.in_time(beta)}
            rows.append(row | bootstrap(np.array(losses), slope, rng, given.resamples).row())
            frame = {"beta": beta, "t": t, "first": window[0], "last": window[-1]}
            measured = curves.loss_at(drawn_run[0], t)
            of_law = sequential.loss(t, a, given.N, given.d, given.r0, link)
            for series, loss in (("deflated", measured), ("sequential", of_law)):
                learned = scaling.learned_light(loss, a, beta)
                shown.append(pd.DataFrame({"series": series} | frame | {"loss": loss / (a @ a), "learned": learned}))
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
