"""Is the norm a better clock than the step? Trainings of the dense network at several learning rates.

From: images, learning rates.
Makes: a table of measurements, and the data of the figure `deep_clock`; empty where there are no images.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.perceptron.engines import network as nets
from shallownets.studies.perceptron.engines import train
from shallownets.studies.perceptron.measure import course
from shallownets.studies.perceptron.parameters.deep import DeepClock
from shallownets.studies.perceptron.stages import optional

UNITS = {"rate": "1", "step": "steps", "norm": "log of the spectral complexity", "error": "test error"}
PLACES = 4  # at which curves are compared


@stage
def deep_clock(given: DeepClock, images: Arrays) -> Tables:
    columns = {"quantity": [], "place": [], "estimate": [], "low": [], "high": [], "n": []}
    if not images.arrays["labels"].size:
        empty = pd.DataFrame({"rate": [], "replicate": [], "step": [], "norm": [], "error": []})
        return Tables(
            Table(pd.DataFrame(columns), UNITS, notes={optional.ABSENT: []}),
            Table(empty, UNITS, optional.GROUP, {optional.ABSENT: []}),
        )
    both = train.Images(images.arrays["x"], images.arrays["labels"])
    records = train.moments(given.steps, given.records)
    shown, found = [], {"at equal norm": [], "at equal step": []}
    with progress("learning rates", len(given.rates) * given.replicates) as advance:
        for replicate in range(given.replicates):
            order = default_rng(seeds.sequence(given.seed, "perceptron, images", {"network": "mlp"}, replicate))
            pool, test = train.parts(both, given.P, given.test, order)
            network = nets.mlp(pool.x.shape[1])
            courses = []
            for rate in given.rates:
                of = {"network": "mlp", "P": given.P, "rate": rate}
                rng = default_rng(seeds.sequence(given.seed, "perceptron, training", of, replicate))
                first = default_rng(seeds.sequence(given.seed, "perceptron, weights", {}, replicate))
                weights = nets.start(network, given.scale, first)
                one = train.train(network, weights, pool, test, rate, given.batch, records, rng)
                courses.append(one)
                values = {"step": one.step, "norm": one.bartlett, "error": one.test}
                shown.append(pd.DataFrame({"rate": rate, "replicate": replicate} | values))
                advance(1)
            norms = course.rising(np.array([one.bartlett for one in courses]))
            errors = course.not_zero(np.array([one.test for one in courses]), given.test)
            steps = np.log(np.array([one.step for one in courses]))
            for name, x in (("at equal norm", norms), ("at equal step", steps)):
                found[name].append(course.apart(x, errors, PLACES))
    rows, lost = [], Lost()
    for name, samples in found.items():
        ratios = np.array(samples)
        kept = np.isfinite(ratios).all(axis=1)
        why = f"had not come below an error of {course.BELOW:g} at all rates before the first of them ended"
        if lost.enough(kept, f"learning rates {name}", why, [{"quantity": name}]):
            for place, values in enumerate(ratios[kept].T):
                rows.append({"quantity": name, "place": place} | mean(values).row())
    return Tables(
        Table(pd.DataFrame(rows) if rows else pd.DataFrame(columns), UNITS, notes=lost.notes),
        Table(pd.concat(shown, ignore_index=True), UNITS, optional.GROUP, lost.notes),
    )
