"""Norm learning [9, 10] from different initial norms: SGD at finite N, the ODE from the same start, and eq. 9 alone.

From: the widths, the dimension, the learning rate and the initial norms.
Makes: the table of measurements, and the data of the figure norm_learning. Time is t = eta_hat alpha.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.engines import direct, ode
from shallownets.studies.escape.model import Array, plateau_norm
from shallownets.studies.escape.stages.plateau_shared import exact, row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau
from shallownets.studies.escape.trajectory import Trajectory, recording_times

MODULE = "shallownets.studies.escape.stages.plateau_norms"
UNITS = {"t": "eta_hat alpha", "norm": "1"}
LATER = 3.0  # eq. 9 alone is followed so many times as long as SGD: the differences of the norms are slow


def tidy(engine: str, t: Array, run: Trajectory, kept: Array | slice = slice(None)) -> pd.DataFrame:
    """Each norm against time: mean and standard deviation over the replicates that are kept."""
    norms = np.diagonal(run.Q[kept], axis1=2, axis2=3)
    spread = norms.std(0, ddof=1) if len(norms) > 1 else np.zeros(norms.shape[1:])
    frames = [
        pd.DataFrame({"engine": engine, "quantity": f"norm {i + 1}", "t": t, "value": norms.mean(0)[:, i]})
        for i in range(norms.shape[2])
    ]
    return pd.concat([frame.assign(sd=spread[:, i]) for i, frame in enumerate(frames)])


def runs_of_sgd(start: Start, experiment: dict, alpha: Array, args: argparse.Namespace) -> Trajectory:
    """SGD on weights from the start; ``experiment`` fixes its samples."""
    streams = [seeds.sequence(args.seed, "samples", experiment, replicate) for replicate in range(args.replicates)]
    return direct.simulate(start, args.N, len(start.M) * args.eta_hat, alpha, streams)


def norms_alone(norms: Array, p_star: int, t: Array, tolerance: float) -> pd.DataFrame:
    """Figure data of eq. 9, M = 0 under gradient flow, at times t = eta_hat alpha.

    Each norm; over the norm on the plateau, the distance of equal norms (all as the largest) from it and the standard
    deviation of different ones; both with what theory says of them.
    """
    p, equal = len(norms), norms.max()
    nothing = np.zeros((p, p_star))
    different, together = (
        ode.simulate(Start(nothing, Q), p, t, tolerance, gradient_flow=True)
        for Q in (np.diag(norms), equal * np.eye(p))
    )
    spread = np.diagonal(different.Q[0], axis1=1, axis2=2).std(1) / plateau_norm(p)
    # the predicted exponential is fixed in the middle, where the linear regime has begun
    middle = len(t) // 2
    decay = np.exp(-plateau.norm_difference_rate(p) * (t - t[middle]))
    relaxing = {
        ("eq. 9", "equal"): together.Q[0, :, 0, 0] / plateau_norm(p) - 1,
        ("theory", "equal"): plateau.equal_norms(t, p, equal) / plateau_norm(p) - 1,
        ("eq. 9", "differences"): spread,
        ("theory", "differences"): spread[middle] * decay,
    }
    curves = [
        pd.DataFrame({"engine": engine, "quantity": quantity, "t": t, "value": np.abs(values), "sd": 0.0})
        for (engine, quantity), values in relaxing.items()
    ]
    return pd.concat([tidy("eq. 9", t, different), *curves])


def at_times(t: Array, sgd: Array | None, limit: Array, law: float, keys: dict, compared: list[float]) -> list[dict]:
    """Measurements of the mean norm and of what is left of the norms' spread, at the recorded times next to some.

    Args:
        t: (T,) recorded times.
        sgd: (R, T, p) norms of SGD; None where too few runs are left.
        limit: (T, p) those of the ODE.
        law: norm on the plateau at this learning rate.
        keys: the columns that every line shares.
        compared: the times.
    """
    left, ode_mean = limit.std(1), limit.mean(1)
    measured = []
    for time in compared:
        at = int(np.argmin(np.abs(t - time)))
        more = {"t": t[at], "ode": ode_mean[at], "theory": law}
        if sgd is not None:
            measured.append(row("mean_norm", mean(sgd[:, at].mean(1)), **keys, **more))
        measured.append(row("spread_left", exact(left[at] / left[0]), **keys, **more))
    return measured


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--norms", type=cli.positive, nargs="+", required=True, help="initial squared norms, p of them")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension of SGD, at least p + p*")
    parser.add_argument("--eta-hat", type=cli.positive, required=True, help="learning rate over p")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time of SGD, eta_hat alpha")
    parser.add_argument("--points", type=cli.count, required=True, help="recorded times, 0 and the last included")
    parser.add_argument("--compared", type=cli.positive, nargs="+", required=True, help="times of the measurements")
    parser.add_argument("--replicates", type=cli.at_least(2), required=True, help="runs of SGD, at least 2")
    cli.shared(parser, "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()

    p, p_star, norms = len(args.norms), args.p_star, np.array(args.norms)
    keys = {"p": p, "p_star": p_star, "eta_hat": args.eta_hat}
    experiment = keys | {"N": args.N, "norms": str(args.norms)}
    rng = default_rng(seeds.sequence(args.seed, "plateau norms", experiment, 0))
    start = Start(np.sqrt(norms[:, None] / args.N) * rng.standard_normal((p, p_star)), np.diag(norms))
    alpha = recording_times(args.t_max / args.eta_hat, args.points, args.N)
    sgd, lost = runs_of_sgd(start, experiment, alpha, args), Lost()
    kept = sgd.valid.all(1)
    simulated = lost.enough(kept, "SGD", "diverged")
    same = ode.simulate(start, p * args.eta_hat, alpha, args.tolerance)
    if not lost.enough(same.valid.all(1), "ODE", "diverged", 1):
        lost.require([])

    t = args.eta_hat * alpha
    longer = np.linspace(0, LATER * t[-1], 2 * args.points)
    data = [tidy("ODE", t, same), norms_alone(norms, p_star, longer, args.tolerance)]
    if simulated:
        data.insert(0, tidy("SGD", t, sgd, kept))
    law = plateau_norm(p) * float(plateau.relative_norm(p, p_star, args.eta_hat))
    of_sgd = np.diagonal(sgd.Q[kept], axis1=2, axis2=3) if simulated else None
    measured = at_times(t, of_sgd, np.diagonal(same.Q[0], axis1=1, axis2=2), law, keys, args.compared)

    parameters = experiment | {"replicates": args.replicates, "seed": args.seed, "norm": plateau_norm(p)}
    record = record_of(MODULE, parameters | {"finite_norm": law} | lost.parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(measured), record)
    save_table(args.figure_data, pd.concat(data), record)


if __name__ == "__main__":
    cli.run(main)
