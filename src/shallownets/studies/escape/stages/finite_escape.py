"""Escape times of SGD against N, and what starts and noise contribute to their spread.

From: the escape times of SGD and of the ODE from the same starts, at several N; those of SGD on weights, at one of
these N; and those of SGD repeated from each of several starts, at several learning rates.
Makes: the table of measurements, and the data of the figure finite_escape.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, errors_of, mean, quotient
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.finite import (
    PARTS,
    MeanTimes,
    Repeated,
    line_in_size,
    mean_times,
    over_laws,
    variance_parts,
)
from shallownets.studies.escape.parameters.finite import FiniteEscape
from shallownets.studies.escape.stages.plateau_shared import (
    LONG,
    EscapeTimes,
    Setting,
    escape_times_of,
    gaussian_starts,
    ode_escape_times,
    rescaled,
    row,
)
from shallownets.studies.escape.stages.streams import streams
from shallownets.studies.escape.theory import finite as theory
from shallownets.studies.escape.theory import plateau

UNITS = {
    "eta_hat": "learning rate per student unit, eta/p",
    "estimate": "samples/N; slope: per unit of log N; variance: (samples/N)^2; start_share: 1",
}
DRAWN_UNITS = {"value": "samples/N; panel spread: density, or weight of a run; panel share: 1"}


def rates_of(setting: Setting) -> tuple[int, int, float]:
    """(p, p*, eta/p), what theory asks for."""
    return setting.p, setting.p_star, setting.eta_hat


def rows_against_size(setting: Setting, simulated: Sequence[EscapeTimes], found: dict[int, MeanTimes]) -> list[dict]:
    """Measurements at each N: how many runs did not escape and, where enough did, their mean time and its shift."""
    shift = theory.noise_shift(*rates_of(setting))
    rows = []
    for runs in simulated:
        keys = setting.keys("chain", runs.N)
        rows.append(row("censored", runs.censored, **keys, theory=0.0))
        if times := found.get(runs.N):
            rows.append(row("time", times.sgd, **keys, theory=times.ode.value + shift))
            rows.append(row("shift", times.shift, **keys, theory=shift))
    return rows


def rows_of_fits(setting: Setting, found: dict[int, MeanTimes], fit_from: int, limit_from: int) -> list[dict]:
    """Measurements of the escape time's slope in log N, and of the shift as N -> infinity; its correction is in 1/N."""
    sizes, keys = np.array(list(found)), setting.keys("chain", 0)
    rows = []
    if line := line_in_size(np.log(sizes), {N: one.sgd for N, one in found.items()}, fit_from):
        rows.append(row("slope", line[1], **keys, theory=theory.time_per_log(*rates_of(setting))))
    if line := line_in_size(1 / sizes, {N: one.shift for N, one in found.items()}, limit_from):
        rows.append(row("shift_limit", line[0], **keys, theory=theory.noise_shift(*rates_of(setting))))
    return rows


def rows_on_weights(setting: Setting, on_weights: EscapeTimes, by_chain: EscapeTimes) -> list[dict]:
    """Measurements of SGD on weights at one N: its mean escape time, and that over the chain's."""
    weights, same = (runs.sgd[np.isfinite(runs.sgd)] for runs in (on_weights, by_chain))
    if min(len(weights), len(same)) < 2:
        return []
    keys = setting.keys("direct", on_weights.N)
    a, b = mean(weights), mean(same)
    return [
        row("time", a, **keys, theory=b.value),
        row("direct_over_chain", quotient(a, b), **keys, theory=1.0),
    ]


def rows_that_use(N: int, given: FiniteEscape, on_weights: int) -> list[dict]:
    """The rows of the table that are computed from the chain's runs at one N."""
    rows: list[dict] = [{"engine": "chain", "N": N, "quantity": ["time", "shift"]}]
    fits = [name for name, least in (("slope", given.fit_from), ("shift_limit", given.limit_from)) if least <= N]
    rows.append({"quantity": fits})
    return [*rows, {"engine": "direct"}] if on_weights == N else rows


def rows_of_spread(setting: Setting, N: int, runs: Repeated, parts: dict[str, Estimate]) -> list[dict]:
    """Measurements at one learning rate: the shift of SGD, and the parts of the variance of its escape time."""
    keys, predicted = setting.keys("chain", N), theory.variance_parts(*rates_of(setting))
    return [
        row("noise_shift", runs.shift, **keys, theory=theory.noise_shift(*rates_of(setting))),
        *(row(f"variance_{name}", part, **keys, theory=predicted[name]) for name, part in parts.items()),
    ]


def rows_of_all_rates(setting: Setting, found: Sequence[dict]) -> list[dict]:
    """Measurements over all learning rates, whose runs share nothing: the mean of a quantity over its theory.

    Args:
        setting: of the runs; its learning rate is left out.
        found: what ``rows_of_spread`` has at each of them.
    """
    keys = replace(setting, eta_hat=0.0).keys("chain", found[0]["N"]) if found else {}
    rows = []
    for name in ("noise_shift", "variance_starts", "variance_start_share"):
        here = [one for one in found if one["quantity"] == name]
        estimates = [Estimate(one["estimate"], errors_of(one), one["n"]) for one in here]
        if estimates:
            total = over_laws(estimates, [one["theory"] for one in here])
            rows.append(row(f"{name}_over_theory", total, **keys, theory=1.0))
    return rows


def ode_against_size(setting: Setting, sizes: list[int], given: FiniteEscape, lost: Lost) -> dict[int, Estimate]:
    """Mean escape time of the ODE by N, samples/N, from Gaussian overlaps drawn once and scaled to each N."""
    largest = max(sizes)
    unit = gaussian_starts(given.seed, setting.p, setting.p_star, largest, given.ode_starts)
    times = {}
    for N in sizes:
        found = ode_escape_times(rescaled(unit, largest, N), setting, LONG, given.tolerance)
        done = np.isfinite(found)
        if lost.enough(done, f"ODE, N = {N}", "did not escape"):  # of the figure alone
            times[N] = mean(found[done])
    return times


def point(panel: str, series: str, x: float, estimate: Estimate) -> dict:
    """One line of the figure's data that was measured."""
    return {"panel": panel, "series": series, "x": x, "value": estimate.value, "error": estimate.error}


def curve(panel: str, series: str, x: Iterable[float], y: Iterable[float]) -> list[dict]:
    """Lines of the figure's data without error."""
    return [
        {"panel": panel, "series": series, "x": at, "value": value, "error": 0.0}
        for at, value in zip(x, y, strict=True)
    ]


def drawn_spread(setting: Setting, runs: Repeated) -> list[dict]:
    """Lines of the figure: escape times less the ODE's mean, sorted, and the densities that theory predicts."""
    lines = []
    for name, times in (("SGD", runs.sgd.ravel()), ("SGD, one start", runs.one_start), ("ODE", runs.ode)):
        lines += curve("spread", name, np.sort(times) - runs.ode.mean(), np.full(len(times), 1 / len(times)))
    for name, shift in (("theory, SGD", theory.noise_shift(*rates_of(setting))), ("theory, ODE", 0.0)):
        lines += curve("spread", name, *theory.escape_density(*rates_of(setting), shift))
    return lines


def drawn_laws(setting: Setting, ode: dict[int, Estimate], last: float) -> list[dict]:
    """Lines of the figure: the laws in log N through the ODE at the largest N, the shift, and the share of the starts.

    last: the highest learning rate per student unit that is shown; the share is drawn to somewhat beyond it.
    """
    slope, shift = theory.time_per_log(*rates_of(setting)), theory.noise_shift(*rates_of(setting))
    lines = []
    for N in ode:
        time = ode[max(ode)].value + slope * np.log(N / max(ode))
        lines += curve("N", "theory, ODE", [N], [time])
        lines += curve("N", "theory, SGD", [N], [time + shift])
        lines += curve("shift", "theory, SGD", [N], [shift])
    p, p_star, _ = rates_of(setting)
    rates = np.linspace(0, min(1.1 * last, 0.99 * plateau.last_escape(p, p_star)), 56)[1:]
    return lines + curve("share", "theory", rates, [theory.predicted_share(p, p_star, rate) for rate in rates])


@stage
def finite_escape(given: FiniteEscape, sgd: list[Arrays], direct: Arrays, spread: list[Arrays]) -> Tables:
    settings, simulated = zip(*map(escape_times_of, sgd), strict=True)
    setting, by_size, lost = settings[0], {runs.N: runs for runs in simulated}, Lost()
    _, on_weights = escape_times_of(direct)
    if on_weights.N not in by_size:
        raise UserError(f"{direct.source}: N = {on_weights.N}: expected one of those of the chain, {list(by_size)}")
    enough = []
    for runs in simulated:
        rows = rows_that_use(runs.N, given, on_weights.N)
        if lost.enough(runs.both, f"SGD, N = {runs.N}", "did not escape", rows):
            enough.append(runs)
    lost.require(enough)
    times = {runs.N: mean_times(runs.sgd, runs.ode) for runs in enough}
    measured = rows_against_size(setting, simulated, times)
    measured += rows_of_fits(setting, times, given.fit_from, given.limit_from)
    measured += rows_on_weights(setting, on_weights, by_size[on_weights.N])
    shown = [
        point(panel, "SGD", N, each)
        for N, one in times.items()
        for panel, each in (("N", one.sgd), ("shift", one.shift))
    ]
    by_rate: list[dict] = []
    for one in spread:
        here = replace(setting, eta_hat=one.parameters["eta_hat"])
        runs = Repeated(**one.arrays)
        of_this_rate = ["noise_shift", *(f"variance_{name}" for name in PARTS)]
        rows = [{"eta_hat": here.eta_hat, "quantity": of_this_rate}]
        rows.append({"quantity": [f"{name}_over_theory" for name in of_this_rate]})
        which = f"starts and noise, eta_hat = {here.eta_hat:g}"
        if not lost.enough(runs.kept, which, "did not escape each time", rows):
            continue
        runs, N = runs.complete(), one.parameters["N"]
        experiment = {"p": here.p, "p_star": here.p_star, "N": N, "eta_hat": here.eta_hat}
        [stream] = streams(given.seed, "finite bootstrap", experiment, 1)
        parts = variance_parts(runs.sgd, default_rng(stream), given.resamples)
        by_rate += rows_of_spread(here, N, runs, parts)
        shown.append(point("share", "SGD", here.eta_hat, parts["start_share"]))
        if here == setting:
            shown += drawn_spread(here, runs)
    measured += by_rate + rows_of_all_rates(setting, by_rate)
    ode = ode_against_size(setting, list(by_size), given, lost)
    shown += [point("N", "ODE", N, time) for N, time in ode.items()]
    shown += drawn_laws(setting, ode, max(setting.eta_hat, *(one.parameters["eta_hat"] for one in spread)))
    found = asdict(setting) | {"N": spread[0].parameters["N"]}
    return Tables(
        Table(pd.DataFrame(measured), UNITS, found, lost.notes),
        Table(pd.DataFrame(shown), DRAWN_UNITS, found, lost.notes),
    )
