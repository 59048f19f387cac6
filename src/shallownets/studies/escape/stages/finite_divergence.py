"""Share of the runs of SGD that diverge, against the learning rate and N, and where the ODE does.

From: when runs of SGD diverged, at several widths and N.
Makes: the table of measurements, and the data of the figure finite_divergence.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import exact
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.finite import half_diverged, ode_limit, proportion
from shallownets.studies.escape.parameters.finite import FiniteDivergence
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.theory import plateau

UNITS = {"eta_hat": "learning rate per student unit, eta/p", "estimate": "1", "low": "1", "high": "1"}


@stage
def finite_divergence(given: FiniteDivergence, runs: list[Arrays]) -> Tables:
    measured, shown = [], []
    for one in runs:
        keys = {name: one.parameters[name] for name in ("p", "p_star", "N")}
        p, p_star, N = keys.values()
        rates, diverged = one.arrays["eta_hat"], np.isfinite(one.arrays["diverged_at"])
        limits = {
            "ode_limit": ode_limit(p, p_star, N, one.parameters["t_max"], given.tolerance),
            "last_plateau": plateau.last_plateau(p, p_star),
            "last_convergence": plateau.last_convergence(p_star),
        }
        limit = limits["ode_limit"]
        for eta_hat, lost in zip(rates.tolist(), diverged, strict=True):
            at, share = keys | {"eta_hat": eta_hat}, proportion(int(lost.sum()), len(lost))
            measured.append({"quantity": "diverged", **at, "theory": float(eta_hat > limit), **share})
            drawn = {name: share[name] for name in ("estimate", "low", "high", "n")}
            shown.append(at | drawn | limits)
        rng = default_rng(seeds.sequence(given.seed, "divergence bootstrap", keys, 0))
        half = half_diverged(rates, diverged, rng, given.resamples)
        measured.append(row("half_diverged", half, **keys, eta_hat=0.0, theory=limit))
        measured.append(row("ode_limit", exact(limit), **keys, eta_hat=0.0, theory=limits["last_plateau"]))
    found = {"t_max": runs[0].parameters["t_max"]}
    return Tables(Table(pd.DataFrame(measured), UNITS, found), Table(pd.DataFrame(shown), UNITS, found))
