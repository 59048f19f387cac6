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
from shallownets.escape.model import Array
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


def scan(starts: list[Start], grid: Array, args: argparse.Namespace) -> Array:
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


def optimum_at(
    p: int, p_star: int, grid: Array, args: argparse.Namespace, lost: Lost
) -> tuple[list[dict], list[pd.DataFrame]]:
    """(measurements of the learning rate of the fastest escape, curve of the figure) at one pair of widths.

    Nothing where every start escapes at fewer than 4 learning rates.
    """
    starts = gaussian_starts(args.seed, p, p_star, args.N, args.starts)
    times = scan(starts, grid, args)
    rates, censored = grid[: len(times)], np.isinf(times).sum(1)
    good = censored == 0
    if good.sum() < 4:
        lost.notes.append(f"p = {p}, p* = {p_star}: every start escapes at fewer than 4 learning rates")
        return [], []
    rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", {"p": p, "p_star": p_star}, 0))
    best = optimum(p * rates, times, rng, args.resamples)
    keys = {"p_star": p_star, "p": p}
    measured = [
        row("eta_opt", best, **keys),
        row("eta_limit", exact(p * rates[good].max(), args.starts), **keys),
        row("eta_hat_opt_over_fastest", exact(best.value / p / plateau.fastest_eta_hat(p, p_star)), **keys),
    ]
    alpha, error = np.zeros(len(rates)), np.zeros(len(rates))
    alpha[good] = times[good].mean(1)
    error[good] = times[good].std(1) / np.sqrt(args.starts)
    curve = {"quantity": "scan", **keys, "eta_hat": rates, "alpha": alpha, "error": error, "censored": censored}
    return measured, [pd.DataFrame(curve)]


def drawn_optima(optima: pd.DataFrame) -> pd.DataFrame:
    """Points of the figure: the optimum at each pair of widths, over p."""
    return optima[["p_star", "p"]].assign(
        quantity="optimum",
        eta_hat=optima.estimate / optima.p,
        error=(optima.high - optima.low) / 6 / optima.p,
        alpha=0.0,
        censored=0,
    )


def drawn_laws(fits: list[dict]) -> pd.DataFrame:
    """Slope and intercept of the straight line through the optima at each p*, for the figure."""
    lines = [
        {"quantity": r["quantity"], "p_star": r["p_star"], "p": 0, "eta_hat": r["estimate"], "alpha": 0.0, "error": 0.0}
        for r in fits
        if r["quantity"] in ("eta_opt_slope", "eta_opt_intercept")
    ]
    return pd.DataFrame(lines)


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
        rows, curve = optimum_at(p, p_star, grid, args, lost)
        measured += rows
        curves += curve
    lost.require(curves)
    table = pd.DataFrame(measured)
    optima = table[table.quantity == "eta_opt"]
    fits = laws(optima)
    data = pd.concat([*curves, drawn_optima(optima), drawn_laws(fits)])

    chosen = "N", "starts", "fraction", "converged", "step", "alpha_max", "tolerance", "seed"
    parameters = {name: getattr(args, name) for name in chosen} | lost.parameters
    record = record_of(MODULE, parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(measured + fits), record)
    save_table(args.figure_data, data.fillna({"censored": 0}).astype({"censored": int}), record)


if __name__ == "__main__":
    cli.run(main)
