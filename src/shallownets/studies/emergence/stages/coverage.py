"""How many directions neurons find: by the correlation loss, which sends each where it is drawn most, and in full.

From: sizes, a tail and a seed.
Makes: a table of measurements, and the data of the figures `coverage` and `wasted`.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds, statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.stage import Table, Tables, stage
from shallownets.studies.emergence import model, simulate
from shallownets.studies.emergence.engines import correlation, deflated
from shallownets.studies.emergence.measure import coverage as measure
from shallownets.studies.emergence.parameters.flow import Coverage
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.stages.flow_link import K
from shallownets.studies.emergence.theory import coverage as theory

UNITS = {"N": "neurons"}
LONGER = 10.0  # the last time over that of greedy's last direction
POINTS = 60  # widths of the curve


def _correlation(given: Coverage, shown: list[pd.DataFrame]) -> Iterator[dict]:
    """The correlation loss: exact and drawn."""
    a = model.strengths(given.P, given.beta)
    p = theory.chances(a, K)
    widths = np.geomspace(1, given.most, POINTS)
    exact = [theory.covered(p, N) for N in widths]
    shown.append(pd.DataFrame({"series": "correlation loss", "N": widths, "value": exact}))
    yield {"quantity": "chances", "N": 1, "theory": 1.0, "order": 1e-9} | statistics.exact(p.sum()).row()
    sizes = [given.P // n for n in (8, 4, 2, 1)]
    found = measure.growth(given.beta, K, sizes)
    row = {"quantity": "exponent of the rarest", "N": given.P, "theory": theory.rarest(given.beta, K)}
    yield row | {"order": row["theory"] / np.log(given.P)} | statistics.exact(found.rarest, len(sizes)).row()
    row = {"quantity": "exponent of the logarithm for half", "N": given.P, "theory": 1.0, "order": 1 / np.log(given.P)}
    yield row | statistics.exact(found.half, len(sizes)).row()
    with progress("neurons drawn", sum(N * repeats for N, repeats in given.drawn)) as advance:
        for N, repeats in given.drawn:
            of = "emergence, correlation loss", {"N": N, "P": given.P}
            streams = [seeds.sequence(given.seed, *of, repeat) for repeat in range(repeats)]
            one = statistics.mean([measure.drawn(a, N, given.d, K, default_rng(stream)) for stream in streams])
            advance(N * repeats)
            # few repeats may agree by chance: the error is that of theory, where directions add variances at most
            one = statistics.Estimate(one.value, theory.spread(p, N) / np.sqrt(repeats), repeats, np.inf)
            row = {"quantity": "covered", "N": N, "theory": theory.covered(p, N), "order": 0.0}
            yield row | one.row()
            shown.append(pd.DataFrame({"series": "drawn", "N": [N], "value": [one.value]} | _ends(one)))


def _ends(one: statistics.Estimate) -> dict[str, list[float]]:
    row = one.row()
    return {"low": [row["low"]], "high": [row["high"]]}


def _learned(given: Coverage, shown: list[pd.DataFrame]) -> Iterator[dict]:
    """The full loss: directions that the deflated flow learns."""
    a, link = model.strengths(given.P, given.beta), model.hermite(K)
    with progress("directions learned", sum(given.widths)) as advance:
        for N in given.widths:
            start = drawn.start(given.seed, "coverage", N, given.P, given.d, given.r0)
            T = simulate.decoupled(start, a, link).times
            run = deflated.simulate(start, a, link, LONGER * float(T[np.isfinite(T)].max()), tolerance=given.tolerance)
            count = int(run.learned.sum())
            row = {"quantity": "learned", "N": N, "theory": float(min(N, given.P)), "order": 0.0}
            yield row | statistics.exact(count).row()
            gap = int(np.append(run.learned, False).argmin())
            yield row | {"quantity": "learned before a gap"} | statistics.exact(gap).row()
            by_correlation = np.unique(correlation.simulate(start.M, a, K)).size
            row = {"quantity": "more than by the correlation loss", "N": N, "theory": 0.0, "order": 0.0}
            yield row | statistics.exact(count - by_correlation).row()
            shown.append(pd.DataFrame({"series": "full loss", "N": [N], "value": [count]}))
            advance(N)


def _wasted(given: Coverage, shown: list[pd.DataFrame], lost: Lost) -> Iterator[dict]:
    """Neurons that never learn, and the last loss over that of greedy choice, against the dimension."""
    P, N, dimensions = given.wasted_P, given.wasted_N, given.wasted_d
    a, link = model.strengths(P, given.beta), model.hermite(K)
    wasted, ends = np.empty((2, given.wasted_starts, len(dimensions)))
    with progress("wasted neurons", given.wasted_starts) as advance:
        for replicate in range(given.wasted_starts):
            for column, d in enumerate(dimensions):
                start = drawn.start(given.seed, "wasted", N, P, d, given.r0, replicate)
                expected = simulate.decoupled(start, a, link)
                chosen = expected.learned
                t_end = LONGER * float(expected.times[chosen].max())
                run = deflated.simulate(start, a, link, t_end, tolerance=given.tolerance)
                wasted[replicate, column] = N - run.learned.sum()
                ends[replicate, column] = run.loss[-1] / (a[~chosen] ** 2).sum()
            advance(1)

    if wasted.any(axis=0).sum() > 1:
        rng = default_rng(seeds.sequence(given.seed, "emergence, wasted, bootstrap", {}, 0))
        found = statistics.bootstrap(wasted, partial(measure.wasted_exponent, dimensions), rng, given.resamples)
        yield {"quantity": "wasted exponent", "N": N, "d": dimensions[-1], "theory": -1.0, "order": 0.3} | found.row()
    else:
        what = "wasted neurons: at fewer than two dimensions there is one, which gives no exponent"
        lost.note(what, [{"quantity": "wasted exponent"}])
    plateau = (a[N:] ** 2).sum()
    for column, d in enumerate(dimensions):
        for name, values in (("wasted", wasted), ("end", ends)):
            one = statistics.mean(values[:, column])
            shown.append(pd.DataFrame({"series": name, "N": N, "d": [d], "value": [one.value]} | _ends(one)))
        row = {"quantity": "end over greedy", "N": N, "d": d, "theory": 1.0}
        row["order"] = 2 * a[N - 1] ** 2 / plateau
        yield row | statistics.mean(ends[:, column]).row()


@stage
def coverage(given: Coverage) -> Tables:
    shown: list[pd.DataFrame] = []
    lost = Lost()
    rows = [*_correlation(given, shown), *_learned(given, shown), *_wasted(given, shown, lost)]
    frames = pd.DataFrame(rows), pd.concat(shown, ignore_index=True)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
