"""The best weight decay of both networks, its risk, and what the Bayes-optimal estimator and pruning make of it.

From: dimensions and exponents of the teacher.
Makes: a table of measurements, and the data of the figure `optimal`. Sizes whose best decay is no decay are noted.
"""

from math import sqrt

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters.theory import Optimal
from shallownets.studies.spectra.theory import corrections, evolution, law, phases
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "risk": "R", "lam": "1", "scaled": "lam over the root of N/d", "estimate": "see quantity"}
FEW = 20  # d over samples from which there are few
AROUND = np.geomspace(0.5, 2, 3)  # N over that of the quadratic network's peak, where pruning is looked at closely


@stage
def optimal(given: Optimal) -> Tables:
    rows, shown, lost = [], [], Lost()
    with progress("best weight decay", len(given.gammas) * (2 * given.points + AROUND.size)) as advance:
        for gamma in given.gammas:
            for model, network in (
                ("diagonal", Diagonal(gamma, given.diagonal, given.noise)),
                ("quadratic", Quadratic(gamma, given.quadratic, given.noise)),
            ):
                states: list[State] = []
                bayes: list[float] = []
                sizes = np.geomspace(10, 10 * network.d, given.points)
                if model == "quadratic":
                    sizes = np.sort(np.concatenate([sizes, AROUND * phases.peak_at(True, network.d)]))
                for N in sizes:
                    state = evolution.best(network, float(N * network.samples))
                    of = {"model": model, "gamma": gamma, "N": N, "d": network.d}
                    point = of | {"risk": state.risk, "lam": state.lam, "scaled": state.lam / sqrt(N / network.d)}
                    point["ratio"] = state.x / sqrt(state.v)
                    if isinstance(network, Quadratic):
                        share = bayes[-1] / states[-1].risk if bayes else 1.0  # changes little from point to point
                        point["bayes"] = law.bayes(network, state.n, share * state.risk)
                        bayes.append(point["bayes"])
                        weak = evolution.solve(network, state.n, 1 / network.d)
                        point["pruned"] = law.pruned(network.levels, weak.v, weak.x)
                        rows.append(of | {"quantity": "over bayes"} | exact(state.risk / point["bayes"]).row())
                    states.append(state)
                    shown.append(point)
                    advance(1)
                _exponents(rows, model, network, states, bayes, lost)
            points = [one for one in shown if one["gamma"] == gamma and "pruned" in one]
            pruned = {one["N"]: one["pruned"] / one["risk"] for one in points}
            peak = min(pruned, key=lambda N: abs(N - phases.peak_at(True, given.quadratic)))
            few = [ratio for N, ratio in pruned.items() if given.quadratic > FEW * N]
            of = {"model": "quadratic", "gamma": gamma, "d": given.quadratic}
            rows.append(of | {"quantity": "pruned over best, few samples"} | exact(max(few), len(few)).row())
            rows.append(of | {"quantity": "pruned over best, at the peak"} | exact(pruned[peak]).row())
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))


def _exponents(rows: list, model: str, network: Network, states: list[State], bayes: list[float], lost: Lost) -> None:
    """Exponents of risk and best decay over two decades below N = min(d, d^(2 gamma))/10."""
    sizes, risk, lam = (np.array([getattr(state, name) for state in states]) for name in ("N", "risk", "lam"))
    d, gamma = network.d, network.gamma
    end = min(d, d ** (2 * gamma)) / 10
    window = (sizes <= end) & (sizes >= end / 100)
    if window.sum() < 3:
        return
    of = {"model": model, "gamma": gamma, "N": end, "d": d}
    orders = corrections.best(network, [one for one, inside in zip(states, window, strict=True) if inside])
    wanted = [("risk exponent", risk, -1 + 1 / (2 * gamma), orders.risk), ("decay exponent", lam, 0.5, orders.decay)]
    if bayes:
        wanted.append(("exponent of the ratio to Bayes", risk / np.array(bayes), 0.0, 2 * orders.risk))
    if limits := int((lam[window] == 0).sum()):
        where = f"{model} network, gamma = {gamma:g}: at {limits} of {window.sum()} sizes of the exponents"
        touched = [{"model": model, "gamma": gamma, "quantity": "decay exponent"}]
        lost.note(f"{where} no weight decay above 0 is the best", touched)
    for quantity, y, theory, order in wanted:
        used = window & (y > 0)
        if used.sum() < 3:
            continue
        found = exact(curves.power(sizes[used], y[used]))
        rows.append(of | {"quantity": quantity, "theory": theory, "order": order} | found.row())
