"""Which solution SGD reaches from the paper's own starts, orthonormal sets whose overlaps are of order N^(-1/2).

From: widths, and cases of dimension, learning rate and replicates; each replicate has its own start and samples.
Makes: a table of measurements.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds, statistics
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape import model, starts
from shallownets.escape.engines import direct
from shallownets.escape.stages.pairs import case
from shallownets.escape.theory import solutions as theory
from shallownets.progress import progress

MODULE = "shallownets.escape.stages.sgd_selection"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--p", type=cli.count, required=True, help="student width")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width, at most p")
    parser.add_argument("--cases", type=case, nargs="+", required=True, help="N,eta/p,replicates")
    parser.add_argument("--time", type=cli.positive, required=True, help="last alpha eta/p")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the table, .csv")
    args = parser.parse_args()
    p, p_star = args.p, args.p_star

    rows = []
    for N, rate, replicates in args.cases:
        key = {"p": p, "p_star": p_star, "N": N, "rate": rate}
        alpha = np.array([0.0, np.rint(args.time / rate * N) / N])
        reached, risks, diverged = [], [], 0
        with progress(f"SGD N = {N}, eta/p = {rate:g}", replicates * alpha[-1]) as advance:
            for replicate in range(replicates):
                draw, samples = seeds.sequence(args.seed, "SGD selection", key, replicate).spawn(2)
                start = starts.orthonormal(p, p_star, N, default_rng(draw))
                run = direct.simulate(start, N, rate * p, alpha, [samples], advance)
                if not run.valid[0, -1]:
                    diverged += 1
                    continue
                R = [model.polar_factor(M) for M in run.M[0]]
                reached.append([(R[1] * start.M).sum(), (R[0] * start.M).sum(), (R[0] * R[1]).sum() / p_star])
                risks.append(model.population_risk(run.M[0, -1], run.Q[0, -1]))
        if len(reached) < 2:
            raise UserError(f"--cases {N},{rate:g},{replicates}: fewer than two replicates did not diverge")
        reached = np.array(reached)
        rng = default_rng(seeds.sequence(args.seed, "SGD selection bootstrap", key, 0))
        ratio = statistics.bootstrap(reached, lambda some: float(some[:, 0].sum() / some[:, 1].sum()), rng)
        shared = {"diverged": diverged, "plateau_selectivity": theory.plateau_selectivity(p, p_star, rate * p)}
        for name, estimate in (
            ("selectivity", ratio),
            ("overlap with the closest", statistics.mean(reached[:, 2])),
            ("final risk", statistics.mean(risks)),
        ):
            rows.append({"quantity": name} | key | shared | estimate.row())
    parameters = {"p": p, "p_star": p_star, "time": args.time, "seed": args.seed}
    save_table(args.out, pd.DataFrame(rows), record_of(MODULE, parameters, {"estimate": "1"}))


if __name__ == "__main__":
    cli.run(main)
