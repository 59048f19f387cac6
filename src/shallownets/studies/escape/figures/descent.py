"""The final descent: risk against time, the descent over the escape against N, and the time to a small risk against p.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style

_DASHES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
_PAIR = 2  # width of the teacher that the curves and the times against p are shown for, where it is there


def _share(share: float) -> str:
    return f"{100 * share:g} %"


def _curves(axes: Axes, frame: pd.DataFrame, fraction: float, shares: list[float]) -> None:
    """Risk over the plateau's against time, one start at each student width."""
    for n, (p, one) in enumerate(frame[frame.quantity == "curve"].groupby("p")):
        axes.plot(one.x, one.value, color=style.colour(n), linestyle=_DASHES[n % 4], label=f"$p={p}$")
    for n, (_, one) in enumerate(frame[frame.quantity == "law"].groupby("p")):
        axes.plot(one.x, one.value, color="#cccccc", linewidth=3.5, label="" if n else "late law", zorder=0)
    for level in (fraction, *shares):
        axes.axhline(level, color=style.GREY, linewidth=0.5, linestyle=":", zorder=0)
    axes.set(yscale="log", ylim=(shares[-1] / 2, 2), xlabel=r"time $t=\hat\eta\alpha$")
    axes.set(ylabel=r"risk / $\mathcal{L}_{\rm pl}$", title="one start at each width")
    axes.legend(loc="upper right", handlelength=2.6)


def _ratios(axes: Axes, frame: pd.DataFrame, p: int, p_star: int) -> None:
    """Descent over escape against N, one line for each share."""
    part = frame[(frame.quantity == "descent over escape") & (frame.p == p)]
    for n, share in enumerate(sorted(part.share.unique(), reverse=True)):
        one = part[part.share == share]
        look: style.Look = {"color": style.colour(n), "marker": style.marker(n), "markerfacecolor": "white"}
        axes.errorbar(one.x, one.value, 3 * one.error, **look, linestyle=_DASHES[n % 4], label=f"to {_share(share)}")
    axes.axhline(1, color="black", linewidth=0.7, zorder=0)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="input dimension $N$",
        ylabel="descent / escape",
        title=f"$p={p}$, $p^*={p_star}$",
    )
    low, high = part.value.min(), part.value.max()
    axes.set_ylim(low / 1.5, high * 4)
    axes.legend(loc="upper right", ncols=2, columnspacing=1.0, handlelength=2.2)


def _times(axes: Axes, frame: pd.DataFrame, fraction: float) -> None:
    """Time to the escape, and from there to each share, against the student's width."""
    escape = frame[frame.quantity == "escape"].set_index("p").value
    axes.plot(escape.index, escape, "-k", marker="x", label=f"to {_share(fraction)}")
    part = frame[frame.quantity == "descent"]
    for n, share in enumerate(sorted(part.share.unique(), reverse=True)):
        one = part[part.share == share].set_index("p").value + escape
        look: style.Look = {"color": style.colour(n), "marker": style.marker(n), "markerfacecolor": "white"}
        axes.plot(one.index, one, **look, linestyle=_DASHES[n % 4], label=f"to {_share(share)}")
    widths = sorted(escape.index)
    axes.set_xscale("log")
    axes.set_xticks(widths, [str(p) for p in widths])
    axes.minorticks_off()
    axes.set(yscale="log", xlabel="student width $p$", ylabel=r"mean time $t=\hat\eta\alpha$")
    most = part.value.max() + escape.max()
    axes.set_ylim(escape.min() / 1.5, 12 * most)
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100) if escape.min() / 1.5 < tick < 2 * most]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.legend(loc="upper left", ncols=2, handlelength=2.2, columnspacing=1.0)


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    teachers = sorted(frame.p_star.unique())
    p_star = _PAIR if _PAIR in teachers else teachers[-1]
    frame, fraction, shares = frame[frame.p_star == p_star], parameters["fraction"], parameters["shares"]
    wide = [p for p in sorted(frame.p.unique()) if p > p_star]
    figure = Figure(figsize=(style.PAGE, 2.7))
    curves, ratios, times = figure.subplots(1, 3)
    _curves(curves, frame, fraction, shares)
    _ratios(ratios, frame, wide[0], p_star)
    _times(times, frame, fraction)
    times.set_title(f"mean of {parameters['starts']} starts")
    N = f"$N=10^{{{len(str(int(parameters['N'][0]))) - 1}}}$"
    figure.suptitle(f"gradient flow, $p^*={p_star}$; left and right: {N}", fontsize=9)
    return figure
