"""Late times: exponential decay of the risk for p = p*, and alpha^-2 for p > p*.

From: widths, learning rates and a seed. Gradient flow and the spectral ODE from several starts; the overlap chain at
finite N from one start.
Makes: the table of measurements, and the data of the figure late_times.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain
from shallownets.studies.escape.measure import late as measure
from shallownets.studies.escape.model import Array, population_risk
from shallownets.studies.escape.parameters.beyond import LateTimes
from shallownets.studies.escape.starts import Start

UNITS = {"eta_hat": "learning rate per student unit, eta/p; 0: gradient flow", "estimate": "rate: per eta samples/N"}
DRAWN_UNITS = {"t": "eta samples/N", "risk": "1", "law": "1"}
COLUMNS = [
    "quantity",
    "engine",
    "p",
    "p_star",
    "eta_hat",
    "N",
    "fit_from",
    "delay",
    "estimate",
    "low",
    "high",
    "n",
    "degrees",
]


class Found(NamedTuple):
    """Measurements at one pair of widths, and a curve of the figure."""

    rows: list[dict]
    curve: pd.DataFrame


def columns_of(p: int, p_star: int, eta_hat: float, N: int) -> dict:
    """The columns that say what was simulated."""
    return {"p": p, "p_star": p_star, "eta_hat": eta_hat, "N": N}


def curve(key: dict, engine: str, t: Array, risk: Array, law: Array) -> pd.DataFrame:
    """The figure's data: a risk and what it is held against, (T,) each; t = 0 has no place on a logarithmic axis."""
    return pd.DataFrame(key | {"engine": engine, "t": t, "risk": risk, "law": law})[t > 0]


def drawn(p: int, p_star: int, index: int, given: LateTimes) -> Start:
    """One of the starts at these widths, the same for every engine and learning rate."""
    stream = seeds.sequence(given.seed, "late times", {"p": p, "p_star": p_star, "N": given.N}, index)
    return starts.gaussian(p, p_star, given.N, default_rng(stream))


def equal_widths(p: int, eta_hat: float, engine: str, given: LateTimes) -> Found:
    """The ODE at p = p*: its rate over all starts, in gradient flow its prefactor too; the curve of the first start."""
    key, eta, found, curves = columns_of(p, p, eta_hat, given.N), eta_hat * p, [], []
    for index in range(given.starts):
        start = drawn(p, p, index, given)
        t = measure.until_decayed(start, eta, given.window[0], 10 * given.points)
        risk = measure.limit_risk(start, eta_hat, t, given.tolerance)
        found.append(measure.exponential(start, eta, t, risk, given.window))
        curves.append(curve(key, engine, t, risk, found[-1].law))
    key = {"engine": engine} | key
    rows = [{"quantity": "decay rate"} | key | measure.span([one.rate for one in found])]
    if eta_hat == 0:
        rows.append({"quantity": "decay prefactor"} | key | measure.span([one.prefactor for one in found]))
    return Found(rows, curves[0])


def wide_student(p: int, p_star: int, eta_hat: float, engine: str, given: LateTimes) -> Found:
    """The ODE at p > p*: its exponent over all starts, and its risk over the law; the curve of the first start."""
    key, t = columns_of(p, p_star, eta_hat, given.N), measure.logarithmic_times(given.t_max * p, given.points)
    law = np.concatenate([[np.nan], measure.algebraic_law(p, p_star, eta_hat * p, t[1:])])
    begun = [drawn(p, p_star, index, given) for index in range(given.starts)]
    risks = [measure.limit_risk(start, eta_hat, t, given.tolerance) for start in begun]
    found = [measure.algebraic(t[1:], risk[1:]) for risk in risks]
    fit = key | {"engine": engine, "fit_from": t[-1] / 10, "delay": max(one.delay for one in found)}
    over = np.array([one.c for one in found]) / (law[-1] * t[-1] ** 2)
    rows = [
        {"quantity": "late exponent"} | fit | measure.span([one.exponent for one in found]),
        {"quantity": "late risk over its law"} | fit | measure.span(over),
    ]
    return Found(rows, curve(key, engine, t, risks[0], law))


def by_chain(p: int, p_star: int, given: LateTimes, lost: Lost) -> Found | None:
    """The chain's runs from one start, and their mean risk beside the ODE's; None where fewer than two are left."""
    eta, start = given.eta_hat * p, drawn(p, p_star, 0, given)
    key = columns_of(p, p_star, given.eta_hat, given.N)
    if p == p_star:
        t = measure.until_decayed(start, eta, given.window[0], 10 * given.points)
    else:
        t = measure.logarithmic_times(given.chain_t_max * p, given.points)
    alpha = np.unique(np.rint(t / eta * given.N)) / given.N  # whole samples, each once
    streams = [seeds.sequence(given.seed, "late times, samples", key, r) for r in range(given.replicates)]
    with progress(f"chain, p = {p}, p* = {p_star}", given.replicates * alpha[-1]) as advance:
        run = chain.simulate(start, given.N, eta, alpha, streams, advance)
    kept = run.valid.all(1)
    if not lost.enough(kept, f"chain, p = {p}, p* = {p_star}", "diverged", [{"engine": "chain"} | key]):
        return None
    t, risks = eta * alpha, population_risk(run.M[kept], run.Q[kept])
    ode = measure.limit_risk(start, given.eta_hat, t, given.tolerance)
    fit = {}
    if p == p_star:
        found = {"decay rate": [measure.decay_rate(t, risk, given.window) for risk in risks]}
    else:
        late = [measure.algebraic(t[1:], risk[1:]) for risk in risks]
        c = np.array([one.c for one in late])
        fit = {"fit_from": t[-1] / 10, "delay": max(one.delay for one in late)}
        found = {
            "late exponent": [one.exponent for one in late],
            "late risk over its law": c / measure.algebraic_law(p, p_star, eta, np.ones(1)),
            "late risk over that of the ODE": c / measure.algebraic(t[1:], ode[1:]).c,
        }
    rows = [{"quantity": name, "engine": "chain"} | key | fit | mean(some).row() for name, some in found.items()]
    return Found(rows, curve(key, "chain", t, risks.mean(0), ode))


@stage
def late_times(given: LateTimes) -> Tables:
    found, lost = [], Lost()
    for eta_hat, engine in ((0.0, "gradient flow"), (given.eta_hat, "spectral ODE")):
        found += [equal_widths(p, eta_hat, engine, given) for p in given.equal]
        found += [wide_student(p, p_star, eta_hat, engine, given) for p, p_star in given.wide]
    for p, p_star in ((given.chain_equal, given.chain_equal), given.chain_wide):
        if one := by_chain(p, p_star, given, lost):
            found.append(one)
    table = pd.DataFrame([row for one in found for row in one.rows])[COLUMNS]
    data = pd.concat([one.curve for one in found], ignore_index=True)
    return Tables(
        Table(table.fillna({"fit_from": 0.0, "delay": 0.0}), UNITS, notes=lost.notes),
        Table(data, DRAWN_UNITS, notes=lost.notes),
    )
