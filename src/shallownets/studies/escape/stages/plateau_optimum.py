"""The learning rate of the fastest escape from the plateau, from a scan of the learning rate by the ODE.

From: the escape times of the scan.
Makes: the table of measurements (optimum, its law in p, where runs stop converging), and the data of Figure 2.
"""

from dataclasses import fields

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import errors_of, exact
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.optimum import OptimumLaw, exponent_from, optimum, optimum_law
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.plateau import PlateauOptimum
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.theory.plateau import fastest_eta_hat

UNITS = {"eta_hat": "learning rate per student unit, eta/p", "alpha": "samples/N", "estimate": "the quantity's own"}


def optimum_rows(eta_hat: Array, times: Array, keys: dict, given: PlateauOptimum) -> list[dict]:
    """Measurements at one pair of widths, from escape times (E, S) at learning rates (E,)."""
    p, p_star = keys["p"], keys["p_star"]
    rng = default_rng(seeds.sequence(given.seed, "plateau bootstrap", {"p": p, "p_star": p_star}, 0))
    best = optimum(p * eta_hat, times, rng, given.resamples)
    last = p * eta_hat[np.isfinite(times).all(1)].max()
    return [
        row("eta_opt", best, **keys),
        row("eta_limit", exact(last, times.shape[1]), **keys),
        row("eta_hat_opt_over_fastest", exact(best.value / p / fastest_eta_hat(p, p_star)), **keys),
    ]


def law_rows(optima: pd.DataFrame) -> list[dict]:
    """Measurements of how the optimum depends on p at each p*; none from fewer than 4 widths."""
    rows = []
    for p_star, part in optima.groupby("p_star"):
        if len(part) < 4:
            continue
        p, errors = part.p.to_numpy(float), errors_of(part).to_numpy()
        law = optimum_law(p, part.estimate.to_numpy(), errors, part.n.to_numpy() - 1.0)
        widths = {"exponent": int(p[exponent_from(p)]), "quadratic": int(p[-1])}
        rows += [
            row(f"eta_opt_{name}", found, p_star=p_star, p=widths.get(name, 0)) for name, found in vars(law).items()
        ]
    return rows


def drawn_scan(eta_hat: Array, times: Array, keys: dict) -> pd.DataFrame:
    """Curve of the figure at one pair of widths: the mean escape time where no start is censored, else 0."""
    good = np.isfinite(times).all(1)
    alpha, error = np.zeros(len(eta_hat)), np.zeros(len(eta_hat))
    alpha[good] = times[good].mean(1)
    error[good] = times[good].std(1) / np.sqrt(times.shape[1])
    censored = np.isinf(times).sum(1)
    curve = {"quantity": "scan", **keys, "eta_hat": eta_hat, "alpha": alpha, "error": error, "censored": censored}
    return pd.DataFrame(curve)


def drawn_optima(optima: pd.DataFrame) -> pd.DataFrame:
    """Points of the figure: the optimum at each pair of widths."""
    error = errors_of(optima) / optima.p
    points = {"quantity": "optimum", "eta_hat": optima.estimate / optima.p, "error": error, "alpha": 0.0, "censored": 0}
    return optima[["p_star", "p"]].assign(**points)


def drawn_laws(laws: list[dict]) -> pd.DataFrame:
    """Lines of the figure: slope and intercept at each p*."""
    lines = [one for one in laws if one["quantity"] in ("eta_opt_slope", "eta_opt_intercept")]
    shared = {"p": 0, "alpha": 0.0, "error": 0.0, "censored": 0}
    return pd.DataFrame(
        {"quantity": one["quantity"], "p_star": one["p_star"], "eta_hat": one["estimate"]} | shared for one in lines
    )


@stage
def plateau_optimum(given: PlateauOptimum, scan: Arrays) -> Tables:
    measured, curves, lost = [], [], Lost()
    for (p, p_star), at_widths in zip(scan.arrays["widths"].tolist(), scan.arrays["escaped"], strict=True):
        tried = ~np.isnan(at_widths).any(1)
        eta_hat, times = scan.arrays["eta_hat"][tried], at_widths[tried]
        if np.isfinite(times).all(1).sum() < 4:
            laws = [{"p_star": p_star, "quantity": [f"eta_opt_{one.name}" for one in fields(OptimumLaw)]}]
            lost.note(f"p = {p}, p* = {p_star}: every start escapes at fewer than 4 learning rates", laws)
            continue
        keys = {"p_star": p_star, "p": p}
        measured += optimum_rows(eta_hat, times, keys, given)
        curves.append(drawn_scan(eta_hat, times, keys))
    lost.require(curves)
    table = pd.DataFrame(measured)
    optima = table[table.quantity == "eta_opt"]
    laws = law_rows(optima)
    shown = pd.concat([*curves, drawn_optima(optima), drawn_laws(laws)])
    return Tables(
        *(Table(frame, UNITS, scan.parameters, lost.notes) for frame in (pd.DataFrame(measured + laws), shown))
    )
