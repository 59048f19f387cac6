"""Risk against time for a heavy and a light tail and several student widths, and the plateaus they end on.

From: sizes, tails and a seed.
Makes: a table of measurements and the tidy CSV of the figure `risk_scaling`.
"""

import numpy as np
import pandas as pd

from shallownets import cli
from shallownets.numerics.progress import progress
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import emergence, scaling

MODULE = "shallownets.studies.riccati.stages.risk_scaling"
SETTLED = 20.0  # after this many relaxation times nothing is left to learn: e^-40 in the overlaps


def last_time(lam: np.ndarray, N: int, d: float) -> float:
    """When the slowest process is over: direction N wins over N + 1, or is learned where the student is wide enough."""
    gap = lam[N - 1] - lam[N] if lam.size > N else lam[-1]
    return (np.log(d) / 2 + SETTLED) / gap


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--d", type=cli.count, required=True, help="input dimension")
    parser.add_argument("--heavy", type=cli.positive, required=True, help="beta of the heavy tail, above 1/2")
    parser.add_argument("--heavy-M-star", type=cli.count, required=True, help="its teacher width")
    parser.add_argument("--heavy-N", type=cli.count, nargs="+", required=True, help="its student widths")
    parser.add_argument("--light", type=cli.positive, required=True, help="beta of the light tail, below 1/2")
    parser.add_argument("--light-M-star", type=cli.count, required=True, help="its teacher width")
    parser.add_argument("--light-N", type=cli.count, nargs="+", required=True, help="its student widths")
    parser.add_argument("--points", type=cli.count, required=True, help="times drawn")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="random starts, at least 2")
    cli.shared(parser, "seed", "measurements", "figure-data")
    args = parser.parse_args()

    rows, shown = [], []
    tails = (
        ("heavy", args.heavy, args.heavy_M_star, args.heavy_N),
        ("light", args.light, args.light_M_star, args.light_N),
    )
    with progress("risk curves", sum(len(widths) for *_, widths in tails) * args.starts) as advance:
        for tail, beta, M_star, widths in tails:
            lam = model.spectrum(M_star, beta)
            late = []
            for N in widths:
                key = {"kind": tail, "beta": beta, "M_star": M_star, "N": N, "d": args.d}
                unit = model.norm(M_star, beta) * np.log(args.d / N) / 2
                end = 3.0 * max(widths) ** beta if tail == "heavy" else 3.0 * M_star**beta
                t = unit * np.geomspace(0.2, end, args.points)
                risks, ends = [], []
                for replicate in range(args.starts):
                    start = drawn.start(args.seed, "risk curves", M_star, N, args.d, replicate, beta=beta)
                    *curve, last = (
                        model.risk(Z, lam) for Z in exact.overlaps(start, lam, [*t, last_time(lam, N, args.d)])
                    )
                    risks.append(curve)
                    ends.append(last)
                    advance(1)
                best = model.best_risk(lam, N)
                rows.append(
                    {"quantity": "plateau", "best": best}
                    | key
                    | {"estimate": np.mean(ends), "low": min(ends), "high": max(ends), "n": args.starts}
                )
                late.append(np.mean(ends))
                shares = {
                    "decoupled": emergence.equal_shares(M_star, N, args.d),
                    "deflated": emergence.deflated_shares(M_star, N, args.d),
                }
                one_by_one = {name: emergence.decoupled_risk(t, lam, share) for name, share in shares.items()}
                law = {"law": scaling.law(t, M_star, beta, N, args.d), "best": best}
                exactly = {"t": t, "u": t / unit, "exact": np.mean(risks, 0)}
                shown.append(pd.DataFrame(key | exactly | one_by_one | law))
            narrow = [N for N in widths if M_star > N]
            value = curves.power(narrow, scaling.power_part(np.array(late[: len(narrow)]), M_star, beta))
            rows.append(
                {"quantity": "plateau exponent", "kind": tail, "beta": beta, "M_star": M_star, "N": min(narrow)}
                | {"d": args.d, "estimate": value, "low": value, "high": value, "n": len(narrow)}
            )

    parameters = {"d": args.d, "points": args.points, "starts": args.starts, "seed": args.seed}
    record = record_of(MODULE, parameters, {"t": "time of the flow", "u": "|A|_F log(d/N)/2", "risk": "E y^2"})
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.concat(shown, ignore_index=True), record)


if __name__ == "__main__":
    cli.run(main)
