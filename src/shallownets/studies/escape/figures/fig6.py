"""Figure 6: dimension of the manifold of zero-error solutions against the student's width.

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
    for n, (p_star, rows) in enumerate(frame.groupby("p_star", sort=False)):
        colour = style.colour(n)
        axes.plot(rows.p, rows.formula, color=colour, linestyle=_DASHES[n % 4], label=f"$p^*={p_star}$")
        axes.plot(rows.p, rows.tangent, linestyle="", marker="o", markersize=5, color=colour, markerfacecolor="white")
        axes.plot(rows.p, rows.orbit, linestyle="", marker="x", color=colour, markersize=3)
    axes.plot(
        [], [], linestyle="", marker="o", markersize=5, color="black", markerfacecolor="white", label="tangent space"
    )
    axes.plot([], [], linestyle="", marker="x", color="black", markersize=3, label="orbit of rotations")
    axes.set(xlabel="student width $p$", ylabel="dimension of the solutions", xlim=(0.5, frame.p.max() + 0.5))
    axes.set_ylim(-0.03 * frame.formula.max(), 1.05 * frame.formula.max())
    axes.set_title("line: formula, markers: numerical ranks", fontsize=8)
    axes.legend(loc="upper left", handlelength=2.8)
    return figure
