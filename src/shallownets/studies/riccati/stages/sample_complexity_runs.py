"""Samples that SGD takes to given risks, and what the exact flow and the flow at finite step say they should be.

From: sizes, the rule for the step size, the risks, and a seed.
Makes: these numbers, for each start and risk.
"""

import numpy as np

from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import samples
from shallownets.studies.riccati.parameters.sgd import SampleComplexityRuns
from shallownets.studies.riccati.stages import drawn

UNITS = {
    "sgd": "samples; inf where SGD diverged or did not reach the risk, nan where it was not run",
    "flow": "samples",
    "finite step": "samples; inf where it did not reach the risk",
}


@stage
def sample_complexity_runs(given: SampleComplexityRuns) -> Data:
    rows = []
    work = [float(M_star * N * (d if given.sgd else 1)) for M_star, N, d, _ in given.sizes]  # of one start
    total = sum(one * starts for one, (*_, starts) in zip(work, given.sizes, strict=True))
    with progress(f"samples to {len(given.risks)} risks", total) as advance:
        for (M_star, N, d, starts), one in zip(given.sizes, work, strict=True):
            lam, eta = model.spectrum(M_star, given.beta), given.kappa / (d * M_star**given.gamma)
            levels = np.array(given.risks) + (model.best_risk(lam, N) if given.from_best else 0.0)
            experiment = {"M_star": M_star, "N": N, "d": d, "beta": given.beta, "eta": eta}
            for replicate in range(starts):
                start = drawn.start(given.seed, "samples to a risk", M_star, N, d, replicate, beta=given.beta)
                if model.risk(start.Z, lam) <= levels.max():
                    raise UserError(
                        f"--risks {max(given.risks):g}: expected a smaller one, a start at d = {d} has less"
                    )
                stream = seeds.sequence(given.seed, "riccati, samples to a risk", experiment, replicate)
                found = samples.to_risks(start, lam, d, eta, levels.tolist(), stream if given.sgd else None)
                for risk, numbers in zip(given.risks, found, strict=True):
                    rows.append((M_star, N, d, risk, numbers.sgd, numbers.flow, numbers.finite_step))
                advance(one)
    names = ("M_star", "N", "d", "risk", "sgd", "flow", "finite step")
    arrays = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    return Data(Arrays(arrays, UNITS))
