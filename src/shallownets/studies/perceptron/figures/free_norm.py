"""A free norm's error beside that at fixed norm, and their ratio on the same samples.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style, ticks


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.0))
    left, right = figure.subplots(1, 2)
    sampled = frame[~frame.series.isin(["limit", "dynamical theory"])]
    dynamics = frame[frame.series == "dynamical theory"]
    for n, (alpha, curves) in enumerate(sampled.groupby("alpha")):
        colour, series = style.colour(n), dict(list(curves.groupby("series")))
        theory, free, fixed, ratio = (series[name] for name in ("theory", "free", "fixed", "ratio"))
        left.plot(theory.norm, theory.estimate, color=colour)
        points: style.Look = {
            "color": colour,
            "marker": style.marker(n),
            "linestyle": "",
            "elinewidth": 0.8,
            "zorder": 3,
        }
        named = points | {"label": rf"$\alpha={alpha:g}$"}
        left.errorbar(free.norm, free.estimate, (free.high - free.low) / 2, **named)
        hollow = points | {"fillstyle": "none", "markersize": 6}
        left.errorbar(fixed.norm, fixed.estimate, (fixed.high - fixed.low) / 2, **hollow)
        right.errorbar(ratio.norm, ratio.estimate, (ratio.high - ratio.low) / 2, **named)
        curve = dynamics[dynamics.alpha == alpha]
        right.plot(curve.norm, curve.estimate, color=colour)
    limit = frame[frame.series == "limit"]
    right.plot(limit.norm, limit.estimate, color="black", linewidth=0.9, linestyle="--", label=r"$\alpha\to\infty$")
    right.plot([], [], color="black", label="dynamical theory")
    right.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
    left.plot([], [], color="black", marker="o", linestyle="", label="filled: free norm")
    left.plot([], [], color="black", marker="o", linestyle="", fillstyle="none", markersize=6, label="open: fixed norm")
    left.plot([], [], color="black", label="theory, fixed norm")
    left.set(xscale="log", yscale="log", xlabel=r"norm $\lambda$", ylabel=r"test error $\varepsilon$")
    ticks.spread(left.yaxis)
    left.legend()
    right.set(xscale="log", xlabel=r"norm $\lambda$", ylabel="free over fixed norm, same sample")
    right.legend(loc="upper left")
    return figure
