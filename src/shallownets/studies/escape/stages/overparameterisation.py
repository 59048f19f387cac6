"""Escape time of SGD and of the ODE against the student's width, at a fixed teacher.

From: the escape times at several widths.
Makes: the table of measurements, and the data of the figure overparameterisation. Times are t = eta_hat alpha.
"""

import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import difference, exact
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.finite import MeanTimes, escaped, mean_times
from shallownets.studies.escape.parameters.finite import Overparameterisation
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.theory import finite as theory

UNITS = {"eta_hat": "learning rate per student unit, eta/p", "estimate": "eta_hat samples/N"}
DRAWN_UNITS = {"eta_hat": "learning rate per student unit, eta/p", "value": "eta_hat samples/N"}


def rows_at(keys: dict, found: MeanTimes, shift: float) -> list[dict]:
    """Measurements at one pair of widths; shift: of SGD, predicted."""
    return [
        row("shift", found.shift, **keys, theory=shift),
        row("time", found.sgd, **keys, theory=found.ode.value + shift),
        row("ode_time", found.ode, **keys, theory=0.0),
    ]


def drawn_at(keys: dict, found: MeanTimes, shift: float) -> list[dict]:
    """Points of the figure at one pair of widths."""
    points = (("SGD", found.sgd), ("ODE", found.ode), ("ODE + noise", exact(found.ode.value + shift)))
    return [keys | {"series": series, "value": time.value, "error": time.error} for series, time in points]


def against_widest(keys: dict, here: MeanTimes, widest: MeanTimes, law: float) -> list[dict]:
    """Measurements of the times at one width less those of the widest student; law: that difference by equation 13."""
    return [
        row("SGD_above_widest", difference(here.sgd, widest.sgd), **keys, theory=law),
        row("ODE_above_widest", difference(here.ode, widest.ode), **keys, theory=law),
    ]


@stage
def overparameterisation(given: Overparameterisation, runs: list[Arrays]) -> Tables:
    shared = {name: runs[0].parameters[name] for name in ("N", "eta_hat")}
    eta_hat = shared["eta_hat"]
    measured, shown, lost = [], [], Lost()
    found: dict[tuple[int, int], MeanTimes] = {}
    widest = dict(sorted((one.parameters["p_star"], one.parameters["p"]) for one in runs))
    for one in runs:
        p, p_star = one.parameters["p"], one.parameters["p_star"]
        keys = {"p": p, "p_star": p_star} | shared
        sgd, ode = (eta_hat * one.arrays[name] for name in ("sgd", "ode"))
        done = escaped(sgd, ode)
        measured.append(row("censored", exact((~done).sum(), len(done)), **keys, theory=0.0))
        rows = [keys] + [{"p_star": p_star, "quantity": ["SGD_above_widest", "ODE_above_widest"]}] * (
            p == widest[p_star]
        )
        if lost.enough(done, f"SGD, p = {p}, p* = {p_star}", "did not escape", rows):
            shift = eta_hat * theory.noise_shift(p, p_star, eta_hat)
            found[p, p_star] = mean_times(sgd, ode)
            measured += rows_at(keys, found[p, p_star], shift)
            shown += drawn_at(keys, found[p, p_star], shift)
    lost.require(found)
    for p, p_star in sorted(found, key=lambda widths: widths[::-1]):
        keys = {"p": p, "p_star": p_star} | shared
        most = max(width for width, teachers in found if teachers == p_star)
        last = found[most, p_star]
        law = theory.relative_time(p, p_star) - theory.relative_time(most, p_star)
        shown.append(keys | {"series": "eq. 13", "value": last.ode.value + law, "error": 0.0})
        if p != most:
            measured += against_widest(keys, found[p, p_star], last, law)
    return Tables(
        Table(pd.DataFrame(measured), UNITS, shared, lost.notes),
        Table(pd.DataFrame(shown), DRAWN_UNITS, shared, lost.notes),
    )
