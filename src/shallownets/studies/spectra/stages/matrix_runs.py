"""Trainings of the quadratic network at one weight decay: certified minima over matrices.

From: the dimension, the decay, and sizes.
Makes: risk and training error of every draw.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.spectra import model
from shallownets.studies.spectra.engines import nuclear
from shallownets.studies.spectra.parameters.kinds import decay
from shallownets.studies.spectra.parameters.training import MatrixRuns
from shallownets.studies.spectra.stages import drawn

UNITS = {"n": "samples", "risk": "R", "training": "mean square residual", "rank": "1", "gap": "of the objective"}


@stage
def matrix_runs(given: MatrixRuns) -> Data:
    lam = decay(given.decay, given.d)
    found: dict[str, list] = {name: [] for name in UNITS}
    with progress(f"matrices, lam = {lam:.3g}", sum(draws for _, draws in given.sizes)) as advance:
        for size, draws in given.sizes:
            for replicate in range(draws):
                n = round(size * given.d)
                samples = drawn.matrices(given.seed, "least matrix", given.gamma, given.d, n, given.noise, replicate)
                made = nuclear.minimise(samples, nuclear.penalty_of(lam, given.d))
                residual = samples.y - samples.operator.of_factor(made.factor)
                found["n"].append(n)
                found["risk"].append(model.quadratic_risk(made.S, samples.teacher))
                found["training"].append((residual**2).mean())
                found["rank"].append(made.factor.shape[1])
                found["gap"].append(made.gap / made.objective)
                advance(1)
    return Data(Arrays({name: np.array(values) for name, values in found.items()}, UNITS))
