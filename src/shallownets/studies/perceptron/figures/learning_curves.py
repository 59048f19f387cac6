"""Error and norm of a free norm against time over the square of the number of examples.

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
    alphas = sorted(set(frame.alpha[np.isfinite(frame.alpha)]))
    for alpha, curve in series["quasi-static"].groupby("alpha"):
        n = alphas.index(alpha)
        look: style.Look = {"color": style.colour(n), "linewidth": 1.0, "marker": style.marker(n)}
        look |= {"markerfacecolor": "white", "markevery": (0.03 * n, 0.15)}
        left.plot(curve["T"], curve.error, label=rf"$\alpha={alpha:g}$", **look)
        right.plot(curve["T"], curve.norm, **look)
    for alpha, points in series["flow"].groupby("alpha"):
        n = alphas.index(alpha)
        look = {"color": style.colour(n), "marker": style.marker(n), "linestyle": ""}
        known = alpha in set(series["quasi-static"].alpha)
        left.errorbar(points["T"], points.error, points.bar, label=None if known else rf"$\alpha={alpha:g}$", **look)
        ends = [points["T"] * -np.expm1(-points.bar_log_T), points["T"] * np.expm1(points.bar_log_T)]
        right.errorbar(points["T"], points.norm, xerr=ends, **look)
    limit = series["limit"]
    left.plot(limit["T"], limit.error, color="black", linestyle="--", label=r"$\alpha\to\infty$")
    right.plot(limit["T"], limit.norm, color="black", linestyle="--")
    left.axvline(parameters["passed"], color=style.GREY, linewidth=0.7, linestyle=":", zorder=0, label="best norm")
    early = limit[limit["T"] < 0.03]
    power = 1.3 * early.norm.iloc[0] * (early["T"] / early["T"].iloc[0]) ** (1 / 3)
    right.plot(early["T"], power, color=style.GREY, linestyle=":", label=r"$\propto t^{1/3}$")
    right.plot([], [], color="black", marker="o", linestyle="", label="filled: flow, simulated")
    left.set(xscale="log", yscale="log", xlabel=r"$t/\alpha^2$", ylabel=r"$\alpha\,\varepsilon$", xlim=(1e-7, None))
    right.set(
        xscale="log",
        yscale="log",
        xlabel=r"$t/\alpha^2$",
        ylabel=r"$\lambda/\alpha$",
        xlim=(1e-7, None),
        ylim=(1e-3, None),
    )
    left.legend()
    right.legend()
    return figure
