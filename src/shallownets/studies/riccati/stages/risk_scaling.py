"""Risk against time for a heavy and a light tail and several student widths, and the plateaus they end on.

From: sizes, tails, the times at which the risk is compared with theory, and a seed.
Makes: a table of measurements and the data of the figure `risk_scaling`.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.parameters.flow import RiskScaling
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import emergence, equivalent, scaling

UNITS = {
    "t": "time of the flow",
    "u": "|A|_F log(d/N)/2",
    "x": "N^beta |A|_F log(d/N)/2, in which the decoupled direction N is learned",
    "spread": "directions",
    "risk": "E y^2",
}


def compared(key: dict, x: list[float], t: Array, risks: Array, missing: Array) -> list[dict]:
    """Rows of the risk and of the directions outside the teacher at single times, beside the deterministic equivalent
    and, of the risk, the law for large d and M*.

    Args:
        key: columns of the size.
        x: the times over that of direction N.
        t: (T,) the times.
        risks: (starts, T) measured.
        missing: (starts, T) N - tr Z^T Z, measured.
    """
    M_star, beta, N, d = (key[name] for name in ("M_star", "beta", "N", "d"))
    lam = model.spectrum(M_star, beta)
    theory = equivalent.risk(t, lam, N, d)
    law = np.maximum(scaling.law(t, M_star, beta, N, d), 1 - (N / M_star) ** (1 - 2 * beta) if beta < 0.5 else 0.0)
    rows = []
    for place, time in enumerate(t):
        shares = equivalent.shares(time, lam, N, d)
        of = {"x": x[place], "t": time, "spread": shares.spread}
        predicted = {"theory": theory[place], "law": law[place]}
        rows.append({"quantity": "risk"} | key | of | predicted | mean(risks[:, place]).row())
        of |= {"theory": shares.outside}
        rows.append({"quantity": "missing directions"} | key | of | mean(missing[:, place]).row())
    return rows


def width(
    given: RiskScaling, tail: str, beta: float, M_star: int, N: int, end: float, advance: Callable[[float], None]
) -> tuple[list[dict], dict, pd.DataFrame]:
    """(rows of single times, the plateau's row, the curves of the figure) of one student's width.

    ``end`` is the curves' last time over u.
    """
    d, lam = given.d, model.spectrum(M_star, beta)
    key = {"kind": tail, "beta": beta, "M_star": M_star, "N": N, "d": d}
    unit = model.norm(M_star, beta) * np.log(d / N) / 2
    t, x = unit * np.geomspace(0.2, end, given.points), sorted(given.judged_at)
    single = unit * N**beta * np.array(x)
    risks, missing, last = [], [], scaling.settled(lam, N, d)
    for replicate in range(given.starts):
        start = drawn.start(given.seed, "risk curves", M_star, N, d, replicate, beta=beta)
        Zs = exact.overlaps(start, lam, [*t, *single, last])
        found = [(float(model.risk(Z, lam)), N - float((Z**2).sum())) for Z in Zs]
        risks.append([risk for risk, _ in found])
        missing.append([outside for _, outside in found[t.size :]])
        advance(1)
    along, at, ends = np.split(np.array(risks), [t.size, t.size + single.size], axis=1)
    best = model.best_risk(lam, N)
    # least and greatest: no standard error that few starts would widen
    plateau = {"estimate": ends.mean(), "low": ends.min(), "high": ends.max(), "n": given.starts, "degrees": np.inf}
    drawn_curves = {
        "t": t,
        "u": t / unit,
        "exact": along.mean(0),
        "equivalent": equivalent.risk(t, lam, N, d),
        "decoupled": emergence.decoupled_risk(t, lam, emergence.equal_shares(M_star, N, d)),
        "law": scaling.law(t, M_star, beta, N, d),
        "best": best,
    }
    outside = np.array(missing)
    rows = compared(key, x, single, at, outside[:, :-1])
    spans = {"estimate": outside[:, -1].mean(), "low": outside[:, -1].min(), "high": outside[:, -1].max()}
    rows.append({"quantity": "missing directions at the end"} | key | {"t": last} | plateau | spans)
    return rows, {"quantity": "plateau", "best": best} | key | plateau, pd.DataFrame(key | drawn_curves)


def plateau_exponent(plateaus: list[dict]) -> dict:
    """The row of the plateau's exponent in the student's width, over the students narrower than their teacher."""
    narrow = [row for row in plateaus if row["N"] < row["M_star"]]
    key = {name: narrow[0][name] for name in ("kind", "beta", "M_star")}
    late = scaling.power_part(np.array([row["estimate"] for row in narrow]), key["M_star"], key["beta"])
    widths = [row["N"] for row in narrow]
    value = curves.power(widths, late)
    key |= {"N": min(widths), "d": narrow[0]["d"]}
    return (
        {"quantity": "plateau exponent"} | key | dict.fromkeys(("estimate", "low", "high"), value) | {"n": len(narrow)}
    )


@stage
def risk_scaling(given: RiskScaling) -> Tables:
    tails = (
        ("heavy", given.heavy, given.heavy_M_star, given.heavy_N, max(given.heavy_N)),
        ("light", given.light, given.light_M_star, given.light_N, given.light_M_star),
    )
    rows, shown = [], []
    with progress("risk curves", sum(len(widths) for *_, widths, _ in tails) * given.starts) as advance:
        for tail, beta, M_star, widths, learned in tails:
            plateaus = []
            for N in widths:
                single, plateau, data = width(given, tail, beta, M_star, N, 3.0 * learned**beta, advance)
                rows += single
                plateaus.append(plateau)
                shown.append(data)
            rows += [*plateaus, plateau_exponent(plateaus)]
    return Tables(Table(pd.DataFrame(rows), UNITS), Table(pd.concat(shown, ignore_index=True), UNITS))
