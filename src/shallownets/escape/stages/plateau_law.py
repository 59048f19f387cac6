"""The escape law [13] under gradient flow from the plateau, and where a finite learning rate ends it.

From: the widths, the size of the overlaps at the onset and the number of starts.
Makes: the table of measurements (rates, prefactors, times), and the data of the figure escape_law.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape.engines import spectral
from shallownets.escape.measure.plateau import fit_growth, log_slope
from shallownets.escape.model import plateau_norm, population_risk
from shallownets.escape.stages.pairs import pair
from shallownets.escape.stages.plateau_shared import exact, gaussian_starts, row
from shallownets.escape.starts import Start
from shallownets.escape.theory import plateau
from shallownets.statistics import Estimate, bootstrap, fit_polynomial, mean

MODULE = "shallownets.escape.stages.plateau_law"
UNITS = {"t": "eta_hat alpha", "rate": "1/t", "reduction": "of L(0)"}
DRAWN_UP_TO = 0.5  # relative loss reduction at which the figure's time axis ends, well past the linear regime


def reductions(starts: list[Start], t: np.ndarray, tolerance: float) -> np.ndarray:
    """(S, T) relative loss reduction under gradient flow, Q = Q_hat I at t = 0."""
    p = starts[0].M.shape[0]
    curves = []
    for start in starts:
        onset = Start(start.M, plateau_norm(p) * np.eye(p))
        run = spectral.simulate(onset, p, t, tolerance, gradient_flow=True)
        risk = population_risk(run.M, run.Q)[0]
        curves.append((risk[0] - risk[1:]) / risk[0])
    return np.array(curves)


def law(p: int, p_star: int, args: argparse.Namespace) -> tuple[list[dict], pd.DataFrame]:
    """Rate and prefactor of the mean reduction at one pair of widths, and the curve itself."""
    keys = {"p": p, "p_star": p_star, "eta_hat": 0.0}
    starts = gaussian_starts(args.seed, p, p_star, round(1 / args.sigma**2), args.starts)
    size = plateau.escape_prefactor(p, p_star) * args.sigma**2
    t = np.linspace(0, np.log1p(DRAWN_UP_TO / size) / plateau.escape_rate(p_star), args.points)
    curves = reductions(starts, t, args.tolerance)
    linear = curves.mean(0) < args.reduction_max
    squares = np.array([(start.M**2).mean() for start in starts])
    experiment = {"p": p, "p_star": p_star, "sigma": args.sigma}
    rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", experiment, 0))

    def fitted(sample: np.ndarray):
        return fit_growth(t[1:][linear], sample[:, 1:].mean(0)[linear], plateau.escape_rate(p_star))

    samples = np.column_stack([squares, curves])
    given = fitted(samples)
    # time to a small reduction: one log-linear interpolation per start, between neighbours a fraction of 1/rate apart
    logs = np.log(np.maximum(curves, 1e-300))  # the earliest reductions may be lost to rounding
    reached = np.array([np.interp(np.log(args.reduction), log, t[1:]) for log in logs])
    rows = [
        row("rate", bootstrap(samples, lambda s: fitted(s).rate, rng, args.resamples), **keys),
        row(
            "prefactor", bootstrap(samples, lambda s: fitted(s).prefactor / args.sigma**2, rng, args.resamples), **keys
        ),
        row("prefactor_given_overlaps", exact(given.prefactor / squares.mean(), args.starts), **keys),
        row("time", mean(reached), **keys, theory=plateau.mean_escape_time(args.reduction, p, p_star, args.sigma**2)),
    ]
    curve = pd.DataFrame(
        {
            "quantity": "reduction",
            **keys,
            "x": t[1:],
            "estimate": curves.mean(0),
            "error": curves.std(0, ddof=1) / np.sqrt(args.starts),
            "theory": plateau.loss_reduction(t[1:], p, p_star, args.sigma**2),
        }
    )
    return rows, curve


def finite_rate(p: int, p_star: int, eta_hat: float, tolerance: float) -> float:
    """Rate of ΣM² per t at finite learning rate over 8/p*, from its plateau and overlaps too small to react on it."""
    M = 1e-6 * np.eye(p, p_star)
    norm = plateau_norm(p) * float(plateau.relative_norm(p, p_star, eta_hat))
    t = np.linspace(0, p_star / 2, 11)
    run = spectral.simulate(Start(M, norm * np.eye(p)), p * eta_hat, t / eta_hat, tolerance)
    return float(log_slope(t, (run.M[0] ** 2).sum((1, 2)))) / plateau.escape_rate(p_star)


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--widths", type=pair, nargs="+", required=True, help="pairs p,p* with p at least p*")
    parser.add_argument("--sigma", type=cli.positive, required=True, help="standard deviation of M_ir at the onset")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="starts averaged over, at least 2")
    parser.add_argument("--points", type=cli.at_least(8), required=True, help="recorded times, at least 8")
    parser.add_argument("--reduction-max", type=cli.positive, required=True, help="fits end at this loss reduction")
    parser.add_argument("--reduction", type=cli.positive, required=True, help="loss reduction whose time is measured")
    parser.add_argument("--eta-hat", type=cli.positive, nargs="+", required=True, help="finite learning rates over p")
    cli.shared(parser, "resamples", "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()
    if not 1e-12 <= args.sigma <= 0.01:
        raise UserError(f"--sigma {args.sigma:g}: from 1e-12 to 0.01 is right, for a start on the plateau")

    measured, data = [], []
    for p, p_star in args.widths:
        rows, curve = law(p, p_star, args)
        measured += rows
        data.append(curve)
        for eta_hat in args.eta_hat:
            if eta_hat < plateau.last_plateau(p, p_star):
                measured.append(
                    row(
                        "finite_rate_ratio",
                        exact(finite_rate(p, p_star, eta_hat, args.tolerance)),
                        p=p,
                        p_star=p_star,
                        eta_hat=eta_hat,
                        theory=float(plateau.finite_overlap_rate(p, p_star, eta_hat)) * p_star / 4,
                    )
                )
    table = pd.DataFrame(measured).assign(theory=lambda frame: frame.theory.fillna(0.0))
    for p_star, part in table[table.quantity == "rate"].groupby("p_star"):
        if len(part) >= 3:
            # the slope of rate p*/8 against log p; weights from the bootstrap, none below the solver's accuracy
            errors = np.maximum((part.high - part.low) / 6, 1e-6 * part.estimate)
            line = fit_polynomial(np.log(part.p), part.estimate * p_star / 8, errors * p_star / 8)
            slope = Estimate(line.coefficients[1].value, line.coefficients[1].error, len(part))
            measured.append(row("rate_slope_in_log_p", slope, p=0, p_star=p_star, eta_hat=0.0, theory=0.0))
    table = pd.DataFrame(measured).assign(theory=lambda frame: frame.theory.fillna(0.0))
    shown = table[table.quantity.isin(["prefactor", "finite_rate_ratio"])]
    points = pd.DataFrame(
        {
            "quantity": shown.quantity,
            "p": shown.p,
            "p_star": shown.p_star,
            "eta_hat": shown.eta_hat,
            "x": np.where(shown.quantity == "prefactor", shown.p, shown.eta_hat),
            "estimate": shown.estimate,
            "error": (shown.high - shown.low) / 6,
            "theory": shown.theory,
        }
    )
    widest = max(p for p, _ in args.widths)
    lines = [
        {"quantity": "prefactor_theory", "p": p, "p_star": s, "eta_hat": 0.0, "x": p, "error": 0.0}
        | dict.fromkeys(["estimate", "theory"], plateau.escape_prefactor(p, s))
        for s in sorted({s for _, s in args.widths})
        for p in range(s, widest + 1)
    ]
    parameters = {name: getattr(args, name) for name in ("sigma", "starts", "reduction_max", "reduction", "tolerance")}
    parameters["seed"] = args.seed
    save_table(args.measurements, table, record_of(MODULE, parameters, UNITS))
    save_table(args.figure_data, pd.concat([*data, points, pd.DataFrame(lines)]), record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
