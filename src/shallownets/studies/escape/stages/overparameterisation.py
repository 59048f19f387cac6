"""Escape time of SGD and of the ODE against the student's width, at a fixed teacher.

From: the widths with their replicates, the dimension, the learning rate over p.
Makes: the table of measurements, and the data of the figure overparameterisation. Times are t = eta_hat alpha.
"""

import argparse
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.stages.plateau_shared import Setting, difference, exact, ode_escape_times, row
from shallownets.studies.escape.theory import finite as theory
from shallownets.studies.escape.trajectory import recording_times

MODULE = "shallownets.studies.escape.stages.overparameterisation"
UNITS = {"time": "eta_hat samples/N"}


def triple(text: str) -> tuple[int, int, int]:
    """Three whole numbers of at least 1, such as ``4,1,100``."""
    parts = text.split(",")
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(f"{text!r} given; three whole numbers such as 4,1,100 are right")
    return tuple(map(cli.count, parts))


@dataclass(frozen=True)
class MeanTimes:
    """Mean escape times at one pair of widths, in units of t: of SGD, of the ODE, and predicted from the latter."""

    sgd: Estimate
    ode: Estimate
    predicted: float


def columns_of(p: int, p_star: int, args: argparse.Namespace) -> dict:
    """The columns that say what was simulated."""
    return {"p": p, "p_star": p_star, "N": args.N, "eta_hat": args.eta_hat}


def escapes(setting: Setting, replicates: int, args: argparse.Namespace) -> tuple[Array, Array]:
    """(escape times t of SGD, (replicates,); of the ODE from the same starts and more, (starts,)); inf for never."""
    p, p_star, N, eta_hat = setting.p, setting.p_star, args.N, setting.eta_hat
    keys = columns_of(p, p_star, args)
    draws, streams = (
        [seeds.sequence(args.seed, f"widths {what}", keys, r) for r in range(many)]
        for what, many in (("start", max(args.starts, replicates)), ("samples", replicates))
    )
    begun = [starts.orthonormal_overlaps(p, p_star, N, default_rng(draw)) for draw in draws]
    alpha = recording_times(args.t_max / eta_hat, args.points, N)
    sgd = chain.escape_times(begun[:replicates], N, p * eta_hat, setting.level, alpha, streams)
    return eta_hat * sgd, eta_hat * ode_escape_times(begun, setting, 4 * alpha[-1], args.tolerance)


def at_widths(
    p: int, p_star: int, replicates: int, args: argparse.Namespace, lost: Lost
) -> tuple[list[dict], MeanTimes | None]:
    """(measurements, means) at one pair of widths; no means where fewer than two runs escape."""
    eta_hat, keys = args.eta_hat, columns_of(p, p_star, args)
    sgd, ode = escapes(Setting(p, p_star, args.fraction, eta_hat), replicates, args)
    same = ode[:replicates]
    done = np.isfinite(sgd) & np.isfinite(same)
    measured = [row("censored", exact((~done).sum(), replicates), **keys, theory=0.0)]
    if not lost.enough(done, f"SGD, p = {p}, p* = {p_star}", "did not escape"):
        return measured, None
    shift, limit = eta_hat * theory.noise_shift(p, p_star, eta_hat), mean(ode[np.isfinite(ode)])
    found = MeanTimes(mean(sgd[done]), limit, limit.value + shift)
    measured += [
        row("shift", mean((sgd - same)[done]), **keys, theory=shift),
        row("time", found.sgd, **keys, theory=found.predicted),
        row("ode_time", found.ode, **keys, theory=0.0),
    ]
    return measured, found


def drawn_times(keys: dict, found: MeanTimes) -> list[dict]:
    """Points of the figure at one pair of widths."""
    points = (("SGD", found.sgd), ("ODE", found.ode), ("ODE + noise", exact(found.predicted)))
    return [keys | {"series": series, "value": time.value, "error": time.error} for series, time in points]


def against_width(found: dict[tuple[int, int], MeanTimes], args: argparse.Namespace) -> tuple[list[dict], list[dict]]:
    """(measurements of the times less those of the widest student, its law drawn through the ODE's) at each p*."""
    measured, shown = [], []
    for p_star in sorted({p_star for _, p_star in found}):
        widths = sorted(p for p, star in found if star == p_star)
        widest = found[widths[-1], p_star]
        for p in widths:
            keys, here = columns_of(p, p_star, args), found[p, p_star]
            law = theory.relative_time(p, p_star) - theory.relative_time(widths[-1], p_star)
            shown.append(keys | {"series": "eq. 13", "value": widest.ode.value + law, "error": 0.0})
            if p != widths[-1]:
                measured += [
                    row("SGD_above_widest", difference(here.sgd, widest.sgd), **keys, theory=law),
                    row("ODE_above_widest", difference(here.ode, widest.ode), **keys, theory=law),
                ]
    return measured, shown


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

    measured, shown, found, lost = [], [], {}, Lost()
    with progress("widths", sum(replicates * p**2 for p, _, replicates in args.cases)) as advance:
        for p, p_star, replicates in args.cases:
            rows, means = at_widths(p, p_star, replicates, args, lost)
            advance(replicates * p**2)
            measured += rows
            if means:
                found[p, p_star] = means
                shown += drawn_times(columns_of(p, p_star, args), means)
    lost.require(found)
    rows, laws = against_width(found, args)

    chosen = "N", "eta_hat", "fraction", "starts", "seed", "t_max", "points", "tolerance"
    record = record_of(MODULE, {name: getattr(args, name) for name in chosen} | lost.parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(measured + rows), record)
    save_table(args.figure_data, pd.DataFrame(shown + laws), record)


if __name__ == "__main__":
    cli.run(main)
