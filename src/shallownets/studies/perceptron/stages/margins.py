"""Margins and training error of the minimiser at fixed norm, beside theory.

From: the number of examples, sizes and norms.
Makes: a table of measurements, and the data of the figure `margins`.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.perceptron.engines.minimise import minimise
from shallownets.studies.perceptron.measure import margins as measure
from shallownets.studies.perceptron.parameters.data import Margins
from shallownets.studies.perceptron.stages import drawn
from shallownets.studies.perceptron.theory import saddle

DRAWN = 0.001  # share of the margins that is left out of the histograms, at each end
UNITS = {"alpha": "examples/N", "norm": "1", "margin": "1"}


@stage
def margins(given: Margins) -> Tables:
    norms, found = np.array(given.norms), []
    with progress("margins", given.samples) as advance:
        for replicate in range(given.samples):
            examples = drawn.examples(given.seed, "margins", given.alpha, given.N, replicate)
            with drawn.asked(norms, examples):
                students = minimise(examples, norms)
            found.append(students.W / norms[:, None] @ examples.z.T)
            advance(1)
    measured = np.swapaxes(np.array(found), 0, 1)  # (norms, samples, P)
    curve = saddle.solve(given.alpha, norms)
    rows, shown, size = [], [], {"alpha": given.alpha, "N": given.N}
    for n, lam in enumerate(norms):
        rng = default_rng(seeds.sequence(given.seed, "perceptron, bootstrap", {"norm": float(lam)}, 0))
        far = measure.distance(measured[n], curve, n, rng, given.resamples)
        row = {"quantity": "distance", "norm": lam, "theory": far.chance}
        rows.append(row | size | exact(far.value, given.samples).row())
        wrong = mean((measured[n] < 0).mean(1))
        rows.append({"quantity": "training error", "norm": lam, "theory": curve.training_error[n]} | size | wrong.row())
        shown.append({"series": "training error", "norm": lam, "value": wrong.value, "error": wrong.error})
        edges = measure.bins(*np.quantile(measured[n], [DRAWN, 1 - DRAWN]), given.bins, curve, n)
        counts = np.array([np.histogram(one, edges)[0] for one in measured[n]])
        for k, (margin, width) in enumerate(zip((edges[1:] + edges[:-1]) / 2, np.diff(edges), strict=True)):
            height = mean(counts[:, k] / measured.shape[2] / width)
            of = {"norm": lam, "margin": margin}
            shown.append(of | {"series": "measured", "value": height.value, "error": height.error})
            over = np.diff(measure.distribution(edges[k : k + 2], curve, n))[0] / width
            shown.append(of | {"series": "theory", "value": over, "error": 0.0})
    grid = np.geomspace(norms[0] / 3, 1.5 * norms[-1], 100)
    for lam, value in zip(grid, saddle.solve(given.alpha, grid).training_error, strict=True):
        shown.append({"series": "theory of training error", "norm": lam, "value": value, "error": 0.0})
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))
