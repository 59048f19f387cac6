"""Which solution SGD reaches from the paper's own starts, orthonormal sets whose overlaps are of order N^(-1/2).

From: the runs of each case of dimension, learning rate and replicates.
Makes: a table of measurements.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate
from shallownets.stage import Arrays, Measurements, Table, stage
from shallownets.studies.escape.measure.finite import line_in_size
from shallownets.studies.escape.measure.selection import reached_by_sgd
from shallownets.studies.escape.parameters.solutions import SgdSelection
from shallownets.studies.escape.stages.kept import trajectory_of
from shallownets.studies.escape.theory.finite import plateau_selectivity


@stage
def sgd_selection(given: SgdSelection, runs: list[Arrays]) -> Measurements:
    rows, lost = [], Lost()
    by_size: dict[float, dict[int, Estimate]] = {}
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
        by_size.setdefault(eta_hat, {})[N] = found["selectivity"]
    for eta_hat, found in by_size.items():
        sizes = np.array(sorted(found))
        if line := line_in_size(1 / sizes, {N: found[N] for N in sizes}, given.limit_from):
            key = {"p": p, "p_star": p_star, "N": 0, "eta_hat": eta_hat}
            law = {"diverged": 0, "plateau_selectivity": plateau_selectivity(p, p_star, eta_hat)}
            rows.append({"quantity": "limit of the selectivity"} | key | law | line[0].row())
    return Measurements(Table(pd.DataFrame(rows), {"estimate": "1"}, notes=lost.notes))
