"""Growth of the overlaps on the plateau [11]: SGD at finite N and the ODE from one start beside the exponential.

From: the widths, the dimension, the learning rate.
Makes: the table of measurements, and the data of the figure overlap_growth. Time is t = eta_hat alpha.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape.engines import direct, ode
from shallownets.escape.model import plateau_norm
from shallownets.escape.stages.plateau_shared import exact, row
from shallownets.escape.starts import Start
from shallownets.escape.theory import plateau
from shallownets.escape.trajectory import recording_times
from shallownets.lost import Lost
from shallownets.statistics import bootstrap

MODULE = "shallownets.escape.stages.plateau_growth"
UNITS = {"t": "eta_hat alpha", "projection": "of M(t) on M(0), over |M(0)|^2"}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--p", type=cli.count, required=True, help="student width")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension of SGD, at least p + p*")
    parser.add_argument("--eta-hat", type=cli.positive, required=True, help="learning rate over p")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time, eta_hat alpha")
    parser.add_argument("--t-fit", type=cli.positive, required=True, help="the rate is that from 0 to this time")
    parser.add_argument("--points", type=cli.count, required=True, help="recorded times, 0 and the last included")
    parser.add_argument("--replicates", type=cli.at_least(2), required=True, help="runs of SGD, at least 2")
    cli.shared(parser, "resamples", "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()

    p, p_star = args.p, args.p_star
    experiment = {"p": p, "p_star": p_star, "N": args.N, "eta_hat": args.eta_hat}
    rng = default_rng(seeds.sequence(args.seed, "plateau growth", experiment, 0))
    streams = [seeds.sequence(args.seed, "samples", experiment, replicate) for replicate in range(args.replicates)]
    norm = plateau_norm(p) * float(plateau.relative_norm(p, p_star, args.eta_hat))
    if np.isnan(norm):
        raise UserError(
            f"--eta-hat {args.eta_hat:g}: the ODE has no plateau at this learning rate; a smaller one is right"
        )
    start = Start(rng.standard_normal((p, p_star)) * np.sqrt(norm / args.N), norm * np.eye(p))
    alpha = recording_times(args.t_max / args.eta_hat, args.points, args.N)
    sgd = direct.simulate(start, args.N, p * args.eta_hat, alpha, streams)
    lost = Lost()
    kept = sgd.valid.all(1)
    simulated = lost.enough(kept, "SGD", "diverged")
    limit = ode.simulate(start, p * args.eta_hat, alpha, args.tolerance)
    t = args.eta_hat * alpha

    def project(M: np.ndarray) -> np.ndarray:
        return (M * start.M).sum((-2, -1)) / (start.M**2).sum()

    runs, curve = project(sgd.M[kept]), project(limit.M[0])
    end = max(int(np.argmin(np.abs(t - args.t_fit))), 1)
    keys = experiment | {"t": t[end]}
    theory = {"ode": np.log(curve[end]) / t[end], "finite": plateau.finite_overlap_rate(p, p_star, args.eta_hat)}
    measured = [row("overlap_rate_ode", exact(theory["ode"]), **keys, **theory)]
    frames = [
        pd.DataFrame({"series": "ODE", "t": t, "value": curve, "error": 0.0}),
        pd.DataFrame(
            {"series": "small learning rate", "t": t, "value": np.exp(plateau.overlap_rate(p_star) * t), "error": 0.0}
        ),
        pd.DataFrame({"series": "finite learning rate", "t": t, "value": np.exp(theory["finite"] * t), "error": 0.0}),
    ]
    if simulated:
        rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", experiment, 0))
        # the mean comes before the logarithm: the noise of SGD adds to M and leaves its mean alone
        rate = bootstrap(runs, lambda sample: np.log(sample[:, end].mean()) / t[end], rng, args.resamples)
        measured.append(row("overlap_rate_sgd", rate, **keys, **theory))
        error = runs.std(0, ddof=1) / np.sqrt(len(runs))
        frames.insert(0, pd.DataFrame({"series": "SGD", "t": t, "value": runs.mean(0), "error": error}))
    parameters = experiment | {"replicates": args.replicates, "seed": args.seed, "t_fit": args.t_fit}
    parameters |= lost.parameters
    save_table(args.measurements, pd.DataFrame(measured), record_of(MODULE, parameters, UNITS))
    save_table(args.figure_data, pd.concat(frames), record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
