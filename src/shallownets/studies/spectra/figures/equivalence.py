"""Training of weights at several widths: objective over the convex minimum, and risk.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_ENGINES = {0: ("L-BFGS", "o"), 1: ("gradient descent", "s")}
_LEAST = 1e-16


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    for n, (lam, here) in enumerate(frame.groupby("lam")):
        color = style.colour(n)
        for descent, (_, marker) in _ENGINES.items():
            one = here[here.descent == descent]
            fill = "full" if descent == 0 else "none"
            look: style.Look = {"color": color, "marker": marker, "fillstyle": fill, "linewidth": 0.8}
            left.plot(one.p, one.excess.clip(lower=_LEAST), **look)
        first = here[here.descent == 0]
        label = rf"$\lambda={lam:.2g}$"
        right.errorbar(first.p, first.risk, 3 * first.error, color=color, marker="o", linewidth=0.8, label=label)
        for axes in (left, right):
            axes.axvline(here["rank"].mean(), color=color, linestyle=":", linewidth=0.8)
    for name, marker in _ENGINES.values():
        fill = "full" if name == "L-BFGS" else "none"
        left.plot([], [], color="black", marker=marker, fillstyle=fill, linestyle="", label=name)
    left.set(yscale="log", xlabel="width $p$", ylabel="objective over convex, less 1")
    left.legend()
    right.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
    right.set(xlabel="width $p$", ylabel="risk over that of the convex minimum")
    right.legend()
    return figure
