"""Which solution SGD reaches from the paper's own starts, orthonormal sets whose overlaps are of order N^(-1/2).

From: widths, and cases of dimension, learning rate and replicates; each replicate has its own start and samples.
Makes: a table of measurements.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.numerics import seeds, statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain
from shallownets.studies.escape.stages.pairs import case
from shallownets.studies.escape.theory import finite as theory

MODULE = "shallownets.studies.escape.stages.sgd_selection"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--p", type=cli.count, required=True, help="student width")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width, at most p")
    parser.add_argument("--cases", type=case, nargs="+", required=True, help="N,eta_hat,replicates")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time, eta_hat samples/N")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the table, .csv")
    args = parser.parse_args()
    p, p_star = args.p, args.p_star

    rows, lost = [], Lost()
    for N, eta_hat, replicates in args.cases:
        key = {"p": p, "p_star": p_star, "N": N, "eta_hat": eta_hat}
        alpha = np.array([0.0, np.rint(args.t_max / eta_hat * N) / N])
        streams = [seeds.sequence(args.seed, "SGD selection", key, r).spawn(2) for r in range(replicates)]
        begun = [starts.orthonormal_overlaps(p, p_star, N, default_rng(draw)) for draw, _ in streams]
        with progress(f"SGD N = {N}, eta_hat = {eta_hat:g}", replicates * alpha[-1]) as advance:
            run = chain.simulate(begun, N, eta_hat * p, alpha, [samples for _, samples in streams], advance)
        kept = run.valid[:, -1]
        if not lost.enough(kept, f"SGD, N = {N}, eta_hat = {eta_hat:g}", "diverged"):
            continue
        M_0, M, Q = run.M[kept, 0], run.M[kept, 1], run.Q[kept, 1]
        R_0, R = model.polar_factor(M_0), model.polar_factor(M)
        reached = np.stack([(R * M_0).sum((1, 2)), (R_0 * M_0).sum((1, 2)), (R_0 * R).sum((1, 2)) / p_star], axis=1)
        rng = default_rng(seeds.sequence(args.seed, "SGD selection bootstrap", key, 0))
        ratio = statistics.bootstrap(reached, lambda some: float(some[:, 0].sum() / some[:, 1].sum()), rng)
        predicted = theory.plateau_selectivity(p, p_star, eta_hat)
        shared = {"diverged": int((~kept).sum()), "plateau_selectivity": predicted}
        for name, estimate in (
            ("selectivity", ratio),
            ("overlap with the closest", statistics.mean(reached[:, 2])),
            ("final risk", statistics.mean(model.population_risk(M, Q))),
        ):
            rows.append({"quantity": name} | key | shared | estimate.row())
    parameters = {"p": p, "p_star": p_star, "t_max": args.t_max, "seed": args.seed} | lost.parameters
    save_table(args.out, pd.DataFrame(rows), record_of(MODULE, parameters, {"estimate": "1"}))


if __name__ == "__main__":
    cli.run(main)
