"""The unit of time: how long half of a light-tailed teacher takes against its width, and one direction against d.

From: sizes, tails and a seed.
Makes: a table of measurements and the tidy CSV of the figure `time_units`.
"""

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from shallownets import cli, statistics
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.progress import progress
from shallownets.riccati import model
from shallownets.riccati.measure import curves
from shallownets.riccati.stages import drawn
from shallownets.riccati.theory import emergence

MODULE = "shallownets.riccati.stages.time_units"


def exponents(halves: pd.DataFrame) -> list[dict]:
    """Exponents in M* of the time to half the risk: over log d, over the unit, and in the time of the loss."""
    key = {"kind": "light", "beta": halves.beta[0], "M_star": halves.M_star.max(), "N": halves.M_star.max()}
    key |= {"least": halves.M_star.min(), "d": halves.d[0], "unit": 1.0}
    error = (halves.high - halves.low) / (2 * statistics.WIDTH)
    scales = {
        "exponent of half risk": np.log(halves.d / halves.N),
        "exponent of half risk over the unit": halves.unit,
        # The loss of a student with the factor N^-1/2 has the gradient N^-1/2 (I - U U^T) T U: its clock is slower.
        "exponent of half risk, time of the loss": np.log(halves.d / halves.N) / np.sqrt(halves.N),
    }
    rows = []
    for quantity, scale in scales.items():
        line = statistics.fit_power_law(halves.M_star, halves.estimate / scale, error / halves.estimate)
        theory = curves.power(halves.M_star, halves.theory / scale)
        rows.append({"quantity": quantity} | key | {"theory": theory} | line.coefficients[1].row())
    return rows


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--light", type=cli.positive, nargs="+", required=True, help="betas below 1/2")
    parser.add_argument("--M-star", type=cli.count, nargs="+", required=True, help="teacher widths, and the students'")
    parser.add_argument("--light-d", type=cli.count, required=True, help="their input dimension")
    parser.add_argument("--heavy", type=cli.positive, required=True, help="beta above 1/2")
    parser.add_argument("--heavy-M-star", type=cli.count, required=True, help="its teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="its student width")
    parser.add_argument("--direction", type=cli.count, required=True, help="the direction whose time is measured")
    parser.add_argument("--d", type=cli.count, nargs="+", required=True, help="input dimensions")
    parser.add_argument("--starts", type=cli.count, required=True, help="random starts, at least 2")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--measurements", type=cli.path, required=True, help="the measurements, .csv")
    parser.add_argument("--figure-data", type=cli.path, required=True, help="the figure's data, .csv")
    args = parser.parse_args()
    drawn.require_several(args.starts)

    rows = []
    with progress("time units", len(args.light) * len(args.M_star) + len(args.d)) as advance:
        for beta in args.light:
            halves = []
            for M_star in args.M_star:
                lam = model.spectrum(M_star, beta)
                shares = emergence.deflated_shares(M_star, M_star, args.light_d)
                guess = emergence.times(lam, M_star, args.light_d)[np.searchsorted(np.cumsum(lam**2), 0.5)]
                times = [
                    curves.first_time(
                        drawn.start(args.seed, "time units", M_star, M_star, args.light_d, replicate, beta=beta),
                        lam,
                        lambda Z, lam=lam: model.risk(Z, lam) - 0.5,
                        guess,
                    )
                    for replicate in range(args.starts)
                ]
                theory = brentq(
                    lambda t, lam=lam, shares=shares: (
                        emergence.additive_risk(emergence.logistic(t, lam, shares), lam) - 0.5
                    ),
                    guess / 10,
                    guess * 10,
                )
                halves.append(
                    {"kind": "light", "beta": beta, "M_star": M_star, "N": M_star, "d": args.light_d}
                    | {
                        "theory": theory,
                        "unit": model.norm(M_star, beta) * M_star**beta * np.log(args.light_d / M_star),
                    }
                    | statistics.mean(times).row()
                )
                rows.append({"quantity": "half risk"} | halves[-1])
                advance(1)
            rows += exponents(pd.DataFrame(halves))
        lam = model.spectrum(args.heavy_M_star, args.heavy)
        j = args.direction - 1
        if args.direction > min(args.N, args.heavy_M_star):
            raise UserError(f"--direction {args.direction}: at most {min(args.N, args.heavy_M_star)} is right")
        means = []
        for d in args.d:
            starts = [
                drawn.start(args.seed, "time units", args.heavy_M_star, args.N, d, replicate, beta=args.heavy)
                for replicate in range(args.starts)
            ]
            guess = emergence.times(lam, args.N, d)[j]
            try:
                times = [curves.first_time(start, lam, lambda Z: float(Z[j] @ Z[j]) - 0.5, guess) for start in starts]
            except ValueError as error:
                raise UserError(f"--direction {j + 1}: of a start it is not learned; a smaller one is right") from error
            means.append(statistics.mean(times))
            key = {"kind": "heavy", "beta": args.heavy, "M_star": args.heavy_M_star, "N": args.N}
            theory = emergence.deflated_times(lam, args.N, d)[0][j]
            unit = np.log(d / args.N) / (2 * lam[j])
            rows.append({"quantity": "direction"} | key | {"d": d, "theory": theory, "unit": unit} | means[-1].row())
            advance(1)
        line = statistics.fit_polynomial(np.log(args.d), [m.value for m in means], [m.error for m in means])
        slope = {"d": max(args.d), "theory": 1 / (2 * lam[j]), "unit": 1.0}
        rows.append({"quantity": "slope in log d"} | key | slope | line.coefficients[1].row())

    parameters = {"direction": args.direction, "starts": args.starts, "seed": args.seed}
    record = record_of(MODULE, parameters, {"estimate": "time of the flow"})
    frame = pd.DataFrame(rows).fillna({"least": 0})
    save_table(args.measurements, frame, record)
    save_table(args.figure_data, frame[frame.quantity.isin(["half risk", "direction"])], record)


if __name__ == "__main__":
    cli.run(main)
