"""The escape law [13] under gradient flow from the plateau, and where a finite learning rate ends it.

From: the widths, the size of the overlaps at the onset and the number of starts.
Makes: the table of measurements (rates, prefactors, times), and the data of the figure escape_law.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.statistics import Estimate, bootstrap, fit_polynomial, mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.measure.plateau import Growth, fit_growth, log_slope
from shallownets.studies.escape.model import Array, plateau_norm, population_risk
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.stages.plateau_shared import exact, gaussian_starts, row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau

MODULE = "shallownets.studies.escape.stages.plateau_law"
UNITS = {"t": "eta_hat alpha", "rate": "1/t", "reduction": "of L(0)"}
DRAWN_UP_TO = 0.5  # relative loss reduction at which the figure's time axis ends, well past the linear regime


def reductions(starts: list[Start], t: Array, tolerance: float) -> Array:
    """(S, T) relative loss reduction under gradient flow, Q = Q_hat I at t = 0."""
    p = starts[0].M.shape[0]
    curves = []
    for start in starts:
        onset = Start(start.M, plateau_norm(p) * np.eye(p))
        run = spectral.simulate(onset, p, t, tolerance, gradient_flow=True)
        risk = population_risk(run.M, run.Q)[0]
        curves.append((risk[0] - risk[1:]) / risk[0])
    return np.array(curves)


def fits(t: Array, curves: Array, squares: Array, p: int, p_star: int, args: argparse.Namespace) -> dict[str, Estimate]:
    """Rate per t and prefactor over sigma^2 of the mean reduction, bootstrapped over the starts.

    The prefactor is given once more over the starts' own mean square overlap.

    Args:
        t: (T,) times above 0.
        curves: (S, T) reductions.
        squares: (S,) mean square overlap of each start.
    """
    linear = curves.mean(0) < args.reduction_max
    experiment = {"p": p, "p_star": p_star, "sigma": args.sigma}
    rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", experiment, 0))

    def fitted(sample: Array) -> Growth:
        return fit_growth(t[linear], sample.mean(0)[linear], plateau.escape_rate(p_star))

    return {
        "rate": bootstrap(curves, lambda sample: fitted(sample).rate, rng, args.resamples),
        "prefactor": bootstrap(curves, lambda sample: fitted(sample).prefactor / args.sigma**2, rng, args.resamples),
        "prefactor_given_overlaps": exact(fitted(curves).prefactor / squares.mean(), args.starts),
    }


def times_to(reduction: float, t: Array, curves: Array) -> Array:
    """(S,) times of a small reduction: one log-linear interpolation per start, between neighbours well below 1/rate."""
    logs = np.log(np.maximum(curves, 1e-300))  # the earliest reductions may be lost to rounding
    return np.array([np.interp(np.log(reduction), log, t) for log in logs])


def law(p: int, p_star: int, args: argparse.Namespace) -> tuple[list[dict], pd.DataFrame]:
    """(rate, prefactor and time of the mean reduction, the curve itself) at one pair of widths."""
    keys = {"p": p, "p_star": p_star, "eta_hat": 0.0}
    starts = gaussian_starts(args.seed, p, p_star, round(1 / args.sigma**2), args.starts)
    size = plateau.escape_prefactor(p, p_star) * args.sigma**2
    t = np.linspace(0, np.log1p(DRAWN_UP_TO / size) / plateau.escape_rate(p_star), args.points)
    curves, t = reductions(starts, t, args.tolerance), t[1:]
    squares = np.array([(start.M**2).mean() for start in starts])
    rows = [row(name, fit, **keys) for name, fit in fits(t, curves, squares, p, p_star, args).items()]
    time = plateau.mean_escape_time(args.reduction, p, p_star, args.sigma**2)
    rows.append(row("time", mean(times_to(args.reduction, t, curves)), **keys, theory=time))
    curve = {
        "quantity": "reduction",
        **keys,
        "x": t,
        "estimate": curves.mean(0),
        "error": curves.std(0, ddof=1) / np.sqrt(args.starts),
        "theory": plateau.loss_reduction(t, p, p_star, args.sigma**2),
    }
    return rows, pd.DataFrame(curve)


def finite_rate(p: int, p_star: int, eta_hat: float, tolerance: float) -> float:
    """Rate of ΣM² per t at finite learning rate over 8/p*, from its plateau and overlaps too small to react on it."""
    M = 1e-6 * np.eye(p, p_star)
    norm = plateau_norm(p) * float(plateau.relative_norm(p, p_star, eta_hat))
    t = np.linspace(0, p_star / 2, 11)
    run = spectral.simulate(Start(M, norm * np.eye(p)), p * eta_hat, t / eta_hat, tolerance)
    return float(log_slope(t, (run.M[0] ** 2).sum((1, 2)))) / plateau.escape_rate(p_star)


def finite_rates(p: int, p_star: int, args: argparse.Namespace) -> list[dict]:
    """Measurements of the rate at each finite learning rate with a plateau, over that of gradient flow."""
    rows = []
    for eta_hat in args.eta_hat:
        if eta_hat < plateau.last_plateau(p, p_star):
            ratio = exact(finite_rate(p, p_star, eta_hat, args.tolerance))
            theory = float(plateau.finite_overlap_rate(p, p_star, eta_hat)) * p_star / 4
            rows.append(row("finite_rate_ratio", ratio, p=p, p_star=p_star, eta_hat=eta_hat, theory=theory))
    return rows


def slopes_in_log_p(rates: pd.DataFrame) -> list[dict]:
    """Measurements of the slope of rate p*/8 against log p at each p*; none from fewer than 3 widths."""
    rows = []
    for p_star, part in rates.groupby("p_star"):
        if len(part) >= 3:
            # weights from the bootstrap, none below the solver's accuracy
            errors = np.maximum((part.high - part.low) / 6, 1e-6 * part.estimate)
            slope = fit_polynomial(np.log(part.p), part.estimate * p_star / 8, errors * p_star / 8).coefficients[1]
            rows.append(row("rate_slope_in_log_p", slope, p=0, p_star=p_star, eta_hat=0.0, theory=0.0))
    return rows


def points(table: pd.DataFrame) -> pd.DataFrame:
    """Points of the figure: prefactors against p, rates against eta_hat."""
    shown = table[table.quantity.isin(["prefactor", "finite_rate_ratio"])]
    return shown[["quantity", "p", "p_star", "eta_hat", "estimate", "theory"]].assign(
        x=np.where(shown.quantity == "prefactor", shown.p, shown.eta_hat), error=(shown.high - shown.low) / 6
    )


def predicted_prefactors(widths: list[tuple[int, int]]) -> pd.DataFrame:
    """Line of the figure at each p*, up to the widest student of all."""
    widest = max(p for p, _ in widths)
    lines = [
        {"quantity": "prefactor_theory", "p": p, "p_star": p_star, "eta_hat": 0.0, "x": p, "error": 0.0}
        | dict.fromkeys(["estimate", "theory"], plateau.escape_prefactor(p, p_star))
        for p_star in sorted({p_star for _, p_star in widths})
        for p in range(p_star, widest + 1)
    ]
    return pd.DataFrame(lines)


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

    measured, curves = [], []
    for p, p_star in args.widths:
        rows, curve = law(p, p_star, args)
        measured += rows + finite_rates(p, p_star, args)
        curves.append(curve)
    table = pd.DataFrame(measured)
    measured += slopes_in_log_p(table[table.quantity == "rate"])
    table = pd.DataFrame(measured).fillna({"theory": 0.0})

    chosen = "sigma", "starts", "reduction_max", "reduction", "tolerance", "seed"
    record = record_of(MODULE, {name: getattr(args, name) for name in chosen}, UNITS)
    save_table(args.measurements, table, record)
    save_table(args.figure_data, pd.concat([*curves, points(table), predicted_prefactors(args.widths)]), record)


if __name__ == "__main__":
    cli.run(main)
