"""The unit of time: half the risk of a light tail against its width, one direction of a heavy tail against d.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style
from shallownets.drawing.labels import whole


def _light(axes: Axes, frame: pd.DataFrame) -> None:
    """Time to half the risk against the width in both clocks, with a guide for each."""
    for number, (beta, curve) in enumerate(frame.groupby("beta")):
        look: style.Look = {"color": style.colour(number), "marker": style.marker(number), "linestyle": ""}
        t = curve.estimate / np.log(curve.d / curve.N)
        axes.plot(curve.M_star, t, **look, label=rf"$\beta={beta:g}$, flow as printed")
        label = rf"$\beta={beta:g}$, flow of the loss"
        axes.plot(curve.M_star, t * np.sqrt(curve.N), **look, markerfacecolor="white", label=label)
    M_star = np.array([frame.M_star.min(), frame.M_star.max()])
    first = (frame.estimate / np.log(frame.d / frame.N)).min()
    axes.plot(M_star, 0.75 * first * (M_star / M_star[0]) ** 0.5, color="black", linewidth=0.8)
    axes.text(M_star[1], 0.7 * first * (M_star[1] / M_star[0]) ** 0.5, r"$\propto M_*^{1/2}$", ha="right", va="top")
    steeper = 0.75 * first * np.sqrt(M_star[0]) * M_star / M_star[0]
    axes.plot(M_star, steeper, color="black", linewidth=0.8, linestyle="--")
    axes.text(M_star[1], 0.6 * first * M_star[1] / np.sqrt(M_star[0]), r"$\propto M_*$", ha="right", va="top")
    axes.set(xscale="log", yscale="log", xlabel="width $M_*=N$", ylabel=r"time to half the risk / $\log(d/N)$")
    ticks = sorted(frame.M_star.unique())
    axes.set_xticks(ticks, [str(width) for width in ticks])
    axes.minorticks_off()
    axes.set_title(f"light tails, $d={whole(frame.d.iloc[0])}$")
    axes.legend(loc="upper left")


def _heavy(axes: Axes, frame: pd.DataFrame, direction: int) -> None:
    """Time of one direction against log d."""
    x = np.log(frame.d)
    bars = (frame.high - frame.low) / 2
    points: style.Look = {"color": style.COLOURS[0], "marker": "o", "linestyle": "", "elinewidth": 0.8}
    axes.errorbar(x, frame.estimate, bars, **points, label="exact flow")
    axes.plot(x, frame.unit, color="black", linewidth=0.9, label=r"$\log(d/N)/2\lambda_j$")
    axes.plot(x, frame.theory, color=style.COLOURS[1], linewidth=0.9, linestyle=(0, (5, 1.5)), label="deflated")
    axes.set(xlabel=r"$\log d$", ylabel=f"time of direction {direction}")
    one = frame.iloc[0]
    axes.set_title(rf"heavy tail, $\beta={one.beta:g}$, $M_*={one.M_star}$, $N={one.N}$")
    axes.legend(loc="upper left")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.0))
    left, right = figure.subplots(1, 2)
    light, heavy = (frame[frame.kind == tail] for tail in ("light", "heavy"))
    if len(light):
        _light(left, light)
    if len(heavy):
        _heavy(right, heavy, parameters["direction"])
    figure.suptitle(f"mean of {parameters['starts']} starts, three standard errors", fontsize=9.5)
    return figure
