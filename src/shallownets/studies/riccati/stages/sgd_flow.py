"""SGD against the exact flow: how the gap closes with the step size, and what the flow at finite step says of it.

From: the risks at several constant step sizes, and at a falling one that takes as many samples as one of them.
Makes: a table of measurements and the data of the figure `sgd_flow`. Runs that diverged are left out and noted.
"""

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import mean, standard_errors
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure.gaps import Gap, GapExponent, gap, gap_exponent, risk_exponents
from shallownets.studies.riccati.model import Array, Mask
from shallownets.studies.riccati.parameters.sgd import SgdFlow
from shallownets.studies.riccati.theory import scaling

UNITS = {"t": "time of the flow, twice the sum of eta", "risk": "E y^2", "gap": "R/R_flow - 1, mean over times"}
RISKS = ("sgd", "flow", "finite step")
COMMON = ("d", "M_star", "N", "beta")
EXPONENTS = ["risk exponent", "risk exponent over finite step"]
FROM = 2  # the risk's exponent is fitted from the time of this direction, before which steps show, to that of half of N


def check(fit_to: float, runs: list[Arrays], falling: Arrays) -> None:
    """Refuse results that do not belong together, or are too few.

    Raises:
        UserError: no constant step size that the falling one matches, too few for an exponent, or one replicate.
    """
    sizes = [run.parameters["eta_d"] for run in runs]
    matched = falling.parameters["eta_d"]
    if matched not in sizes:
        raise UserError(f"{falling.source}: expected a constant step size eta d = {matched:g} among --runs")
    if (small := sum(eta_d <= fit_to for eta_d in sizes)) < 3:
        raise UserError(f"--fit-to {fit_to:g}: expected at least 3 step sizes that are as small, got {small}")
    for run in (*runs, falling):
        if len(run.arrays["sgd"]) < 2:
            raise UserError(f"{run.source}: expected at least 2 replicates, got 1")


def followed(run: Arrays) -> Mask:
    """(replicates,) which of them neither SGD nor the flow at finite step lost."""
    return np.all([np.isfinite(run.arrays[name]).all(1) for name in RISKS], axis=0)


def curves(run: Arrays, key: dict) -> list[pd.DataFrame]:
    """Mean risks against time, for the figure."""
    kept, frames = followed(run), []
    for name in RISKS:
        risk = run.arrays[name][kept]
        curve = {"risk": risk.mean(0), "error": standard_errors(risk)}
        frames.append(pd.DataFrame({"panel": "risk", "series": name} | key | {"t": run.arrays["t"]} | curve))
    return frames


def ends(run: Arrays) -> Array:
    """(replicates,) logarithms of SGD's last risks; nan where a run was lost."""
    return np.log(np.where(followed(run), run.arrays["sgd"][:, -1], np.nan))


def exponent(found: dict[float, Gap], fit_to: float, total: int, lost: Lost) -> GapExponent | None:
    """How the gap closes up to ``fit_to``; None where too few of the ``total`` step sizes are left."""
    # a gap of no size, by chance, has no logarithm
    fitted = {eta_d: found[eta_d] for eta_d in sorted(found) if eta_d <= fit_to and found[eta_d].sgd.value > 0}
    if len(fitted) < 3:
        lost.note(f"exponent of the gap: {len(fitted)} of {total} step sizes left, too few")
        return None
    return gap_exponent(fitted)


def exponents_of_risk(run: Arrays, key: dict, lost: Lost) -> list[dict]:
    """Rows of the exponent of the risk in time, of SGD and beside the flows; none where there is no room for a fit."""
    M_star, N, d, beta = (key[name] for name in ("M_star", "N", "d", "beta"))
    kept = followed(run)
    risks = run.arrays["sgd"][kept], run.arrays["flow"][kept], run.arrays["finite step"][kept]
    try:
        window = scaling.window(model.spectrum(M_star, beta), N, d, FROM, 0.5)
        found = risk_exponents(run.arrays["t"], window, risks, M_star, beta)
    except ValueError as why:
        note = f"exponent of the risk: {why}"
        if note not in lost.notes:
            lost.note(note, [{"quantity": EXPONENTS}])
        return []
    of = {"asymptotic": scaling.exponent(beta), "flow": found.flow}
    return [
        {"quantity": "risk exponent"} | key | found.sgd.row() | of | {"theory": found.finite_step},
        {"quantity": "risk exponent over finite step"} | key | found.over.row() | of | {"theory": 0.0},
    ]


@stage
def sgd_flow(given: SgdFlow, runs: list[Arrays], falling: Arrays) -> Tables:
    check(given.fit_to, runs, falling)
    rows, shown, found, lost = [], [], {}, Lost()
    for run in sorted([*runs, falling], key=lambda run: run.parameters["eta_d"]):
        eta_d, schedule = run.parameters["eta_d"], "falling" if run is falling else "constant"
        key = {name: run.parameters[name] for name in (*COMMON, "eta_d")} | {"schedule": schedule}
        kept = followed(run)
        rows_of = [{"eta_d": eta_d, "schedule": schedule}]
        if schedule == "constant" and eta_d <= given.fit_to:
            rows_of.append({"quantity": "gap exponent"})
        if eta_d == falling.parameters["eta_d"]:
            rows_of.append({"quantity": "falling over constant"})
        if not lost.enough(kept, f"SGD at eta d = {eta_d:g}, {schedule}", "diverged", rows_of):
            continue
        of = gap(*(run.arrays[name][kept] for name in RISKS))
        rows.append({"quantity": "gap"} | key | of.sgd.row() | {"theory": of.finite_step.value})
        rows.append({"quantity": "SGD over finite step"} | key | of.over.row() | {"theory": 0.0})
        shown += curves(run, key)
        if schedule == "constant":
            found[eta_d] = of
            rows += exponents_of_risk(run, key, lost)
            for name, value in (("sgd", of.sgd), ("finite step", of.finite_step)):
                point = {"panel": "gap", "series": name} | key | {"risk": value.value, "error": value.error}
                shown.append(pd.DataFrame([point]))
    lost.require(rows)

    common = {name: falling.parameters[name] for name in COMMON}
    small = [run for run in runs if run.parameters["eta_d"] <= given.fit_to]
    if of := exponent(found, given.fit_to, len(small), lost):
        rows.append({"quantity": "gap exponent"} | common | of.sgd.row() | {"theory": of.finite_step})
        shown.append(pd.DataFrame([{"panel": "exponent", "risk": of.sgd.value, "error": of.sgd.error} | common]))
    matched = falling.parameters["eta_d"]
    constant = next(run for run in runs if run.parameters["eta_d"] == matched)
    difference = ends(falling) - ends(constant)
    both = np.isfinite(difference)
    if both.sum() > 1:
        rows.append({"quantity": "falling over constant"} | common | {"eta_d": matched} | mean(difference[both]).row())

    parameters = common | {"falls_from": falling.parameters["falls_from"]}
    frames = pd.DataFrame(rows), pd.concat(shown, ignore_index=True)
    return Tables(*(Table(frame, UNITS, parameters, lost.notes) for frame in frames))
