"""The unit of time: how long half of a light-tailed teacher takes against its width, and one direction against d.

From: sizes, tails and a seed.
Makes: a table of measurements and the tidy CSV of the figure `time_units`. Starts from which the time is not found are
left out and noted.
"""

from argparse import Namespace
from collections.abc import Callable

import numpy as np
import pandas as pd
import scipy

from shallownets import cli, statistics
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.lost import Lost
from shallownets.progress import progress
from shallownets.riccati import model
from shallownets.riccati.measure import curves
from shallownets.riccati.stages import drawn, sizes
from shallownets.riccati.theory import emergence

MODULE = "shallownets.riccati.stages.time_units"


def times(
    args: Namespace, beta: float, M_star: int, N: int, d: int, above: Callable[[np.ndarray], float], guess: float
) -> np.ndarray:
    """When a quantity of the exact flow changes its sign, from each start; nan where it does not near the guess."""
    lam = model.spectrum(M_star, beta)
    starts = [drawn.start(args.seed, "time units", M_star, N, d, i, beta=beta) for i in range(args.starts)]
    return np.array([curves.first_time(start, lam, above, guess) for start in starts])


def half_risk(args: Namespace, beta: float, M_star: int, lost: Lost) -> dict | None:
    """The time that half the risk takes to go, N = M*; None where it is not found from two starts."""
    N, d, lam = M_star, args.light_d, model.spectrum(M_star, beta)
    guess = emergence.times(lam, N, d)[np.searchsorted(np.cumsum(lam**2), 0.5)]
    found = times(args, beta, M_star, N, d, lambda Z: model.risk(Z, lam) - 0.5, guess)
    if not lost.enough(np.isfinite(found), f"half the risk, beta = {beta:g}, M* = {M_star}", "do not pass it"):
        return None
    shares = emergence.deflated_shares(M_star, N, d)
    key = {"kind": "light", "beta": beta, "M_star": M_star, "N": N, "d": d}
    half = scipy.optimize.brentq(lambda t: emergence.decoupled_risk(t, lam, shares) - 0.5, guess / 10, guess * 10)
    theory = {"theory": half}
    theory["unit"] = model.norm(M_star, beta) * M_star**beta * np.log(d / M_star)
    return key | theory | statistics.mean(found[np.isfinite(found)]).row()


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


def light(args: Namespace, beta: float, lost: Lost, advance: Callable[[float], None]) -> list[dict]:
    """Rows of a light tail: half the risk at each width, and its exponents where three widths are left."""
    halves = []
    for M_star in args.M_star:
        if half := half_risk(args, beta, M_star, lost):
            halves.append(half)
        advance(1)
    rows = [{"quantity": "half risk"} | half for half in halves]
    if len(halves) < 3:
        lost.notes.append(f"exponents, beta = {beta:g}: {len(halves)} of {len(args.M_star)} widths left, too few")
        return rows
    return rows + exponents(pd.DataFrame(halves))


def heavy(args: Namespace, lost: Lost, advance: Callable[[float], None]) -> list[dict]:
    """Rows of the heavy tail: the time of one direction at each d, and its slope in log d where three d are left."""
    M_star, N, j, lam = args.heavy_M_star, args.N, args.direction - 1, model.spectrum(args.heavy_M_star, args.heavy)
    key = {"kind": "heavy", "beta": args.heavy, "M_star": M_star, "N": N}
    rows, means = [], {}
    for d in args.d:
        guess = emergence.times(lam, N, d)[j]
        found = times(args, args.heavy, M_star, N, d, lambda Z: float(Z[j] @ Z[j]) - 0.5, guess)
        if lost.enough(np.isfinite(found), f"direction {j + 1}, d = {d}", "do not pass 1/2"):
            means[d] = statistics.mean(found[np.isfinite(found)])
            theory = {"theory": emergence.deflated_times(lam, N, d)[0][j], "unit": np.log(d / N) / (2 * lam[j])}
            rows.append({"quantity": "direction"} | key | {"d": d} | theory | means[d].row())
        advance(1)
    if len(means) < 3:
        lost.notes.append(f"slope in log d: {len(means)} of {len(args.d)} dimensions left, too few")
        return rows
    estimates = means.values()
    line = statistics.fit_polynomial(np.log([*means]), [m.value for m in estimates], [m.error for m in estimates])
    slope = {"d": max(means), "theory": 1 / (2 * lam[j]), "unit": 1.0}
    return [*rows, {"quantity": "slope in log d"} | key | slope | line.coefficients[1].row()]


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
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="random starts, at least 2")
    cli.shared(parser, "seed", "measurements", "figure-data")
    args = parser.parse_args()
    sizes.require_values("--M-star", args.M_star)
    sizes.require_values("--d", args.d)
    if args.direction > min(args.N, args.heavy_M_star):
        raise UserError(f"--direction {args.direction}: at most {min(args.N, args.heavy_M_star)} is right")

    rows, lost = [], Lost()
    with progress("time units", len(args.light) * len(args.M_star) + len(args.d)) as advance:
        for beta in args.light:
            rows += light(args, beta, lost, advance)
        rows += heavy(args, lost, advance)
    if not rows:
        raise UserError(f"--d, --light-d: nothing is left to show: {'; '.join(lost.notes)}; greater ones are right")

    parameters = {"direction": args.direction, "starts": args.starts, "seed": args.seed} | lost.parameters
    record = record_of(MODULE, parameters, {"estimate": "time of the flow"})
    frame = pd.DataFrame(rows).fillna({"least": 0})
    save_table(args.measurements, frame, record)
    save_table(args.figure_data, frame[frame.quantity.isin(["half risk", "direction"])], record)


if __name__ == "__main__":
    cli.run(main)
