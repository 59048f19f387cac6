"""Emergence under SGD: when it learns each direction at several constant step sizes, and what it never learns.

From: the overlaps of SGD and of both flows, and when each direction is learned, at a step size each.
Makes: a table of measurements and the data of the figure `sgd_emergence`. Runs that diverged are left out and noted; so
are times of directions that are not learned from all starts.
"""

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.riccati.measure.sgd_directions import Learned, learned
from shallownets.studies.riccati.measure.sgd_learning import SERIES
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.parameters.sgd import SgdEmergence

UNITS = {"t": "time of the flow, twice the sum of eta", "value": "time of the flow, or overlap"}
SIZES = ("d", "M_star", "N", "beta")
COMMON = (*SIZES, "t_max", "points", "replicates")


def measurements(key: dict, found: Learned) -> list[dict]:
    """Rows of one step size: each direction, those that are missing in the end, and the exponent of the times."""
    rows = []
    for j, one in enumerate(found.directions, 1):
        of = key | {"j": j}
        rows.append({"quantity": "last overlap"} | of | {"theory": one.last_finite_step} | one.last.row())
        if one.over is not None:
            rows.append({"quantity": "SGD over finite step"} | of | {"theory": 0.0} | one.over.row())
    of = key | {"j": 0}
    theory = {"theory": found.missing_finite_step, "flow": found.missing_flow}
    rows.append({"quantity": "missing directions"} | of | theory | found.missing.row())
    if found.exponent is not None:
        theory = {"theory": found.exponent.finite_step}
        rows.append({"quantity": "exponent of times"} | of | theory | found.exponent.sgd.row())
    return rows


def note_late(key: dict, found: Learned, lost: Lost) -> None:
    """Say which directions are not learned from all starts, and of which rows."""
    if found.late:
        used = [{"quantity": "SGD over finite step", "eta_d": key["eta_d"], "j": found.late}]
        used += [{"quantity": "exponent of times", "eta_d": key["eta_d"]}] if found.late[0] <= key["N"] // 2 else []
        directions = ", ".join(map(str, found.late))
        lost.note(f"times at eta d = {key['eta_d']:g}, directions {directions}: not learned from all starts", used)


def shown(key: dict, found: Learned, t: Array, overlaps: Array) -> list[pd.DataFrame]:
    """What the figure shows of one step size: times, and the mean overlaps (3, T, M*) at the times t."""
    times = [
        {"series": name} | key | {"j": j, "value": time.value, "error": time.error}
        for j, one in enumerate(found.directions, 1)
        for name, time in one.times.items()
    ]
    frames = [pd.DataFrame(times).assign(panel="time")]
    for name, diagonal in zip(SERIES, overlaps, strict=True):
        for j, overlap in enumerate(diagonal.T, 1):
            curve = {"panel": "overlap", "series": name} | key | {"j": j, "t": t, "value": overlap, "error": 0.0}
            frames.append(pd.DataFrame(curve))
    return frames


@stage
def sgd_emergence(given: SgdEmergence, runs: list[Arrays]) -> Tables:
    common = {name: runs[0].parameters[name] for name in COMMON}
    rows, frames, lost = [], [], Lost()
    for run in sorted(runs, key=lambda run: run.parameters["eta_d"]):
        if any(run.parameters[name] != runs[0].parameters[name] for name in (*COMMON, "seed")):
            raise UserError(f"{run.source}: expected the sizes, times and starts of {runs[0].source}")
        key = {name: run.parameters[name] for name in (*SIZES, "eta_d")}
        kept = np.isfinite(run.arrays["diagonal"]).all((1, 2, 3))
        if not lost.enough(kept, f"SGD at eta d = {key['eta_d']:g}", "diverged", [{"eta_d": key["eta_d"]}]):
            continue
        diagonal = run.arrays["diagonal"][kept]
        found = learned(diagonal, run.arrays["times"][kept], key["N"])
        note_late(key, found, lost)
        rows += measurements(key, found)
        frames += shown(key, found, run.arrays["t"], diagonal.mean(0))
    lost.require(rows)
    tables = pd.DataFrame(rows), pd.concat(frames, ignore_index=True)
    return Tables(*(Table(frame, UNITS, common, notes=lost.notes) for frame in tables))
