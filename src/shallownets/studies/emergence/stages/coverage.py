"""How many directions neurons find: by the correlation loss, which sends each where it is drawn most, and in full.

From: sizes, a tail and a seed.
Makes: a table of measurements, and the data of the figures `coverage` and `wasted`.
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
from shallownets.studies.emergence.engines import correlation, deflated
from shallownets.studies.emergence.measure import curves
from shallownets.studies.emergence.model import Array
from shallownets.studies.emergence.parameters.flow import Coverage
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.theory import coverage as theory

UNITS = {"N": "neurons"}
K = 4
LONGER = 10.0  # the last time over that of greedy's last direction
POINTS = 60  # widths of the curve
AT_ONCE = 4096  # neurons drawn at a time


def _drawn(given: Coverage, a: Array, N: int, repeats: int) -> Iterator[int]:
    """Directions covered by N neurons in uniform directions that follow the correlation loss."""
    for repeat in range(repeats):
        rng = default_rng(seeds.sequence(given.seed, "emergence, correlation loss", {"N": N, "P": a.size}, repeat))
        hit = np.zeros(a.size, bool)
        for first in range(0, N, AT_ONCE):
            x = rng.standard_normal((min(AT_ONCE, N - first), a.size))
            length = np.sqrt((x**2).sum(1) + rng.chisquare(given.d - a.size, len(x)))
            hit[correlation.simulate(x / length[:, None], a, K)] = True
        yield int(hit.sum())


def _correlation(given: Coverage, shown: list[pd.DataFrame]) -> Iterator[dict]:
    """The correlation loss: exact and drawn."""
    a = model.strengths(given.P, given.beta)
    p = theory.chances(a, K)
    widths = np.geomspace(1, given.most, POINTS)
    exact = [theory.covered(p, N) for N in widths]
    shown.append(pd.DataFrame({"series": "correlation loss", "N": widths, "value": exact}))
    yield {"quantity": "chances", "N": 1, "theory": 1.0, "order": 1e-9} | statistics.exact(p.sum()).row()
    sizes = np.array([given.P // n for n in (8, 4, 2, 1)])
    needed = [np.log(theory.width_for_half(theory.chances(model.strengths(P, given.beta), K))) for P in sizes.tolist()]
    rare = np.array([-np.log(theory.chances(model.strengths(P, given.beta), K)[-1]) for P in sizes.tolist()])
    local = np.diff(np.log(rare)) / np.diff(np.log(sizes))
    row = {"quantity": "exponent of the rarest", "N": given.P, "theory": theory.rarest(given.beta, K)}
    yield row | {"order": row["theory"] / np.log(given.P)} | statistics.exact(local[-1], sizes.size).row()
    row = {"quantity": "exponent of the logarithm for half", "N": given.P, "theory": 1.0, "order": 1 / np.log(given.P)}
    yield row | statistics.exact(curves.power(sizes, np.array(needed)), sizes.size).row()
    with progress("neurons drawn", sum(N * repeats for N, repeats in given.drawn)) as advance:
        for N, repeats in given.drawn:
            found = list(_drawn(given, a, N, repeats))
            advance(N * repeats)
            one = statistics.mean(found)
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

    def slope(values: Array) -> float:
        # counts n, of which the variance of log n is 1/n; half a neuron in all starts together stands for none
        n = np.maximum(values.sum(0), 0.5)
        return float(np.polyfit(np.log(dimensions), np.log(n), 1, w=np.sqrt(n))[0])

    if wasted.any(axis=0).sum() > 1:
        rng = default_rng(seeds.sequence(given.seed, "emergence, wasted, bootstrap", {}, 0))
        found = statistics.bootstrap(wasted, slope, rng, given.resamples)
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
