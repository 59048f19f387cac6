"""Figure sgd_flow: SGD against the exact flow at several step sizes, and how the gap closes.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from shallownets.drawing import style

_MARKERS = "oD^vP*"  # of the constant step sizes, at most so many; squares are those of the falling one


def _spaced(curve: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """(t, risk, bars) of about a dozen of the points, equally spaced in the logarithm of time."""
    chosen = np.unique(np.geomspace(1, len(curve), 14).astype(int)) - 1
    some = curve.iloc[chosen]
    return some.t, some.risk, 3 * some.error


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.3))
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])

    curves = frame[(frame.panel == "risk") & (frame.t > 0)]
    steady, falling = (curves[curves.schedule == kind] for kind in ("constant", "falling"))
    sizes = sorted(steady.eta_d.unique(), reverse=True)
    for number, eta_d in enumerate((sizes[1::2] or sizes)[: len(_MARKERS)]):
        series = dict(list(steady[steady.eta_d == eta_d].groupby("series")))
        sgd, finite = series["sgd"], series["finite step"]
        colour = style.colour(number)
        bars = {"color": colour, "marker": _MARKERS[number], "linestyle": "", "elinewidth": 0.8}
        left.errorbar(*_spaced(sgd), **bars, label=f"{eta_d:g}", zorder=3)
        left.plot(finite.t, finite.risk, color=colour, linewidth=0.9)
    if len(falling):
        sgd, finite = (falling[falling.series == name] for name in ("sgd", "finite step"))
        look = {"color": "black", "marker": "s", "markerfacecolor": "white", "linestyle": "", "elinewidth": 0.8}
        label = f"falling from {parameters['falls_from']:g}"
        left.errorbar(*_spaced(sgd), **look, label=label, zorder=3)
        left.plot(finite.t, finite.risk, color="black", linewidth=0.9)
        left.set_title(f"falling: as many samples as at {falling.eta_d.iloc[0]:g}")
    # that of the least step size left: all begin at the same starts
    _, flow = next(iter(curves[curves.series == "flow"].groupby(["eta_d", "schedule"])))
    left.plot(flow.t, flow.risk, color="black", linewidth=1.6, linestyle="--", label=r"$0$: exact flow")
    left.set(xscale="log", yscale="log", xlabel=r"time $t=2\sum_k\eta_k$", ylabel="risk, best radial part")
    left.set_ylim(top=1.2, bottom=flow.risk.min() / 2)
    left.legend(title=r"$\eta d$", loc="lower left", ncols=2, columnspacing=1.0)

    gaps = frame[frame.panel == "gap"].sort_values("eta_d")
    sgd, finite = (gaps[gaps.series == name] for name in ("sgd", "finite step"))
    right.errorbar(sgd.eta_d, sgd.risk, 3 * sgd.error, marker="o", linestyle="", elinewidth=0.8, label="SGD", zorder=3)
    right.plot(finite.eta_d, finite.risk, color=style.COLOURS[0], linewidth=0.9, label="flow at finite step")
    for anchor in finite.head(1).itertuples():
        guide = anchor.risk * sgd.eta_d / anchor.eta_d
        right.plot(sgd.eta_d, guide, color=style.GREY, linewidth=0.8, linestyle=":", label=r"$\propto\eta$")
    for slope in frame[frame.panel == "exponent"].itertuples():
        exponent = f"exponent ${slope.risk:.3f}\\pm{3 * slope.error:.3f}$"
        right.set_title(f"{exponent} up to $\\eta d={parameters['fit_to']:g}$")
    right.set(xscale="log", yscale="log", xlabel=r"$\eta d$", ylabel=r"gap: mean of $R/R_{\rm flow}-1$")
    right.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    right.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    right.yaxis.set_minor_formatter(NullFormatter())
    right.legend(loc="lower right")
    names = {"beta": r"\beta", "M_star": "M_*", "N": "N", "d": "d"}
    head = ", ".join(f"${symbol}={parameters[name]:g}$" for name, symbol in names.items())
    figure.suptitle(f"{head}; points: SGD; lines: flow at finite step", fontsize=9.5)
    return figure
