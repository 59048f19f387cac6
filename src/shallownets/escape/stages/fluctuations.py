"""How closely SGD follows the ODE, and how far it moves R, against N: from one start with overlaps that N does not set.

From: the start, SGD from it at several N, and the overlap chain from it at larger ones.
Makes: a table of measurements, and the tidy CSVs of the figures `convergence` and `fig4`.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape import model
from shallownets.escape.engines import ode
from shallownets.escape.measure import solutions as measure
from shallownets.escape.stages.files import load_start, load_trajectory
from shallownets.escape.theory import solutions as theory
from shallownets.statistics import Estimate

MODULE = "shallownets.escape.stages.fluctuations"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--start", type=cli.path, required=True, help="the start, .npz")
    parser.add_argument("--sgd", type=cli.path, nargs="+", required=True, help="SGD from it, .npz, one file for each N")
    parser.add_argument("--chain", type=cli.path, nargs="+", required=True, help="the chain from it, .npz, as above")
    parser.add_argument("--fit-from", type=cli.count, required=True, help="least N in the fits of exponents")
    parser.add_argument("--shown", type=cli.count, nargs="+", required=True, help="the N that fig4 shows")
    parser.add_argument("--tolerance", type=cli.positive, required=True, help="of the ODE: relative error of a step")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--measurements", type=cli.path, required=True, help="the measurements, .csv")
    parser.add_argument("--convergence", type=cli.path, required=True, help="data of the figure convergence, .csv")
    parser.add_argument("--fig4", type=cli.path, required=True, help="data of Figure 4, .csv")
    args = parser.parse_args()

    start, drawn = load_start(args.start)
    p, p_star = start.M.shape
    R_0 = model.polar_factor(start.M)
    closest = theory.squared_distance(start.M, start.Q, R_0)
    rows, shown, found, chained = [], [], {}, {}
    for path in (*args.sgd, *args.chain):
        sgd, parameters = load_trajectory(path)
        if parameters["start"] != drawn:
            raise UserError(f"{path}: its start differs from {args.start}")
        N, eta = parameters["N"], parameters["eta"]
        limit = ode.simulate(start, eta, sgd.alpha, args.tolerance)
        kept = sgd.valid[:, -1]
        if kept.sum() < 2:
            raise UserError(f"{path}: fewer than two replicates did not diverge")
        R = model.polar_factor(sgd.M[kept])
        squares = {
            "deviation from the ODE": measure.deviation(sgd, limit)[kept],
            "late drift of R": ((R[:, -1] - R_0) ** 2).mean((1, 2)),
            # quadratic in the drift: its root falls as the other two
            "root of the excess distance": theory.squared_distance(start.M, start.Q, R[:, -1]) / closest - 1,
        }
        exact = path in args.chain
        key = {"p": p, "p_star": p_star, "eta": eta, "N": N}
        rng = default_rng(seeds.sequence(args.seed, "fluctuations bootstrap", key, 0))
        for name, values in squares.items():
            estimate = measure.root_mean(values, rng)
            (chained if exact else found).setdefault(name, []).append((N, estimate))
            rows.append(
                {"quantity": f"{name}, chain" if exact else name}
                | key
                | {"diverged": int((~kept).sum())}
                | estimate.row()
            )
        if exact and path == args.chain[-1]:
            shown += _elements(f"SGD, chain, N = {N}", sgd.alpha, R[0])
        elif N in args.shown:
            shown += _elements(f"SGD, N = {N}", sgd.alpha, R[0])
    if missing := set(args.shown) - {N for N, _ in found["late drift of R"]}:
        raise UserError(f"--shown {min(missing)}: no SGD at this N is given")

    key = {"p": p, "p_star": p_star, "eta": eta}
    lines = []
    for name, points in found.items():
        used = [(N, estimate) for N, estimate in points if args.fit_from <= N]
        N, estimates = zip(*used, strict=True)
        slope = measure.exponent(np.array(N), list(estimates))
        rows.append({"quantity": f"exponent of the {name}"} | key | {"diverged": 0} | slope.row())
        # the line is drawn through the weighted mean of log estimate + log N/2, with the exponent of theory
        weights = [(e.value / e.error) ** 2 for e in estimates]
        level = np.average([np.log(e.value * np.sqrt(n)) for n, e in used], weights=weights)
        error = 1 / np.sqrt(sum(weights))
        for n, estimate in chained[name]:
            ratio = estimate.value * np.sqrt(n) / np.exp(level)
            over = Estimate(ratio, ratio * np.hypot(estimate.error / estimate.value, error), estimate.n)
            rows.append({"quantity": f"{name}, chain over N^(-1/2)", "diverged": 0} | key | {"N": n} | over.row())
        lines += [
            {"quantity": name, "kind": "theory", "N": n, "estimate": np.exp(level) / np.sqrt(n)}
            for n, _ in [*points, *chained[name]]
        ]
        lines += [{"quantity": name, "kind": "SGD", "N": n} | e.row() for n, e in points]
        lines += [{"quantity": name, "kind": "chain", "N": n} | e.row() for n, e in chained[name]]
        lines.append({"quantity": name, "kind": "exponent", "N": args.fit_from} | slope.row())
    ode_frames = model.polar_factor(limit.M[0])
    drift = Estimate(float(np.abs(ode_frames - R_0).max()), 0.0, 1)
    rows.append({"quantity": "drift of R, ODE"} | key | {"diverged": 0} | drift.row())

    parameters = {"p": p, "p_star": p_star, "eta": eta, "start": drawn, "seed": args.seed, "fit_from": args.fit_from}
    units = {"estimate": "1", "N": "1", "alpha": "samples/N", "value": "1"}
    shown += _elements("ODE", limit.alpha, ode_frames)
    panels = {"shown": [*(f"SGD, N = {N}" for N in sorted(args.shown)), f"SGD, chain, N = {chained[name][-1][0]}"]}
    save_table(args.measurements, pd.DataFrame(rows), record_of(MODULE, parameters, units))
    save_table(args.convergence, pd.DataFrame(lines), record_of(MODULE, parameters, units))
    save_table(args.fig4, pd.DataFrame(shown), record_of(MODULE, parameters | panels, units))


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
