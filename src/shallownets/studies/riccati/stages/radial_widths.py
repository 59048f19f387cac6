"""Phase II at several widths: what the radial fit costs on about N^2 samples, many fewer than N d.

From: sizes, a time at which the exact flow is left, the number of samples, and a seed.
Makes: a table of measurements. Samples enter by their parts in the span of teacher and student alone, and no vector of
dimension d is needed.
"""

import pandas as pd

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import mean, power_law_through
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure.radial import fits
from shallownets.studies.riccati.parameters.radial import RadialWidths
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import emergence, least_squares

UNITS = {"t": "time of the flow", "samples": "of Phase II"}
FITS = 2  # of each start, on samples of their own


@stage
def radial_widths(given: RadialWidths) -> Measurements:
    rows, found = [], []
    work = [float(N**6) for _, N in given.sizes]  # of least squares: N^2 samples, N^2 unknowns
    with progress("radial fits at several widths", given.replicates * sum(work)) as advance:
        for (M_star, N), one in zip(given.sizes, work, strict=True):
            lam, used = model.spectrum(M_star, given.beta), given.samples * N**2
            t = given.time * float(emergence.times(lam, N, given.d)[N - 1])
            key = {"M_star": M_star, "N": N, "d": given.d, "beta": given.beta}
            over_first, over_best = [], []
            for replicate in range(given.replicates):
                start = drawn.start(given.seed, "radial widths", M_star, N, given.d, replicate, beta=given.beta)
                Z = next(exact.overlaps(start, lam, [t]))
                streams = [
                    seeds.sequence(given.seed, "riccati, radial widths", key | {"fit": fit}, replicate)
                    for fit in range(FITS)
                ]
                above = fits(Z, lam, M_star + N, used, streams).above.value
                over_first.append(above / least_squares.excess(Z, lam, used))
                over_best.append(above / float(model.risk(Z, lam)))
                advance(one)
            of = key | {"t": t, "samples": used, "of_phase_1": used / (N * given.d)}
            first, best = mean(over_first), mean(over_best)
            rows.append({"quantity": "excess"} | of | first.row() | {"theory": least_squares.next_order(N, used)})
            rows.append({"quantity": "excess over the best risk"} | of | best.row() | {"theory": 0.0})
            found.append((N, best))
    widths, values = zip(*found, strict=True)
    line = power_law_through(widths, values).coefficients[1]
    last = dict(rows[-1]) | {"quantity": "exponent in N"} | line.row() | {"theory": 0.0}
    return Measurements(Table(pd.DataFrame([*rows, last]), UNITS))
