"""Norm learning [9, 10] from different initial norms: SGD at finite N, the ODE from the same start, and eq. 9 alone.

From: the widths, the dimension, the learning rate and the initial norms.
Makes: the table of measurements, and the data of the figure norm_learning. Time is t = eta_hat alpha.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.escape.engines import direct, ode
from shallownets.escape.model import plateau_norm
from shallownets.escape.stages.plateau_shared import exact, row
from shallownets.escape.starts import Start
from shallownets.escape.theory import plateau
from shallownets.escape.trajectory import Trajectory, recording_times
from shallownets.lost import Lost
from shallownets.statistics import mean

MODULE = "shallownets.escape.stages.plateau_norms"
UNITS = {"t": "eta_hat alpha", "norm": "1"}
LATER = 3.0  # eq. 9 alone is followed so many times as long as SGD: the differences of the norms are slow


def tidy(engine: str, t: np.ndarray, run: Trajectory, kept: np.ndarray | slice = slice(None)) -> pd.DataFrame:
    """Each norm against time: mean and standard deviation over the replicates that are kept."""
    norms = np.diagonal(run.Q[kept], axis1=2, axis2=3)
    spread = norms.std(0, ddof=1) if len(norms) > 1 else np.zeros(norms.shape[1:])
    frames = [
        pd.DataFrame({"engine": engine, "quantity": f"norm {i + 1}", "t": t, "value": norms.mean(0)[:, i]})
        for i in range(norms.shape[2])
    ]
    return pd.concat([frame.assign(sd=spread[:, i]) for i, frame in enumerate(frames)])


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
    experiment = {"p": p, "p_star": p_star, "N": args.N, "eta_hat": args.eta_hat, "norms": str(args.norms)}
    rng = default_rng(seeds.sequence(args.seed, "plateau norms", experiment, 0))
    M = np.sqrt(norms[:, None] / args.N) * rng.standard_normal((p, p_star))
    streams = [seeds.sequence(args.seed, "samples", experiment, replicate) for replicate in range(args.replicates)]
    eta = p * args.eta_hat
    start = Start(M, np.diag(norms))
    alpha = recording_times(args.t_max / args.eta_hat, args.points, args.N)
    sgd = direct.simulate(start, args.N, eta, alpha, streams)
    lost = Lost()
    kept = sgd.valid.all(1)
    simulated = lost.enough(kept, "SGD", "diverged")
    same = ode.simulate(start, eta, alpha, args.tolerance)
    if not lost.enough(same.valid.all(1), "ODE", "diverged", 1):
        lost.require([])
    t = args.eta_hat * alpha
    longer = np.linspace(0, LATER * t[-1], 2 * args.points)
    alone = ode.simulate(Start(np.zeros((p, p_star)), np.diag(norms)), p, longer, args.tolerance, gradient_flow=True)

    data = pd.concat([tidy("ODE", t, same), tidy("eq. 9", longer, alone)])
    if simulated:
        data = pd.concat([tidy("SGD", t, sgd, kept), data])
    equal = norms.max()
    together = ode.simulate(
        Start(np.zeros((p, p_star)), equal * np.eye(p)), p, longer, args.tolerance, gradient_flow=True
    )
    spread = np.diagonal(alone.Q[0], axis1=1, axis2=2).std(1) / plateau_norm(p)
    # the predicted exponential is fixed in the middle, where the linear regime has begun
    decay = np.exp(-plateau.norm_difference_rate(p) * (longer - longer[args.points]))
    relaxing = {
        ("eq. 9", "equal"): together.Q[0, :, 0, 0] / plateau_norm(p) - 1,
        ("theory", "equal"): plateau.equal_norms(longer, p, equal) / plateau_norm(p) - 1,
        ("eq. 9", "differences"): spread,
        ("theory", "differences"): spread[args.points] * decay,
    }
    curves = [
        pd.DataFrame({"engine": engine, "quantity": quantity, "t": longer, "value": np.abs(values), "sd": 0.0})
        for (engine, quantity), values in relaxing.items()
    ]
    data = pd.concat([data, *curves])
    keys = {"p": p, "p_star": p_star, "eta_hat": args.eta_hat}
    by_run = np.diagonal(sgd.Q[kept], axis1=2, axis2=3).mean(2)
    limit = plateau_norm(p) * float(plateau.relative_norm(p, p_star, args.eta_hat))
    ode_mean = np.diagonal(same.Q[0], axis1=1, axis2=2).mean(1)
    measured = []
    left = np.diagonal(same.Q[0], axis1=1, axis2=2).std(1)
    for time in args.compared:
        at = int(np.argmin(np.abs(t - time)))
        more = {"t": t[at], "ode": ode_mean[at], "theory": limit}
        if simulated:
            measured.append(row("mean_norm", mean(by_run[:, at]), **keys, **more))
        measured.append(row("spread_left", exact(left[at] / left[0]), **keys, **more))
    parameters = experiment | {"replicates": args.replicates, "seed": args.seed, "norm": plateau_norm(p)}
    parameters |= {"finite_norm": limit} | lost.parameters
    save_table(args.measurements, pd.DataFrame(measured), record_of(MODULE, parameters, UNITS))
    save_table(args.figure_data, data, record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
