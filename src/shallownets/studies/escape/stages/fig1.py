"""Figure data of Figure 1: every order parameter and the risk, SGD and ODE from one start.

From: the trajectory of SGD, that of the overlap chain at a larger N, and that of the ODE.
Makes: a tidy table from which alone the figure is drawn.
"""

import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.stage import Arrays, FigureData, Table, stage
from shallownets.studies.escape import model
from shallownets.studies.escape.measure.order_parameters import summarise
from shallownets.studies.escape.parameters.runs import Fig1
from shallownets.studies.escape.stages.kept import trajectory_of

UNITS = {"alpha": "samples/N", "mean": "1", "sd": "1, over replicates"}


@stage
def fig1(given: Fig1, sgd: Arrays, chain: Arrays, ode: Arrays) -> FigureData:
    for other in (ode, chain):
        if any(other.parameters[name] != sgd.parameters[name] for name in ("start", "eta")):
            raise UserError(f"{other.source}: its start or learning rate differs from that of {sgd.source}")
    on_weights, on_overlaps, limit = map(trajectory_of, (sgd, chain, ode))
    p, p_star = on_weights.M.shape[-2:]
    plateau = {
        "engine": "theory",
        "quantity": "risk",
        "i": 0,
        "j": 0,
        "alpha": [0.0, on_weights.alpha[-1]],
        "mean": model.plateau_risk(p, p_star),
        "sd": 0.0,
        "replicates": 1,
    }
    engines = [summarise(on_weights, "SGD"), summarise(on_overlaps, "chain"), summarise(limit, "ODE")]
    frame = pd.concat([*engines, pd.DataFrame(plateau)], ignore_index=True)
    lost = Lost()
    lost.enough(limit.valid[:, -1], "ODE, from when it diverges", "diverged")
    found = {
        "p": p,
        "p_star": p_star,
        "N": sgd.parameters["N"],
        "eta": sgd.parameters["eta"],
        "replicates": len(on_weights.diverged_at),
        "diverged": int((~on_weights.valid[:, -1]).sum()),
        "chain_N": chain.parameters["N"],
        "chain_replicates": len(on_overlaps.diverged_at),
        "chain_diverged": int((~on_overlaps.valid[:, -1]).sum()),
    }
    return FigureData(Table(frame, UNITS, found, lost.notes))
