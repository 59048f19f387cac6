"""First law: the error over Hebb's against the norm, at several numbers of examples and in their limit.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    series = dict(list(frame.groupby("series")))
    looks = {
        "limit": {"color": "black", "label": r"$\hat g(\lambda)$, $\alpha\to\infty$"},
        "flow": {"color": style.COLOURS[1], "linestyle": "--", "label": r"free norm, $\alpha\to\infty$"},
    }
    for n, (alpha, curve) in enumerate(series["fixed norm"].groupby("alpha")):
        look: style.Look = {"color": style.colour(n + 2), "linewidth": 0.9}
        look |= {"marker": style.marker(n), "markevery": (0.03 * n, 0.12)}
        left.plot(curve.norm, curve.ratio, label=rf"$\alpha={alpha:g}$", **look)
        right.plot(curve.norm[1:-1], _slope(curve), **look)
    for name, look in looks.items():
        left.plot(series[name].norm, series[name].ratio, **look)
        right.plot(series[name].norm[1:-1], _slope(series[name]), **look)
    straight = series["asymptote"][series["asymptote"].norm > 1]
    left.plot(straight.norm, straight.ratio, color=style.GREY, linestyle=":", label=r"$0.555\,\lambda^{-1/2}$")
    left.set(
        xscale="log",
        yscale="log",
        xlabel=r"norm $\lambda$",
        ylabel=r"error over Hebb's $\varepsilon/\varepsilon_0$",
        ylim=(0.015, 1.3),
    )
    left.legend(loc="lower left")
    right.axhline(-0.5, color=style.GREY, linestyle=":", zorder=0)
    right.set(xscale="log", ylim=(-0.6, 0.05), xlabel=r"norm $\lambda$", ylabel=r"local exponent of $\varepsilon$")
    return figure


def _slope(curve: pd.DataFrame) -> np.ndarray:
    """d log ratio/d log norm, but at both ends, where a difference has one side."""
    return np.gradient(np.log(curve.ratio.to_numpy()), np.log(curve.norm.to_numpy()))[1:-1]
