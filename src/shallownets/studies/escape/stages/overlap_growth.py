"""Growth of the overlaps on the plateau [11]: SGD at finite N and the ODE from one start beside the exponential.

From: the trajectories of the ODE and of SGD.
Makes: the table of measurements, and the data of the figure overlap_growth. Time is t = eta_hat alpha.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import exact, standard_errors
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.growth import mean_rate, projection
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.plateau import OverlapGrowth
from shallownets.studies.escape.stages.beside_ode import beside_ode
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.theory import plateau

UNITS = {"t": "eta_hat alpha", "value": "projection of M(t) on M(0), over |M(0)|^2"}


def growth_curves(t: Array, runs: Array | None, limit: Array, laws: dict[str, float]) -> pd.DataFrame:
    """Projections of SGD (R, T), mean and error, and of the ODE (T,) against time, beside exponentials."""
    series = {"ODE": limit} | {name: np.exp(rate * t) for name, rate in laws.items()}
    frames = [pd.DataFrame({"series": name, "t": t, "value": y, "error": 0.0}) for name, y in series.items()]
    if runs is not None:
        error = standard_errors(runs)
        frames.insert(0, pd.DataFrame({"series": "SGD", "t": t, "value": runs.mean(0), "error": error}))
    return pd.concat(frames)


@stage
def overlap_growth(given: OverlapGrowth, runs: Arrays) -> Tables:
    experiment = {name: runs.parameters[name] for name in ("p", "p_star", "N", "eta_hat")}
    p, p_star, _, eta_hat = experiment.values()
    t, found = beside_ode(runs)
    projections, lost = projection(found.M, found.M[0, 0]), Lost()
    limit, kept = projections[0], found.valid[1:].all(1)
    enough = lost.enough(kept, "SGD", "diverged", [{"quantity": "overlap_rate_sgd"}])
    sgd = projections[1:][kept] if enough else None

    end = max(int(np.argmin(np.abs(t - given.t_fit))), 1)
    of_ode, law = np.log(limit[end]) / t[end], float(plateau.finite_overlap_rate(p, p_star, eta_hat))
    keys = experiment | {"t": t[end], "ode": of_ode, "finite": law}
    measured = [row("overlap_rate_ode", exact(of_ode), **keys)]
    if sgd is not None:
        resampling = default_rng(seeds.sequence(given.seed, "plateau bootstrap", experiment, 0))
        rate = mean_rate(t[end], sgd[:, end], resampling, given.resamples)
        measured.append(row("overlap_rate_sgd", rate, **keys))
    laws = {"small learning rate": plateau.overlap_rate(p_star), "finite learning rate": law}
    shown = growth_curves(t, sgd, limit, laws)
    return Tables(*(Table(frame, UNITS, runs.parameters, lost.notes) for frame in (pd.DataFrame(measured), shown)))
