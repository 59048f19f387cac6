"""Phase II: the risk before and after the radial fit along a run of SGD, and its excess against the samples it uses.

From: sizes, a step size, the times of the fits, their numbers of samples, and a seed.
Makes: a table of measurements and the data of the figure `radial_fit`. Where SGD diverges, both end before it.
"""

import numpy as np
import pandas as pd
from numpy.random import SeedSequence

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import chain
from shallownets.studies.riccati.measure.radial import fits
from shallownets.studies.riccati.parameters.sgd import RadialFit
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import least_squares

UNITS = {"t": "time of the flow, twice the sum of eta", "samples": "of Phase II", "value": "E y^2"}
FIT = 100.0  # samples of SGD that take as long as a fit, for the progress


@stage
def radial_fit(given: RadialFit) -> Tables:
    d, N, lam, eta = given.d, given.N, model.spectrum(given.M_star, given.beta), given.eta_d / given.d
    key = {"d": d, "M_star": given.M_star, "N": N, "beta": given.beta, "eta_d": given.eta_d}
    records = np.rint(np.linspace(0, given.t_max, given.points) / (2 * eta)).astype(int)
    start = drawn.start(given.seed, "radial fit", given.M_star, N, d, 0, beta=given.beta)

    def streams(record: int, per_square: int) -> list[SeedSequence]:
        experiment = key | {"record": record, "samples": per_square}
        return [seeds.sequence(given.seed, "riccati, radial fit", experiment, fit) for fit in range(given.replicates)]

    rows, shown, lost, used = [], [], Lost(), given.samples * N**2
    with progress("SGD and radial fits", records[-1] + FIT * given.replicates * given.points) as advance:
        stream = seeds.sequence(given.seed, "riccati, radial fit, samples of SGD", key, 0)
        run = chain.simulate(start, lam, d, eta, records, stream, advance)
        left = int((records <= run.diverged_at).sum())
        if left < len(records):
            t = 2 * eta * run.diverged_at
            lost.note(f"{len(records) - left} of {len(records)} times: SGD diverges at t = {t:.3g}", [{}])
        for record, (t, Z) in enumerate(zip(run.t[:left], run.Z[:left], strict=True)):
            best = float(model.risk(Z, lam))
            found = fits(Z, lam, d, used, streams(record, given.samples))
            before = exact(model.plain_risk(Z, lam))
            after = Estimate(best + found.above.value, found.above.error, found.above.n)
            predicted = best + least_squares.excess(Z, lam, used)
            for name, value, error in (
                ("before", before.value, 0.0),
                ("best", best, 0.0),
                ("after", after.value, after.error),
                ("predicted", predicted, 0.0),
            ):
                of = {"panel": "risk", "series": name, "t": t, "samples": used}
                shown.append(of | {"value": value, "error": error})
            advance(FIT * given.replicates)
        last = key | {"t": t, "samples": used, "per_square": given.samples}
        least = 2 - 2 / np.sqrt(N) * lam[:N].sum()  # of equal weights, on the best directions
        rows.append({"quantity": "before"} | last | before.row() | {"theory": least})
        rows.append({"quantity": "after"} | last | after.row() | {"theory": best})
        rows.append({"quantity": "change by the positive part"} | last | found.change.row())

        for per_square in given.scan:
            above = fits(Z, lam, d, per_square * N**2, streams(len(records), per_square)).above
            first = least_squares.excess(Z, lam, per_square * N**2)
            ratio = Estimate(above.value / first, above.error / first, above.n)
            size = {"t": t, "samples": per_square * N**2}
            theory = {"theory": least_squares.next_order(N, size["samples"])}
            rows.append({"quantity": "excess"} | key | size | {"per_square": per_square} | ratio.row() | theory)
            for name, value, error in (("after", above.value, above.error), ("predicted", first, 0.0)):
                shown.append({"panel": "excess", "series": name} | size | {"value": value, "error": error})
    return Tables(*(Table(pd.DataFrame(found), UNITS, notes=lost.notes) for found in (rows, shown)))
