"""Exponents of the risk against time at finite d, and how far decoupled directions are from the exact flow.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style
from shallownets.drawing.labels import whole


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.1))
    left, right = figure.subplots(1, 2)
    for number, (beta, of_beta) in enumerate(frame.groupby("beta")):
        colour = style.colour(number)
        look = {"color": colour, "marker": style.marker(number), "linestyle": "", "elinewidth": 0.8}
        quantities = dict(list(of_beta.groupby("quantity")))
        curve = quantities["exponent"]
        label = rf"$\beta={beta:g}$, ${curve.asymptotic.iloc[0]:.3g}$"
        bars = (curve.high - curve.low) / 2
        left.errorbar(
            curve.d, curve.estimate / curve.asymptotic, bars / abs(curve.asymptotic), **look, label=label, zorder=3
        )
        left.plot(curve.d, curve.deflated / curve.asymptotic, color=colour, linewidth=0.9)
        gap = quantities["gap"]
        right.errorbar(np.log(gap.d / gap.N), abs(gap.estimate), (gap.high - gap.low) / 2, **look, zorder=3)
        right.plot(np.log(gap.d / gap.N), abs(gap.deflated), color=colour, linewidth=0.9)
    left.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
    left.set(xscale="log", xlabel="dimension $d$", ylabel=r"exponent over $(1-2\beta)/\beta$")
    left.set_title("exponent of the risk in time")
    left.legend(loc="lower right", title=r"tail, exponent as $d\to\infty$")
    x = np.log(frame.d / frame.N)
    x = np.array([x.min(), x.max()])
    least = 0.7 * frame[frame.quantity == "gap"].estimate.abs().min()
    right.plot(x, least * x[1] / x, color="black", linewidth=0.7, linestyle=(0, (1, 1.5)))
    right.text(x[1], 0.9 * least, r"$\propto 1/\log(d/N)$", ha="right", va="top")
    right.set_ylim(bottom=0.5 * least)
    right.set(xscale="log", yscale="log", xlabel=r"$\log(d/N)$", ylabel="distance, mean of the logarithm")
    ticks = [4, 8, 16, 32]
    right.set_xticks(ticks, [str(tick) for tick in ticks])
    right.minorticks_off()
    right.set_title("distance from decoupled directions")
    first, share = parameters["window"]
    figure.suptitle(
        f"$M_*=N={whole(parameters['M_star'])}$, fits from direction {first} to"
        f" ${share:g}\\,M_*$; {parameters['starts']} starts; lines: deflated directions",
        fontsize=9.5,
    )
    return figure
