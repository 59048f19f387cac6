"""The risk and the equations of motion [23, 33, 34] against means over samples, at random overlaps.

From: widths, a learning rate, how many samples and a seed.
Makes: the table of measurements, each a mean over samples over its formula.
"""

import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.measure.sampled import over_samples
from shallownets.studies.escape.parameters.runs import Equations


@stage
def equations(given: Equations) -> Measurements:
    rows = []
    for p, p_star in given.widths:
        key = {"p": p, "p_star": p_star}
        rng = default_rng(seeds.sequence(given.seed, "equations", key | {"N": given.N}, 0))
        # few dimensions: overlaps of order one, between the students, too
        start = starts.gaussian_vectors(p, p_star, given.N, rng)
        found = over_samples(start, given.eta_hat * p, given.samples, rng)
        rows += [{"quantity": name} | key | {"eta_hat": given.eta_hat} | one.row() for name, one in found.items()]
    return Measurements(Table(pd.DataFrame(rows), {"estimate": "1"}))
