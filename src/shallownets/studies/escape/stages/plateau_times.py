"""Escape times against N, against the student's width, and against what the start looks like.

From: the escape times of SGD, one file for each N; the ODE's are computed here.
Makes: the table of measurements, and the data of the figure escape_time.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, bootstrap, mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.measure.plateau import alignments, rank_correlation
from shallownets.studies.escape.model import Array, plateau_norm
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.stages.plateau_shared import (
    LONG,
    EscapeTimes,
    Setting,
    exact,
    gaussian_starts,
    load_escape_times,
    ode_escape_times,
    rescaled,
    row,
)
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau
from shallownets.studies.escape.theory.finite import time_per_log

MODULE = "shallownets.studies.escape.stages.plateau_times"
UNITS = {"alpha": "samples/N", "slope": "samples/N per unit of log N"}
SETTLED = 0.1  # norms count as learned within this of their plateau value, relatively


def point(quantity: str, estimate: Estimate, keys: dict) -> dict:
    """One line of the figure's data that was measured."""
    return keys | {"quantity": quantity, "value": estimate.value, "error": estimate.error}


def sgd_against_size(setting: Setting, simulated: Sequence[EscapeTimes], lost: Lost) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of SGD's mean escape time at each N, samples/N, and of that less the ODE's."""
    measured, shown = [], []
    for runs in simulated:
        keys = setting.keys("SGD", runs.N)
        measured.append(row("censored", runs.censored, **keys))
        if not lost.enough(runs.both, f"SGD, N = {runs.N}", "did not escape"):
            continue
        time = mean(runs.sgd[runs.both])
        measured += [
            row("time", time, **keys),
            row("time_over_ode", mean((runs.sgd - runs.ode)[runs.both]), **keys),
        ]
        shown.append(point("time", time, keys))
    return measured, shown


def slopes(N: list[float], times: Array) -> Array:
    """(S,) slope of each start's escape time in log N, by least squares; times: (sizes, S)."""
    x = np.log(N)
    # the upper half of log N: at the lower end the overlaps are no longer small
    upper = x >= (x[0] + x[-1]) / 2
    centred = x[upper] - x[upper].mean()
    return centred @ times[upper] / (centred @ centred)


def ode_against_size(setting: Setting, args: argparse.Namespace, lost: Lost) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of the ODE's mean escape time at each N, samples/N, and of its slope in log N."""
    # the same Gaussian overlaps scaled by N^(-1/2): a slope for each start
    drawn_at = round(args.at)
    unit = gaussian_starts(args.seed, setting.p, setting.p_star, drawn_at, args.starts)
    times = np.array([ode_escape_times(rescaled(unit, drawn_at, N), setting, LONG, args.tolerance) for N in args.N])
    kept = np.isfinite(times).all(0)
    if not lost.enough(kept, f"ODE, eta_hat = {setting.eta_hat:g}", "did not escape at every N"):
        return [], []
    times = times[:, kept]
    measured, shown = [], []
    for N, at_size in zip(args.N, times, strict=True):
        keys = setting.keys("ODE", N)
        measured.append(row("time", mean(at_size), **keys))
        shown.append(point("time", mean(at_size), keys))
    if len(args.N) > 1:
        law = time_per_log(setting.p, setting.p_star, setting.eta_hat)
        measured.append(row("slope", mean(slopes(args.N, times)), **setting.keys("ODE", 0), theory=law))
        gaps = (np.log(args.N) - np.log(args.N[-1])) * law
        shown += [
            point("law", exact(times[-1].mean() + gap), setting.keys("ODE", N))
            for N, gap in zip(args.N, gaps, strict=True)
        ]
    return measured, shown


def norm_time(p: int, p_star: int, eta_hat: float, tolerance: float) -> float:
    """Time α in which norms 1 come within SETTLED of their value on the plateau, for good; 0 where they are; M = 0."""
    alpha = np.linspace(0, 3 / eta_hat, 3001)
    run = spectral.simulate(Start(np.zeros((p, p_star)), np.eye(p)), p * eta_hat, alpha, tolerance)
    norm = plateau_norm(p) * float(plateau.relative_norm(p, p_star, eta_hat))
    far = np.abs(np.trace(run.Q[0], axis1=1, axis2=2) / p / norm - 1) > SETTLED
    return float(alpha[np.flatnonzero(far)[-1] + 1]) if far.any() else 0.0


def against_width(setting: Setting, args: argparse.Namespace, lost: Lost) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of the ODE's escape time at each pair of widths, samples/N, at one N and rate."""
    measured, shown, times = [], [], {}
    for p, p_star in args.widths:
        at_width = replace(setting, p=p, p_star=p_star)
        begun = gaussian_starts(args.seed, p, p_star, round(args.at), args.starts)
        found = ode_escape_times(begun, at_width, LONG, args.tolerance)
        if not lost.enough(np.isfinite(found), f"ODE, p = {p}, p* = {p_star}", "did not escape", len(found)):
            continue
        times[p, p_star] = found
        keys, time = at_width.keys("ODE", args.at), mean(found)
        share = norm_time(p, p_star, setting.eta_hat, args.tolerance) / time.value
        measured += [row("width_time", time, **keys), row("norm_learning_share", exact(share, args.starts), **keys)]
        shown.append(point("width", time, keys))
    for p_star in sorted({p_star for _, p_star in times}):
        widths = [p for p, star in times if star == p_star]
        samples = np.column_stack([times[min(widths), p_star], times[max(widths), p_star]])
        rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", {"p_star": p_star, "N": args.at}, 0))
        ratio = bootstrap(samples, lambda some: some[:, 0].mean() / some[:, 1].mean(), rng, args.resamples)
        keys = replace(setting, p=0, p_star=p_star).keys("ODE", args.at)
        measured.append(row("narrow_over_wide", ratio, **keys))
    return measured, shown


def strength(samples: Array, column: int) -> float:
    """Rank correlation of an early escape with a size of the overlaps; samples: (S, 1 + sizes), times first."""
    return -rank_correlation(samples[:, 0], samples[:, column])


def strength_beyond_squares(samples: Array, column: int) -> float:
    """That of a size of the overlaps less that of their squares, the first of the sizes."""
    return strength(samples, column) - strength(samples, 1)


def against_alignment(setting: Setting, args: argparse.Namespace) -> list[dict]:
    """Measurements of the rank correlation of the ODE's escape time with each size of the start's overlaps."""
    begun = gaussian_starts(args.seed, setting.p, setting.p_star, round(args.at), args.starts)
    times = ode_escape_times(begun, setting, LONG, args.tolerance)
    sizes = alignments(np.array([start.M for start in begun]))
    # a start that never escapes has the last rank of all times
    samples = np.column_stack([times, *sizes.values()])
    rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", {"aligned": str(args.aligned)}, 0))
    keys = setting.keys("ODE", args.at)

    measured = []
    for column, name in enumerate(sizes, 1):
        rank = bootstrap(samples, partial(strength, column=column), rng, args.resamples)
        measured.append(row(f"rank_{name}", rank, **keys))
        if name != "squares":
            gap = bootstrap(samples, partial(strength_beyond_squares, column=column), rng, args.resamples)
            measured.append(row(f"rank_{name}_minus_squares", gap, **keys))
    return measured


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument(
        "--sgd", type=cli.path, nargs="+", required=True, help="escape times of SGD, .npz, N increasing"
    )
    parser.add_argument("--N", type=cli.positive, nargs="+", required=True, help="dimensions of the ODE's starts")
    parser.add_argument("--eta-hat", type=cli.positive, nargs="+", required=True, help="learning rates over p")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="starts of the ODE, at least 2")
    parser.add_argument(
        "--widths", type=pair, nargs="+", required=True, help="p,p* compared at one N and learning rate"
    )
    parser.add_argument("--aligned", type=pair, required=True, help="p,p* of the starts whose alignment is examined")
    parser.add_argument("--at", type=cli.positive, required=True, help="the N of both comparisons")
    parser.add_argument("--at-eta-hat", type=cli.positive, required=True, help="the learning rate over p of both")
    cli.shared(parser, "resamples", "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()

    settings, simulated = zip(*map(load_escape_times, args.sgd), strict=True)
    setting, lost = settings[0], Lost()
    at = replace(setting, eta_hat=args.at_eta_hat)
    parts = [sgd_against_size(setting, simulated, lost)]
    parts += [ode_against_size(replace(setting, eta_hat=eta_hat), args, lost) for eta_hat in args.eta_hat]
    parts.append(against_width(at, args, lost))
    parts.append((against_alignment(replace(at, p=args.aligned[0], p_star=args.aligned[1]), args), []))
    measured = [line for rows, _ in parts for line in rows]
    shown = [line for _, rows in parts for line in rows]
    lost.require(shown)

    parameters = {"p": setting.p, "p_star": setting.p_star, "fraction": setting.fraction} | {
        name: getattr(args, name) for name in ("starts", "at", "at_eta_hat", "tolerance", "seed")
    }
    record = record_of(MODULE, parameters | lost.parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(measured).fillna({"theory": 0.0}), record)
    save_table(args.figure_data, pd.DataFrame(shown), record)


if __name__ == "__main__":
    cli.run(main)
