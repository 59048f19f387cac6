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
        left.plot(curve.d, curve.equivalent / curve.asymptotic, color=colour, linewidth=0.9)
        left.plot(curve.d, curve.deflated / curve.asymptotic, color=colour, linewidth=0.9, linestyle=(0, (1, 1.5)))
        gap = quantities["gap"]
        log = np.log(gap.d / gap.N)
        right.errorbar(log, log * gap.estimate, log * (gap.high - gap.low) / 2, **look, zorder=3)
        right.plot(log, log * gap.equivalent, color=colour, linewidth=0.9)
        right.plot(log, log * gap.deflated, color=colour, linewidth=0.9, linestyle=(0, (1, 1.5)))
    left.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
    left.set(xscale="log", xlabel="dimension $d$", ylabel=r"exponent over $(1-2\beta)/\beta$")
    left.set_title("exponent of the risk in time")
    left.legend(loc="lower right", title=r"tail, exponent as $d\to\infty$")
    gaps = frame[frame.quantity == "gap"]
    scaled = np.log(gaps.d / gaps.N) * gaps.estimate
    right.axhline(0, color=style.GREY, linewidth=0.7, zorder=0)
    right.set_ylim(1.25 * min(scaled.min(), 0), 1.25 * max(scaled.max(), 0))
    right.set(xlabel=r"$\log(d/N)$", ylabel=r"distance $\times\,\log(d/N)$")
    right.set_title("distance from decoupled directions")
    first, share = parameters["window"]
    figure.suptitle(
        f"$M_*=N={whole(parameters['M_star'])}$, fits from direction {first} to"
        f" ${share:g}\\,M_*$; {parameters['starts']} starts; lines: deterministic equivalent; dotted: deflated",
        fontsize=9.5,
    )
    return figure
