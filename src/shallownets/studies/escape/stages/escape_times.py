"""Escape times of SGD, each replicate from its own orthonormal start, and those of the ODE from the same overlaps.

From: the widths, the dimension, the learning rate, the engine: the chain, or SGD on weights as a check of it.
Makes: an .npz artefact with two escape times a replicate, inf where it did not escape.
"""

import numpy as np
from numpy.random import default_rng

from shallownets import cli
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.results.artefacts import record_of, save_arrays
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain, direct, spectral
from shallownets.studies.escape.measure.plateau import first_below
from shallownets.studies.escape.model import population_risk
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau
from shallownets.studies.escape.trajectory import recording_times

MODULE = "shallownets.studies.escape.stages.escape_times"
UNITS = {"sgd": "samples/N", "ode": "samples/N"}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--engine", choices=("chain", "direct"), required=True, help="how SGD is simulated")
    parser.add_argument("--p", type=cli.count, required=True, help="student width")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension, at least p + p*")
    parser.add_argument("--replicates", type=cli.count, required=True, help="runs")
    parser.add_argument("--eta-hat", type=cli.positive, required=True, help="learning rate over p")
    parser.add_argument("--fraction", type=cli.positive, required=True, help="escaped below this fraction of L_pl")
    parser.add_argument("--alpha-max", type=cli.positive, required=True, help="last time, samples/N")
    parser.add_argument("--points", type=cli.count, required=True, help="recorded times, 0 and the last included")
    cli.shared(parser, "tolerance", "seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the escape times, .npz")
    args = parser.parse_args()

    p, p_star, N = args.p, args.p_star, args.N
    eta, level = p * args.eta_hat, plateau.plateau_level(p, p_star, args.fraction)
    experiment = {"p": p, "p_star": p_star, "N": N, "eta_hat": args.eta_hat}
    draws = [seeds.sequence(args.seed, "plateau sgd start", experiment, r) for r in range(args.replicates)]
    streams = [seeds.sequence(args.seed, "samples", experiment, r) for r in range(args.replicates)]
    alpha = recording_times(args.alpha_max, args.points, N)
    with progress(f"SGD N = {N}, {args.engine}", args.replicates * alpha[-1]) as advance:
        if args.engine == "chain":
            begun = [starts.orthonormal_overlaps(p, p_star, N, default_rng(draw)) for draw in draws]
            sgd = chain.escape_times(begun, N, eta, level, alpha, streams, advance)
        else:
            begun, sgd = [], np.empty(args.replicates)
            for r, (draw, stream) in enumerate(zip(draws, streams, strict=True)):
                start = starts.orthonormal(p, p_star, N, default_rng(draw))
                run = direct.simulate(start, N, eta, alpha, [stream], advance)
                sgd[r] = first_below(alpha, population_risk(run.M, run.Q), level)[0]
                begun.append(Start(start.M, np.eye(p)))  # Q of drawn weights is the identity up to rounding
    limit = np.array([spectral.escape_time(start, eta, level, 4 * args.alpha_max, args.tolerance) for start in begun])
    parameters = experiment | {"engine": args.engine, "fraction": args.fraction, "seed": args.seed}
    parameters |= {"alpha_max": args.alpha_max, "points": args.points, "tolerance": args.tolerance}
    save_arrays(args.out, {"sgd": sgd, "ode": limit}, record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
