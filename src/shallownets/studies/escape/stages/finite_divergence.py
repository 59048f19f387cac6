"""Share of the runs of SGD that diverge, against the learning rate and N, and where the ODE does.

From: the widths, the dimensions, the learning rates.
Makes: the table of measurements, and the data of the figure finite_divergence.
"""

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain, spectral
from shallownets.studies.escape.measure.finite import half_diverged, proportion
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.stages.plateau_shared import exact, row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau
from shallownets.studies.escape.trajectory import recording_times

MODULE = "shallownets.studies.escape.stages.finite_divergence"
UNITS = {"eta_hat": "1, learning rate over p", "share": "1"}
RECORDS = 41  # a group of replicates that have all diverged stops at the next of these times
TO = 1e-4  # of η̂ to which the ODE's limit is found


def ode_limit(p: int, p_star: int, N: int, t_max: float, tolerance: float) -> float:
    """Largest η̂, to TO, at which the ODE from the typical start, singular values (p/N)^(1/2), is bounded to t_max."""
    start = Start(np.sqrt(p / N) * np.eye(p, p_star), np.eye(p))
    low, high = TO, 2 * plateau.last_plateau(p, p_star)
    while high - low > TO:
        middle = (low + high) / 2
        run = spectral.simulate(start, p * middle, np.array([0.0, t_max / middle]), tolerance)
        low, high = (middle, high) if np.isinf(run.diverged_at[0]) else (low, middle)
    return low


def diverged(experiment: dict, replicates: int, args: argparse.Namespace, advance: Callable[[float], None]) -> Array:
    """(replicates,) whether a run of SGD diverges by the last time; experiment: p, p_star, N and eta_hat."""
    p, p_star, N, eta_hat = (experiment[name] for name in ("p", "p_star", "N", "eta_hat"))
    draws, streams = (
        [seeds.sequence(args.seed, f"divergence {what}", experiment, r) for r in range(replicates)]
        for what in ("start", "samples")
    )
    begun = [starts.orthonormal_overlaps(p, p_star, N, default_rng(draw)) for draw in draws]
    alpha = recording_times(args.t_max / eta_hat, RECORDS, N)
    return np.isfinite(chain.simulate(begun, N, p * eta_hat, alpha, streams, advance).diverged_at)


def against_rate(
    keys: dict, rates: list[float], replicates: int, args: argparse.Namespace, advance: Callable[[float], None]
) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of the share of the runs that diverge, at one p, p_star and N: the keys."""
    p, p_star, N = keys.values()
    limits = {
        "ode_limit": ode_limit(p, p_star, N, args.t_max, args.tolerance),
        "last_plateau": plateau.last_plateau(p, p_star),
        "last_convergence": plateau.last_convergence(p_star),
    }
    limit = limits["ode_limit"]
    measured, shown, lost = [], [], []
    for eta_hat in rates:
        experiment = keys | {"eta_hat": eta_hat}
        lost.append(diverged(experiment, replicates, args, advance))
        share = proportion(int(lost[-1].sum()), replicates)
        measured.append({"quantity": "diverged", **experiment, "theory": float(eta_hat > limit), **share})
        shown.append(experiment | share | limits)
    rng = default_rng(seeds.sequence(args.seed, "divergence bootstrap", keys, 0))
    half = half_diverged(np.array(rates), np.array(lost), rng, args.resamples)
    measured.append(row("half_diverged", half, **keys, eta_hat=0.0, theory=limit))
    measured.append(row("ode_limit", exact(limit), **keys, eta_hat=0.0, theory=limits["last_plateau"]))
    return measured, shown


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--widths", type=pair, nargs="+", required=True, help="pairs p,p*")
    parser.add_argument("--sizes", type=pair, nargs="+", required=True, help="N,replicates")
    parser.add_argument("--first", type=cli.positive, required=True, help="lowest learning rate over p")
    parser.add_argument("--step", type=cli.positive, required=True, help="step of the learning rates over p")
    parser.add_argument("--last", type=cli.positive, required=True, help="highest learning rate over p")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time eta_hat alpha")
    cli.shared(parser, "resamples", "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()

    rates = np.round(np.arange(args.first, args.last + args.step / 2, args.step), 10).tolist()
    if not any(rates) or rates[0] == 0:
        raise UserError(f"--first {args.first:g}: at least 1e-10 and at most --last {args.last:g} is right")
    measured, shown = [], []
    total = len(args.widths) * sum(replicates for _, replicates in args.sizes) * args.t_max * sum(1 / e for e in rates)
    with progress("divergence", total) as advance:
        for p, p_star in args.widths:
            for N, replicates in args.sizes:
                keys = {"p": p, "p_star": p_star, "N": N}
                rows, shares = against_rate(keys, rates, replicates, args, advance)
                measured += rows
                shown += shares
    parameters = {name: getattr(args, name) for name in ("t_max", "tolerance", "resamples", "seed")}
    record = record_of(MODULE, parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(measured), record)
    save_table(args.figure_data, pd.DataFrame(shown), record)


if __name__ == "__main__":
    cli.run(main)
