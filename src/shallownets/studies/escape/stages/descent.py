"""The final descent beside the escape, by gradient flow: to which risk, N and width it is the shorter one.

From: the times at which gradient flow has fallen to shares of the plateau's risk, and the risk against time.
Makes: the table of measurements, and the data of the figure descent. Times are t = eta_hat alpha.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import errors_of, exact, mean, quotient
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.descent import over_law, ratio_of_means
from shallownets.studies.escape.measure.late import span
from shallownets.studies.escape.model import Array, plateau_risk
from shallownets.studies.escape.parameters.plateau import Descent
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.theory import late

UNITS = {"estimate": "eta_hat samples/N, or 1", "share": "of the plateau's risk", "q_0": "1", "faster": "1"}
DRAWN_UNITS = {
    "share": "of the plateau's risk",
    "x": "N, width p, or eta_hat samples/N",
    "value": "eta_hat samples/N, or 1",
}


@dataclass(frozen=True)
class Reached:
    """When gradient flow from S starts has fallen to shares of the plateau's risk.

    Attributes:
        shares: of the plateau's risk, falling; the first one is that of the escape.
        times: (shares, S) eta_hat alpha.
    """

    shares: list[float]
    times: Array

    def descents(self) -> list[tuple[float, Array]]:
        """(share, times) of each share to which the descent goes, without that of the escape."""
        return [*zip(self.shares, self.times, strict=True)][1:]


def at_size(keys: dict, reached: Reached, given: Descent) -> list[dict]:
    """Measurements at one pair of widths and one N: the escape, and the descent to each share."""
    escape = reached.times[0]
    rows = [row("escape", mean(escape), **keys, share=reached.shares[0])]
    for n, (share, here) in enumerate(reached.descents()):
        at = keys | {"share": share}
        rng = default_rng(seeds.sequence(given.seed, "descent bootstrap", at, 0))
        rows.append(row("descent", mean(here - escape), **at))
        rows.append(row("descent over escape", ratio_of_means(here - escape, escape, rng, given.resamples), **at))
        if n and keys["p"] > keys["p_star"]:
            p, p_star = keys["p"], keys["p_star"]
            pair = reached.shares[n], share
            larger = pair[0] * plateau_risk(p, p_star)
            at["q_0"] = late.excess_norm_at(p, p_star, larger)
            at["faster"] = late.faster_share(p, p_star, larger)
            law = over_law(p, p_star, pair, reached.times[n : n + 2])
            rows.append({"quantity": "descent over its law"} | at | span(law))
    return rows


def against_largest(keys: dict, by_size: dict[float, Reached]) -> list[dict]:
    """Measurements at one pair of widths: by how much the descent at each N differs from that at the largest."""
    *sizes, last = by_size
    rows = []
    for N in sizes:
        for (share, here), (_, there) in zip(by_size[N].descents(), by_size[last].descents(), strict=True):
            ratio = (here - by_size[N].times[0]) / (there - by_size[last].times[0])
            change = exact(np.abs(ratio - 1).max(), len(here))
            rows.append(row("change of the descent with N", change, **keys, N=N, share=share))
    return rows


def against_narrowest(reached: dict[tuple[int, int], Reached], N: float) -> list[dict]:
    """Measurements at one N: the time to each share over that of the narrowest student with this teacher."""
    rows = []
    narrowest = {p_star: min(p for p, star in reached if star == p_star) for _, p_star in reached}
    for (p, p_star), at in reached.items():
        if p == narrowest[p_star]:
            continue
        for share, here, there in zip(at.shares, at.times, reached[narrowest[p_star], p_star].times, strict=True):
            found = quotient(mean(here), mean(there))
            rows.append(row("time over the narrowest", found, p=p, p_star=p_star, N=N, share=share))
    return rows


def curves(keys: dict, t: Array, risk: Array, escape: float, below: float) -> pd.DataFrame:
    """Curves of the figure from one start: the risk over the plateau's against t, and for p > p* its law, once small.

    Args:
        keys: of the table.
        t, risk: (T,) of the curve.
        escape: time from which the law counts.
        below: share of the plateau's risk below which it is drawn.
    """
    p, p_star = keys["p"], keys["p_star"]
    lines = {"curve": (t, risk)}
    if p > p_star:
        after = t[t > escape]
        law = (late.descent_time(p, p_star, plateau_risk(p, p_star)) / (after - escape)) ** 2
        small = law < below
        lines["law"] = after[small], law[small]
    shared = keys | {"share": 0.0, "error": 0.0}
    return pd.concat(
        pd.DataFrame(shared | {"quantity": name, "x": x, "value": value}) for name, (x, value) in lines.items()
    )


def points(measured: pd.DataFrame, N: float) -> pd.DataFrame:
    """Points of the figure: descent over escape against N, and the time to each share against p, at one N."""
    ratios = measured[measured.quantity == "descent over escape"].assign(x=lambda frame: frame.N)
    first = measured[(measured.quantity.isin(["escape", "descent"])) & measured.N.eq(N)]
    shown = pd.concat([ratios, first.assign(x=first.p)])
    return shown.assign(value=shown.estimate, error=errors_of(shown))


@stage
def descent(given: Descent, runs: Arrays) -> Tables:
    sizes, arrays = runs.parameters["N"], runs.arrays
    shares = [runs.parameters["fraction"], *runs.parameters["shares"]]
    measured, lines, at_first = [], [], {}
    by_widths = zip(runs.parameters["widths"], *(arrays[name] for name in ("times", "t", "risk")), strict=True)
    for (p, p_star), times, t, risk in by_widths:
        keys = {"p": p, "p_star": p_star}
        by_size = {N: Reached(shares, of_size) for N, of_size in zip(sizes, times, strict=True)}
        for N, reached in by_size.items():
            measured += at_size(keys | {"N": N}, reached, given)
        measured += against_largest(keys, by_size)
        at_first[p, p_star] = first = by_size[sizes[0]]
        lines.append(curves(keys | {"N": sizes[0]}, t, risk, first.times[0, 0], shares[1]))
    measured += against_narrowest(at_first, sizes[0])
    table = pd.DataFrame(measured).fillna({"q_0": 0.0, "faster": 0.0})
    shown = pd.concat([*lines, points(table, sizes[0])])
    shown = shown[["quantity", "p", "p_star", "N", "share", "x", "value", "error"]]
    return Tables(Table(table, UNITS, runs.parameters), Table(shown, DRAWN_UNITS, runs.parameters))
