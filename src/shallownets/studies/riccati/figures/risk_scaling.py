"""Risk against time for a heavy and a light tail and several student widths.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from shallownets.drawing import style
from shallownets.drawing.labels import whole

_LOOKS: dict[str, style.Look] = {
    "exact": {"linewidth": 2.0, "alpha": 0.45},
    "equivalent": {"linewidth": 0.9},
    "decoupled": {"linewidth": 0.9, "linestyle": (0, (5, 1.5))},
    "law": {"color": "black", "linewidth": 0.8, "linestyle": (0, (1, 1.5))},
    "best": {"color": style.GREY, "linewidth": 0.6},
}


def _curves(axes: Axes, frame: pd.DataFrame, unit: float) -> None:
    """One colour and marker a width: exact, equivalent, decoupled, and the best risk of that width; the law once."""
    for number, (N, curve) in enumerate(frame.groupby("N")):
        colour = style.colour(number)
        x = curve.u / unit
        axes.axhline(curve.best.iloc[0], **_LOOKS["best"], zorder=0)
        marks: style.Look = {"marker": style.marker(number), "markersize": 4, "markevery": (0.03 * number, 0.13)}
        axes.plot(x, curve.exact, color=colour, label=f"$N={N}$", **_LOOKS["exact"], **marks)
        axes.plot(x, curve.equivalent, color=colour, **_LOOKS["equivalent"])
        axes.plot(x, curve.decoupled, color=colour, **_LOOKS["decoupled"])
    axes.plot(x, curve.law, **_LOOKS["law"], zorder=4)


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.2))
    left, right = figure.subplots(1, 2)
    heavy, light = (frame[frame.kind == tail] for tail in ("heavy", "light"))
    beta, M_star = heavy.beta.iloc[0], heavy.M_star.iloc[0]
    _curves(left, heavy, 1.0)
    left.set(xscale="log", yscale="log", ylim=(heavy.best.min() / 2, 1.5), xlim=(0.3, heavy.u.max()))
    left.set(xlabel=r"time $2t\,/\,(\|A\|_F\log(d/N))$", ylabel=r"risk $\mathcal{R}$")
    left.set_title(rf"heavy tail, $\beta={beta:g}$, $M_*={M_star}$: $t^{{(1-2\beta)/\beta}}\vee N^{{1-2\beta}}$")
    beta, M_star = light.beta.iloc[0], light.M_star.iloc[0]
    _curves(right, light, M_star**beta)
    right.set(xlim=(0, 2), ylim=(-0.02, 1.05), xlabel=r"time $2t\,/\,(\|A\|_F M_*^{\beta}\log(d/N))$")
    right.set_title(rf"light tail, $\beta={beta:g}$, $M_*={M_star}$: $1-t^{{(1-2\beta)/\beta}}$")
    left.legend(loc="lower left", handlelength=1.6, frameon=True, edgecolor="none", framealpha=1)
    right.legend(loc="upper right", handlelength=1.6)
    black: style.Look = {"color": "black"}
    keys = [
        Line2D([], [], **black | look, label=label)
        for look, label in (
            (_LOOKS["exact"], "exact"),
            (_LOOKS["equivalent"], "equivalent"),
            (_LOOKS["decoupled"], "decoupled"),
            (_LOOKS["law"], r"law, $d,M_*\to\infty$"),
            (_LOOKS["best"], "best risk of width $N$"),
        )
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=5, handlelength=2.2)
    figure.suptitle(f"gradient flow, $d={whole(parameters['d'])}$, mean of {parameters['starts']} starts", fontsize=9.5)
    return figure
