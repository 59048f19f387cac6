"""How closely SGD follows the ODE, and how far it moves R, against N: from one start with overlaps that N does not set.

From: widths, the start's dimension, a learning rate, and pairs of N and replicates, by the chain and on weights.
Makes: a table of measurements, and the tidy CSVs of the figures `convergence` and `fig4`.
"""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain, direct, ode
from shallownets.studies.escape.measure import solutions as measure
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import solutions as theory
from shallownets.studies.escape.trajectory import Trajectory, recording_times

MODULE = "shallownets.studies.escape.stages.fluctuations"
UNITS = {"estimate": "1", "N": "1", "alpha": "samples/N", "value": "1"}
ENGINES = {"chain": chain.simulate, "direct": direct.simulate}


@dataclass(frozen=True)
class Measured:
    """SGD by one engine at one N.

    Attributes:
        engine, N: what was simulated.
        diverged: how many runs were left out.
        estimates: each quantity over the runs that are left, by its name.
        alpha: (T,) recorded times, samples/N.
        frames: (T, p, p*) R of the first run.
    """

    engine: str
    N: int
    diverged: int
    estimates: dict[str, Estimate]
    alpha: Array
    frames: Array


def drawn_start(args: argparse.Namespace) -> tuple[Start, dict]:
    """The start of every run, and the parameters that fix it."""
    parameters = {"p": args.p, "p_star": args.p_star, "start_dimension": args.start_dimension}
    rng = default_rng(seeds.sequence(args.seed, "fluctuations start", parameters, 0))
    return starts.gaussian(args.p, args.p_star, args.start_dimension, rng), parameters


def columns_of(args: argparse.Namespace) -> dict:
    """The columns that every measurement shares."""
    return {"p": args.p, "p_star": args.p_star, "eta": args.eta}


def simulated(
    engine: str, N: int, replicates: int, start: Start, args: argparse.Namespace
) -> tuple[Trajectory, Trajectory]:
    """(SGD by an engine, the ODE at the same times).

    Raises:
        UserError: the ODE diverges.
    """
    experiment = columns_of(args) | {"N": N}
    streams = [seeds.sequence(args.seed, f"fluctuations {engine}", experiment, r) for r in range(replicates)]
    alpha = recording_times(args.alpha_max, args.points, N)
    with progress(f"SGD N = {N}, {engine}", replicates * alpha[-1]) as advance:
        sgd = ENGINES[engine](start, N, args.eta, alpha, streams, advance)
    limit = ode.simulate(start, args.eta, alpha, args.tolerance)
    if not limit.valid.all():
        raise UserError(f"--eta {args.eta:g}: the ODE diverges from this start; a smaller one is right")
    return sgd, limit


def estimated(
    sgd: Trajectory, limit: Trajectory, R: Array, kept: Array, start: Start, rng: Generator
) -> dict[str, Estimate]:
    """Each quantity over the runs that are kept: the root of a mean square, which falls as N^(-1/2).

    Args:
        sgd, limit: all runs, and the ODE.
        R: (kept runs, T, p, p*) polar factors of their overlaps.
        kept: (R,) which they are.
    """
    R_0 = model.polar_factor(start.M)
    closest = theory.squared_distance(start.M, start.Q, R_0)
    squares = {
        "deviation from the ODE": measure.deviation(sgd, limit)[kept],
        "late drift of R": ((R[:, -1] - R_0) ** 2).mean((1, 2)),
        # quadratic in the drift: its root falls as the other two
        "root of the excess distance": theory.squared_distance(start.M, start.Q, R[:, -1]) / closest - 1,
    }
    return {name: measure.root_mean(values, rng) for name, values in squares.items()}


def measured_runs(
    sizes: Mapping[str, Mapping[int, int]], start: Start, args: argparse.Namespace, lost: Lost
) -> tuple[list[Measured], Trajectory]:
    """(what was measured by each engine at each N, the ODE at the last of their times); sizes: N and replicates.

    Raises:
        UserError: the ODE diverges.
    """
    found = []
    for engine, runs in sizes.items():
        for N, replicates in runs.items():
            sgd, limit = simulated(engine, N, replicates, start, args)
            kept = sgd.valid[:, -1]
            if not lost.enough(kept, f"SGD, {engine}, N = {N}", "diverged"):
                continue
            R = model.polar_factor(sgd.M[kept])
            stream = seeds.sequence(args.seed, f"fluctuations {engine} bootstrap", columns_of(args) | {"N": N}, 0)
            estimates = estimated(sgd, limit, R, kept, start, default_rng(stream))
            found.append(Measured(engine, N, int((~kept).sum()), estimates, sgd.alpha, R[0].copy()))
    return found, limit


def measurements(found: list[Measured], args: argparse.Namespace) -> list[dict]:
    """Measurements of every quantity by each engine at each N."""
    return [
        {"quantity": name}
        | columns_of(args)
        | {"engine": one.engine, "diverged": one.diverged, "N": one.N}
        | estimate.row()
        for one in found
        for name, estimate in one.estimates.items()
    ]


def over(one: Estimate, other: Estimate) -> Estimate:
    """one/other, independent of each other; to first order in their relative errors."""
    ratio = one.value / other.value
    return Estimate(ratio, ratio * float(np.hypot(one.error / one.value, other.error / other.value)), one.n)


def law(name: str, fitted: Mapping[int, Estimate], N: Iterable[int]) -> list[dict]:
    """Lines of the figure: N^(-1/2) through the weighted mean of log estimate + log N/2 of the estimates fitted."""
    precision = [(e.value / e.error) ** 2 for e in fitted.values()]
    level = np.average([np.log(e.value * np.sqrt(size)) for size, e in fitted.items()], weights=precision)
    return [
        {"quantity": name, "kind": "theory", "N": size, "estimate": float(np.exp(level) / np.sqrt(size))} for size in N
    ]


def against_size(name: str, found: list[Measured], args: argparse.Namespace) -> tuple[list[dict], list[dict]]:
    """(exponent in N of a quantity, its ratios direct/chain; lines of the figure). No exponent from fewer than 3 N."""
    by_engine = {engine: {one.N: one.estimates[name] for one in found if one.engine == engine} for engine in ENGINES}
    lines = [
        {"quantity": name, "kind": engine, "N": N} | estimate.row()
        for engine, series in by_engine.items()
        for N, estimate in series.items()
    ]
    points = by_engine["chain"]
    fitted = {N: estimate for N, estimate in points.items() if args.fit_from <= N}
    if len(fitted) < 3:
        return [], lines
    slope = measure.exponent(np.array(list(fitted)), list(fitted.values()))
    key = columns_of(args) | {"engine": "chain", "diverged": 0}
    rows = [{"quantity": f"exponent of the {name}"} | key | {"N": args.fit_from} | slope.row()]
    rows += [
        {"quantity": f"{name}, direct over chain"} | key | {"N": N} | over(one, points[N]).row()
        for N, one in by_engine["direct"].items()
        if N in points
    ]
    lines += law(name, fitted, points)
    lines.append({"quantity": name, "kind": "exponent", "N": args.fit_from} | slope.row())
    return rows, lines


def drift_of_the_ode(frames: Array, start: Start, args: argparse.Namespace) -> dict:
    """Measurement of the largest change of an element of R under the ODE; frames: (T, p, p*)."""
    drift = Estimate(float(np.abs(frames - model.polar_factor(start.M)).max()), 0.0, 1)
    return {"quantity": "drift of R, ODE"} | columns_of(args) | {"engine": "ode", "diverged": 0} | drift.row()


def elements(engine: str, alpha: Array, frames: Array) -> list[dict]:
    """Lines of Figure 4: every element of R, (T, p, p*)."""
    _, p, p_star = frames.shape
    return [
        {"engine": engine, "i": i + 1, "r": r + 1, "alpha": time, "value": value}
        for i in range(p)
        for r in range(p_star)
        for time, value in zip(alpha, frames[:, i, r], strict=True)
    ]


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--p", type=cli.count, required=True, help="student width")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width, at most p")
    parser.add_argument("--start-dimension", type=cli.count, required=True, help="1/variance of the start's overlaps")
    parser.add_argument("--eta", type=cli.positive, required=True, help="learning rate")
    parser.add_argument("--alpha-max", type=cli.positive, required=True, help="last time, samples/N")
    parser.add_argument("--points", type=cli.count, required=True, help="recorded times, 0 and the last included")
    parser.add_argument("--chain", type=pair, nargs="+", required=True, help="N,replicates of the chain, N increasing")
    parser.add_argument("--direct", type=pair, nargs="+", required=True, help="N,replicates of SGD on weights")
    parser.add_argument("--fit-from", type=cli.count, required=True, help="least N in the fits of exponents")
    parser.add_argument("--shown", type=cli.count, nargs="+", required=True, help="the N that fig4 shows, of the chain")
    cli.shared(parser, "tolerance", "seed", "measurements")
    parser.add_argument("--convergence", type=cli.path, required=True, help="data of the figure convergence, .csv")
    parser.add_argument("--fig4", type=cli.path, required=True, help="data of Figure 4, .csv")
    args = parser.parse_args()
    sizes = {"chain": dict(args.chain), "direct": dict(args.direct)}
    for option, missing in (
        ("--shown", set(args.shown) - sizes["chain"].keys()),
        ("--direct", sizes["direct"].keys() - sizes["chain"].keys()),
    ):
        if missing:
            raise UserError(f"{option} {min(missing)}: one of the N of --chain is right")

    start, parameters = drawn_start(args)
    lost = Lost()
    found, limit = measured_runs(sizes, start, args, lost)
    pictured = {f"SGD, N = {one.N}": one for one in found if one.engine == "chain" and one.N in args.shown}
    lost.require(pictured)
    ode_frames = model.polar_factor(limit.M[0])
    rows = measurements(found, args)
    lines = []
    for name in found[0].estimates:
        fits, drawn = against_size(name, found, args)
        rows += fits
        lines += drawn
    rows.append(drift_of_the_ode(ode_frames, start, args))
    shown = [line for label, one in pictured.items() for line in elements(label, one.alpha, one.frames)]
    shown += elements("ODE", limit.alpha, ode_frames)

    parameters |= {"eta": args.eta, "seed": args.seed, "fit_from": args.fit_from} | lost.parameters
    record = record_of(MODULE, parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(rows).fillna({"N": 0}).astype({"N": int}), record)
    save_table(args.convergence, pd.DataFrame(lines), record)
    save_table(args.fig4, pd.DataFrame(shown), record_of(MODULE, parameters | {"shown": list(pictured)}, UNITS))


if __name__ == "__main__":
    cli.run(main)
