"""Training of weights beside the convex minima: from which width on both are one, and the risk below it.

From: trainings of weights at several widths.
Makes: a table of measurements, and the data of the figure `equivalence`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.spectra.parameters.training import Equivalence

UNITS = {"p": "width", "lam": "1", "excess": "objective over the convex minimum, less 1", "risk": "R"}
COLUMNS = ("draw", "lam", "p", "rank", "descent", "excess", "distance", "risk", "convex")


@stage
def equivalence(given: Equivalence, runs: Arrays) -> Tables:
    frame = pd.DataFrame({name: runs.arrays[name] for name in COLUMNS})
    rows, shown = [], []
    for lam, here in frame.groupby("lam"):
        of = {"lam": lam}
        diagonal, matrix = here[here.p == 0], here[here.p > 0]
        first = matrix[matrix.descent == 0]
        wide = first[first.p >= first["rank"]]
        narrow = first[first.p < first["rank"]]
        draws = int(here.draw.nunique())
        rows.append(of | {"quantity": "lasso excess"} | exact(diagonal.excess.abs().max(), draws).row())
        rows.append(of | {"quantity": "matrix excess"} | exact(wide.excess.abs().max(), draws).row())
        rows.append(of | {"quantity": "matrix distance"} | exact(wide.distance.max(), draws).row())
        rows.append(
            of | {"quantity": "wide over convex"} | exact((wide.risk / wide.convex - 1).abs().max(), draws).row()
        )
        below = narrow[narrow.p >= narrow.groupby("draw").p.transform("max")]
        rows.append(of | {"quantity": "excess below the rank"} | exact(below.excess.min(), draws).row())
        tops = [one.risk.max() / one.convex.iloc[0] for _, one in narrow.groupby("draw")]
        ones = [one[one.p == one.p.min()].risk.iloc[0] / one.convex.iloc[0] for _, one in narrow.groupby("draw")]
        if len(tops) > 1:
            rows.append(of | {"quantity": "largest below the rank over convex"} | mean(tops).row())
            rows.append(of | {"quantity": "largest over narrowest"} | mean(np.divide(tops, ones)).row())
        for (p, descent), one in matrix.groupby(["p", "descent"]):
            risk = one.risk / one.convex
            place = of | {"p": p, "descent": descent, "rank": one["rank"].mean(), "convex": one.convex.mean()}
            values = {"excess": one.excess.abs().max(), "least": one.excess.abs().min(), "risk": risk.mean()}
            spread = float(risk.std(ddof=1) / np.sqrt(len(risk))) if len(risk) > 1 else 0.0
            shown.append(place | values | {"error": spread})
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.DataFrame(shown), UNITS))
