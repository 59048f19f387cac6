"""The escape law [13] under gradient flow from the plateau, and where a finite learning rate ends it.

From: the widths, the size of the overlaps at the onset and the number of starts.
Makes: the table of measurements (rates, prefactors, times), and the data of the figure escape_law.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import errors_of, exact, mean, standard_errors
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape.measure.escape_law import (
    Reduction,
    finite_rate,
    fit_law,
    reduction,
    slope_in_log_p,
    times_to,
)
from shallownets.studies.escape.parameters.plateau import EscapeLaw
from shallownets.studies.escape.stages.plateau_shared import gaussian_starts, row, theory_last
from shallownets.studies.escape.theory import plateau

UNITS = {
    "time": "eta_hat alpha",
    "rate": "1/(eta_hat alpha)",
    "reduction": "of L(0)",
    "x": "of reductions eta_hat alpha, of prefactors p, of rates eta_hat",
}


def finite_rates(p: int, p_star: int, given: EscapeLaw) -> list[dict]:
    """Measurements of the rate at each finite learning rate with a plateau, over that of gradient flow."""
    rows = []
    for eta_hat in given.eta_hat:
        if eta_hat < plateau.last_plateau(p, p_star):
            ratio = exact(finite_rate(p, p_star, eta_hat, given.tolerance))
            theory = float(plateau.finite_overlap_rate(p, p_star, eta_hat)) * p_star / 4
            rows.append(row("finite_rate_ratio", ratio, p=p, p_star=p_star, eta_hat=eta_hat, theory=theory))
    return rows


def slopes(rates: pd.DataFrame) -> list[dict]:
    """Measurements of how the rate depends on p at each p*; none from fewer than 3 widths."""
    return [
        row(
            "rate_slope_in_log_p",
            slope_in_log_p(part.p, part.estimate, errors_of(part), part.n - 1, p_star),
            p=0,
            p_star=p_star,
            eta_hat=0.0,
        )
        for p_star, part in rates.groupby("p_star")
        if len(part) >= 3
    ]


def drawn_curve(found: Reduction, variance: float) -> pd.DataFrame:
    """Curve of the figure: the mean reduction at one pair of widths, and what theory says of it."""
    curve = {
        "quantity": "reduction",
        "p": found.p,
        "p_star": found.p_star,
        "eta_hat": 0.0,
        "x": found.t,
        "estimate": found.curves.mean(0),
        "error": standard_errors(found.curves),
        "theory": plateau.loss_reduction(found.t, found.p, found.p_star, variance),
    }
    return pd.DataFrame(curve)


def drawn_points(table: pd.DataFrame) -> pd.DataFrame:
    """Points of the figure: prefactors against p, rates against eta_hat."""
    shown = table[table.quantity.isin(["prefactor", "finite_rate_ratio"])]
    return shown[["quantity", "p", "p_star", "eta_hat", "estimate", "theory"]].assign(
        x=np.where(shown.quantity == "prefactor", shown.p, shown.eta_hat), error=errors_of(shown)
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


@stage
def escape_law(given: EscapeLaw) -> Tables:
    variance = given.sigma**2
    measured, curves = [], []
    for p, p_star in given.widths:
        starts = gaussian_starts(given.seed, p, p_star, round(1 / variance), given.starts)
        found = reduction(starts, variance, given.reduction_last, given.points, given.tolerance)
        resampling = {"p": p, "p_star": p_star, "sigma": given.sigma}
        rng = default_rng(seeds.sequence(given.seed, "plateau bootstrap", resampling, 0))
        fit = fit_law(found, variance, given.reduction_max, rng, given.resamples)
        keys = {"p": p, "p_star": p_star, "eta_hat": 0.0}
        measured += [row(name, fitted, **keys) for name, fitted in vars(fit).items()]
        predicted = plateau.mean_escape_time(given.reduction, p, p_star, variance)
        measured.append(row("time", mean(times_to(given.reduction, found)), **keys, theory=predicted))
        measured += finite_rates(p, p_star, given)
        curves.append(drawn_curve(found, variance))
    table = theory_last(measured)
    table = theory_last(measured + slopes(table[table.quantity == "rate"]))
    shown = pd.concat([*curves, drawn_points(table), predicted_prefactors(given.widths)])
    return Tables(Table(table, UNITS), Table(shown, UNITS))
