"""When directions are learned: greedy choice, the sequential law, and what crowding adds.

From: sizes, tails and a seed.
Makes: a table of measurements, and the data of the figure `learning_times`.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds, statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.stage import Table, Tables, stage
from shallownets.studies.emergence import model, simulate
from shallownets.studies.emergence.engines import deflated, flow
from shallownets.studies.emergence.measure import curves, delays, laws
from shallownets.studies.emergence.parameters.flow import LearningTimes
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.stages.flow_link import K
from shallownets.studies.emergence.theory import crowding, sequential

UNITS = {
    "x": "of a start the strength of a direction, of ranks the rank, of crowding the dimension",
    "y": "of a start the time of the flow, of ranks the share below, of crowding the delay over the time",
}
LONGER = 3.0  # the last time over that of greedy's last direction
FINE, FREEZE = 1e-5, 1e-3  # of the flow where delays of 1e-4 are measured
BETA = 1.0  # of crowding
SHOWN = 3  # starts whose times are drawn


def _many(given: LearningTimes, beta: float, shown: list[pd.DataFrame], lost: Lost) -> Iterator[dict]:
    """Exact flows from many starts at one exponent of the strengths."""
    a, link = model.strengths(given.P, beta), model.hermite(K)
    ratio, owner, u, exponents = [], [], [], []
    third = given.P // 3
    with progress(f"starts, beta = {beta:g}", given.starts) as advance:
        for replicate in range(given.starts):
            start = drawn.start(given.seed, "learning times", given.N, given.P, given.d, given.r0, replicate)
            expected = simulate.decoupled(start, a, link)
            run = flow.simulate(start, a, link, LONGER * float(expected.times.max()), tolerance=given.tolerance)
            ratio.append(laws.late(run, expected))
            owner.append((run.owner == expected.owner)[run.learned])
            u.append(laws.ranks(run, start.M, given.d, K))
            exponents.append(curves.in_m(run.times[:third]) if np.isfinite(run.times).all() else np.nan)
            if replicate < SHOWN:
                frame = {"series": f"start {replicate + 1}", "x": a, "y": run.times, "greedy": expected.times}
                shown.append(pd.DataFrame(frame | {"beta": beta}))
            advance(1)
    of = {"beta": beta, "d": given.d}
    both = np.concatenate(ratio)
    both = both[np.isfinite(both)]
    if both.size:
        row = {"quantity": "time over greedy", "part": 0} | of | {"theory": 1.0, "order": 2 * given.tolerance}
        yield row | statistics.exact(np.median(both), both.size).row()
        hits = np.concatenate(owner)
        yield {"quantity": "owner", "part": 0} | of | {"theory": 1.0, "order": 0.0} | laws.share(hits)
    every = np.array(u)
    for part, chosen in enumerate(np.array_split(np.arange(given.P), 3), 1):
        row = {"quantity": "rank", "part": part} | of | {"theory": 0.5, "order": 0.0}
        kept = np.isfinite(every[:, chosen]).any(axis=1)
        what = f"beta = {beta:g}, third {part} of the directions"
        if lost.enough(kept, what, "learned none of them", [{"quantity": "rank", "beta": beta, "part": part}]):
            yield row | statistics.mean(np.nanmean(every[kept][:, chosen], axis=1)).row()
        values = every[:, chosen].ravel()
        shown.append(pd.DataFrame({"series": "rank", "x": np.sort(values[np.isfinite(values)]), "beta": beta}))
        shown[-1]["y"], shown[-1]["part"] = (np.arange(len(shown[-1])) + 0.5) / len(shown[-1]), part
    law = curves.in_m(sequential.typical_times(a[:third], given.N, given.d, given.r0, link))
    order = 2 * abs(law - beta)  # twice the logarithm that the sequential law adds
    names = {"exponent in m": beta, "exponent in m, sequential": law}
    kept = np.isfinite(exponents)
    touched = [{"quantity": name, "beta": beta} for name in names]
    if lost.enough(kept, f"beta = {beta:g}", "did not learn all directions", touched):
        for name, theory in names.items():
            row = {"quantity": name, "part": 0} | of | {"theory": theory, "order": order}
            yield row | statistics.mean(np.array(exponents)[kept]).row()


def _crowding(given: LearningTimes, shown: list[pd.DataFrame], lost: Lost) -> Iterator[dict]:
    """How late directions beyond a quarter are, against the dimension; the same starts at each."""
    P, dimensions = given.crowding_P, given.crowding_d
    a, link = model.strengths(P, BETA), model.hermite(K)
    measured, by_theory = np.empty((2, given.crowding_starts, len(dimensions)))
    beyond = slice(P // 4, None)
    with progress("crowding", given.crowding_starts) as advance:
        for replicate in range(given.crowding_starts):
            for column, d in enumerate(dimensions):
                start = drawn.start(given.seed, "crowding", given.crowding_N, P, d, given.r0, replicate)
                expected = simulate.decoupled(start, a, link)
                known = expected.times[expected.learned]
                run = deflated.simulate(
                    start, a, link, LONGER * float(known.max()), tolerance=FINE, freeze=FREEZE, acting=0.0
                )
                measured[replicate, column] = laws.middle(laws.late(run, expected)[beyond]) - 1
                delay = crowding.delays(start.M, a, expected.owner, expected.times)
                by_theory[replicate, column] = laws.middle((delay / expected.times)[beyond])
            advance(1)
    kept = np.isfinite(measured * by_theory).all(axis=1)
    touched = [{"quantity": name} for name in ("crowding exponent", "crowding at infinite d", "crowding")]
    if not lost.enough(kept, "crowding", "have no time, or no delay, beyond a quarter of the directions", touched):
        return
    found = delays.Delays(np.array(dimensions, float), measured[kept], by_theory[kept])
    rng = default_rng(seeds.sequence(given.seed, "emergence, crowding, bootstrap", {}, 0))
    order = P / found.d[-delays.FITTED]  # the next order of crowding, relative, at the least of these dimensions
    row = {"quantity": "crowding exponent", "part": 0, "beta": BETA, "d": dimensions[-1], "theory": -1.0}
    exponent = found.exponent(rng, given.resamples)
    if np.isfinite([exponent.value, exponent.error]).all():
        yield row | {"order": order} | exponent.row()
    else:
        lost.note("crowding exponent: delays that are not above 0 have none", touched[:1])
    row = {"quantity": "crowding at infinite d", "part": 0, "beta": BETA, "d": dimensions[-1], "theory": 1.0}
    # relative errors of the flow, two tolerances, at the largest dimension
    row["order"] = 2 * FINE / float(found.by_theory[:, -1].mean())
    yield row | found.at_infinity().row()
    for column, d in enumerate(dimensions):
        one, theory = statistics.mean(found.measured[:, column]), float(found.by_theory[:, column].mean())
        row = {"quantity": "crowding", "part": 0, "beta": BETA, "d": d, "theory": 1.0}
        row["order"] = 0.0
        yield row | statistics.mean(found.ratios[:, column]).row()
        frame = {
            "series": "crowding",
            "x": [d],
            "y": [one.value],
            "low": [one.row()["low"]],
            "high": [one.row()["high"]],
        }
        shown.append(pd.DataFrame(frame | {"greedy": [theory], "beta": BETA}))


@stage
def learning_times(given: LearningTimes) -> Tables:
    shown: list[pd.DataFrame] = []
    lost = Lost()
    rows = [row for beta in given.betas for row in _many(given, beta, shown, lost)]
    rows += _crowding(given, shown, lost)
    frames = pd.DataFrame(rows), pd.concat(shown, ignore_index=True)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
