"""Trainings of the diagonal network at one weight decay: certified minima of the LASSO.

From: the dimension, the decay, and sizes.
Makes: risk and training error of every draw.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.spectra import model
from shallownets.studies.spectra.engines import lasso
from shallownets.studies.spectra.parameters.kinds import decay
from shallownets.studies.spectra.parameters.training import LassoRuns
from shallownets.studies.spectra.stages import drawn

UNITS = {
    "n": "samples",
    "risk": "R",
    "training": "mean square residual",
    "left": "weights",
    "gap": "of the objective",
}


@stage
def lasso_runs(given: LassoRuns) -> Data:
    lam = decay(given.decay, given.d)
    found: dict[str, list] = {name: [] for name in UNITS}
    with progress(f"LASSO, lam = {lam:.3g}", sum(draws for _, draws in given.sizes)) as advance:
        for size, draws in given.sizes:
            for replicate in range(draws):
                n = round(size)
                samples = drawn.vectors(given.seed, "LASSO", given.gamma, given.d, n, given.noise, replicate)
                made = lasso.minimise(samples, lam)
                found["n"].append(n)
                found["risk"].append(model.diagonal_risk(made.theta, samples.teacher))
                found["training"].append(((samples.y - samples.x @ made.theta) ** 2).mean())
                found["left"].append(np.count_nonzero(made.theta))
                found["gap"].append(made.gap / made.objective)
                advance(1)
    return Data(Arrays({name: np.array(values) for name, values in found.items()}, UNITS))
