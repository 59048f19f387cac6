"""Training of weights beside the convex minima: from which width on both are one, and the risk below it.

From: trainings of weights at several widths.
Makes: a table of measurements, and the data of the figure `equivalence`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.spectra.measure import minima
from shallownets.studies.spectra.parameters.training import Equivalence
from shallownets.studies.spectra.stages.equivalence_runs import DESCENT, LBFGS
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {
    "p": "width",
    "lam": "1",
    "engine": "0: L-BFGS, 1: gradient descent",
    "excess": "objective over the convex minimum, less 1",
    "risk": "R",
}
COLUMNS = ("draw", "engine", "lam", "p", "rank", "excess", "distance", "risk", "convex")


def _few(here: pd.DataFrame, of: Mapping) -> list[dict]:
    """Excess of gradient descent, and of training without decay, from the rank on and below it."""
    matrix, draws = here[here.p > 0], int(here.draw.nunique())
    parts = {
        "excess of a, w": here[here.p == 0].excess.abs().max(),
        "excess of W": matrix[matrix.p >= matrix["rank"]].excess.abs().max(),
        "excess of narrow W": matrix[matrix.p < matrix["rank"]].excess.min(),
    }
    return [{**of, "quantity": name} | exact(value, draws).row() for name, value in parts.items() if value == value]


def _shown(here: pd.DataFrame, of: Mapping) -> list[dict]:
    """What the figure shows of each width."""
    shown = []
    for p, one in here[here.p > 0].groupby("p"):
        risk = one.risk / one.convex
        place = {**of, "p": p, "rank": one["rank"].mean(), "convex": one.convex.mean()}
        values = {"excess": one.excess.abs().max(), "least": one.excess.abs().min(), "risk": risk.mean()}
        spread = float(risk.std(ddof=1) / np.sqrt(len(risk))) if len(risk) > 1 else 0.0
        shown.append(place | values | {"error": spread})
    return shown


@stage
def equivalence(given: Equivalence, runs: Arrays) -> Tables:
    frame = pd.DataFrame({name: runs.arrays[name] for name in COLUMNS})
    rows, shown, lost = [], [], Lost()
    of_runs = runs.parameters
    network = Quadratic(of_runs["gamma"], of_runs["d"], of_runs["noise"], of_runs["d"])
    known = frame.groupby("draw").excess.apply(lambda excess: excess.notna().all())
    if not lost.enough(known, "weights beside minima", "have a convex minimum that is not certified", [{}]):
        lost.require([], "more weight decay")
    frame = frame[frame.draw.isin(known.index[known])]
    for (lam, engine), here in frame.groupby(["lam", "engine"]):
        shown += _shown(here, {"lam": lam, "engine": engine})
        by = {LBFGS: "L-BFGS", DESCENT: "descent"}[engine]
        if engine == DESCENT or not lam:
            rows += _few(here, {"lam": lam, "by": by})
    for lam, here in frame[(frame.engine == LBFGS) & (frame.lam > 0)].groupby("lam"):
        of = {"lam": lam}
        diagonal, matrix = here[here.p == 0], here[here.p > 0]
        wide = matrix[matrix.p >= matrix["rank"]]
        narrow = matrix[matrix.p < matrix["rank"]]
        draws = int(here.draw.nunique())
        rows.append(of | {"quantity": "lasso excess"} | exact(diagonal.excess.abs().max(), draws).row())
        rows.append(of | {"quantity": "matrix excess"} | exact(wide.excess.abs().max(), draws).row())
        rows.append(of | {"quantity": "matrix distance"} | exact(wide.distance.max(), draws).row())
        rows.append(
            of | {"quantity": "wide over convex"} | exact((wide.risk / wide.convex - 1).abs().max(), draws).row()
        )
        below = narrow[narrow.p >= narrow.groupby("draw").p.transform("max")]
        if len(below):
            rows.append(of | {"quantity": "excess below the rank"} | exact(below.excess.min(), draws).row())
        else:
            lost.note(f"lam = {lam:g}: no width is below the rank", [of | {"quantity": "excess below the rank"}])
        by_width = matrix.pivot_table(index="draw", columns="p", values="risk")
        p = minima.middle(network, of_runs["N"] * of_runs["d"], float(lam), by_width.columns)
        more = (by_width[p] - by_width[by_width.columns[0]]).to_numpy()  # on the same samples
        rows.append(of | {"quantity": "middle less narrowest", "p": p} | mean(more).row())
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
