"""Norm learning [9, 10] from different initial norms: SGD at finite N, the ODE from the same start, and eq. 9 alone.

From: the trajectories of the ODE and of SGD; eq. 9 alone takes a moment and is followed here.
Makes: the table of measurements, and the data of the figure norm_learning. Time is t = eta_hat alpha.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.norms import Relaxation, norms_at, relaxation
from shallownets.studies.escape.model import Array, plateau_norm
from shallownets.studies.escape.parameters.plateau import NormLearning
from shallownets.studies.escape.stages.beside_ode import beside_ode
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.theory import plateau

UNITS = {"t": "eta_hat alpha", "value": "1"}


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
def norm_learning(given: NormLearning, runs: Arrays) -> Tables:
    t, found = beside_ode(runs)
    initial, p_star, eta_hat = np.array(runs.parameters["initial"]), found.M.shape[-1], runs.parameters["eta_hat"]
    p, norms, lost = len(initial), np.diagonal(found.Q, axis1=2, axis2=3), Lost()
    limit, kept = norms[0], found.valid[1:].all(1)
    sgd = norms[1:][kept] if lost.enough(kept, "SGD", "diverged", [{"quantity": "mean_norm"}]) else None

    law = plateau.finite_norm(p, p_star, eta_hat)
    keys, measured = {"p": p, "p_star": p_star, "eta_hat": eta_hat}, []
    for time in given.compared:
        at = norms_at(time, t, limit, sgd)
        more = keys | {"t": at.t, "ode": at.ode, "theory": law}
        if at.mean_norm:
            measured.append(row("mean_norm", at.mean_norm, **more))
        measured.append(row("spread_left", at.spread_left, **more))

    longer = np.linspace(0, given.later * t[-1], 2 * len(t))
    alone = relaxation(initial, p_star, longer, given.tolerance)
    simulated = [norm_curves("SGD", t, sgd)] if sgd is not None else []
    shown = pd.concat([*simulated, norm_curves("ODE", t, limit[None]), relaxation_curves(longer, alone)])
    known = dict(runs.parameters) | {"p": p, "norm": plateau_norm(p), "finite_norm": law}
    return Tables(*(Table(frame, UNITS, known, lost.notes) for frame in (pd.DataFrame(measured), shown)))
