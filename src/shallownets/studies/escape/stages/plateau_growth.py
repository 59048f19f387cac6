"""Growth of the overlaps on the plateau [11]: SGD at finite N and the ODE from one start beside the exponential.

From: the widths, the dimension, the learning rate.
Makes: the table of measurements, and the data of the figure overlap_growth. Time is t = eta_hat alpha.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import bootstrap
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.engines import direct, ode
from shallownets.studies.escape.model import Array, plateau_norm
from shallownets.studies.escape.stages.plateau_shared import exact, row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau
from shallownets.studies.escape.trajectory import recording_times

MODULE = "shallownets.studies.escape.stages.plateau_growth"
UNITS = {"t": "eta_hat alpha", "projection": "of M(t) on M(0), over |M(0)|^2"}


def drawn_start(experiment: dict, args: argparse.Namespace) -> Start:
    """Norms as on the plateau at this learning rate, and small overlaps.

    Raises:
        UserError: there is no plateau.
    """
    norm = plateau_norm(args.p) * float(plateau.relative_norm(args.p, args.p_star, args.eta_hat))
    if np.isnan(norm):
        raise UserError(
            f"--eta-hat {args.eta_hat:g}: the ODE has no plateau at this learning rate; a smaller one is right"
        )
    rng = default_rng(seeds.sequence(args.seed, "plateau growth", experiment, 0))
    return Start(rng.standard_normal((args.p, args.p_star)) * np.sqrt(norm / args.N), norm * np.eye(args.p))


def projected(M: Array, start: Start) -> Array:
    """Projection of M (..., p, p*) on M(0), over |M(0)|^2."""
    return (M * start.M).sum((-2, -1)) / (start.M**2).sum()


def rates(t: Array, runs: Array | None, curve: Array, experiment: dict, args: argparse.Namespace) -> list[dict]:
    """Measurements of the rate, per t, at which the projection grows from 0 to ``--t-fit``, of the ODE and of SGD.

    Args:
        t: (T,) recorded times.
        runs: (R, T) projections of SGD; None where too few runs are left.
        curve: (T,) that of the ODE.
        experiment: the columns that every line shares.
    """
    end = max(int(np.argmin(np.abs(t - args.t_fit))), 1)
    of_ode = np.log(curve[end]) / t[end]
    law = plateau.finite_overlap_rate(args.p, args.p_star, args.eta_hat)
    keys = experiment | {"t": t[end], "ode": of_ode, "finite": law}
    measured = [row("overlap_rate_ode", exact(of_ode), **keys)]
    if runs is not None:
        rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", experiment, 0))
        # the mean comes before the logarithm: the noise of SGD adds to M and leaves its mean alone
        rate = bootstrap(runs, lambda sample: np.log(sample[:, end].mean()) / t[end], rng, args.resamples)
        measured.append(row("overlap_rate_sgd", rate, **keys))
    return measured


def curves(t: Array, runs: Array | None, curve: Array, args: argparse.Namespace) -> pd.DataFrame:
    """Figure data: the projections of ``rates``, mean and standard error over the runs, beside two exponentials."""
    law = plateau.finite_overlap_rate(args.p, args.p_star, args.eta_hat)
    series = {
        "ODE": curve,
        "small learning rate": np.exp(plateau.overlap_rate(args.p_star) * t),
        "finite learning rate": np.exp(law * t),
    }
    frames = [pd.DataFrame({"series": name, "t": t, "value": y, "error": 0.0}) for name, y in series.items()]
    if runs is not None:
        error = runs.std(0, ddof=1) / np.sqrt(len(runs))
        frames.insert(0, pd.DataFrame({"series": "SGD", "t": t, "value": runs.mean(0), "error": error}))
    return pd.concat(frames)


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

    p, p_star, eta = args.p, args.p_star, args.p * args.eta_hat
    experiment = {"p": p, "p_star": p_star, "N": args.N, "eta_hat": args.eta_hat}
    start = drawn_start(experiment, args)
    streams = [seeds.sequence(args.seed, "samples", experiment, replicate) for replicate in range(args.replicates)]
    alpha = recording_times(args.t_max / args.eta_hat, args.points, args.N)
    sgd, lost = direct.simulate(start, args.N, eta, alpha, streams), Lost()
    kept = sgd.valid.all(1)
    runs = projected(sgd.M[kept], start) if lost.enough(kept, "SGD", "diverged") else None
    limit = ode.simulate(start, eta, alpha, args.tolerance)

    t, curve = args.eta_hat * alpha, projected(limit.M[0], start)
    measured, data = rates(t, runs, curve, experiment, args), curves(t, runs, curve, args)
    parameters = experiment | {"replicates": args.replicates, "seed": args.seed, "t_fit": args.t_fit}
    record = record_of(MODULE, parameters | lost.parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(measured), record)
    save_table(args.figure_data, data, record)


if __name__ == "__main__":
    cli.run(main)
