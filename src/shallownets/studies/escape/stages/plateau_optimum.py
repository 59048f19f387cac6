"""Scan of the learning rate: how fast the ODE escapes from the plateau, and the learning rate of the fastest escape.

From: the widths, the starts and the grid of learning rates.
Makes: the table of measurements (optimum, its law in p, where runs stop converging), and the data of Figure 2.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, fit_polynomial
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.measure.plateau import optimum
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.plateau import PlateauOptimum
from shallownets.studies.escape.stages.plateau_shared import exact, gaussian_starts, row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau

UNITS = {"eta_hat": "learning rate per student unit, eta/p", "alpha": "samples/N", "estimate": "the quantity's own"}


def escape(start: Start, eta: float, given: PlateauOptimum) -> float:
    """Escape time of one run; inf where it does not converge afterwards, whether it diverges or takes too long."""
    p, p_star = start.M.shape
    end, begin = (plateau.plateau_level(p, p_star, part) for part in (given.converged, given.fraction))
    if np.isinf(spectral.escape_time(start, eta, end, given.alpha_max, given.tolerance)):
        return np.inf
    return spectral.escape_time(start, eta, begin, given.alpha_max, given.tolerance)


def scan(starts: list[Start], grid: Array, given: PlateauOptimum) -> Array:
    """(E, S) escape times at the learning rates of the grid, from below, until no start converges any more."""
    p = len(starts[0].Q)
    times = []
    for eta_hat in grid:
        times.append([escape(start, p * eta_hat, given) for start in starts])
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
    p: int, p_star: int, grid: Array, given: PlateauOptimum, lost: Lost
) -> tuple[list[dict], list[pd.DataFrame]]:
    """(measurements of the learning rate of the fastest escape, curve of the figure) at one pair of widths.

    Nothing where every start escapes at fewer than 4 learning rates.
    """
    starts = gaussian_starts(given.seed, p, p_star, given.N, given.starts)
    times = scan(starts, grid, given)
    rates, censored = grid[: len(times)], np.isinf(times).sum(1)
    good = censored == 0
    if good.sum() < 4:
        lost.notes.append(f"p = {p}, p* = {p_star}: every start escapes at fewer than 4 learning rates")
        return [], []
    rng = default_rng(seeds.sequence(given.seed, "plateau bootstrap", {"p": p, "p_star": p_star}, 0))
    best = optimum(p * rates, times, rng, given.resamples)
    keys = {"p_star": p_star, "p": p}
    measured = [
        row("eta_opt", best, **keys),
        row("eta_limit", exact(p * rates[good].max(), given.starts), **keys),
        row("eta_hat_opt_over_fastest", exact(best.value / p / plateau.fastest_eta_hat(p, p_star)), **keys),
    ]
    alpha, error = np.zeros(len(rates)), np.zeros(len(rates))
    alpha[good] = times[good].mean(1)
    error[good] = times[good].std(1) / np.sqrt(given.starts)
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


@stage
def plateau_optimum(given: PlateauOptimum) -> Tables:
    grid = given.step * np.arange(1, round(given.largest / given.step) + 1)
    measured, curves, lost = [], [], Lost()
    for p, p_star in sorted(given.widths):
        rows, curve = optimum_at(p, p_star, grid, given, lost)
        measured += rows
        curves += curve
    lost.require(curves)
    table = pd.DataFrame(measured)
    optima = table[table.quantity == "eta_opt"]
    fits = laws(optima)
    data = pd.concat([*curves, drawn_optima(optima), drawn_laws(fits)])
    data = data.fillna({"censored": 0}).astype({"censored": int})
    return Tables(Table(pd.DataFrame(measured + fits), UNITS, notes=lost.notes), Table(data, UNITS, notes=lost.notes))
