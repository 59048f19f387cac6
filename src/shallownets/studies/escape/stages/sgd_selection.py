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


def against_size(found: dict[int, Estimate], limit: float, limit_from: int) -> dict[str, Estimate]:
    """How the selectivity at one learning rate approaches its limit; nothing from fewer than three sizes.

    Args:
        found: the selectivity by N.
        limit: predicted for large N.
        limit_from: the smallest N that enters the line in 1/N.

    Returns:
        "limit of the selectivity": where a straight line in 1/N meets 0; "exponent of the correction": of what is above
        the predicted limit, between the two smallest N.
    """
    sizes = np.array(sorted(found))
    line = line_in_size(1 / sizes, {N: found[N] for N in sizes}, limit_from)
    if line is None:
        return {}
    small, next_one = (found[N] for N in sizes[:2])
    gaps = (
        Estimate(small.value - limit, small.error, small.n),
        Estimate(next_one.value - limit, next_one.error, small.n),
    )
    apart = np.log(sizes[1] / sizes[0])
    ratio = np.log(gaps[1].value / gaps[0].value) / apart
    error = float(np.hypot(*(gap.error / gap.value for gap in gaps)) / apart)
    return {
        "limit of the selectivity": line[0],
        "exponent of the correction": Estimate(float(ratio), error, min(small.n, next_one.n)),
    }


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
        key = {"p": p, "p_star": p_star, "N": 0, "eta_hat": eta_hat}
        shared = {"diverged": 0, "plateau_selectivity": plateau_selectivity(p, p_star, eta_hat)}
        fits = against_size(found, shared["plateau_selectivity"], given.limit_from)
        rows += [{"quantity": name} | key | shared | estimate.row() for name, estimate in fits.items()]
    return Measurements(Table(pd.DataFrame(rows), {"estimate": "1"}, notes=lost.notes))
