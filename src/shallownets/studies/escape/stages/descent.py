"""The final descent beside the escape, by gradient flow: to which risk, N and width it is the shorter one.

From: widths, dimensions, shares of the plateau's risk and a seed.
Makes: the table of measurements, and the data of the figure descent. Times are t = eta_hat alpha.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import exact, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.measure.descent import over_law, ratio_of_means, times_to
from shallownets.studies.escape.measure.late import span
from shallownets.studies.escape.model import Array, plateau_risk, population_risk
from shallownets.studies.escape.parameters.plateau import Descent
from shallownets.studies.escape.stages.plateau_shared import gaussian_starts, over, rescaled, row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import late

UNITS = {"estimate": "eta_hat samples/N, or 1", "share": "of the plateau's risk", "q_0": "1", "faster": "1"}
DRAWN_UNITS = {
    "share": "of the plateau's risk",
    "x": "N, width p, or eta_hat samples/N",
    "value": "eta_hat samples/N, or 1",
}


def at_size(keys: dict, times: Array, given: Descent) -> list[dict]:
    """Measurements at one pair of widths and one N; times (1 + shares, S): of the escape, then to each share."""
    escape, *reached = times
    rows = [row("escape", mean(escape), **keys, share=given.fraction)]
    for n, (share, here) in enumerate(zip(given.shares, reached, strict=True)):
        at = keys | {"share": share}
        rng = default_rng(seeds.sequence(given.seed, "descent bootstrap", keys | {"share": share}, 0))
        rows.append(row("descent", mean(here - escape), **at))
        rows.append(row("descent over escape", ratio_of_means(here - escape, escape, rng, given.resamples), **at))
        if n and keys["p"] > keys["p_star"]:
            pair = given.shares[n - 1], share
            p, p_star = keys["p"], keys["p_star"]
            larger = pair[0] * plateau_risk(p, p_star)
            at["q_0"] = late.excess_norm_at(p, p_star, larger)
            at["faster"] = late.faster_share(p, p_star, larger)
            rows.append({"quantity": "descent over its law"} | at | span(over_law(p, p_star, pair, times[n : n + 2])))
    return rows


def against_largest(keys: dict, times: dict[float, Array], given: Descent) -> list[dict]:
    """Measurements at one pair of widths: by how much the descent at each N differs from that at the largest."""
    last = given.N[-1]
    rows = []
    for N in given.N[:-1]:
        for n, share in enumerate(given.shares, 1):
            here, there = (times[size][n] - times[size][0] for size in (N, last))
            change = exact(np.abs(here / there - 1).max(), len(here))
            rows.append(row("change of the descent with N", change, **keys, N=N, share=share))
    return rows


def against_narrowest(times: dict[tuple[int, int], Array], N: float, given: Descent) -> list[dict]:
    """Measurements at one N: the time to each share over that of the narrowest student with this teacher."""
    rows = []
    narrowest = {p_star: min(p for p, star in times if star == p_star) for _, p_star in times}
    for (p, p_star), here in times.items():
        if p == narrowest[p_star]:
            continue
        there = times[narrowest[p_star], p_star]
        for n, share in enumerate([given.fraction, *given.shares]):
            found = over(mean(here[n]), mean(there[n]))
            rows.append(row("time over the narrowest", found, p=p, p_star=p_star, N=N, share=share))
    return rows


def curves(start: Start, keys: dict, escape: float, last: float, given: Descent) -> pd.DataFrame:
    """Curves of the figure from one start: the risk over the plateau's against t, and for p > p* its law, once small.

    Args:
        start: its overlaps.
        keys: of the table.
        escape, last: times of the escape, from which the law counts, and of the end of the descent.
        given: of the stage.
    """
    p, p_star = start.M.shape
    t = np.linspace(0, 1.1 * last, given.points)
    run = spectral.simulate(start, p, t, given.tolerance, gradient_flow=True)
    risk = population_risk(run.M[0], run.Q[0]) / plateau_risk(p, p_star)
    lines = {"curve": (t, risk)}
    if p > p_star:
        after = t[t > escape]
        law = (late.descent_time(p, p_star, plateau_risk(p, p_star)) / (after - escape)) ** 2
        small = law < given.shares[0]
        lines["law"] = after[small], law[small]
    shared = keys | {"share": 0.0, "error": 0.0}
    return pd.concat(
        pd.DataFrame(shared | {"quantity": name, "x": x, "value": value}) for name, (x, value) in lines.items()
    )


def points(measured: pd.DataFrame, given: Descent) -> pd.DataFrame:
    """Points of the figure: descent over escape against N, and the time to each share against p, at the smallest N."""
    ratios = measured[measured.quantity == "descent over escape"].assign(x=lambda frame: frame.N)
    first = measured[(measured.quantity.isin(["escape", "descent"])) & measured.N.eq(given.N[0])]
    shown = pd.concat([ratios, first.assign(x=first.p)])
    return shown.assign(value=shown.estimate, error=(shown.high - shown.low) / 6)


@stage
def descent(given: Descent) -> Tables:
    measured, lines, at_first = [], [], {}
    for p, p_star in given.widths:
        keys = {"p": p, "p_star": p_star}
        begun = gaussian_starts(given.seed, p, p_star, given.drawn_at, given.starts)
        times = {}
        for N in given.N:
            at_N = rescaled(begun, given.drawn_at, N)
            times[N] = times_to(at_N, [given.fraction, *given.shares], given.tolerance)
            measured += at_size(keys | {"N": N}, times[N], given)
        measured += against_largest(keys, times, given)
        at_first[p, p_star] = times[given.N[0]]
        start = rescaled(begun[:1], given.drawn_at, given.N[0])[0]
        escape, *_, last = at_first[p, p_star][:, 0]
        lines.append(curves(start, keys | {"N": given.N[0]}, escape, last, given))
    measured += against_narrowest(at_first, given.N[0], given)
    table = pd.DataFrame(measured).fillna({"q_0": 0.0, "faster": 0.0})
    shown = pd.concat([*lines, points(table, given)])[["quantity", "p", "p_star", "N", "share", "x", "value", "error"]]
    return Tables(Table(table, UNITS), Table(shown, DRAWN_UNITS))
