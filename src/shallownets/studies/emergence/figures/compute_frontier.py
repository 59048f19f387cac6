"""The loss against compute, its frontier over widths, and the best width at each compute.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style

HOLLOW: style.Look = {"color": "black", "marker": "o", "markerfacecolor": "white", "linestyle": "none", "zorder": 3}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 5.0))
    (curves, slopes), (widths, exponents) = figure.subplots(2, 2, sharex="col", height_ratios=(3, 2))
    series = dict(list(frame.groupby("series")))
    _curves(curves, series, parameters)
    _slopes(slopes, series["frontier"], {"color": "black", "marker": "o", "label": "this size, deflated flow"})
    dotted: style.Look = {"color": "black", "linestyle": ":", "label": "this size, sequential law"}
    _slopes(slopes, series["frontier, sequential"], dotted)
    look: style.Look = {"color": style.COLOURS[1], "label": r"$d=P=\infty$, sequential law"}
    for _, part in series["limit"].groupby("first"):
        _slopes(slopes, part, look)
        look = {"color": style.COLOURS[1]}
    slopes.axhline(parameters["slope"], color=style.GREY, linestyle="--", label=r"$(1-2\beta)/(1+\beta)$")
    slopes.set(xscale="log", ylabel="local slope of the frontier", ylim=(-0.7, -0.25))
    slopes.legend(loc="lower right")
    _widths(widths, series, parameters)
    _exponents(exponents, series, parameters)
    for axes in figure.axes:
        axes.minorticks_off()  # between decades they would be most of what is drawn
    return figure


def _curves(axes: Axes, series: dict[str, pd.DataFrame], parameters: dict) -> None:
    """Losses of all widths, their frontier and that of the law, beside the limit's power."""
    for n, (N, curve) in enumerate(series["deflated"].groupby("N")):
        axes.plot(N * curve.t, curve.loss, color=style.colour(n), linewidth=0.9, label=f"{N:g}")
    front = series["frontier"]
    axes.plot(front.t, front.loss, color="black", linewidth=2.0, alpha=0.45, label="frontier")
    law = series["frontier, sequential"]
    axes.plot(law.t, law.loss, color="black", linestyle=(0, (1, 1.5)), label="frontier of the law")
    middle = front.iloc[len(front) // 2]
    C = np.array([front.t.min() * 10, front.t.max()])
    axes.plot(C, middle.loss / 2.5 * (C / middle.t) ** parameters["slope"], color=style.GREY, linestyle="--")
    axes.annotate(
        rf"$C^{{{parameters['slope']:.3f}}}$",
        (C[0], middle.loss / 2.5 * (C[0] / middle.t) ** parameters["slope"]),
        xytext=(-4, 0),
        textcoords="offset points",
        ha="right",
        va="center",
    )
    if "best width" in series:
        axes.plot(series["best width"].t, series["best width"].loss, **HOLLOW)
    axes.set(xscale="log", yscale="log", ylabel=r"loss $2L$")
    most = float(front.loss.max())
    axes.set_ylim(max(float(front.loss.min()), 1e-3 * most) / 3, 2 * most)
    axes.legend(title="width $N$", ncols=2, loc="lower left", handlelength=1.4)


def _widths(axes: Axes, series: dict[str, pd.DataFrame], parameters: dict) -> None:
    """The best width at each compute, where it passes from one to the next, and that of the law, beside the limit."""
    front = series["frontier"]
    axes.plot(front.t, front.N, color="black", linewidth=2.0, alpha=0.3, drawstyle="steps-mid")
    if "best width, other starts" in series:
        others = series["best width, other starts"]
        axes.plot(others.t, others.N, "+", color="black", markersize=5, label="other starts")
    if "best width" in series:
        axes.plot(series["best width"].t, series["best width"].N, **HOLLOW)
    law = series.get("best width, sequential", front)
    axes.plot(law.t, law.N, color="black", linestyle=":")
    middle = law.iloc[len(law) // 2]
    C = np.array([law.t.min(), law.t.max()])
    limit = middle.N / 3 * (C / middle.t) ** parameters["width"]
    axes.plot(C, limit, color=style.GREY, linestyle="--")
    axes.annotate(
        rf"$C^{{{parameters['width']:.3f}}}$", (C[0], limit[0]), xytext=(-4, 0), textcoords="offset points", ha="right"
    )
    axes.set(xscale="log", yscale="log", xlabel="compute $C=Nt$", ylabel="best width")
    axes.legend(loc="upper left")


def _exponents(axes: Axes, series: dict[str, pd.DataFrame], parameters: dict) -> None:
    """Exponents of the best width in compute, each over a range of widths, beside theory and the limit."""
    if "best_width" in parameters:
        N, exponent, error = parameters["best_width"]
        look: style.Look = {"color": "black", "marker": "o", "linestyle": "none", "label": "this size, deflated flow"}
        axes.errorbar(N, exponent, 3 * error, capsize=2, **look)
    limit = series["best width, limit"]
    for _, part in limit.groupby("first"):
        exponent = np.polyfit(np.log(part.t), np.log(part.N), 1)[0]
        axes.plot(part.N.iloc[[0, -1]], [exponent] * 2, color=style.COLOURS[1], marker="|", markersize=6)
    law = limit.sort_values("N")
    axes.plot(law.N, law.law, color=style.COLOURS[0], linestyle="-.", label=r"theory to $\xi^2$")
    axes.axhline(parameters["width"], color=style.GREY, linestyle="--", label=r"$1/(1+\beta)$")
    axes.set(xlabel="best width", ylabel="exponent of the best width")
    axes.legend(loc="upper right")


def _slopes(axes: Axes, frontier: pd.DataFrame, look: style.Look) -> None:
    """Local slopes by the best width, but for the ends of a list of widths, which have one neighbour."""
    slope = frontier.groupby("N").apply(_slope, include_groups=False)
    slope = slope[np.isfinite(slope)]
    axes.plot(slope.index[1:-1], slope.to_numpy()[1:-1], **look)


def _slope(part: pd.DataFrame) -> float:
    """Slope of the frontier while one width is the best."""
    if len(part) < 2:
        return np.nan
    order = part.sort_values("t")
    first, last = order.iloc[0], order.iloc[-1]
    return float(np.log(last.loss / first.loss) / np.log(last.t / first.t))
