"""How closely SGD follows the ODE, and how far it moves R, against N: from one start with overlaps that N does not set.

From: widths, the start's dimension, a learning rate, and pairs of N and replicates, by the chain and on weights.
Makes: a table of measurements, and the tidy CSVs of the figures `convergence` and `fig4`.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape import model, starts
from shallownets.escape.engines import chain, direct, ode
from shallownets.escape.measure import solutions as measure
from shallownets.escape.stages.pairs import pair
from shallownets.escape.theory import solutions as theory
from shallownets.escape.trajectory import recording_times
from shallownets.lost import Lost
from shallownets.progress import progress
from shallownets.statistics import Estimate

MODULE = "shallownets.escape.stages.fluctuations"
UNITS = {"estimate": "1", "N": "1", "alpha": "samples/N", "value": "1"}
ENGINES = {"chain": chain.simulate, "direct": direct.simulate}


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

    key = {"p": args.p, "p_star": args.p_star, "eta": args.eta}
    drawn = {"p": args.p, "p_star": args.p_star, "start_dimension": args.start_dimension}
    rng = default_rng(seeds.sequence(args.seed, "fluctuations start", drawn, 0))
    start = starts.gaussian(args.p, args.p_star, args.start_dimension, rng)
    R_0 = model.polar_factor(start.M)
    closest = theory.squared_distance(start.M, start.Q, R_0)

    rows, shown, found, panels, lost = [], [], {}, [], Lost()
    for engine, runs in sizes.items():
        for N, replicates in runs.items():
            purpose, experiment = f"fluctuations {engine}", key | {"N": N}
            streams = [seeds.sequence(args.seed, purpose, experiment, r) for r in range(replicates)]
            alpha = recording_times(args.alpha_max, args.points, N)
            with progress(f"SGD N = {N}, {engine}", replicates * alpha[-1]) as advance:
                sgd = ENGINES[engine](start, N, args.eta, alpha, streams, advance)
            limit = ode.simulate(start, args.eta, alpha, args.tolerance)
            if not limit.valid.all():
                raise UserError(f"--eta {args.eta:g}: the ODE diverges from this start; a smaller one is right")
            kept = sgd.valid[:, -1]
            if not lost.enough(kept, f"SGD, {engine}, N = {N}", "diverged"):
                continue
            R = model.polar_factor(sgd.M[kept])
            squares = {
                "deviation from the ODE": measure.deviation(sgd, limit)[kept],
                "late drift of R": ((R[:, -1] - R_0) ** 2).mean((1, 2)),
                # quadratic in the drift: its root falls as the other two
                "root of the excess distance": theory.squared_distance(start.M, start.Q, R[:, -1]) / closest - 1,
            }
            rng = default_rng(seeds.sequence(args.seed, f"{purpose} bootstrap", experiment, 0))
            for name, values in squares.items():
                estimate = measure.root_mean(values, rng)
                found.setdefault(name, {"chain": {}, "direct": {}})[engine][N] = estimate
                runs_of = {"engine": engine, "diverged": int((~kept).sum()), "N": N}
                rows.append({"quantity": name} | key | runs_of | estimate.row())
            if engine == "chain" and N in args.shown:
                panels.append(f"SGD, N = {N}")
                shown += _elements(panels[-1], alpha, R[0])

    lines = []
    for name, by_engine in found.items():
        points, weights = by_engine["chain"], by_engine["direct"]
        for kind, series in by_engine.items():
            lines += [{"quantity": name, "kind": kind, "N": N} | estimate.row() for N, estimate in series.items()]
        fitted = {N: estimate for N, estimate in points.items() if args.fit_from <= N}
        if len(fitted) < 3:
            continue
        slope = measure.exponent(np.array(list(fitted)), list(fitted.values()))
        fit = key | {"engine": "chain", "diverged": 0}
        rows.append({"quantity": f"exponent of the {name}"} | fit | {"N": args.fit_from} | slope.row())
        for N, one in weights.items():
            if (other := points.get(N)) is None:
                continue
            ratio = one.value / other.value
            error = ratio * float(np.hypot(one.error / one.value, other.error / other.value))
            check = Estimate(ratio, error, one.n)
            rows.append({"quantity": f"{name}, direct over chain"} | fit | {"N": N} | check.row())
        # the line is drawn through the weighted mean of log estimate + log N/2, with the exponent of theory
        precision = [(e.value / e.error) ** 2 for e in fitted.values()]
        level = np.average([np.log(e.value * np.sqrt(N)) for N, e in fitted.items()], weights=precision)
        lines += [
            {"quantity": name, "kind": "theory", "N": N, "estimate": float(np.exp(level) / np.sqrt(N))} for N in points
        ]
        lines.append({"quantity": name, "kind": "exponent", "N": args.fit_from} | slope.row())
    lost.require(shown)
    ode_frames = model.polar_factor(limit.M[0])
    drift = Estimate(float(np.abs(ode_frames - R_0).max()), 0.0, 1)
    rows.append({"quantity": "drift of R, ODE"} | key | {"engine": "ode", "diverged": 0} | drift.row())
    shown += _elements("ODE", limit.alpha, ode_frames)

    parameters = drawn | {"eta": args.eta, "seed": args.seed, "fit_from": args.fit_from} | lost.parameters
    table = pd.DataFrame(rows).fillna({"N": 0}).astype({"N": int})
    save_table(args.measurements, table, record_of(MODULE, parameters, UNITS))
    save_table(args.convergence, pd.DataFrame(lines), record_of(MODULE, parameters, UNITS))
    save_table(args.fig4, pd.DataFrame(shown), record_of(MODULE, parameters | {"shown": panels}, UNITS))


def _elements(engine: str, alpha, R) -> list[dict]:
    """Tidy rows of every element of R (T, p, p*)."""
    _, p, p_star = R.shape
    return [
        {"engine": engine, "i": i + 1, "r": r + 1, "alpha": time, "value": value}
        for i in range(p)
        for r in range(p_star)
        for time, value in zip(alpha, R[:, i, r], strict=True)
    ]


if __name__ == "__main__":
    cli.run(main)
