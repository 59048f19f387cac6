"""Risk against time for a heavy and a light tail and several student widths, and the plateaus they end on.

From: the risk and the directions outside the teacher, at each width and from each start.
Makes: a table of measurements and the data of the figure `risk_scaling`.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.statistics import mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import risk_scaling as measure
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.parameters.flow import RiskScaling
from shallownets.studies.riccati.theory import scaling

UNITS = {
    "t": "time of the flow",
    "u": "|A|_F log(d/N)/2",
    "x": "N^beta |A|_F log(d/N)/2, in which the decoupled direction N is learned",
    "spread": "directions",
    "risk": "E y^2",
}


def at_single_times(key: dict, x: list[float], t: Array, risk: Array, missing: Array) -> list[dict]:
    """Rows of the risk and of the directions outside the teacher, beside the deterministic equivalent and, of the
    risk, the law for large d and M*.

    Args:
        key: columns of the size.
        x: the times over that of direction N.
        t: (T,) the times.
        risk: (starts, T) measured.
        missing: (starts, T) N - tr Z^T Z, measured.
    """
    theory = measure.single_times(t, *(key[name] for name in ("M_star", "beta", "N", "d")))
    rows = []
    for place, time in enumerate(t):
        of = key | {"x": x[place], "t": time, "spread": theory.spread[place]}
        predicted = {"theory": theory.risk[place], "law": theory.law[place]}
        rows.append({"quantity": "risk"} | of | predicted | mean(risk[:, place]).row())
        predicted = {"theory": theory.outside[place]}
        rows.append({"quantity": "missing directions"} | of | predicted | mean(missing[:, place]).row())
    return rows


def span(values: Array) -> dict:
    """Columns of a mean with the least and the greatest value: no standard error that few starts would widen."""
    bounds = {"estimate": values.mean(), "low": values.min(), "high": values.max()}
    return bounds | {"n": values.size, "degrees": np.inf}


def curve(key: dict, t: Array, risk: Array, best: float) -> pd.DataFrame:
    """The mean risk (starts, T) of a width and what theory says, for the figure."""
    M_star, beta, N, d = (key[name] for name in ("M_star", "beta", "N", "d"))
    theory = measure.theory(t, M_star, beta, N, d)
    columns = {"t": t, "u": t / scaling.unit(M_star, beta, N, d), "exact": risk.mean(0)}
    columns |= {"equivalent": theory.equivalent, "decoupled": theory.decoupled, "law": theory.law, "best": best}
    return pd.DataFrame(key | columns)


def plateau_exponent(plateaus: list[dict]) -> dict:
    """The row of the plateau's exponent in the student's width, over the students narrower than their teacher."""
    narrow = [row for row in plateaus if row["N"] < row["M_star"]]
    key = {name: narrow[0][name] for name in ("kind", "beta", "M_star")}
    widths, risks = ([row[name] for row in narrow] for name in ("N", "estimate"))
    value = measure.plateau_exponent(widths, risks, key["M_star"], key["beta"])
    key |= {"N": min(widths), "d": narrow[0]["d"]} | dict.fromkeys(("estimate", "low", "high"), value)
    return {"quantity": "plateau exponent"} | key | {"n": len(narrow)}


@stage
def risk_scaling(given: RiskScaling, curves: Arrays) -> Tables:
    of, common = curves.arrays, curves.parameters
    x = sorted(common["judged_at"])
    parts = [common["points"], common["points"] + len(x)]  # where the single times begin, and where they end
    rows, shown = [], []
    for kind in ("heavy", "light"):
        plateaus = []
        for place in np.flatnonzero((of["beta"] > 0.5) == (kind == "heavy")):
            beta, M_star, N = (of[name][place].item() for name in ("beta", "M_star", "N"))
            key = {"kind": kind, "beta": beta, "M_star": M_star, "N": N, "d": common["d"]}
            t, t_judged, (end,) = np.split(of["t"][place], parts)
            risk, judged, last = np.split(of["risk"][place], parts, axis=1)
            _, missing, outside = np.split(of["missing"][place], parts, axis=1)
            best = model.best_risk(model.spectrum(M_star, beta), N)
            rows += at_single_times(key, x, t_judged, judged, missing)
            rows.append({"quantity": "missing directions at the end"} | key | {"t": end} | span(outside))
            plateaus.append({"quantity": "plateau", "best": best} | key | span(last))
            shown.append(curve(key, t, risk, best))
        rows += [*plateaus, plateau_exponent(plateaus)]
    frames = pd.DataFrame(rows), pd.concat(shown, ignore_index=True)
    return Tables(*(Table(frame, UNITS, common) for frame in frames))
