"""Figure sgd_emergence: the overlaps of single directions under SGD, and when each is learned at several step sizes.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style

_SHOWN = 12  # points of SGD on a curve


def _overlaps(axes: Axes, frame: pd.DataFrame, eta_d: float) -> None:
    """Overlaps at one step size: every other direction."""
    curves = frame[frame.eta_d == eta_d]
    for number, (j, curve) in enumerate((j, curve) for j, curve in curves.groupby("j") if j % 2 or j <= 2):
        sgd, finite, flow = (curve[curve.series == name] for name in ("sgd", "finite step", "flow"))
        every = max(len(sgd) // _SHOWN, 1)
        look: style.Look = {"color": style.colour(number), "marker": style.marker(number), "linestyle": ""}
        axes.plot(sgd.t[every // 2 :: every], sgd.value[every // 2 :: every], **look, label=f"{j}")
        axes.plot(finite.t, finite.value, color=style.colour(number), linewidth=0.9)
        axes.plot(flow.t, flow.value, color=style.colour(number), linewidth=0.7, linestyle="--")
    axes.set(xlabel=r"time $t=2\eta k$", ylim=(-0.03, 1.05), xlim=(0, float(frame.t.max())))
    axes.set_title(rf"$\eta d={eta_d:g}$")


def _times(axes: Axes, frame: pd.DataFrame) -> None:
    """When each direction is learned, where all starts learn it."""
    for number, (eta_d, curve) in enumerate(frame.groupby("eta_d")):
        sgd, finite = (curve[curve.series == name] for name in ("sgd", "finite step"))
        look: style.Look = {"color": style.colour(number), "marker": style.marker(number), "linestyle": ""}
        axes.errorbar(sgd.j, sgd.value, 3 * sgd.error, **look, elinewidth=0.8, label=f"{eta_d:g}", zorder=3)
        axes.plot(finite.j, finite.value, color=style.colour(number), linewidth=0.9)
    flow = frame[(frame.series == "flow") & (frame.eta_d == frame.eta_d.min())]
    axes.plot(flow.j, flow.value, color="black", linewidth=0.8, linestyle="--", label="0: flow")
    axes.set(xscale="log", yscale="log", xlabel="direction $j$", ylabel="time at which $G_{jj}=1/2$")
    ticks = [j for j in (1, 2, 3, 5, 7, 10, 20, 30) if j <= frame.j.max()]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200) if frame.value.min() / 2 < t < 2 * frame.value.max()]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.legend(title=r"$\eta d$", loc="upper left", handlelength=1.4)
    axes.set_title("times")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    axes = figure.subplots(1, 3)
    overlaps, times = (frame[frame.panel == name] for name in ("overlap", "time"))
    sizes = sorted(overlaps.eta_d.unique())
    for panel, eta_d in zip(axes, (sizes[0], sizes[-1]), strict=False):
        _overlaps(panel, overlaps, eta_d)
    axes[0].set_ylabel("overlap $G_{jj}$")
    axes[0].legend(title="$j$", loc="lower right", handlelength=0.8)
    _times(axes[2], times)
    names = {"beta": r"\beta", "M_star": "M_*", "N": "N", "d": "d"}
    head = ", ".join(f"${symbol}={parameters[name]:g}$" for name, symbol in names.items())
    lines = f"{head}, {parameters['replicates']} starts; points: SGD; lines: flow at finite step; dashed: exact flow"
    figure.suptitle(lines, fontsize=9)
    return figure
