"""When half the risk of light tails is gone, and when one direction of a heavy tail is learned, by the exact flow.

From: sizes, tails and a seed.
Makes: these times, from each start of each size, beside theory and the unit.
"""

from collections.abc import Iterator

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure.times import direction, half_risk
from shallownets.studies.riccati.parameters.flow import TimeUnitsRuns
from shallownets.studies.riccati.stages import drawn

UNITS = {
    "kind": "light or ratio: half the risk, at widths or at ratios of d to one width; heavy: a direction",
    "found": "time of the flow; nan where it is not near that of theory",
    "theory": "time of the flow",
    "spread": "directions",
    "unit": "time of the flow",
}


def sizes(given: TimeUnitsRuns) -> Iterator[tuple[str, float, int, int, int]]:
    """Kind, tail, M*, N and d of each size, in the order of the table."""
    for beta in given.light:
        yield from (("light", beta, M_star, M_star, given.light_d) for M_star in given.M_star)
        M_star = given.ratios_M_star
        yield from (("ratio", beta, M_star, M_star, ratio * M_star) for ratio in sorted(given.ratios, reverse=True))
    yield from (("heavy", given.heavy, given.heavy_M_star, given.N, d) for d in given.d)


@stage
def time_units_runs(given: TimeUnitsRuns) -> Data:
    rows, cases = [], list(sizes(given))
    with progress("time units", len(cases)) as advance:
        for case in cases:
            kind, beta, M_star, N, d = case
            starts = (drawn.start(given.seed, "time units", M_star, N, d, i, beta=beta) for i in range(given.starts))
            if kind == "heavy":
                times = direction(starts, model.spectrum(M_star, beta), N, d, given.direction - 1)
            else:
                times = half_risk(starts, M_star, beta, d)
            rows.append((*case, times.found, times.theory, times.spread, times.unit))
            advance(1)
    names = ("kind", "beta", "M_star", "N", "d", "found", "theory", "spread", "unit")
    arrays = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    return Data(Arrays(arrays, UNITS))
