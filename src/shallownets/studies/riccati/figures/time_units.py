"""The unit of time: half the risk of a light tail against width and dimension, one direction of a heavy tail against d.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style
from shallownets.drawing.labels import whole


def _points(axes: Axes, x: pd.Series, frame: pd.DataFrame, number: int, label: str, scale: pd.Series) -> None:
    """Measured times with their bars, and the line of the equivalent, all over ``scale``."""
    look: style.Look = {"color": style.colour(number), "marker": style.marker(number), "elinewidth": 0.8}
    bars = (frame.high - frame.low) / 2 / scale
    axes.errorbar(x, frame.estimate / scale, bars, linestyle="", label=label, zorder=3, **look)
    axes.plot(x, frame.theory / scale, color=style.colour(number), linewidth=0.9)


def _light(axes: Axes, frame: pd.DataFrame) -> None:
    """Time to half the risk over the unit of the equation as printed against the width, beside that of the theorem."""
    scaled = frame.estimate / np.log(frame.d / frame.N) / np.sqrt(frame.M_star)
    for number, (beta, curve) in enumerate(frame.groupby("beta")):
        unit = np.log(curve.d / curve.N) * np.sqrt(curve.M_star)
        _points(axes, curve.M_star, curve, number, rf"$\beta={beta:g}$", unit)
    ticks = sorted(frame.M_star.unique())
    M_star = np.geomspace(ticks[0], ticks[-1], 50)
    axes.plot(M_star, scaled.min() * np.sqrt(M_star / ticks[0]), color="black", linewidth=0.8, linestyle="--")
    axes.set(xscale="log", xlabel="width $M_*=N$", ylim=(0.9 * scaled.min(), 1.55 * scaled.max()))
    axes.set_ylabel(r"time to half the risk / $[M_*^{1/2}\log(d/N)]$")
    axes.set_xticks(ticks, [str(width) for width in ticks])
    axes.xaxis.minorticks_off()
    axes.set_title(f"light tails, $d={whole(frame.d.iloc[0])}$")
    axes.text(0.03, 0.9, "unit\n$M_*\\log d$", transform=axes.transAxes, va="top", fontsize=8)
    axes.legend(loc="upper right", borderaxespad=0.1, labelspacing=0.3, handletextpad=0.3)


def _ratios(axes: Axes, frame: pd.DataFrame) -> None:
    """Time to half the risk where d is not far above the width, against the logarithm that becomes small."""
    for number, (beta, curve) in enumerate(frame.groupby("beta")):
        _points(axes, curve.unit, curve, number, rf"$\beta={beta:g}$", pd.Series(1.0, curve.index))
    axes.set(xlabel=r"$\log(d/N-1)$", ylabel=r"time to half the risk / $\|A\|_F M_*^\beta$", ylim=(0, None))
    axes.set_title(rf"$M_*=N={frame.M_star.iloc[0]}$, $d/N={frame.ratio.min():g}$ to ${whole(int(frame.ratio.max()))}$")


def _heavy(axes: Axes, frame: pd.DataFrame, direction: int) -> None:
    """Time of one direction over the unit against log d, with what corrections of relative order 1/log(d/N) allow."""
    log = np.log(frame.d / frame.N)
    axes.fill_between(log, 1 - 1 / log, 1 + 1 / log, color=style.GREY, alpha=0.2, linewidth=0)
    axes.axhline(1, color="black", linewidth=0.8, linestyle="--")
    one = frame.iloc[0]
    _points(axes, log, frame, 0, "exact flow", frame.unit)
    axes.set(xlabel=r"$\log(d/N)$", ylabel=rf"time of direction {direction} / $[\log(d/N)/2\lambda_{direction}]$")
    axes.set_title(rf"heavy tail, $\beta={one.beta:g}$, $M_*={one.M_star}$, $N={one.N}$")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.8))
    axes = figure.subplots(1, 3)
    light, ratio, heavy = (frame[frame.kind == kind] for kind in ("light", "ratio", "heavy"))
    if len(light):
        _light(axes[0], light)
    if len(ratio):
        _ratios(axes[1], ratio)
    if len(heavy):
        _heavy(axes[2], heavy, parameters["direction"])
    starts = f"mean of {parameters['starts']} starts, three standard errors"
    figure.suptitle(f"{starts}; lines: deterministic equivalent", fontsize=9.5)
    return figure
