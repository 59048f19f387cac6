"""Trainings of one network at all sizes, on nested parts of the same images.

From: images, sizes, learning rate.
Makes: errors and both norms at the moments that are recorded; nothing where there are no images.
"""

import numpy as np
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.perceptron.engines import network as nets
from shallownets.studies.perceptron.engines import train
from shallownets.studies.perceptron.parameters.deep import DeepRuns
from shallownets.studies.perceptron.stages import optional

UNITS = {"step": "steps", "test": "share", "training": "share", "bartlett": "log", "authors": "log"}


@stage
def deep_runs(given: DeepRuns, images: Arrays) -> Data:
    if not images.arrays["labels"].size:
        return Data(Arrays({name: np.zeros((0, 0)) for name in UNITS}, UNITS, notes={optional.ABSENT: []}))
    order = default_rng(seeds.sequence(given.seed, "perceptron, images", {"network": given.network}, given.replicate))
    both = train.Images(images.arrays["x"], images.arrays["labels"])
    pool, test = train.parts(both, given.sizes[-1], given.test, order)
    courses = []
    with progress(f"{given.network}, training {given.replicate}", len(given.sizes)) as advance:
        for P in given.sizes:
            of = {"network": given.network, "P": P, "rate": given.rate}
            rng = default_rng(seeds.sequence(given.seed, "perceptron, training", of, given.replicate))
            first = default_rng(seeds.sequence(given.seed, "perceptron, weights", {}, given.replicate))
            network = nets.NETWORKS[given.network](pool.x.shape[1])
            weights = nets.start(network, given.scale, first)
            records = train.moments(given.steps_of(P), given.records)
            part = pool.part(slice(P))
            courses.append(train.train(network, weights, part, test, given.rate, given.batch, records, rng))
            advance(1)
    return Data(Arrays(train.stacked(courses), UNITS))
