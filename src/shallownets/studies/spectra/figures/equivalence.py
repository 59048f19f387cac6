"""Training of weights at several widths: objective over the convex minimum, and risk.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_LEAST = 1e-16
_LBFGS, _DESCENT = 0, 1


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    for n, (lam, of_lam) in enumerate(frame.groupby("lam")):
        color, label = style.colour(n), rf"$\lambda={lam:.2g}$"
        look: style.Look = {"color": color, "marker": style.marker(n), "linewidth": 0.8}
        here, descent = (of_lam[of_lam.engine == engine] for engine in (_LBFGS, _DESCENT))
        left.plot(here.p, here.excess.clip(lower=_LEAST), **look, label=label)
        left.plot(descent.p, descent.excess.clip(lower=_LEAST), color=color, marker="x", linestyle="none")
        for axes in (left, right) if lam else (left,):
            axes.axvline(here["rank"].mean(), color=color, linestyle=":", linewidth=0.8)
        if lam:
            right.errorbar(here.p, here.risk, 3 * here.error, **look)
    left.plot([], [], color=style.GREY, marker="x", linestyle="none", label="descent")
    left.set(yscale="log", xlabel="width $p$", ylabel="objective over convex, less 1")
    left.legend()
    right.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
    right.set(xlabel="width $p$", ylabel="risk over that of the convex minimum")
    return figure
