"""Norm learning [9, 10] from different initial norms: SGD at finite N, the ODE from the same start, and eq. 9 alone.

From: the widths, the dimension, the learning rate and the initial norms.
Makes: the table of measurements, and the data of the figure norm_learning. Time is t = eta_hat alpha.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape.engines import direct, ode
from shallownets.studies.escape.measure.norms import Relaxation, norms_at, relaxation
from shallownets.studies.escape.model import Array, plateau_norm
from shallownets.studies.escape.parameters.plateau import NormLearning
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau
from shallownets.studies.escape.trajectory import recording_times

UNITS = {"t": "eta_hat alpha", "norm": "1"}
LATER = 3.0  # eq. 9 alone is followed so many times as long as SGD: the differences of the norms are slow


def norm_curves(engine: str, t: Array, norms: Array) -> pd.DataFrame:
    """Each norm against time: mean and standard deviation over replicates, of norms (R, T, p)."""
    spread = norms.std(0, ddof=1) if len(norms) > 1 else np.zeros(norms.shape[1:])
    frames = [
        pd.DataFrame({"engine": engine, "quantity": f"norm {i + 1}", "t": t, "value": norms.mean(0)[:, i]})
        for i in range(norms.shape[2])
    ]
    return pd.concat([frame.assign(sd=spread[:, i]) for i, frame in enumerate(frames)])


def relaxation_curves(t: Array, alone: Relaxation) -> pd.DataFrame:
    """The two ways in which norms relax, and what theory says of them."""
    curves = {
        ("eq. 9", "equal"): alone.equal,
        ("theory", "equal"): alone.equal_theory,
        ("eq. 9", "differences"): alone.differences,
        ("theory", "differences"): alone.differences_theory,
    }
    frames = [
        pd.DataFrame({"engine": engine, "quantity": quantity, "t": t, "value": values, "sd": 0.0})
        for (engine, quantity), values in curves.items()
    ]
    return pd.concat([norm_curves("eq. 9", t, alone.norms[None]), *frames])


@stage
def norm_learning(given: NormLearning) -> Tables:
    p, p_star, initial = len(given.initial), given.p_star, np.array(given.initial)
    experiment = {"p": p, "p_star": p_star, "eta_hat": given.eta_hat, "N": given.N, "norms": str(given.initial)}
    rng = default_rng(seeds.sequence(given.seed, "plateau norms", experiment, 0))
    start = Start(np.sqrt(initial[:, None] / given.N) * rng.standard_normal((p, p_star)), np.diag(initial))
    streams = [seeds.sequence(given.seed, "samples", experiment, replicate) for replicate in range(given.replicates)]
    alpha = recording_times(given.t_max / given.eta_hat, given.points, given.N)
    runs, lost = direct.simulate(start, given.N, p * given.eta_hat, alpha, streams), Lost()
    kept = runs.valid.all(1)
    rows = [{"quantity": "mean_norm"}]
    sgd = np.diagonal(runs.Q[kept], axis1=2, axis2=3) if lost.enough(kept, "SGD", "diverged", rows) else None
    limit = ode.simulate(start, p * given.eta_hat, alpha, given.tolerance)
    if not lost.enough(limit.valid.all(1), "ODE", "diverged", least=1):
        lost.require([])
    same = np.diagonal(limit.Q, axis1=2, axis2=3)

    t, law = given.eta_hat * alpha, plateau.finite_norm(p, p_star, given.eta_hat)
    keys, measured = {"p": p, "p_star": p_star, "eta_hat": given.eta_hat}, []
    for time in given.compared:
        found = norms_at(time, t, same[0], sgd)
        more = keys | {"t": found.t, "ode": found.ode, "theory": law}
        if found.mean_norm:
            measured.append(row("mean_norm", found.mean_norm, **more))
        measured.append(row("spread_left", found.spread_left, **more))

    longer = np.linspace(0, LATER * t[-1], 2 * given.points)
    alone = relaxation(initial, p_star, longer, given.tolerance)
    simulated = [norm_curves("SGD", t, sgd)] if sgd is not None else []
    shown = pd.concat([*simulated, norm_curves("ODE", t, same), relaxation_curves(longer, alone)])
    found_out = {"p": p, "norm": plateau_norm(p), "finite_norm": law}
    return Tables(*(Table(frame, UNITS, found_out, lost.notes) for frame in (pd.DataFrame(measured), shown)))
