"""Directions that neurons find, by the correlation loss and by the full loss, against the width.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    series = dict(list(frame.groupby("series")))
    exact, drawn, full = (series[name] for name in ("correlation loss", "drawn", "full loss"))
    axes.plot(exact.N, exact.value, color=style.COLOURS[0], label="correlation loss, exact")
    bars = [drawn.value - drawn.low, drawn.high - drawn.value]
    axes.errorbar(
        drawn.N,
        drawn.value,
        bars,
        fmt="o",
        color=style.COLOURS[0],
        markerfacecolor="white",
        label="correlation loss, neurons",
    )
    axes.plot(full.N, full.value, "s", color=style.COLOURS[1], label="full loss, deflated flow")
    P = parameters["P"]
    axes.plot([1, P, exact.N.max()], [1, P, P], color=style.GREY, linestyle=":", label=r"$\min(N,P)$")
    axes.set(xscale="log", yscale="log", xlabel="width $N$", ylabel="directions learned", ylim=(0.8, 2 * P))
    axes.legend(loc="lower right")
    return figure
