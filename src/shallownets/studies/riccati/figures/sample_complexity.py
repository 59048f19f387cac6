"""Figure sample_complexity: samples to a given risk against the dimension and against the teacher's width.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from shallownets.drawing import style


def _points(axes: Axes, x: pd.Series, sgd: pd.DataFrame, number: int, label: str) -> None:
    """SGD, with three standard errors."""
    look: style.Look = {"color": style.colour(number), "marker": style.marker(number), "linestyle": "", "zorder": 3}
    axes.errorbar(x, sgd.value, 3 * sgd.error, elinewidth=0.8, label=label, **look)


def _curves(axes: Axes, frame: pd.DataFrame, variable: str, number: int, label: str) -> None:
    """One step size's SGD and both flows, with SGD's exponent in the legend, as far as they are there."""
    frame = frame.sort_values(variable)
    sgd, finite, flow, slope = (frame[frame.series == name] for name in ("sgd", "finite step", "flow", "exponent"))
    if len(slope):
        label += f": ${slope.value.iloc[0]:.2f}\\pm{3 * slope.error.iloc[0]:.2f}$"
    _points(axes, sgd[variable], sgd, number, label)
    axes.plot(finite[variable], finite.value, color=style.colour(number), linewidth=0.9)
    hollow: style.Look = {"marker": style.marker(number), "markerfacecolor": "white", "markersize": 2.5}
    axes.plot(flow[variable], flow.value, color=style.colour(number), linewidth=0.9, linestyle="--", **hollow)


def _ratios(axes: Axes, frame: pd.DataFrame, number: int, label: str) -> None:
    """SGD over the exact flow against the width."""
    frame = frame.sort_values("M_star")
    sgd, finite = (frame[frame.series == name] for name in ("SGD over flow", "finite step over flow"))
    _points(axes, sgd.M_star, sgd, number, label)
    axes.plot(finite.M_star, finite.value, color=style.colour(number), linewidth=0.9)


def _widths(axes: Axes, frame: pd.DataFrame, label: str) -> None:
    """Axes against the width."""
    axes.set(xscale="log", yscale="log", xlabel="teacher width $M_*$", ylabel=label)
    ticks = sorted(frame.M_star.unique())
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.minorticks_off()


def _dimensions(axes: Axes, frame: pd.DataFrame) -> None:
    """Samples over d against d: of the heavy tail, and of one direction."""
    tails = ("heavy", "one direction")
    for number, (tail, curves) in enumerate((tail, frame[frame["tail"] == tail]) for tail in tails):
        if len(curves):
            one = curves.iloc[0]
            sizes = rf"$\beta={one.beta:g}$, $M_*={one.M_star}$, $N={one.N}$" if tail == "heavy" else "$M_*=N=1$"
            _curves(axes, curves, "d", number, f"{sizes}, $\\eta={one.kappa:g}/d$, to $R={one.risk:g}$")
    axes.set(xscale="log", xlabel="dimension $d$", ylabel=r"samples$\,/\,d$")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(0, 1.45 * float(frame[frame.series != "exponent"].value.max()))
    axes.set_title(r"heavy tail, and one direction: $d\,\log d$")
    axes.legend(loc="upper left")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    light = frame[frame["tail"] == "light"]
    risks = sorted(light.risk.unique(), reverse=True)
    figure = Figure(figsize=(style.PAGE, 5.6))
    grid = figure.add_gridspec(2, 2 * len(risks), height_ratios=[1.08, 1])
    left, right = (figure.add_subplot(grid[0, part]) for part in (slice(len(risks)), slice(len(risks), None)))
    _dimensions(left, frame[frame["tail"] != "light"])
    below = [figure.add_subplot(grid[1, 2 * place : 2 * place + 2]) for place in range(len(risks))]
    for number, ((beta, gamma, kappa), curves) in enumerate(light.groupby(["beta", "gamma", "kappa"])):
        label = rf"$\beta={beta:g}$, $\eta={kappa:g}/(d M_*^{{{gamma:g}}})$"
        _curves(right, curves[curves.risk == risks[-1]], "M_star", number, label)
        for axes, risk in zip(below, risks, strict=True):
            _ratios(axes, curves[curves.risk == risk], number, label)
    one = light.iloc[0]
    share = f"$N={one.N / one.M_star:g}\\,M_*$, $d={one.d / one.M_star:g}\\,M_*$"
    _widths(right, light, r"samples$\,/\,d$")
    right.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    right.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    right.yaxis.set_minor_formatter(NullFormatter())
    right.set_ylim(top=12 * float(light[light.series != "exponent"].value.max()))
    right.set_title(f"light tails, {share}: to {risks[-1]:g} above the best risk")
    right.legend(loc="upper left", ncols=1, fontsize=6.5, handlelength=1.0, labelspacing=0.3)
    for axes, risk in zip(below, risks, strict=True):
        _widths(axes, light, "")
        axes.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
        axes.set_title(f"SGD over flow, to {risk:g} above the best risk")
        ticks = [1, 1.5, 2, 3, 5, 8]
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.yaxis.minorticks_off()
        axes.set_ylim(0.93, 1.15 * max(2.0, light[light.series == "SGD over flow"].value.max()))
    below[0].set_ylabel("samples of SGD over the flow's")
    figure.suptitle("points: SGD; lines: flow at finite step; dashed, hollow: exact flow", fontsize=9.5)
    return figure
