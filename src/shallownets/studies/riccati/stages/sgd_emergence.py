"""Emergence under SGD: when it learns each direction at several constant step sizes, and what it never learns.

From: sizes, step sizes and a seed.
Makes: a table of measurements and the data of the figure `sgd_emergence`. Runs that diverged are left out and noted; so
are times of directions that are not learned from all starts.
"""

import numpy as np
import pandas as pd

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.measure.sgd_learning import SERIES, Followed, follow
from shallownets.studies.riccati.model import Array, Mask
from shallownets.studies.riccati.parameters.sgd import SgdEmergence
from shallownets.studies.riccati.stages import drawn

UNITS = {"t": "time of the flow, twice the sum of eta", "value": "time of the flow, or overlap"}


def of_step(key: dict, lam: Array, found: list[Followed], lost: Lost) -> tuple[list[dict], list[dict]]:
    """(rows of the measurements, points of the figure) of one step size.

    Args:
        key: columns of the sizes and the step size.
        lam: (M*,) the teacher's eigenvalues.
        found: of each start, all of them followed to the end.
        lost: notes directions that are not learned from all of them.
    """
    rows, shown = [], []
    times = np.array([one.times for one in found])
    last = np.array([one.diagonal[:, -1] for one in found])
    learned: Mask = np.logical_and.reduce(np.isfinite(times))  # by each of SERIES, of each direction
    for j in range(lam.size):
        of = key | {"j": j + 1}
        rows.append({"quantity": "last overlap"} | of | {"theory": last[:, 1, j].mean()} | mean(last[:, 0, j]).row())
        for place in np.flatnonzero(learned[:, j]):
            point = mean(times[:, place, j])
            shown.append({"series": SERIES[place]} | of | {"value": point.value, "error": point.error})
        if learned[:2, j].all():
            over = np.log(times[:, 0, j] / times[:, 1, j])
            rows.append({"quantity": "SGD over finite step"} | of | {"theory": 0.0} | mean(over).row())
    of = key | {"j": 0}
    missing = min(lam.size, key["N"]) - last.sum(2)
    theory = {"theory": missing[:, 1].mean(), "flow": missing[:, 2].mean()}
    rows.append({"quantity": "missing directions"} | of | theory | mean(missing[:, 0]).row())
    half, late = key["N"] // 2, np.flatnonzero(~learned[:2].all(0)) + 1
    if late.size:
        used = [{"quantity": "SGD over finite step", "eta_d": key["eta_d"], "j": late.tolist()}]
        used += [{"quantity": "exponent of times", "eta_d": key["eta_d"]}] if late[0] <= half else []
        directions = ", ".join(str(j) for j in late)
        lost.note(f"times at eta d = {key['eta_d']:g}, directions {directions}: not learned from all starts", used)
    j = np.arange(min(half, late[0] - 1 if late.size else lam.size)) + 1
    if j.size == half > 1:
        sgd, finite = ([curves.power(j, one[place, : j.size]) for one in times] for place in (0, 1))
        rows.append({"quantity": "exponent of times"} | of | {"theory": np.mean(finite)} | mean(sgd).row())
    return rows, shown


@stage
def sgd_emergence(given: SgdEmergence) -> Tables:
    d, lam = given.d, model.spectrum(given.M_star, given.beta)
    common = {"d": d, "M_star": given.M_star, "N": given.N, "beta": given.beta}
    t = np.linspace(0, given.t_max, given.points)
    rows, shown, lost = [], [], Lost()
    total = sum(given.replicates * given.t_max * d / (2 * eta_d) for eta_d in given.eta_d)
    with progress("emergence under SGD", total) as advance:
        for eta_d in sorted(given.eta_d):
            key, found = common | {"eta_d": eta_d}, []
            for replicate in range(given.replicates):
                start = drawn.start(given.seed, "emergence under SGD", given.M_star, given.N, d, replicate)
                stream = seeds.sequence(given.seed, "riccati, emergence under SGD", key, replicate)
                found.append(follow(start, lam, d, eta_d / d, t, stream, advance))
            kept = [one for one in found if np.isfinite(one.diagonal).all()]
            used = [np.isfinite(one.diagonal).all() for one in found]
            if not lost.enough(used, f"SGD at eta d = {eta_d:g}", "diverged", [{"eta_d": eta_d}]):
                continue
            of_rows, of_shown = of_step(key, lam, kept, lost)
            rows += of_rows
            shown.append(pd.DataFrame(of_shown).assign(panel="time"))
            overlaps = np.mean([one.diagonal for one in kept], 0)
            for place, series in enumerate(SERIES):
                for j in range(given.M_star):
                    curve = {"panel": "overlap", "series": series} | key | {"j": j + 1}
                    shown.append(pd.DataFrame(curve | {"t": t, "value": overlaps[place, :, j], "error": 0.0}))
    lost.require(rows)
    frames = pd.DataFrame(rows), pd.concat(shown, ignore_index=True)
    return Tables(*(Table(frame, UNITS, common, notes=lost.notes) for frame in frames))
