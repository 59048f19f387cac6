"""Negative over null eigenvalues of the Hessian on the plateau [29] against the student's width.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_DASHES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table; nothing in the table's header is needed."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    for n, ((p_star, N), rows) in enumerate(frame.groupby(["p_star", "N"], sort=False)):
        colour = style.colour(n)
        first = rows.formula[rows.p == rows.p.min()].item()
        axes.plot(rows.p, rows.formula / first, color=colour, linestyle=_DASHES[n % len(_DASHES)])
        axes.plot(
            rows.p,
            rows.measured / first,
            linestyle="",
            marker=style.marker(n),
            color=colour,
            markerfacecolor="white",
            label=f"$p^*={p_star}$, $N={N}$",
        )
    axes.set(xlabel="student width $p$, up to $N-p^*$", ylabel="negative / null, over that at $p=1$")
    axes.legend(loc="lower right")
    axes.set_title("plateau; line: formula, markers: brute force", fontsize=8)
    return figure
