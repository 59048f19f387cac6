"""SGD whose step size falls with the direction that is being learned: the risk against the number of samples.

From: tails, sizes, the step size over the eigenvalue of that direction, and a seed.
Makes: a table of measurements. Runs that diverged are left out and noted.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import mean
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import chain, exact, resolved
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array, Places
from shallownets.studies.riccati.parameters.resolved import ResolvedSteps
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import finite_step, scaling

UNITS = {"estimate": "of the risk's power part, E y^2", "samples": "to the end of the fit, over d"}
SERIES = ("sgd", "flow", "finite step")
FROM, LAST = 2, 0.5  # fitted from the time of this direction to that of this share of N, as in sgd_flow


def followed(given: ResolvedSteps, beta: float, advance: Callable[[], None]) -> tuple[Places, Array]:
    """(samples (T,), risks (replicates, 3, T) of ``SERIES``) in the window of the fit; nan where one was lost.

    ``advance`` is called after each replicate.
    """
    d, N, lam = given.d, given.N, model.spectrum(given.M_star, beta)
    window = scaling.window(lam, N, d, FROM, LAST)
    steps = resolved.resolved(given.share, float(lam[0]), N, d)
    samples = np.rint(steps.samples(np.geomspace(*window, given.points))).astype(int)
    experiment = {"d": d, "M_star": given.M_star, "N": N, "beta": beta, "share": given.share}
    risks = []
    for replicate in range(given.replicates):
        start = drawn.start(given.seed, "steps of each direction", given.M_star, N, d, replicate, beta=beta)
        stream = seeds.sequence(given.seed, "riccati, steps of each direction", experiment, replicate)
        run = chain.simulate(start, lam, d, steps.by_sample, samples, stream)
        finite = model.risk(finite_step.followed(start.Z, lam, d, steps.by_time, run.t), lam)
        risks.append([model.risk(run.Z, lam), exact.risks(start, lam, run.t), finite])
        advance()
    return samples, np.array(risks)


@stage
def resolved_steps(given: ResolvedSteps) -> Measurements:
    rows, lost = [], Lost()
    ends = [float(model.spectrum(given.M_star, beta)[given.N // 2 - 1]) ** -2 for beta in given.betas]  # samples
    with progress("steps that fall with the direction", given.replicates * sum(ends)) as advance:
        for beta, end in zip(given.betas, ends, strict=True):
            samples, risks = followed(given, beta, partial(advance, end))
            key = {"beta": beta, "M_star": given.M_star, "N": given.N, "d": given.d, "share": given.share}
            kept = np.isfinite(risks).all((1, 2))
            if not lost.enough(kept, f"SGD at beta = {beta:g}", "diverged", [{"beta": beta}]):
                continue
            parts = scaling.power_part(risks[kept], given.M_star, beta)
            sgd, flow, finite = (
                np.array([curves.power(samples, part) for part in parts[:, place]]) for place in range(len(SERIES))
            )
            lam = model.spectrum(given.M_star, beta)
            window = scaling.window(lam, given.N, given.d, FROM, LAST)
            key |= {"asymptotic": scaling.exponent(beta) / 2, "samples": samples[-1] / given.d}
            key |= {"offset": resolved.offset(window, float(lam[0]), given.N, given.d), "flow": flow.mean()}
            rows.append({"quantity": "exponent in samples"} | key | {"theory": finite.mean()} | mean(sgd).row())
            over = mean(sgd - finite)
            rows.append({"quantity": "exponent in samples over finite step"} | key | {"theory": 0.0} | over.row())
    lost.require(rows)
    return Measurements(Table(pd.DataFrame(rows), UNITS, notes=lost.notes))
