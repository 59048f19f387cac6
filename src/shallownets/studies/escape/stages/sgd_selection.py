"""Which solution SGD reaches from the paper's own starts, orthonormal sets whose overlaps are of order N^(-1/2).

From: the runs of each case of dimension, learning rate and replicates.
Makes: a table of measurements.
"""

import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.stage import Arrays, Measurements, Table, stage
from shallownets.studies.escape.measure.selection import reached_by_sgd
from shallownets.studies.escape.parameters.solutions import SgdSelection
from shallownets.studies.escape.stages.kept import trajectory_of
from shallownets.studies.escape.theory.finite import plateau_selectivity


@stage
def sgd_selection(given: SgdSelection, runs: list[Arrays]) -> Measurements:
    rows, lost = [], Lost()
    for one in runs:
        key = {name: one.parameters[name] for name in ("p", "p_star", "N", "eta_hat")}
        p, p_star, N, eta_hat = key.values()
        run = trajectory_of(one)
        kept = run.valid[:, -1]
        if not lost.enough(kept, f"SGD, N = {N}, eta_hat = {eta_hat:g}", "diverged", [key]):
            continue
        rng = default_rng(seeds.sequence(given.seed, "SGD selection bootstrap", key, 0))
        found = reached_by_sgd(run.M[kept, 0], run.M[kept, -1], run.Q[kept, -1], rng)
        shared = {"diverged": int((~kept).sum()), "plateau_selectivity": plateau_selectivity(p, p_star, eta_hat)}
        rows += [{"quantity": name} | key | shared | estimate.row() for name, estimate in found.items()]
    return Measurements(Table(pd.DataFrame(rows), {"estimate": "1"}, notes=lost.notes))
