"""How the risk's excess over state evolution fades with samples, and with which measurements there is one.

Measurements are those of inputs, Gaussian ones, and those with the diagonal apart.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from shallownets.drawing import style, ticks

_KINDS = {
    "inputs": r"inputs, $xx^T-1$",
    "apart": "inputs, diagonal drawn apart",
    "gaussian": "Gaussian",
}
_LEAST = 0.1  # of a value on a logarithmic axis, where its bar ends at the latest


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    fade, scaled = figure.subplots(1, 2)
    dimensions = sorted(set(frame.d))
    for n, (kind, label) in enumerate(_KINDS.items()):
        for m, d in enumerate(dimensions):
            here = frame[(frame.kind == kind) & (frame.d == d)]
            N = here.N * 1.06 ** (n - 1 + 0.3 * m)
            look: style.Look = {
                "color": style.colour(n),
                "marker": style.marker(n),
                "fillstyle": "full" if m == 0 else "none",
                "linewidth": 0.8,
                "label": label if m == 0 else None,
            }
            scaled.errorbar(N, here.excess, [here.excess - here.low, here.high - here.excess], **look)
            if kind == "inputs":
                above = here[here.excess > 0]
                over, low, high = (above[name] / above.N for name in ("excess", "low", "high"))
                fade.errorbar(N[above.index], over, [over - low.clip(lower=_LEAST * over), high - over], **look)
    sizes = np.unique(frame.N)
    few = frame[(frame.kind == "inputs") & (sizes[0] == frame.N)].excess.mean()
    if few > 0:
        fade.plot(sizes, few / sizes, color="black", linestyle=":", label=r"$\propto(n/d)^{-1}$")
    scaled.plot([], [], color="black", marker="o", linestyle="", label=f"$d={dimensions[0]}$")
    if len(dimensions) > 1:
        scaled.plot([], [], color="black", marker="o", fillstyle="none", linestyle="", label=f"$d={dimensions[-1]}$")
    scaled.axhline(0, color=style.GREY, linewidth=0.7, zorder=0)
    fade.set(yscale="log", ylabel=r"$R/R_\mathrm{SE}-1$")
    ticks.spread(fade.yaxis)
    scaled.set_ylabel(r"$(n/d)\,(R/R_\mathrm{SE}-1)$")
    for axes in (fade, scaled):
        axes.set(xscale="log", xlabel="$n/d$")
        axes.set_xticks(sizes, [f"{N:g}" for N in sizes])
        axes.xaxis.set_minor_locator(NullLocator())
    fade.legend(loc="lower left")
    figure.legend(*scaled.get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=7)
    return figure
