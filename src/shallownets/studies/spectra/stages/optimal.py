"""The best weight decay of both networks, its risk, and what the Bayes-optimal estimator and pruning make of it.

From: dimensions and exponents of the teacher.
Makes: a table of measurements, and the data of the figure `optimal`.
"""

from math import log, sqrt

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.parameters.theory import Optimal
from shallownets.studies.spectra.theory import evolution, law
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "risk": "R", "lam": "1", "scaled": "lam over the root of N/d", "estimate": "see quantity"}
EDGE = 2.0  # of the bulk, in units of the noise
FEW = 20  # d over samples from which there are few


def _pruned(network: Quadratic, n: float, lam: float) -> float:
    """Risk of a fit at decay lam of which only what lies above the bulk is kept, as it is."""
    state = evolution.solve(network, n, lam)
    cut = max(EDGE * sqrt(state.v), state.x)
    of = law.law(network.levels, state.v, cut)
    f = np.where(of.x > cut, of.x - state.x, 0)
    return float(2 * (of.share @ (f * f - 2 * f * of.c) + network.levels.weight @ network.levels.value**2))


@stage
def optimal(given: Optimal) -> Tables:
    rows, shown = [], []
    with progress("best weight decay", 2 * len(given.gammas) * given.points) as advance:
        for gamma in given.gammas:
            for model, network in (
                ("diagonal", Diagonal(gamma, given.diagonal, given.noise)),
                ("quadratic", Quadratic(gamma, given.quadratic, given.noise)),
            ):
                states = []
                for N in np.geomspace(10, 10 * network.d, given.points):
                    state = evolution.best(network, float(N * network.samples))
                    of = {"model": model, "gamma": gamma, "N": N, "d": network.d}
                    point = of | {"risk": state.risk, "lam": state.lam, "scaled": state.lam / sqrt(N / network.d)}
                    point["ratio"] = state.x / sqrt(state.v)
                    if isinstance(network, Quadratic):
                        point["bayes"] = law.bayes(network, state.n)
                        point["pruned"] = _pruned(network, state.n, 1 / network.d)
                        rows.append(of | {"quantity": "over bayes"} | exact(state.risk / point["bayes"]).row())
                    states.append(state)
                    shown.append(point)
                    advance(1)
                _exponents(rows, model, gamma, network.d, states)
            points = [one for one in shown if one["gamma"] == gamma and "pruned" in one]
            pruned = {one["N"]: one["pruned"] / one["risk"] for one in points}
            few = [ratio for N, ratio in pruned.items() if given.quadratic > FEW * N]
            of = {"model": "quadratic", "gamma": gamma, "d": given.quadratic}
            rows.append(of | {"quantity": "pruned over best, few samples"} | exact(max(few), len(few)).row())
            rows.append(of | {"quantity": "pruned over best, at the peak"} | exact(max(pruned.values())).row())
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))


def _exponents(rows: list, model: str, gamma: float, d: int, states: list) -> None:
    """Exponents of risk and best decay over the last decade below N = min(d, d^(2 gamma))/10, and beyond."""
    sizes, risk, lam = (np.array([getattr(state, name) for state in states]) for name in ("N", "risk", "lam"))
    end = min(d, d ** (2 * gamma)) / 10
    window = (sizes <= end) & (sizes >= end / 100)
    if window.sum() < 3:
        return
    of = {"model": model, "gamma": gamma, "N": end, "d": d, "order": 1 / log(end)}
    fall, grows = (float(np.polyfit(np.log(sizes[window]), np.log(y[window]), 1)[0]) for y in (risk, lam))
    rows.append(of | {"quantity": "risk exponent", "theory": -1 + 1 / (2 * gamma)} | exact(fall).row())
    rows.append(of | {"quantity": "decay exponent", "theory": 0.5} | exact(grows).row())
