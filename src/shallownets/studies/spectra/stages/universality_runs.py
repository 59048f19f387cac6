"""Trainings of the quadratic network on one kind of measurements: of inputs, Gaussian, or with the diagonal apart.

From: the dimension, sizes and the decay.
Makes: risk of every draw over that of state evolution at this size.
"""

import numpy as np

from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.spectra import model
from shallownets.studies.spectra.engines import nuclear
from shallownets.studies.spectra.parameters.training import UniversalityRuns
from shallownets.studies.spectra.stages import drawn
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n/d", "ratio": "R over that of state evolution, nan where the minimum is not certified"}


@stage
def universality_runs(given: UniversalityRuns) -> Data:
    network = Quadratic(given.gamma, given.d, given.noise, given.d)
    penalty = nuclear.penalty_of(given.lam, given.d)
    sizes, ratios = [], []
    with progress(f"{given.kind}, d = {given.d}", sum(draws for _, draws in given.sizes)) as advance:
        for N, draws in given.sizes:
            n = round(N * given.d)
            theory = evolution.solve(network, n, given.lam).risk
            for draw in range(draws):
                of = (given.seed, "kinds of measurements", given.gamma, given.d, n, given.noise, draw, given.kind)
                samples = drawn.matrices(*of)
                made = nuclear.minimise(samples, penalty)
                sizes.append(n / given.d)
                risk = model.quadratic_risk(made.S, samples.teacher) if made.certified else np.nan
                ratios.append(risk / theory)
                advance(1)
    return Data(Arrays({"N": np.array(sizes), "ratio": np.array(ratios)}, UNITS))
