"""Scan of the learning rate: how fast the ODE escapes from the plateau, and the learning rate of the fastest escape.

From: the widths, the starts and the grid of learning rates.
Makes: the table of measurements (optimum, its law in p, where runs stop converging), and the data of Figure 2.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.escape.engines import spectral
from shallownets.escape.measure.plateau import optimum
from shallownets.escape.stages.pairs import pair
from shallownets.escape.stages.plateau_shared import exact, gaussian_starts, row
from shallownets.escape.starts import Start
from shallownets.escape.theory import plateau
from shallownets.lost import Lost
from shallownets.statistics import Estimate, fit_polynomial

MODULE = "shallownets.escape.stages.plateau_optimum"
UNITS = {"eta_hat": "learning rate over p", "alpha": "samples/N", "estimate": "that of the quantity"}


def escape(start: Start, eta: float, args: argparse.Namespace) -> float:
    """Escape time of one run; inf where it does not converge afterwards, whether it diverges or takes too long."""
    p, p_star = start.M.shape
    end, begin = (plateau.plateau_level(p, p_star, part) for part in (args.converged, args.fraction))
    if np.isinf(spectral.escape_time(start, eta, end, args.alpha_max, args.tolerance)):
        return np.inf
    return spectral.escape_time(start, eta, begin, args.alpha_max, args.tolerance)


def scan(starts: list[Start], grid: np.ndarray, args: argparse.Namespace) -> np.ndarray:
    """(E, S) escape times at the learning rates of the grid, from below, until no start converges any more."""
    p = len(starts[0].Q)
    times = []
    for eta_hat in grid:
        times.append([escape(start, p * eta_hat, args) for start in starts])
        if np.isinf(times[-1]).all():
            break
    return np.array(times)


def laws(found: pd.DataFrame) -> list[dict]:
    """How η_opt depends on p (in increasing order) at each p*: straight line, quadratic term, exponent at the end."""
    rows = []
    for p_star, part in found.groupby("p_star"):
        if len(part) < 4:
            continue
        p, eta = part.p.to_numpy(float), part.estimate.to_numpy()
        # few starts may all have their minimum at the same place; the solver is never better than this
        errors = np.maximum((part.high - part.low).to_numpy() / 6, 1e-6 * eta)
        line, curve = fit_polynomial(p, eta, errors), fit_polynomial(p, eta, errors, 2)
        # the exponent between the two widest students
        local = np.log(eta[-1] / eta[-2]) / np.log(p[-1] / p[-2])
        spread = float(np.hypot(*(errors / eta)[-2:]) / np.log(p[-1] / p[-2]))
        rows += [
            row("eta_opt_intercept", line.coefficients[0], p_star=p_star, p=0),
            row("eta_opt_slope", line.coefficients[1], p_star=p_star, p=0),
            row("eta_opt_chi2", exact(line.chi2_per_degree, len(p)), p_star=p_star, p=0),
            row("eta_opt_quadratic", curve.coefficients[2], p_star=p_star, p=0),
            row("eta_opt_exponent", Estimate(float(local), spread, 2), p_star=p_star, p=int(p[-1])),
        ]
    return rows


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--widths", type=pair, nargs="+", required=True, help="pairs p,p*")
    parser.add_argument("--N", type=cli.count, required=True, help="the starts have M_ir ~ N(0, 1/N)")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="starts averaged over, at least 2")
    parser.add_argument("--fraction", type=cli.positive, required=True, help="escaped below this fraction of L_pl")
    parser.add_argument("--converged", type=cli.positive, required=True, help="converged below this fraction of L_pl")
    parser.add_argument("--step", type=cli.positive, required=True, help="of the grid in eta/p")
    parser.add_argument("--largest", type=cli.positive, required=True, help="end of the grid in eta/p")
    parser.add_argument("--alpha-max", type=cli.positive, required=True, help="when a run is given up, samples/N")
    cli.shared(parser, "resamples", "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()

    grid = args.step * np.arange(1, round(args.largest / args.step) + 1)
    measured, curves, lost = [], [], Lost()
    for p, p_star in sorted(args.widths):
        starts = gaussian_starts(args.seed, p, p_star, args.N, args.starts)
        times = scan(starts, grid, args)
        rates = grid[: len(times)]
        rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", {"p": p, "p_star": p_star}, 0))
        censored = np.isinf(times).sum(1)
        if (censored == 0).sum() < 4:
            lost.notes.append(f"p = {p}, p* = {p_star}: every start escapes at fewer than 4 learning rates")
            continue
        best = optimum(p * rates, times, rng, args.resamples)
        last = rates[censored == 0].max()
        keys = {"p_star": p_star, "p": p}
        measured += [
            row("eta_opt", best, **keys),
            row("eta_limit", exact(p * last, args.starts), **keys),
            row("eta_hat_opt_over_fastest", exact(best.value / p / plateau.fastest_eta_hat(p, p_star)), **keys),
        ]
        good = censored == 0
        curves.append(
            pd.DataFrame(
                {
                    "quantity": "scan",
                    **keys,
                    "eta_hat": rates,
                    "alpha": np.where(good, times.mean(1, where=np.isfinite(times) | ~good[:, None]), 0.0),
                    "error": np.where(good, np.where(good[:, None], times, 0).std(1) / np.sqrt(args.starts), 0.0),
                    "censored": censored,
                }
            )
        )
    lost.require(curves)
    found = pd.DataFrame(measured)
    measured += laws(found[found.quantity == "eta_opt"])
    optima = found[found.quantity == "eta_opt"]
    points = optima.assign(
        quantity="optimum",
        eta_hat=optima.estimate / optima.p,
        error=(optima.high - optima.low) / 6 / optima.p,
        alpha=0.0,
        censored=0,
    )[list(curves[0].columns)]
    lines = [
        {"quantity": r["quantity"], "p_star": r["p_star"], "p": 0, "eta_hat": r["estimate"], "alpha": 0.0, "error": 0.0}
        for r in measured
        if r["quantity"] in ("eta_opt_slope", "eta_opt_intercept")
    ]
    data = pd.concat([*curves, points, pd.DataFrame(lines)]).fillna({"censored": 0}).astype({"censored": int})
    parameters = {
        "N": args.N,
        "starts": args.starts,
        "fraction": args.fraction,
        "converged": args.converged,
        "step": args.step,
    }
    parameters |= {"alpha_max": args.alpha_max, "tolerance": args.tolerance, "seed": args.seed} | lost.parameters
    save_table(args.measurements, pd.DataFrame(measured), record_of(MODULE, parameters, UNITS))
    save_table(args.figure_data, data, record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
