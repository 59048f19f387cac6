"""Figure 1: every order parameter and the risk, SGD and ODE from one start, and how far apart their escapes are.

From: the trajectories of SGD, first those on weights, then those of the overlap chain at the same N, whose law is the
same; that of the chain at another N, and that of the ODE.
Makes: the table of measurements, and the tidy table from which alone the figure is drawn.
"""

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, exact, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape import model
from shallownets.studies.escape.measure.order_parameters import summarise
from shallownets.studies.escape.measure.plateau import first_below
from shallownets.studies.escape.parameters.runs import Fig1
from shallownets.studies.escape.stages.kept import trajectory_of
from shallownets.studies.escape.trajectory import Trajectory, concatenate

UNITS = {"alpha": "samples/N", "mean": "1", "sd": "1, over replicates"}


def escape_shift(run: Trajectory, limit: Trajectory, engine: str, N: int, lost: Lost) -> Estimate | None:
    """Time at which the risk of SGD passes half of the plateau's, less that of the ODE, samples/N: a mean over runs.

    None where fewer than two runs escape, or the ODE does not.
    """
    p, p_star = run.M.shape[-2:]
    times = [
        first_below(one.alpha, model.population_risk(one.M, one.Q), model.plateau_risk(p, p_star) / 2)
        for one in (run, limit)
    ]
    kept = np.isfinite(times[0]) & np.isfinite(times[1])
    rows = [{"quantity": "escape less that of the ODE", "N": N}]
    enough = lost.enough(kept, f"{engine}, N = {N}", "did not escape", rows)
    return mean((times[0] - times[1])[kept]) if enough else None


@stage
def fig1(given: Fig1, sgd: list[Arrays], chain: Arrays, ode: Arrays) -> Tables:
    first = sgd[0]
    for other in (ode, chain, *sgd):
        if any(other.parameters[name] != first.parameters[name] for name in ("start", "eta")):
            raise UserError(f"{other.source}: its start or learning rate differs from that of {first.source}")
    for other in sgd:
        if other.parameters["N"] != first.parameters["N"]:
            raise UserError(f"{other.source}: its N differs from that of {first.source}")
    at_N, at_another, limit = concatenate([trajectory_of(one) for one in sgd]), trajectory_of(chain), trajectory_of(ode)
    p, p_star = at_N.M.shape[-2:]
    plateau = {
        "engine": "theory",
        "quantity": "risk",
        "i": 0,
        "j": 0,
        "alpha": [0.0, at_N.alpha[-1]],
        "mean": model.plateau_risk(p, p_star),
        "sd": 0.0,
        "replicates": 1,
    }
    engines = [summarise(at_N, "SGD"), summarise(at_another, "chain"), summarise(limit, "ODE")]
    frame = pd.concat([*engines, pd.DataFrame(plateau)], ignore_index=True)
    lost = Lost()
    lost.enough(limit.valid[:, -1], "ODE, from when it diverges", "diverged")
    found = {
        "p": p,
        "p_star": p_star,
        "N": first.parameters["N"],
        "eta": first.parameters["eta"],
        "replicates": len(at_N.diverged_at),
        "on_weights": len(first.arrays["diverged_at"]),
        "diverged": int((~at_N.valid[:, -1]).sum()),
        "chain_N": chain.parameters["N"],
        "chain_replicates": len(at_another.diverged_at),
        "chain_diverged": int((~at_another.valid[:, -1]).sum()),
    }
    keys = {"p": p, "p_star": p_star, "eta_hat": first.parameters["eta"] / p}
    measured = [
        {"quantity": "escape less that of the ODE", "engine": engine, "N": kept.parameters["N"]} | keys | shift.row()
        for engine, kept, run in (("SGD", first, at_N), ("chain", chain, at_another))
        if (shift := escape_shift(run, limit, engine, kept.parameters["N"], lost))
    ]
    columns = ["quantity", "engine", "N", *keys, *exact(0).row()]
    return Tables(
        Table(pd.DataFrame(measured, columns=columns), {"estimate": "samples/N"}, found, lost.notes),
        Table(frame, UNITS, found, lost.notes),
    )
