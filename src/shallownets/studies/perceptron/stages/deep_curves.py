"""First law in networks: test error against spectral complexity at all sizes, and whether it is one curve.

From: trainings of both networks.
Makes: a table of measurements, and the data of the figure `deep_curves`; empty where there were no images.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.perceptron.measure import deep
from shallownets.studies.perceptron.parameters.deep import DeepCurves
from shallownets.studies.perceptron.stages import trained

UNITS = {"P": "images", "norm": "log of the spectral complexity", "error": "test error", "step": "steps"}
NEAREST = 8  # sizes down to this share of the largest are held against it


@stage
def deep_curves(given: DeepCurves, runs: list[Arrays]) -> Tables:
    columns = {"quantity": [], "network": [], "norm": [], "P": [], "estimate": [], "low": [], "high": [], "n": []}
    rows, shown = [], []
    for network, arrays in trained.by_network(runs).items():
        for norm in trained.NORMS:
            of = {"network": network, "norm": norm}
            trainings = deep.trainings(arrays, norm)
            first = int(np.argmax(trainings.sizes >= trainings.sizes[-1] / NEAREST))
            apart = deep.spread(trainings, first)
            for P, samples in zip(trainings.sizes[first:-1], apart.T, strict=False):
                rows.append(of | {"quantity": "apart at equal norm", "P": P} | mean(samples).row())
            star = deep.milestone(trainings, deep.MILESTONES[0])
            at, errors = trainings.norm.mean(0), trainings.test.mean(0)
            for n, P in enumerate(trainings.sizes):
                values = {"x": at[n], "error": errors[n], "step": arrays.step[0, n]}
                star_error = float(np.interp(star[n], at[n], errors[n]))
                marked = {"star": star[n], "star_error": star_error}
                shown.append(pd.DataFrame({"series": norm, "network": network, "P": P} | values | marked))
    empty = pd.DataFrame({"series": [], "network": [], "P": [], "x": [], "error": [], "step": []})
    return Tables(
        Table(pd.DataFrame(rows) if rows else pd.DataFrame(columns), UNITS, notes=trained.notes(runs)),
        Table(pd.concat(shown, ignore_index=True) if shown else empty, UNITS, trained.OPTIONAL, trained.notes(runs)),
    )
