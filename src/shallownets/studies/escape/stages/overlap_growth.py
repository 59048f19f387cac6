"""Growth of the overlaps on the plateau [11]: SGD at finite N and the ODE from one start beside the exponential.

From: the widths, the dimension, the learning rate.
Makes: the table of measurements, and the data of the figure overlap_growth. Time is t = eta_hat alpha.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape.engines import direct, ode
from shallownets.studies.escape.measure.growth import mean_rate, projection
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.plateau import OverlapGrowth
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau
from shallownets.studies.escape.trajectory import recording_times

UNITS = {"t": "eta_hat alpha", "projection": "of M(t) on M(0), over |M(0)|^2"}


def growth_curves(t: Array, runs: Array | None, limit: Array, laws: dict[str, float]) -> pd.DataFrame:
    """Projections of SGD (R, T), mean and error, and of the ODE (T,) against time, beside exponentials."""
    series = {"ODE": limit} | {name: np.exp(rate * t) for name, rate in laws.items()}
    frames = [pd.DataFrame({"series": name, "t": t, "value": y, "error": 0.0}) for name, y in series.items()]
    if runs is not None:
        error = runs.std(0, ddof=1) / np.sqrt(len(runs))
        frames.insert(0, pd.DataFrame({"series": "SGD", "t": t, "value": runs.mean(0), "error": error}))
    return pd.concat(frames)


@stage
def overlap_growth(given: OverlapGrowth) -> Tables:
    p, p_star, eta_hat = given.p, given.p_star, given.eta_hat
    experiment = {"p": p, "p_star": p_star, "N": given.N, "eta_hat": eta_hat}
    rng = default_rng(seeds.sequence(given.seed, "plateau growth", experiment, 0))
    norm = plateau.finite_norm(p, p_star, eta_hat)
    start = Start(rng.standard_normal((p, p_star)) * np.sqrt(norm / given.N), norm * np.eye(p))
    streams = [seeds.sequence(given.seed, "samples", experiment, replicate) for replicate in range(given.replicates)]
    alpha = recording_times(given.t_max / eta_hat, given.points, given.N)
    sgd, lost = direct.simulate(start, given.N, p * eta_hat, alpha, streams), Lost()
    kept = sgd.valid.all(1)
    enough = lost.enough(kept, "SGD", "diverged", [{"quantity": "overlap_rate_sgd"}])
    runs = projection(sgd.M[kept], start.M) if enough else None
    limit = projection(ode.simulate(start, p * eta_hat, alpha, given.tolerance).M[0], start.M)

    t = eta_hat * alpha
    end = max(int(np.argmin(np.abs(t - given.t_fit))), 1)
    of_ode, law = np.log(limit[end]) / t[end], float(plateau.finite_overlap_rate(p, p_star, eta_hat))
    keys = experiment | {"t": t[end], "ode": of_ode, "finite": law}
    measured = [row("overlap_rate_ode", exact(of_ode), **keys)]
    if runs is not None:
        resampling = default_rng(seeds.sequence(given.seed, "plateau bootstrap", experiment, 0))
        rate = mean_rate(t[end], runs[:, end], resampling, given.resamples)
        measured.append(row("overlap_rate_sgd", rate, **keys))
    laws = {"small learning rate": plateau.overlap_rate(p_star), "finite learning rate": law}
    shown = growth_curves(t, runs, limit, laws)
    return Tables(Table(pd.DataFrame(measured), UNITS, notes=lost.notes), Table(shown, UNITS, notes=lost.notes))
