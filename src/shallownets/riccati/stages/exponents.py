"""Exponents of the risk against time, and how far decoupled directions are from the exact flow, as d grows.

From: sizes, tails and a seed.
Makes: a table of measurements and the tidy CSV of the figure `exponents`.
"""

import numpy as np
import pandas as pd

from shallownets import cli, statistics
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.progress import progress
from shallownets.riccati import model
from shallownets.riccati.engines import exact
from shallownets.riccati.measure import curves
from shallownets.riccati.stages import drawn
from shallownets.riccati.theory import emergence, scaling

MODULE = "shallownets.riccati.stages.exponents"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--betas", type=cli.positive, nargs="+", required=True, help="tails, none of them 1/2")
    parser.add_argument("--d", type=cli.count, nargs="+", required=True, help="input dimensions")
    parser.add_argument("--M-star", type=cli.count, required=True, help="teacher width, and that of the student")
    parser.add_argument("--first", type=cli.count, required=True, help="the window begins where this many are learned")
    parser.add_argument("--share", type=cli.positive, required=True, help="it ends where this share of M* is learned")
    parser.add_argument("--points", type=cli.count, required=True, help="times in the window")
    parser.add_argument("--starts", type=cli.count, required=True, help="random starts, at least 2")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--measurements", type=cli.path, required=True, help="the measurements, .csv")
    parser.add_argument("--figure-data", type=cli.path, required=True, help="the figure's data, .csv")
    args = parser.parse_args()
    drawn.require_several(args.starts)

    M_star = N = args.M_star
    drawn.require_room(min(args.d), M_star, N)
    if 0.5 in args.betas:
        raise UserError("--betas 0.5: the risk is no power of time there; a number other than 1/2 is right")
    if not args.first < int(args.share * M_star) <= M_star:
        raise UserError(f"--first {args.first}: fewer than --share x --M-star = {args.share * M_star:g} <= M* is right")
    if len({*args.d}) < 3 or args.points < 2:
        raise UserError("--d, --points: at least 3 dimensions and 2 times are needed")
    rows = []
    with progress("exponents", len(args.betas) * len(args.d) * args.starts) as advance:
        for beta in args.betas:
            lam = model.spectrum(M_star, beta)
            gaps = []
            for d in args.d:
                low, high = scaling.window(lam, N, d, args.first, args.share)
                t = np.geomspace(low, high, args.points)

                def exponent(risk: np.ndarray, t=t, beta=beta) -> float:
                    return curves.power(t, scaling.power_part(risk, M_star, beta))

                def decoupled(shares: np.ndarray, t=t, lam=lam) -> np.ndarray:
                    return emergence.additive_risk(emergence.logistic(t, lam, shares), lam)

                plain = decoupled(emergence.equal_shares(M_star, N, d))
                deflated = decoupled(emergence.deflated_shares(M_star, N, d))

                def gap(risk: np.ndarray, plain=plain, beta=beta) -> float:
                    """Mean over the window of the log of the power part over that of decoupled directions."""
                    parts = [scaling.power_part(r, M_star, beta) for r in (risk, plain)]
                    return np.log(parts[0] / parts[1]).mean()

                fitted, distances = [], []
                for replicate in range(args.starts):
                    start = drawn.start(args.seed, "exponents", M_star, N, d, replicate, beta=beta)
                    risk = np.array([model.risk(Z, lam) for Z in exact.overlaps(start, lam, t)])
                    fitted.append(exponent(risk))
                    distances.append(gap(risk))
                    advance(1)
                key = {"beta": beta, "M_star": M_star, "N": N, "d": d, "t_low": low, "t_high": high}
                law = {"asymptotic": scaling.exponent(beta), "deflated": exponent(deflated)}
                rows.append({"quantity": "exponent"} | key | law | statistics.mean(fitted).row())
                gaps.append((gap(deflated), statistics.mean(distances)))
                law = {"asymptotic": 0.0, "deflated": gap(deflated)}
                rows.append({"quantity": "gap"} | key | law | gaps[-1][1].row())
            log_d = np.log(np.array(args.d, float) / N)
            relative = [abs(measured.error / measured.value) for _, measured in gaps]
            line = statistics.fit_power_law(log_d, [abs(measured.value) for _, measured in gaps], relative)
            theory = statistics.fit_power_law(log_d, [abs(value) for value, _ in gaps], relative)
            key = {"beta": beta, "M_star": M_star, "N": N, "d": max(args.d), "t_low": 0.0, "t_high": 0.0}
            law = {"asymptotic": -1.0, "deflated": theory.coefficients[1].value}
            rows.append({"quantity": "exponent of the gap"} | key | law | line.coefficients[1].row())

    parameters = {"M_star": M_star, "first": args.first, "share": args.share, "points": args.points}
    parameters |= {"starts": args.starts, "seed": args.seed}
    record = record_of(MODULE, parameters, {"t_low": "time of the flow", "t_high": "time of the flow"})
    frame = pd.DataFrame(rows)
    save_table(args.measurements, frame, record)
    save_table(args.figure_data, frame[frame.quantity != "exponent of the gap"], record)


if __name__ == "__main__":
    cli.run(main)
