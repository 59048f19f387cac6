"""SGD on the Stiefel manifold, tried: is its mean step that of the flow, and do its columns stay orthonormal?

From: sizes and a seed.
Makes: a table of measurements. A long run that diverged is noted.
"""

import numpy as np
import pandas as pd
from numpy.random import SeedSequence

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import stiefel
from shallownets.studies.riccati.measure import checks
from shallownets.studies.riccati.parameters.sgd import SgdChecks
from shallownets.studies.riccati.stages import drawn


@stage
def sgd_checks(given: SgdChecks) -> Measurements:
    d, N, lam = given.d, given.N, model.spectrum(given.M_star, given.beta)
    key = {"d": d, "M_star": given.M_star, "N": N, "beta": given.beta, "samples": given.samples}
    start = drawn.start(given.seed, "checks", given.M_star, N, d, 0, beta=given.beta)

    def stream(purpose: str, replicate: int = 0) -> SeedSequence:
        return seeds.sequence(given.seed, f"riccati, {purpose}", key, replicate)

    rows, lost = [], Lost()
    with progress("checks of SGD", given.samples * (given.replicates + 1.0)) as advance:
        records = np.linspace(0, given.samples, 11).astype(int)
        run = stiefel.simulate(start, lam, d, given.eta_d / d, records, stream("long run"), advance)
        if lost.enough(run.diverged_at == np.inf, f"SGD at eta d = {given.eta_d:g}, long run", "diverged", least=1):
            worst = exact(checks.orthonormality(run.W))
            rows.append({"quantity": "orthonormality"} | key | {"t": run.t[-1]} | worst.row())
        streams = [stream("mean step", replicate) for replicate in range(given.replicates)]
        steps = checks.mean_steps(start, lam, d, given.samples, streams, advance)
        rows.append({"quantity": "mean step over the flow's"} | key | {"t": checks.STILL} | mean(steps).row())
    return Measurements(Table(pd.DataFrame(rows), {"t": "time of the flow"}, notes=lost.notes))
