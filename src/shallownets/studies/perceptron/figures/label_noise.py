"""Turned labels: error against norm, where a free norm ends, and where the error is least.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style, ticks


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    series = dict(list(frame.groupby("series")))
    curves, end, best, simulated = (series[name] for name in ("curve", "end", "best", "simulated"))
    for n, (alpha, curve) in enumerate(curves.groupby("alpha")):
        reached = curve.norm <= end.norm[end.alpha == alpha].iloc[0]
        look: style.Look = {"color": style.colour(n)}
        marks: style.Look = {"marker": style.marker(n), "markevery": (0.03 * n, 0.2), "label": rf"$\alpha={alpha:g}$"}
        left.plot(curve.norm[reached], curve.error[reached], **look, **marks)
        left.plot(curve.norm[~reached], curve.error[~reached], linestyle=":", **look)
    left.plot(end.norm, end.error, color="black", marker="|", markersize=10, linestyle="", label="free training ends")
    seen: style.Look = {"marker": "D", "fillstyle": "none", "label": "simulated", "color": "black", "linestyle": ""}
    seen |= {"elinewidth": 0.8, "markersize": 5, "zorder": 4}
    left.errorbar(simulated.norm, simulated.error, simulated.bar, simulated.norm_bar, **seen)
    left.set(xscale="log", yscale="log", xlabel=r"norm $\lambda$", ylabel=r"test error $\varepsilon$")
    left.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=6.5)
    right.plot(best.alpha, best.norm, color="black", linestyle="--", marker="o", label="least error")
    right.plot(end.alpha, end.norm, color="black", marker="|", markersize=8, label="free training ends")
    right.errorbar(simulated.alpha, simulated.norm, simulated.norm_bar, **seen)
    limit = parameters["limit"]
    right.axhline(limit, color=style.GREY, linestyle=":", zorder=0, label=rf"its limit, {limit:.4g}")
    right.set(xscale="log", yscale="log", xlabel=r"examples over dimension $\alpha$", ylabel=r"norm $\lambda$")
    ticks.spread(right.yaxis)
    right.legend()
    figure.suptitle(f"{100 * parameters['noise']:g} % of the labels are turned", fontsize=9.5)
    return figure
