"""Emergence: when each direction of the teacher is learned, how sharply, and the risk as the sum of these steps.

From: sizes, a tail and a seed.
Makes: a table of measurements and the tidy CSV of the figure `emergence`.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds, statistics
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.progress import progress
from shallownets.riccati import model
from shallownets.riccati.engines import exact
from shallownets.riccati.measure import curves
from shallownets.riccati.stages import drawn
from shallownets.riccati.theory import emergence as theory

MODULE = "shallownets.riccati.stages.emergence"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--beta", type=cli.positive, required=True, help="coefficients are m^-beta")
    parser.add_argument("--M-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="student width")
    parser.add_argument("--d", type=cli.count, required=True, help="input dimension")
    parser.add_argument("--directions", type=cli.count, nargs="+", required=True, help="those measured, counted from 1")
    parser.add_argument("--points", type=cli.count, required=True, help="times, equally spaced in logarithm")
    parser.add_argument("--starts", type=cli.count, required=True, help="random starts, at least 2")
    parser.add_argument("--resamples", type=cli.count, required=True, help="of every bootstrap, at least 2")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--measurements", type=cli.path, required=True, help="the measurements, .csv")
    parser.add_argument("--figure-data", type=cli.path, required=True, help="the figure's data, .csv")
    args = parser.parse_args()
    drawn.require_several(args.starts)
    if max(args.directions) > min(args.N, args.M_star):
        raise UserError(
            f"--directions {max(args.directions)}: at most min(N, M*) = {min(args.N, args.M_star)} is right"
        )

    drawn.require_room(args.d, args.M_star, args.N)
    if len({*args.directions}) < 2 or min(args.points, args.resamples) < 2:
        raise UserError("--directions, --points, --resamples: at least 2 of each are needed")

    lam = model.spectrum(args.M_star, args.beta)
    T = theory.times(lam, args.N, args.d)
    mean, deviation = theory.deflated_times(lam, args.N, args.d)
    t = np.geomspace(T[0] / 3, 3 * T[max(args.directions) - 1], args.points)
    chosen = np.array(sorted(args.directions)) - 1
    crossings, slopes, exponents, mixed = [], [], [], []
    with progress("emergence", args.starts) as advance:
        for replicate in range(args.starts):
            start = drawn.start(args.seed, "emergence", args.M_star, args.N, args.d, replicate, beta=args.beta)
            diagonal, risk = np.empty((t.size, lam.size)), np.empty(t.size)
            for k, Z in enumerate(exact.overlaps(start, lam, t)):
                diagonal[k], risk[k] = (Z**2).sum(1), model.risk(Z, lam)
            crossing, slope = curves.emergence(t, np.clip(diagonal[:, chosen], 1e-300, 1 - 1e-15))
            if np.isnan(crossing).any():
                late = chosen[np.isnan(crossing)][0] + 1
                raise UserError(
                    f"--directions {late}: of a start it is not learned by t = {t[-1]:g}; smaller ones are right"
                )
            crossings.append(crossing)
            slopes.append(slope / (2 * lam[chosen]))
            exponents.append(curves.power(chosen + 1, crossing))
            additive = theory.additive_risk(diagonal, lam)
            mixed.append((additive - risk).max())
            if replicate == 0:
                first = (diagonal, risk, additive)
            advance(1)
    crossings, slopes = np.array(crossings), np.array(slopes)

    rows = []
    key = {"beta": args.beta, "M_star": args.M_star, "N": args.N, "d": args.d}
    for column, j in enumerate(chosen):
        of = key | {"j": j + 1, "source": T[j], "theory": mean[j]}
        rows.append({"quantity": "time"} | of | statistics.mean(crossings[:, column]).row())
        rng = default_rng(seeds.sequence(args.seed, "riccati, emergence, bootstrap", {"j": int(j)}, 0))
        spread = statistics.bootstrap(crossings[:, column], lambda x: x.std(ddof=1), rng, args.resamples)
        rows.append({"quantity": "spread of times"} | of | {"theory": deviation[j]} | spread.row())
        rows.append({"quantity": "slope"} | of | {"theory": 1.0} | statistics.mean(slopes[:, column]).row())
    whole = key | {"j": 0, "source": args.beta, "theory": curves.power(chosen + 1, mean[chosen])}
    rows.append({"quantity": "exponent of times"} | whole | statistics.mean(exponents).row())
    rows.append({"quantity": "mixed part"} | whole | {"source": 0.0, "theory": 0.0} | statistics.mean(mixed).row())

    diagonal, risk, additive = first
    frames = [
        pd.DataFrame(
            {"curve": "overlap", "j": j + 1, "t": t, "exact": diagonal[:, j]}
            | {"theory": theory.logistic(t, lam, theory.equal_shares(args.M_star, args.N, args.d))[:, j], "T": T[j]}
            | {"T_deflated": mean[j]}
        )
        for j in chosen
    ]
    frames.append(pd.DataFrame({"curve": "risk", "j": 0, "t": t, "exact": risk, "theory": additive, "T": 0.0}))
    steps = 1 - (np.subtract.outer(t, T) > 0)[:, : args.N] @ lam[: args.N] ** 2
    frames.append(pd.DataFrame({"curve": "steps", "j": 0, "t": t, "exact": steps, "theory": steps, "T": 0.0}))
    parameters = key | {"starts": args.starts, "points": args.points, "seed": args.seed}
    record = record_of(MODULE, parameters, {"t": "time of the flow"})
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.concat(frames, ignore_index=True), record)


if __name__ == "__main__":
    cli.run(main)
