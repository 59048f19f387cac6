"""How long the search lasts against the dimension, for several links: the information exponent decides.

From: links, dimensions, sizes and a seed.
Makes: a table of measurements, and the data of the figure `link`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.emergence import model, simulate
from shallownets.studies.emergence.engines import flow
from shallownets.studies.emergence.measure import search
from shallownets.studies.emergence.parameters.flow import Link
from shallownets.studies.emergence.stages import drawn

UNITS = {"t": "time of the flow"}
LONGER = 4.0  # the last time over that of the decoupled picture's last direction


@stage
def link(given: Link) -> Tables:
    a, lost = model.strengths(given.P, given.beta), Lost()
    rows, shown = [], []
    d = np.array(given.d, float)
    with progress("links", len(given.links) * given.starts * d.size) as advance:
        for name in given.links:
            sigma = model.named(name)
            k = sigma.exponent
            measured, decoupled = np.full((2, given.starts, d.size, given.P), np.nan)
            for replicate in range(given.starts):
                for column, dimension in enumerate(given.d):
                    start = drawn.start(given.seed, "link", given.N, given.P, dimension, given.r0, replicate)
                    by = simulate.decoupled(start, a, sigma).times
                    decoupled[replicate, column] = by
                    if np.isfinite(by).any():
                        last = LONGER * float(by[np.isfinite(by)].max())
                        run = flow.simulate(start, a, sigma, last, tolerance=given.tolerance)
                        measured[replicate, column] = run.times
                    advance(1)
            of = {"link": name, "k": k}
            found = search.search(measured, decoupled)
            if not lost.enough(found.kept, name, "learn no direction at every dimension in time", [{"link": name}]):
                continue
            T, by, expected = found.times, found.decoupled, found.expected(d)
            # what is not leading in the decoupled times, twice, and the errors of two times
            order = 2 * abs(expected - (k / 2 - 1)) + 20 * given.tolerance / np.log(d[-1] / d[-2])
            row = {"quantity": "slope"} | of | {"d": d[-1], "theory": k / 2 - 1, "order": order}
            rows.append(row | mean(found.slopes(d)).row())
            for column in range(d.size):
                ratio: Estimate = mean(T[:, column] / by[:, column])
                row = {"quantity": "time over decoupled"} | of | {"d": d[column], "theory": 1.0}
                row["order"] = given.P / d[column] + 10 * given.tolerance
                rows.append(row | ratio.row())
                geometric = mean(np.log(T[:, column]))
                frame = {
                    "d": d[column],
                    "t": np.exp(geometric.value),
                    "decoupled": np.exp(np.log(by[:, column]).mean()),
                }
                ends = {"ratio": ratio.value, "low": ratio.row()["low"], "high": ratio.row()["high"]}
                shown.append(of | frame | ends)
    lost.require(rows, "more neurons than directions")
    return Tables(
        Table(pd.DataFrame(rows), UNITS, notes=lost.notes), Table(pd.DataFrame(shown), UNITS, notes=lost.notes)
    )
