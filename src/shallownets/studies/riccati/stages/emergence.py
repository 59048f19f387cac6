"""Emergence: when each direction of the teacher is learned, how sharply, and the risk as the sum of these steps.

From: sizes, a tail and a seed.
Makes: a table of measurements and the tidy CSV of the figure `emergence`. Starts from which a direction is not learned
in time are left out of what is said of it, and noted.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds, statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.stages import drawn, sizes
from shallownets.studies.riccati.starts import require_dimension
from shallownets.studies.riccati.theory import emergence as theory

MODULE = "shallownets.studies.riccati.stages.emergence"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    sizes.add(parser)
    parser.add_argument("--directions", type=cli.count, nargs="+", required=True, help="those measured, counted from 1")
    parser.add_argument("--points", type=cli.at_least(2), required=True, help="times, equally spaced in logarithm")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="random starts, at least 2")
    cli.shared(parser, "resamples", "seed", "measurements", "figure-data")
    args = parser.parse_args()
    sizes.require_values("--directions", args.directions, least=2)
    if max(args.directions) > min(args.N, args.M_star):
        raise UserError(
            f"--directions {max(args.directions)}: at most min(N, M*) = {min(args.N, args.M_star)} is right"
        )
    require_dimension(args.d, args.M_star, args.N)

    lam = model.spectrum(args.M_star, args.beta)
    T = theory.times(lam, args.N, args.d)
    mean, deviation = theory.deflated_times(lam, args.N, args.d)
    chosen = np.array(sorted({*args.directions})) - 1
    t = np.geomspace(T[0] / 3, 3 * T[chosen[-1]], args.points)
    crossings, slopes = np.empty((2, args.starts, chosen.size))  # nan where a direction is not learned
    mixed, lost = [], Lost()
    with progress("emergence", args.starts) as advance:
        for replicate in range(args.starts):
            start = drawn.start(args.seed, "emergence", args.M_star, args.N, args.d, replicate, beta=args.beta)
            diagonal, risk = np.empty((t.size, lam.size)), np.empty(t.size)
            for k, Z in enumerate(exact.overlaps(start, lam, t)):
                diagonal[k], risk[k] = (Z**2).sum(1), model.risk(Z, lam)
            crossing, slope = curves.crossings(t, np.clip(diagonal[:, chosen], 1e-300, 1 - 1e-15))
            crossings[replicate], slopes[replicate] = crossing, slope / (2 * lam[chosen])
            additive = theory.additive_risk(diagonal, lam)
            mixed.append((additive - risk).max())
            if replicate == 0:
                first = (diagonal, risk, additive)
            advance(1)

    rows, measured = [], []
    learned = np.isfinite(crossings)
    outcome = f"do not pass 1/2 between t = {t[0]:.3g} and {t[-1]:.3g}"
    key = {"beta": args.beta, "M_star": args.M_star, "N": args.N, "d": args.d}
    for column, j in enumerate(chosen):
        used = learned[:, column]
        if not lost.enough(used, f"direction {j + 1}", outcome):
            continue
        measured.append(column)
        of = key | {"j": j + 1, "source": T[j], "theory": mean[j]}
        times = crossings[used, column]
        rows.append({"quantity": "time"} | of | statistics.mean(times).row())
        rng = default_rng(seeds.sequence(args.seed, "riccati, emergence, bootstrap", {"j": int(j)}, 0))
        spread = statistics.bootstrap(times, lambda x: x.std(ddof=1), rng, args.resamples)
        rows.append({"quantity": "spread of times"} | of | {"theory": deviation[j]} | spread.row())
        rows.append({"quantity": "slope"} | of | {"theory": 1.0} | statistics.mean(slopes[used, column]).row())
    whole = learned[:, measured].all(1)
    if len(measured) < 2 or whole.sum() < 2:
        lost.notes.append("exponent of times: too few directions or starts are left")
    else:
        j = chosen[measured]
        exponents = [curves.power(j + 1, crossing) for crossing in crossings[whole][:, measured]]
        of = key | {"j": 0, "source": args.beta, "theory": curves.power(j + 1, mean[j])}
        rows.append({"quantity": "exponent of times"} | of | statistics.mean(exponents).row())
    of = key | {"j": 0, "source": 0.0, "theory": 0.0}
    rows.append({"quantity": "mixed part"} | of | statistics.mean(mixed).row())

    diagonal, risk, additive = first
    decoupled = theory.logistic(t, lam, theory.equal_shares(args.M_star, args.N, args.d))
    frames = [
        pd.DataFrame(
            {"curve": "overlap", "j": j + 1, "t": t, "exact": diagonal[:, j], "theory": decoupled[:, j]}
            | {"T": T[j], "T_deflated": mean[j]}
        )
        for j in chosen
    ]
    frames.append(pd.DataFrame({"curve": "risk", "j": 0, "t": t, "exact": risk, "theory": additive, "T": 0.0}))
    steps = 1 - (np.subtract.outer(t, T) > 0)[:, : args.N] @ lam[: args.N] ** 2
    frames.append(pd.DataFrame({"curve": "steps", "j": 0, "t": t, "exact": steps, "theory": steps, "T": 0.0}))
    parameters = key | {"starts": args.starts, "points": args.points, "seed": args.seed} | lost.parameters
    record = record_of(MODULE, parameters, {"t": "time of the flow"})
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.concat(frames, ignore_index=True), record)


if __name__ == "__main__":
    cli.run(main)
