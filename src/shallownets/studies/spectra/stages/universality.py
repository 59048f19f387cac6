"""Risk over that of state evolution with three kinds of measurements: what is not Gaussian, and what of it matters.

From: trainings.
Makes: a table of measurements, and the data of the figure `universality`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, difference, mean, quotient
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.parameters.training import Universality

UNITS = {"N": "n/d", "estimate": "see quantity", "excess": "N (R/R_SE - 1)"}


def _touched(of: dict, N: float, sizes: Array) -> list[dict]:
    """Rows of the table that use the runs at N."""
    rows = [{"kind": of["kind"], "d": of["d"], "N": N}]
    if N in (sizes[0], sizes[-1]):
        rows.append({"kind": of["kind"], "d": of["d"], "quantity": "first less last"})
    if sizes[0] == N:
        rows.append({"d": of["d"], "quantity": "left with the diagonal apart"})
    return rows


@stage
def universality(given: Universality, runs: list[Arrays]) -> Tables:
    rows, shown, lost = [], [], Lost()
    excess: dict[tuple[str, int], Estimate] = {}  # at the fewest samples
    for run in runs:
        of = {"kind": run.parameters["kind"], "d": run.parameters["d"], "lam": run.parameters["lam"]}
        sizes = np.unique(run.arrays["N"])
        ratios = {}
        for N in sizes:
            found = run.arrays["ratio"][run.arrays["N"] == N]
            kept, what = np.isfinite(found), f"{of['kind']}, d = {of['d']}, N = {N:g}"
            if lost.enough(kept, what, "have no certified minimum", _touched(of, N, sizes)):
                ratios[N] = mean(found[kept])
        for N, ratio in ratios.items():
            rows.append(of | {"N": N, "quantity": "over theory", "theory": 1.0} | ratio.row())
            said = Estimate(N * (ratio.value - 1), N * ratio.error, ratio.n).row()
            shown.append(of | {"N": N, "excess": said["estimate"], "low": said["low"], "high": said["high"]})
        if sizes[0] not in ratios:
            continue
        first = ratios[sizes[0]]
        excess[of["kind"], of["d"]] = difference(first, 1.0)
        if sizes[-1] not in ratios:
            continue
        fade = difference(first, ratios[sizes[-1]])
        rows.append(of | {"quantity": "first less last", "N": sizes[0]} | fade.row())
    for (kind, d), whole in excess.items():
        if kind == "inputs" and ("apart", d) in excess:
            left = quotient(excess["apart", d], whole)
            rows.append({"quantity": "left with the diagonal apart", "d": d} | left.row())
    lost.require(rows, "more weight decay")
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
