"""Escape time of SGD and of the ODE against the student's width, at a fixed teacher.

From: the widths with their replicates, the dimension, the learning rate over p.
Makes: the table of measurements, and the data of the figure overparameterisation. Times are t = eta_hat alpha.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.escape import starts
from shallownets.escape.engines import chain, spectral
from shallownets.escape.stages.plateau_shared import exact, row
from shallownets.escape.theory import finite as theory
from shallownets.escape.theory import plateau
from shallownets.escape.trajectory import recording_times
from shallownets.lost import Lost
from shallownets.progress import progress
from shallownets.statistics import Estimate, mean

MODULE = "shallownets.escape.stages.overparameterisation"
UNITS = {"time": "eta_hat samples/N"}


def triple(text: str) -> tuple[int, int, int]:
    """Three whole numbers of at least 1, such as ``4,1,100``."""
    parts = text.split(",")
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(f"{text!r} given; three whole numbers such as 4,1,100 are right")
    return tuple(map(cli.count, parts))


def difference(a: Estimate, b: Estimate) -> Estimate:
    """a - b, independent of each other."""
    return Estimate(a.value - b.value, float(np.hypot(a.error, b.error)), min(a.n, b.n))


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--cases", type=triple, nargs="+", required=True, help="p,p*,replicates")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension, at least p + p*")
    parser.add_argument("--eta-hat", type=cli.positive, required=True, help="learning rate over p")
    parser.add_argument("--fraction", type=cli.positive, required=True, help="escaped below this fraction of L_pl")
    parser.add_argument("--starts", type=cli.count, required=True, help="starts of the ODE, at least the replicates")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="when a run is given up, eta_hat alpha")
    parser.add_argument("--points", type=cli.count, required=True, help="times at which the risk is looked at")
    cli.shared(parser, "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()

    N, eta_hat = args.N, args.eta_hat
    measured, shown, found, lost = [], [], {}, Lost()
    with progress("widths", sum(replicates * p**2 for p, _, replicates in args.cases)) as advance:
        for p, p_star, replicates in args.cases:
            keys = {"p": p, "p_star": p_star, "N": N, "eta_hat": eta_hat}
            level = plateau.plateau_level(p, p_star, args.fraction)
            count = max(args.starts, replicates)
            draws, streams = (
                [seeds.sequence(args.seed, f"widths {what}", keys, r) for r in range(many)]
                for what, many in (("start", count), ("samples", replicates))
            )
            begun = [starts.orthonormal_overlaps(p, p_star, N, default_rng(draw)) for draw in draws]
            alpha = recording_times(args.t_max / eta_hat, args.points, N)
            sgd = eta_hat * chain.escape_times(begun[:replicates], N, p * eta_hat, level, alpha, streams)
            limit = [spectral.escape_time(start, p * eta_hat, level, 4 * alpha[-1], args.tolerance) for start in begun]
            limit = eta_hat * np.array(limit)
            advance(replicates * p**2)
            reached = np.isfinite(limit)
            done = np.isfinite(sgd) & reached[:replicates]
            measured.append(row("censored", exact((~done).sum(), replicates), **keys, theory=0.0))
            if not lost.enough(done, f"SGD, p = {p}, p* = {p_star}", "did not escape"):
                continue
            shift = eta_hat * theory.noise_shift(p, p_star, eta_hat)
            found[p, p_star] = mean(sgd[done]), mean(limit[reached])
            measured.append(row("shift", mean((sgd - limit[:replicates])[done]), **keys, theory=shift))
            measured.append(row("time", found[p, p_star][0], **keys, theory=found[p, p_star][1].value + shift))
            measured.append(row("ode_time", found[p, p_star][1], **keys, theory=0.0))
            for series, estimate in zip(("SGD", "ODE"), found[p, p_star], strict=True):
                shown.append(keys | {"series": series, "value": estimate.value, "error": estimate.error})
            shown.append(keys | {"series": "ODE + noise", "value": found[p, p_star][1].value + shift, "error": 0.0})

    lost.require(found)
    for p_star in sorted({star for _, star in found}):
        widths = sorted(p for p, star in found if star == p_star)
        for p in widths:
            keys = {"p": p, "p_star": p_star, "N": N, "eta_hat": eta_hat}
            law = theory.relative_time(p, p_star) - theory.relative_time(widths[-1], p_star)
            shown.append(keys | {"series": "eq. 13", "value": found[widths[-1], p_star][1].value + law, "error": 0.0})
            if p == widths[-1]:
                continue
            for n, series in enumerate(("SGD", "ODE")):
                gap = difference(found[p, p_star][n], found[widths[-1], p_star][n])
                measured.append(row(f"{series}_above_widest", gap, **keys, theory=law))
    parameters = {"N": N, "eta_hat": eta_hat, "fraction": args.fraction, "starts": args.starts, "seed": args.seed}
    parameters |= {"t_max": args.t_max, "points": args.points, "tolerance": args.tolerance} | lost.parameters
    save_table(args.measurements, pd.DataFrame(measured), record_of(MODULE, parameters, UNITS))
    save_table(args.figure_data, pd.DataFrame(shown), record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
