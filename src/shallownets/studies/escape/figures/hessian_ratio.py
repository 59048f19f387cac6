"""Negative over null eigenvalues of the Hessian on the plateau [29] against the student's width.

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
    for n, ((p_star, N), rows) in enumerate(frame.groupby(["p_star", "N"], sort=False)):
        colour = style.colour(n)
        axes.plot(rows.p, rows.formula, color=colour)
        axes.plot(
            rows.p,
            rows.measured,
            linestyle="",
            marker=style.marker(n),
            color=colour,
            markerfacecolor="white",
            label=f"$p^*={p_star}$, $N={N}$",
        )
    axes.set(yscale="log", xlabel="student width $p$, up to $N-p^*$", ylabel="negative / null eigenvalues")
    axes.set_ylim(top=4 * frame.formula.max())
    axes.legend(loc="upper left", ncols=2, columnspacing=1.0)
    axes.set_title("plateau; line: formula, markers: brute force", fontsize=8)
    return figure
