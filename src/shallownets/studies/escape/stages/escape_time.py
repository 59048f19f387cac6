"""Escape times against N, against the student's width, and against what the start looks like.

From: the escape times of SGD, one file for each N; the ODE's are computed here.
Makes: the table of measurements, and the data of the figure escape_time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, exact, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.escape_time import narrow_over_wide, norm_time, slopes_in_log, strengths
from shallownets.studies.escape.parameters.plateau import EscapeTime
from shallownets.studies.escape.stages.plateau_shared import (
    LONG,
    EscapeTimes,
    Setting,
    escape_times_of,
    gaussian_starts,
    ode_escape_times,
    rescaled,
    row,
    theory_last,
)
from shallownets.studies.escape.theory.finite import time_per_log

UNITS = {"time": "samples/N, as other times", "slope": "samples/N per unit of log N"}
DRAWN = {"time": "time", "law": "law", "width_time": "width"}  # what the figure shows, and its name there


class Found(NamedTuple):
    """A quantity and the columns that say where it was found."""

    quantity: str
    estimate: Estimate
    keys: dict


def sgd_at_sizes(setting: Setting, simulated: Iterable[EscapeTimes], lost: Lost) -> Iterator[Found]:
    """SGD's mean escape time at each N, and that of SGD less the ODE's from the same starts, samples/N."""
    for runs in simulated:
        keys = setting.keys("SGD", runs.N)
        yield Found("censored", runs.censored, keys)
        rows = [{"engine": "SGD", "N": runs.N, "quantity": ["time", "time_over_ode"]}]
        if lost.enough(runs.both, f"SGD, N = {runs.N}", "did not escape", rows):
            yield Found("time", mean(runs.sgd[runs.both]), keys)
            yield Found("time_over_ode", mean((runs.sgd - runs.ode)[runs.both]), keys)


def ode_at_sizes(setting: Setting, given: EscapeTime, lost: Lost) -> Iterator[Found]:
    """The ODE's mean escape time at each N, samples/N, its slope in log N, and the line of that slope by theory."""
    # the same Gaussian overlaps scaled by N^(-1/2): a slope for each start
    unit = gaussian_starts(given.seed, setting.p, setting.p_star, given.at, given.starts)
    times = np.array([ode_escape_times(rescaled(unit, given.at, N), setting, LONG, given.tolerance) for N in given.N])
    kept = np.isfinite(times).all(0)
    rows = [{"engine": "ODE", "eta_hat": setting.eta_hat, "quantity": ["time", "slope"]}]
    if not lost.enough(kept, f"ODE, eta_hat = {setting.eta_hat:g}", "did not escape at every N", rows):
        return
    times = times[:, kept]
    for N, at_size in zip(given.N, times, strict=True):
        yield Found("time", mean(at_size), setting.keys("ODE", float(N)))
    if len(given.N) > 1:
        law = time_per_log(setting.p, setting.p_star, setting.eta_hat)
        yield Found("slope", mean(slopes_in_log(given.N, times)), setting.keys("ODE", 0) | {"theory": law})
        for N, gap in zip(given.N, (np.log(given.N) - np.log(given.N[-1])) * law, strict=True):
            yield Found("law", exact(times[-1].mean() + gap), setting.keys("ODE", float(N)))


def ode_at_widths(setting: Setting, given: EscapeTime, lost: Lost) -> Iterator[Found]:
    """The ODE's mean escape time, samples/N, at each pair of widths: one N, one learning rate."""
    N, times = float(given.at), {}
    for p, p_star in given.widths:
        at_width = replace(setting, p=p, p_star=p_star)
        begun = gaussian_starts(given.seed, p, p_star, given.at, given.starts)
        found = ode_escape_times(begun, at_width, LONG, given.tolerance)
        rows = [{"quantity": "narrow_over_wide", "p_star": p_star}]  # those at this width are missing
        which = f"ODE, p = {p}, p* = {p_star}"
        if not lost.enough(np.isfinite(found), which, "did not escape", rows, least=len(found)):
            continue
        times[p, p_star], time = found, mean(found)
        yield Found("width_time", time, at_width.keys("ODE", N))
        share = norm_time(p, p_star, setting.eta_hat, given.tolerance) / time.value
        yield Found("norm_learning_share", exact(share, given.starts), at_width.keys("ODE", N))
    for p_star in sorted({p_star for _, p_star in times}):
        widths = [p for p, star in times if star == p_star]
        rng = default_rng(seeds.sequence(given.seed, "plateau bootstrap", {"p_star": p_star, "N": N}, 0))
        ratio = narrow_over_wide(times[min(widths), p_star], times[max(widths), p_star], rng, given.resamples)
        yield Found("narrow_over_wide", ratio, replace(setting, p=0, p_star=p_star).keys("ODE", N))


def ode_by_alignment(setting: Setting, given: EscapeTime) -> Iterator[Found]:
    """Rank correlation of the ODE's escape time with each size of the start's overlaps."""
    begun = gaussian_starts(given.seed, setting.p, setting.p_star, given.at, given.starts)
    times = ode_escape_times(begun, setting, LONG, given.tolerance)
    rng = default_rng(seeds.sequence(given.seed, "plateau bootstrap", {"aligned": str(given.aligned)}, 0))
    keys = setting.keys("ODE", float(given.at))
    for name, found in strengths(np.array([start.M for start in begun]), times, rng, given.resamples).items():
        yield Found(f"rank_{name}", found.rank, keys)
        if found.beyond_squares:
            yield Found(f"rank_{name}_minus_squares", found.beyond_squares, keys)


@stage
def escape_time(given: EscapeTime, sgd: list[Arrays]) -> Tables:
    settings, simulated = zip(*map(escape_times_of, sgd), strict=True)
    setting, lost = settings[0], Lost()
    found = [*sgd_at_sizes(setting, simulated, lost)]
    for eta_hat in given.eta_hat:
        found += ode_at_sizes(replace(setting, eta_hat=eta_hat), given, lost)
    at = replace(setting, eta_hat=given.at_eta_hat)
    found += ode_at_widths(at, given, lost)
    found += ode_by_alignment(replace(at, p=given.aligned[0], p_star=given.aligned[1]), given)

    measured = theory_last([row(one.quantity, one.estimate, **one.keys) for one in found if one.quantity != "law"])
    shown = [
        one.keys | {"quantity": DRAWN[one.quantity], "value": one.estimate.value, "error": one.estimate.error}
        for one in found
        if one.quantity in DRAWN
    ]
    lost.require(shown)
    simulated_with = {"p": setting.p, "p_star": setting.p_star, "fraction": setting.fraction}
    return Tables(*(Table(frame, UNITS, simulated_with, lost.notes) for frame in (measured, pd.DataFrame(shown))))
