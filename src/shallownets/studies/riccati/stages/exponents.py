"""Exponents of the risk against time, and how far decoupled directions are from the exact flow, as d grows.

From: sizes, tails and a seed.
Makes: a table of measurements and the tidy CSV of the figure `exponents`.
"""

import numpy as np
import pandas as pd

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import statistics
from shallownets.numerics.progress import progress
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.stages import drawn, sizes
from shallownets.studies.riccati.starts import require_dimension
from shallownets.studies.riccati.theory import emergence, scaling

MODULE = "shallownets.studies.riccati.stages.exponents"


def gap(part: np.ndarray, decoupled: np.ndarray) -> float:
    """Mean over the window of the log of a power part over that of decoupled directions."""
    return np.log(part / decoupled).mean()


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--betas", type=cli.positive, nargs="+", required=True, help="tails, none of them 1/2")
    parser.add_argument("--d", type=cli.count, nargs="+", required=True, help="input dimensions")
    parser.add_argument("--M-star", type=cli.count, required=True, help="teacher width, and that of the student")
    parser.add_argument("--first", type=cli.count, required=True, help="the window begins where this many are learned")
    parser.add_argument("--share", type=cli.positive, required=True, help="it ends where this share of M* is learned")
    parser.add_argument("--points", type=cli.at_least(2), required=True, help="times in the window")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="random starts, at least 2")
    cli.shared(parser, "seed", "measurements", "figure-data")
    args = parser.parse_args()
    sizes.require_values("--d", args.d)
    M_star = N = args.M_star
    require_dimension(min(args.d), M_star, N)
    if 0.5 in args.betas:
        raise UserError("--betas 0.5: the risk is no power of time there; a number other than 1/2 is right")
    if not args.first < int(args.share * M_star) <= M_star:
        raise UserError(f"--first {args.first}: fewer than --share x --M-star = {args.share * M_star:g} <= M* is right")

    rows = []
    with progress("exponents", len(args.betas) * len(args.d) * args.starts) as advance:
        for beta in args.betas:
            lam = model.spectrum(M_star, beta)
            measured, predicted = [], []
            for d in args.d:
                low, high = scaling.window(lam, N, d, args.first, args.share)
                t = np.geomspace(low, high, args.points)
                # the power of time in the risk of directions that are learned one by one
                decoupled, deflated = (
                    scaling.power_part(emergence.decoupled_risk(t, lam, shares), M_star, beta)
                    for shares in (emergence.equal_shares(M_star, N, d), emergence.deflated_shares(M_star, N, d))
                )
                fitted, gaps = [], []
                for replicate in range(args.starts):
                    start = drawn.start(args.seed, "exponents", M_star, N, d, replicate, beta=beta)
                    risk = np.array([model.risk(Z, lam) for Z in exact.overlaps(start, lam, t)])
                    part = scaling.power_part(risk, M_star, beta)
                    fitted.append(curves.power(t, part))
                    gaps.append(gap(part, decoupled))
                    advance(1)
                key = {"beta": beta, "M_star": M_star, "N": N, "d": d, "t_low": low, "t_high": high}
                theory = {"asymptotic": scaling.exponent(beta), "deflated": curves.power(t, deflated)}
                rows.append({"quantity": "exponent"} | key | theory | statistics.mean(fitted).row())
                measured.append(statistics.mean(gaps))
                predicted.append(gap(deflated, decoupled))
                theory = {"asymptotic": 0.0, "deflated": predicted[-1]}
                rows.append({"quantity": "gap"} | key | theory | measured[-1].row())
            log_d = np.log(np.array(args.d, float) / N)
            relative = [abs(one.error / one.value) for one in measured]
            line = statistics.fit_power_law(log_d, [abs(one.value) for one in measured], relative)
            theory = statistics.fit_power_law(log_d, np.abs(predicted), relative)
            key = {"beta": beta, "M_star": M_star, "N": N, "d": max(args.d), "t_low": 0.0, "t_high": 0.0}
            theory = {"asymptotic": -1.0, "deflated": theory.coefficients[1].value}
            rows.append({"quantity": "exponent of the gap"} | key | theory | line.coefficients[1].row())

    parameters = {"M_star": M_star, "first": args.first, "share": args.share, "points": args.points}
    parameters |= {"starts": args.starts, "seed": args.seed}
    record = record_of(MODULE, parameters, {"t_low": "time of the flow", "t_high": "time of the flow"})
    frame = pd.DataFrame(rows)
    save_table(args.measurements, frame, record)
    save_table(args.figure_data, frame[frame.quantity != "exponent of the gap"], record)


if __name__ == "__main__":
    cli.run(main)
