"""First law in networks: test error against spectral complexity at all sizes, and whether it is one curve.

From: trainings of both networks.
Makes: a table of measurements, and the data of the figure `deep_curves`; empty where there were no images.
"""

from functools import cache

import numpy as np
import pandas as pd
from numpy.random import default_rng
from numpy.typing import NDArray

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, bootstrap, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.perceptron.measure import deep
from shallownets.studies.perceptron.parameters.deep import DeepCurves
from shallownets.studies.perceptron.stages import optional, trained

UNITS = {
    "P": "images",
    "norm": "log of the spectral complexity",
    "error": "test error",
    "step": "steps",
    "trainings": "what the estimate is, of trainings of one size",
}


@stage
def deep_curves(given: DeepCurves, runs: list[Arrays]) -> Tables:
    columns = {
        "quantity": [],
        "network": [],
        "norm": [],
        "P": [],
        "theory": [],
        "estimate": [],
        "low": [],
        "high": [],
        "n": [],
    }
    rows, shown, lost = [], [], Lost()
    for network, arrays in trained.by_network(runs).items():
        for norm in trained.NORMS:
            of = {"network": network, "norm": norm}
            trainings = deep.trainings(arrays, norm)
            for size, P in enumerate(trainings.sizes[:-1]):
                apart, chance = deep.between_sizes(trainings, size), deep.between_trainings(trainings, size)
                row = of | {"quantity": "apart at equal norm", "P": P}
                who = f"{trained.NETWORKS[network]}, P = {P:g}, {trained.NORMS[norm]}"
                why = "left chance too late to be compared with the largest P"
                if lost.enough(np.isfinite(apart), who, why, [row]):
                    rows.append(row | {"trainings": chance} | mean(apart[np.isfinite(apart)]).row())
            largest = trainings.from_size(trainings.first_of_largest)
            row = of | {"quantity": "spread of the largest sizes", "P": largest.sizes[0]}
            apart = _spread(largest, given)
            if np.isfinite(apart.error):
                rows.append(row | {"trainings": deep.spread(largest).trainings} | apart.row())
            else:
                who = f"{trained.NETWORKS[network]}, P from {largest.sizes[0]:g}, {trained.NORMS[norm]}"
                lost.note(f"{who}: no norm below norm* at which all have left chance", [row])
            star = deep.milestone(trainings, deep.MILESTONES[0])
            at, errors = trainings.norm.mean(0), trainings.test.mean(0)
            bars = 3 * trainings.test.std(0, ddof=1) / np.sqrt(len(trainings.test))
            for n, P in enumerate(trainings.sizes):
                values = {"x": at[n], "error": errors[n], "bar": bars[n], "step": arrays.step[0, n]}
                star_error = float(np.interp(star[n], at[n], errors[n]))
                marked = {"star": star[n], "star_error": star_error}
                shown.append(pd.DataFrame({"series": norm, "network": network, "P": P} | values | marked))
    empty = pd.DataFrame({"series": [], "network": [], "P": [], "x": [], "error": [], "bar": [], "step": []})
    notes = dict(trained.notes(runs)) | lost.notes
    return Tables(
        Table(pd.DataFrame(rows) if rows else pd.DataFrame(columns), UNITS, notes=notes),
        Table(pd.concat(shown, ignore_index=True) if shown else empty, UNITS, optional.GROUP, notes),
    )


def _spread(trainings: deep.Trainings, given: DeepCurves) -> Estimate:
    """How far the curves of the sizes are apart, with its error over replicates."""

    @cache  # many resamples have the same trainings
    def sizes(chosen: tuple[int, ...]) -> float:
        return deep.spread(trainings.some(np.array(chosen))).sizes

    def of(chosen: NDArray[np.integer]) -> float:
        return sizes(tuple(sorted(chosen.tolist())))

    rng = default_rng(seeds.sequence(given.seed, "perceptron, bootstrap of the spread", {}, 0))
    return deep.widened(bootstrap(np.arange(len(trainings.norm)), of, rng, given.resamples))
