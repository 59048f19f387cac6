"""Escape times of SGD, each replicate from its own orthonormal start, and those of the ODE from the same overlaps.

From: the widths, the dimension, the learning rate.
Makes: an .npz artefact with two escape times a replicate, inf where it did not escape.
"""

import numpy as np
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_arrays
from shallownets.errors import UserError
from shallownets.escape import starts
from shallownets.escape.engines import direct, spectral
from shallownets.escape.measure.plateau import first_below
from shallownets.escape.model import population_risk
from shallownets.escape.starts import Start
from shallownets.escape.theory import plateau
from shallownets.escape.trajectory import recording_times
from shallownets.progress import progress

MODULE = "shallownets.escape.stages.plateau_sgd"
UNITS = {"sgd": "samples/N", "ode": "samples/N"}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--p", type=cli.count, required=True, help="student width")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension, at least p + p*")
    parser.add_argument("--replicates", type=cli.count, required=True, help="runs")
    parser.add_argument("--eta-hat", type=cli.positive, required=True, help="learning rate over p")
    parser.add_argument("--fraction", type=cli.positive, required=True, help="escaped below this fraction of L_pl")
    parser.add_argument("--alpha-max", type=cli.positive, required=True, help="last time, samples/N")
    parser.add_argument("--points", type=cli.count, required=True, help="recorded times, 0 and the last included")
    parser.add_argument("--tolerance", type=cli.positive, required=True, help="relative error of a step")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the escape times, .npz")
    args = parser.parse_args()

    p, p_star, N = args.p, args.p_star, args.N
    eta, level = p * args.eta_hat, plateau.plateau_level(p, p_star, args.fraction)
    experiment = {"p": p, "p_star": p_star, "N": N, "eta_hat": args.eta_hat}
    sgd, limit = np.empty(args.replicates), np.empty(args.replicates)
    try:
        alpha = recording_times(args.alpha_max, args.points, N)
        with progress(f"SGD N = {N}", args.replicates * alpha[-1]) as advance:
            for r in range(args.replicates):
                rng = default_rng(seeds.sequence(args.seed, "plateau sgd start", experiment, r))
                start = starts.orthonormal(p, p_star, N, rng)
                stream = seeds.sequence(args.seed, "samples", experiment, r)
                run = direct.simulate(start, N, eta, alpha, [stream], advance)
                sgd[r] = first_below(alpha, population_risk(run.M, run.Q), level)[0]
                # Q of drawn weights is the identity up to rounding
                same = Start(start.M, np.eye(p))
                limit[r] = spectral.escape_time(same, eta, level, 4 * args.alpha_max, args.tolerance)
    except ValueError as error:
        raise UserError(str(error)) from error
    parameters = experiment | {"fraction": args.fraction, "alpha_max": args.alpha_max, "seed": args.seed}
    save_arrays(args.out, {"sgd": sgd, "ode": limit}, record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
