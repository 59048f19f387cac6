"""Figure samples: samples until a direction is learned, against dimension and step size.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from shallownets.drawing import style


def _series(axes: Axes, frame: pd.DataFrame, variable: str, number: int, label: str) -> None:
    """SGD's quartiles, and theory's."""
    look: style.Look = {"color": style.colour(number)}
    frame = frame.sort_values(variable)
    by = {name: group[np.isfinite(group.middle)] for name, group in frame.groupby("series")}
    if "SGD" in by:
        sgd = by["SGD"]
        high = sgd.high.where(np.isfinite(sgd.high), 4 * sgd.middle)
        bars = [sgd.middle - sgd.low, high - sgd.middle]
        axes.errorbar(sgd[variable], sgd.middle, bars, fmt=style.marker(number), elinewidth=0.8, **look, label=label)
    if "theory" in by:
        theory = by["theory"]
        axes.plot(theory[variable], theory.middle, linewidth=1.1, **look)
        axes.fill_between(theory[variable], theory.low, theory.high, alpha=0.15, linewidth=0, **look)
    if "leading" in by:
        axes.plot(by["leading"][variable], by["leading"].middle, linewidth=0.9, linestyle="--", **look)
    if "limit" in by:
        axes.plot(by["limit"][variable], by["limit"].middle, linewidth=0.9, linestyle=":", **look)


def _scans(frame: pd.DataFrame) -> Iterator[tuple[int, float, int]]:
    """k, the κ with most dimensions, and the d with most κ."""
    for k, part in frame.groupby("k"):
        yield k, part.groupby("kappa").d.nunique().idxmax(), part.groupby("d").kappa.nunique().idxmax()


def shows(frame: pd.DataFrame, row: dict) -> bool:
    """Whether the figure shows a row that a note concerns: one of a scan."""
    return any(row["k"] == k and (row["kappa"] == kappa or row["d"] == d) for k, kappa, d in _scans(frame))


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.3))
    left, right = figure.subplots(1, 2)
    for number, (k, kappa, d) in enumerate(_scans(frame)):
        chosen = frame[frame.k == k]
        _series(left, chosen[chosen.kappa == kappa], "d", number, rf"$k={k}$, $\kappa={kappa:g}$")
        scan = chosen[chosen.d == d]
        _series(right, scan, "kappa", number, f"$k={k}$, $d={d}$")
        for one in scan[(scan.series == "SGD") & (scan.lost > 0)].itertuples():
            at = {"transform": right.get_xaxis_transform(), "ha": "center", "va": "center", "fontsize": 7, "zorder": 5}
            at["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
            right.text(
                one.kappa, 0.97 - 0.06 * number, f"{100 * one.lost:.0f} % lost", color=style.colour(number), **at
            )
        largest = (scan.kappa / scan["step over largest"]).iloc[0]
        right.axvline(largest, color=style.colour(number), linewidth=0.7, linestyle="-.")
    for axes, label in ((left, "dimension $d$"), (right, r"$\kappa=\eta\,d^{k/2}$")):
        axes.set(xscale="log", yscale="log", xlabel=label, ylabel=r"samples$\,/\,d^{k-1}$")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    left.legend(loc="upper right")
    right.legend(loc="lower left")
    dimensions = sorted(frame.d.unique())
    left.set_xticks(dimensions, [str(d) for d in dimensions], rotation=45, fontsize=7)
    left.minorticks_off()
    right.set_ylim(top=2.5 * right.get_ylim()[1])
    right.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    figure.suptitle(
        f"$N={parameters['N']}$; points: SGD, quartiles; lines: first passage (dashed: noise of the equator; dotted: "
        r"$d=\infty$)",
        fontsize=9,
    )
    return figure
