"""Degrees of freedom of the student and of the manifold of solutions, by formula and by numerical rank.

From: input dimensions, widths and a seed.
Makes: measurements and figure data of Figures 5 and 6.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.numerics import seeds
from shallownets.numerics.statistics import Estimate
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.measure.hessian import orthogonal
from shallownets.studies.escape.measure.manifolds import constraint_nullity, expressivity_rank, orbit_rank
from shallownets.studies.escape.theory.landscape import expressivity, manifold_dimension

MODULE = "shallownets.studies.escape.stages.dimensions"
UNITS = {"estimate": "1, dimension", "measured": "1, dimension", "formula": "1, dimension"}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--N", type=cli.count, nargs="+", required=True, help="input dimensions of Figure 5")
    parser.add_argument("--p-max", type=cli.count, required=True, help="largest student width of Figure 5")
    parser.add_argument("--p-star", type=cli.count, nargs="+", required=True, help="teacher widths of Figure 6")
    parser.add_argument("--manifold-p-max", type=cli.count, required=True, help="largest student width of Figure 6")
    cli.shared(parser, "seed", "measurements")
    parser.add_argument("--fig5", type=cli.path, required=True, help="figure data of Figure 5, .csv")
    parser.add_argument("--fig6", type=cli.path, required=True, help="figure data of Figure 6, .csv")
    args = parser.parse_args()

    measured = []
    fig5, fig6 = [], []
    for N in args.N:
        for p in range(1, args.p_max + 1):
            rng = default_rng(seeds.sequence(args.seed, "expressivity", {"p": p, "N": N}, 0))
            rank = expressivity_rank(rng.standard_normal((p, N)))
            fig5.append({"N": N, "p": p, "formula": expressivity(p, N), "measured": rank})
            quantity = "expressivity, p <= N" if p <= N else "expressivity, p > N"
            measured.append({"quantity": quantity, "p": p, "p_star": 0, "N": N} | Estimate(rank, 0, 1).row())
    for p_star in args.p_star:
        # Rotations move the students within the teacher's span, so that the dimension holds at any N >= p.
        N = args.manifold_p_max + 1
        for p in range(p_star, args.manifold_p_max + 1):
            rng = default_rng(seeds.sequence(args.seed, "manifold", {"p": p, "p_star": p_star, "N": N}, 0))
            R = orthogonal(p, rng)[:, :p_star]
            W = np.sqrt(p / p_star * N) * R @ orthogonal(N, rng)[:p_star]
            ranks = {"tangent": constraint_nullity(R), "orbit": orbit_rank(W)}
            fig6.append({"p_star": p_star, "p": p, "formula": manifold_dimension(p, p_star)} | ranks)
            keys = {"p": p, "p_star": p_star, "N": N}
            measured += [
                {"quantity": f"manifold, {road}"} | keys | Estimate(rank, 0, 1).row() for road, rank in ranks.items()
            ]
    parameters = {"seed": args.seed}
    save_table(args.measurements, pd.DataFrame(measured), record_of(MODULE, parameters, UNITS))
    save_table(args.fig5, pd.DataFrame(fig5), record_of(MODULE, parameters, UNITS))
    save_table(args.fig6, pd.DataFrame(fig6), record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
