"""The loss against compute, and its frontier over widths.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.0))
    left, right = figure.subplots(1, 2)
    series = dict(list(frame.groupby("series")))
    for n, (N, curve) in enumerate(series["deflated"].groupby("N")):
        left.plot(N * curve.t, curve.loss, color=style.colour(n), linewidth=0.9, label=f"{N:g}")
    front = series["frontier"]
    left.plot(front.t, front.loss, color="black", linewidth=2.0, alpha=0.45, label="frontier")
    law = series["frontier, sequential"]
    left.plot(law.t, law.loss, color="black", linestyle=(0, (1, 1.5)), label="of the law")
    middle = front.iloc[len(front) // 2]
    C = np.array([front.t.min() * 10, front.t.max()])
    left.plot(C, middle.loss / 2.5 * (C / middle.t) ** parameters["slope"], color=style.GREY, linestyle="--")
    left.annotate(
        rf"$C^{{{parameters['slope']:.3f}}}$",
        (C[0], middle.loss / 2.5 * (C[0] / middle.t) ** parameters["slope"]),
        xytext=(-4, 0),
        textcoords="offset points",
        ha="right",
        va="center",
    )
    left.set(xscale="log", yscale="log", xlabel="compute $C=Nt$", ylabel=r"loss $2L$")
    left.set_ylim(max(float(front.loss.min()), 1e-3 * float(front.loss.max())) / 3, None)
    left.legend(title="width $N$", ncols=2, loc="lower left", handlelength=1.4)
    _slopes(right, series["frontier"], {"color": "black", "marker": "o", "label": "this size, deflated flow"})
    dotted: style.Look = {"color": "black", "linestyle": ":", "label": "this size, sequential law"}
    _slopes(right, series["frontier, sequential"], dotted)
    look: style.Look = {"color": style.COLOURS[1], "label": r"$d=P=\infty$, sequential law"}
    for _, part in series["limit"].groupby("first"):
        _slopes(right, part, look)
        look = {"color": style.COLOURS[1]}
    right.axhline(parameters["slope"], color=style.GREY, linestyle="--", label=r"$(1-2\beta)/(1+\beta)$")
    right.set(xscale="log", xlabel="best width", ylabel="local slope of the frontier", ylim=(-0.7, -0.25))
    right.legend(loc="lower right")
    return figure


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
