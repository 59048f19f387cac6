"""Emergence: each direction is learned in a step of its own, and the steps add up to the risk.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from shallownets.drawing import style
from shallownets.drawing.labels import whole


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.1))
    left, right = figure.subplots(1, 2)
    overlaps = frame[frame.curve == "overlap"]
    risk, steps = (frame[frame.curve == name] for name in ("risk", "steps"))
    for number, (j, curve) in enumerate(overlaps.groupby("j")):
        colour = style.colour(number)
        left.plot(curve.t, curve.exact, color=colour, linewidth=1.8, alpha=0.55, label=f"{j}")
        left.plot(curve.t, curve.theory, color=colour, linewidth=0.9, linestyle=(0, (5, 1.5)))
        left.plot(curve["T"].iloc[0], 0.5, "o", color=colour, markerfacecolor="white")
        left.plot(curve["T_deflated"].iloc[0], 0.5, "|", color=colour, markersize=9, markeredgewidth=1.2)
        right.axvline(curve["T"].iloc[0], color=colour, linewidth=0.7, alpha=0.6, zorder=0)
    left.set(xscale="log", xlabel="time $t$", ylabel="overlap $G_{jj}$", ylim=(-0.03, 1.05))
    left.set(xlim=(frame.t.min(), frame.t.max()))
    left.set_title("directions one by one")
    left.legend(title="$j$", loc="upper left", handlelength=1.2)
    right.plot(risk.t, risk.exact, color="black", linewidth=2.0, alpha=0.35, label="exact")
    right.plot(risk.t, risk.theory, color=style.COLOURS[1], linewidth=1.0, linestyle=(0, (5, 1.5)))
    right.plot(steps.t, steps.exact, color="black", linewidth=0.6, drawstyle="steps-post")
    right.set(xscale="log", yscale="log", xlabel="time $t$", ylabel=r"risk $\mathcal{R}$")
    right.set(xlim=left.get_xlim(), ylim=(0.8 * risk.exact.min(), 1.2))
    right.set_title("their sum")
    look: style.Look = {"color": "black"}
    right.legend(
        handles=[
            Line2D([], [], **look, linewidth=2.0, alpha=0.35, label=r"exact, $1-\mathrm{tr}(\Lambda G\Lambda G)$"),
            Line2D(
                [],
                [],
                color=style.COLOURS[1],
                linewidth=1.0,
                linestyle=(0, (5, 1.5)),
                label=r"one by one, $\sum_j\lambda_j^2(1-G_{jj}^2)$",
            ),
            Line2D([], [], **look, linewidth=0.6, label="a step at each $T_j$"),
        ],
        loc="lower left",
        frameon=True,
        edgecolor="none",
        framealpha=1,
    )
    figure.legend(
        handles=[
            Line2D([], [], **look, linewidth=1.8, alpha=0.55, label="exact"),
            Line2D([], [], **look, linewidth=0.9, linestyle=(0, (5, 1.5)), label="decoupled"),
            Line2D(
                [], [], **look, linestyle="", marker="o", markerfacecolor="white", label=r"$T_j=\log(d/N)/2\lambda_j$"
            ),
            Line2D([], [], **look, linestyle="", marker="|", markersize=9, label=r"mean of $T_j$, deflated"),
        ],
        loc="outside lower center",
        ncols=4,
    )
    M_star, N, d = (whole(parameters[name]) for name in ("M_star", "N", "d"))
    figure.suptitle(rf"one start, $\beta={parameters['beta']:g}$, $M_*={M_star}$, $N={N}$, $d={d}$", fontsize=9.5)
    return figure
