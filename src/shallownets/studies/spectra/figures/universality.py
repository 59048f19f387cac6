"""Risk over that of state evolution with measurements of inputs, Gaussian ones, and those with the diagonal apart.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_KINDS = {
    "inputs": r"inputs, $xx^T-1$",
    "apart": "inputs, diagonal drawn apart",
    "gaussian": "Gaussian",
}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 2.9))
    axes = figure.subplots()
    dimensions = sorted(set(frame.d))
    for n, (kind, label) in enumerate(_KINDS.items()):
        for m, d in enumerate(dimensions):
            here = frame[(frame.kind == kind) & (frame.d == d)]
            shift = 1.06 ** (n - 1 + 0.3 * m)
            bars = [here.excess - here.low, here.high - here.excess]
            fill = "full" if m == 0 else "none"
            look: style.Look = {
                "color": style.colour(n),
                "marker": style.marker(n),
                "fillstyle": fill,
                "linewidth": 0.8,
            }
            axes.errorbar(here.N * shift, here.excess, bars, **look, label=label if m == 0 else None)
    axes.plot([], [], color="black", marker="o", linestyle="", label=f"$d={dimensions[0]}$")
    if len(dimensions) > 1:
        axes.plot([], [], color="black", marker="o", fillstyle="none", linestyle="", label=f"$d={dimensions[-1]}$")
    axes.axhline(0, color=style.GREY, linewidth=0.7, zorder=0)
    sizes = sorted(set(frame.N))
    axes.set(xscale="log", xlabel="$n/d$", ylabel=r"$(n/d)\,(R/R_\mathrm{SE}-1)$")
    axes.set_xticks(sizes, [f"{N:g}" for N in sizes])
    axes.minorticks_off()
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.35 * (high - low))  # room for the legend
    axes.legend(loc="upper left", ncols=2, fontsize=6.5, columnspacing=1.0)
    return figure
