"""Emergence: each direction is learned in a step of its own, and the steps add up to the risk.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from shallownets.drawing import style
from shallownets.drawing.labels import whole

_EXACT: style.Look = {"linewidth": 2.0, "alpha": 0.45}
_THEORY: style.Look = {"linewidth": 0.9}
_DECOUPLED: style.Look = {"linewidth": 0.9, "linestyle": (0, (5, 1.5))}
_DEFLATED: style.Look = {"linewidth": 0.9, "linestyle": (0, (1, 1.5))}
_SHOWN = 6  # directions in the left panel, at most


def _overlaps(axes: Axes, frame: pd.DataFrame) -> float:
    """The overlaps of some directions, the first and the last among them; the time up to which the axis goes."""
    every = frame.j.unique()
    chosen = every[np.unique(np.linspace(0, len(every) - 1, _SHOWN).astype(int))]
    for number, (j, curve) in enumerate(frame[frame.j.isin(chosen)].groupby("j")):
        colour = style.colour(number)
        marks: style.Look = {"marker": style.marker(number), "markersize": 4, "markevery": (0.03 * number, 0.17)}
        axes.plot(curve.t, curve.exact, color=colour, label=f"{j}", **_EXACT, **marks)
        axes.plot(curve.t, curve.theory, color=colour, **_THEORY)
        axes.plot(curve.t, curve.decoupled, color=colour, **_DECOUPLED)
    axes.set(xscale="log", xlabel="time $t$", ylabel="overlap $G_{jj}$", ylim=(-0.03, 1.05))
    last = 4 * float(frame["T"].max())
    axes.set_xlim(frame.t.min() / 4, last)  # room for the legend
    axes.set_title("directions one by one")
    axes.legend(title="$j$", loc="upper left", handlelength=1.4, borderaxespad=0.1)
    return last


def _times(axes: Axes, frame: pd.DataFrame) -> None:
    """The time of each direction over the decoupled one."""
    bars = (frame.high - frame.low) / 2
    look: style.Look = {"color": "black", "marker": "o", "linestyle": "", "elinewidth": 0.8}
    axes.errorbar(frame.j, frame.exact / frame["T"], bars / frame["T"], **look, zorder=3)
    axes.plot(frame.j, frame.theory / frame["T"], color="black", **_THEORY)
    axes.plot(frame.j, frame.deflated / frame["T"], color=style.COLOURS[1], **_DEFLATED)
    axes.axhline(1, color="black", **_DECOUPLED)
    axes.set(xlabel="direction $j$", ylabel="time over $T_j=\\log(d/N)/2\\lambda_j$", yscale="log")
    ticks = [1, 1.5, 2, 3]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_title("times at which $G_{jj}=1/2$")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.0))
    left, middle, right = figure.subplots(1, 3)
    overlaps, times, risk = (frame[frame.curve == name] for name in ("overlap", "time", "risk"))
    last = _overlaps(left, overlaps)
    _times(middle, times)
    right.plot(risk.t, risk.exact, color="black", **_EXACT)
    right.plot(risk.t, risk.theory, color="black", **_THEORY)
    right.plot(risk.t, risk.additive, color=style.COLOURS[1], linewidth=1.0, linestyle=(0, (3, 1, 1, 1)))
    right.plot(risk.t, risk.decoupled, color="black", linewidth=0.6, drawstyle="steps-post", linestyle=(0, (5, 1.5)))
    right.set(xscale="log", yscale="log", xlabel="time $t$", ylabel=r"risk $\mathcal{R}$")
    right.set(xlim=(frame.t.min(), last), ylim=(0.8 * risk.exact.min(), 1.2))
    right.set_title("their sum")
    additive = Line2D([], [], color=style.COLOURS[1], linewidth=1.0, linestyle=(0, (3, 1, 1, 1)))
    steps = Line2D([], [], color="black", linewidth=0.6, linestyle=(0, (5, 1.5)))
    right.legend([additive, steps], [r"$\sum_j\lambda_j^2(1-G_{jj}^2)$", "a step at each $T_j$"], loc="lower left")
    black: style.Look = {"color": "black"}
    figure.legend(
        handles=[
            Line2D([], [], **black | _EXACT, label="exact, mean over starts"),
            Line2D([], [], **black | _THEORY, label="deterministic equivalent"),
            Line2D([], [], **black | _DECOUPLED, label="decoupled"),
            Line2D([], [], color=style.COLOURS[1], **_DEFLATED, label="deflated"),
        ],
        loc="outside lower center",
        ncols=4,
    )
    M_star, N, d = (whole(parameters[name]) for name in ("M_star", "N", "d"))
    head = rf"$\beta={parameters['beta']:g}$, $M_*={M_star}$, $N={N}$, $d={d}$, mean of {parameters['starts']} starts"
    figure.suptitle(head, fontsize=9.5)
    return figure
