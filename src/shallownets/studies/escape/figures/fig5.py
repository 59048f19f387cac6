"""Figure 5: what a student can express, the dimension of {W^T W}, against its width.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table; nothing in the table's header is needed."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    for n, (N, rows) in enumerate(frame.groupby("N", sort=False)):
        colour = style.colour(n)
        axes.plot(rows.p, rows.formula, color=colour)
        axes.plot(
            rows.p,
            rows.measured,
            linestyle="",
            marker=style.marker(n),
            color=colour,
            markerfacecolor="white",
            label=f"$N={N}$",
        )
        full = rows.formula.max()
        axes.plot([N, N], [0, full], color=colour, linestyle=":", linewidth=0.8, zorder=0)
    top = frame.formula.max()
    axes.set(xlabel="student width $p$", ylabel=r"dimension of $\{W^TW\}$", ylim=(0, 1.05 * top))
    axes.set(xlim=(0.5, frame.p.max() + 0.5))
    axes.legend(loc="upper left")
    axes.set_title("line: formula, markers: rank, dotted: $p=N$", fontsize=8)
    return figure
