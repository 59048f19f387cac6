"""When directions are learned: greedy choice, the law of ranks, and crowding.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.8))
    left, middle, right = figure.subplots(1, 3)
    starts = frame[frame.series.str.startswith("start")]
    for n, (beta, curves) in enumerate(starts.groupby("beta")):
        look: style.Look = {"color": style.colour(n)}
        left.plot(
            curves.x, curves.y, linestyle="", marker=style.marker(n), markersize=3, label=rf"$\beta={beta:g}$", **look
        )
        left.plot(curves.x, curves.greedy, linestyle="", marker="+", markersize=6, markeredgewidth=0.6, **look)
        a = np.array([curves.x.min(), curves.x.max()])
        left.plot(a, float(np.exp(np.log(curves.y * curves.x).mean())) / a, linewidth=0.8, **look)
    left.plot([], [], linestyle="", marker="+", color="black", label="greedy choice")
    left.plot([], [], color="black", linewidth=0.8, label=r"$\propto 1/a_m$")
    left.set(xscale="log", yscale="log", xlabel="strength $a_m$", ylabel="time $T_m$")
    left.legend(loc="upper right")
    ranks = frame[frame.series == "rank"]
    for (beta, part), values in ranks.groupby(["beta", "part"]):
        first = beta == ranks.beta.max()
        look = {"color": style.colour(int(part) - 1), "linestyle": "-" if first else ":"}
        middle.plot(values.x, values.y - values.x, label=f"{part:g}" if first else None, **look)
    middle.axhline(0, color=style.GREY, linewidth=0.7, zorder=0)
    middle.set(xlabel="rank $u$", ylabel="distribution of ranks, less $u$", ylim=(-0.22, 0.12))
    betas = sorted(ranks.beta.unique(), reverse=True)
    if len(betas) > 1:
        others = ", ".join(f"{beta:g}" for beta in betas[1:])
        middle.set_title(rf"$\beta={betas[0]:g}$; dotted: {others}", fontsize=8)
    middle.legend(title="third of the directions", ncols=3, loc="lower center")
    crowding = frame[frame.series == "crowding"]
    right.set(xscale="log", yscale="log", xlabel="dimension $d$", ylabel="time over greedy, less 1")
    if len(crowding):
        bars = [crowding.y - crowding.low, crowding.high - crowding.y]
        look = {"color": "black", "marker": "o", "linestyle": ""}
        right.errorbar(crowding.x, crowding.y, bars, label="deflated flow", **look)
        right.plot(crowding.x, crowding.greedy, color=style.COLOURS[1], label="first order")
        seen = pd.concat([crowding.y[crowding.y > 0], crowding.greedy])
        right.set_ylim(0.3 * seen.min(), 3 * seen.max())
        right.legend()
    return figure
