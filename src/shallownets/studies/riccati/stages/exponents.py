"""Exponents of the risk against time, and how far decoupled directions are from the exact flow, as d grows.

From: the risks in the window of times, a tail each.
Makes: a table of measurements and the data of the figure `exponents`.
"""

import pandas as pd

from shallownets.errors import UserError
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.riccati.measure.exponents import gap_exponent, power_part
from shallownets.studies.riccati.parameters.flow import Exponents
from shallownets.studies.riccati.theory import scaling

UNITS = {"t_low": "time of the flow", "t_high": "time of the flow"}


def of_tail(curves: Arrays) -> list[dict]:
    """Rows of one tail: exponent and gap at each dimension, and how the gap falls with it."""
    beta, M_star = curves.parameters["beta"], curves.parameters["M_star"]
    N, d = M_star, curves.arrays["d"].tolist()
    key = {"beta": beta, "M_star": M_star, "N": N}
    rows, parts = [], []
    for one, t, risk in zip(d, curves.arrays["t"], curves.arrays["risk"], strict=True):
        part = power_part(t, risk, M_star, N, beta, one)
        of = key | {"d": one, "t_low": t[0], "t_high": t[-1]}
        theory = {"asymptotic": scaling.exponent(beta), "deflated": part.deflated_exponent}
        theory |= {"equivalent": part.equivalent_exponent}
        rows.append({"quantity": "exponent"} | of | theory | part.exponent.row())
        theory = {"asymptotic": 0.0, "deflated": part.deflated_gap, "equivalent": part.equivalent_gap}
        rows.append({"quantity": "gap"} | of | theory | part.gap.row())
        parts.append(part)
    falls = gap_exponent(d, N, parts)
    of = key | {"d": max(d), "t_low": 0.0, "t_high": 0.0, "asymptotic": -1.0, "deflated": falls.deflated}
    of |= {"equivalent": falls.equivalent}
    return [*rows, {"quantity": "exponent of the gap"} | of | falls.measured.row()]


@stage
def exponents(given: Exponents, curves: list[Arrays]) -> Tables:
    shared = [{name: one.parameters[name] for name in ("M_star", "window", "points", "starts")} for one in curves]
    for one, parameters in zip(curves, shared, strict=True):
        if parameters != shared[0]:
            raise UserError(f"{one.source}: expected the widths, window and starts of {curves[0].source}")
    frame = pd.DataFrame([row for one in curves for row in of_tail(one)])
    data = frame[frame.quantity != "exponent of the gap"].drop(columns="degrees")
    return Tables(Table(frame, UNITS, shared[0]), Table(data, UNITS, shared[0]))
