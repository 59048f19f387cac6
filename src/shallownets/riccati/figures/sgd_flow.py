"""Figure sgd_flow: SGD against the exact flow at several step sizes, and how the gap closes.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from shallownets import style

MODULE = "shallownets.riccati.figures.sgd_flow"


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.3))
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])

    curves = frame[(frame.panel == "risk") & (frame.t > 0)]
    steady, falling = (curves[curves.schedule == kind] for kind in ("constant", "falling"))
    sizes = sorted(steady.eta_d.unique(), reverse=True)
    for number, eta_d in enumerate(sizes[1::2]):
        series = dict(list(steady[steady.eta_d == eta_d].groupby("series")))
        sgd, finite = series["sgd"], series["finite step"]
        colour = style.COLOURS[number % len(style.COLOURS)]
        bars = {"color": colour, "marker": "o", "linestyle": "", "elinewidth": 0.8}
        left.errorbar(sgd.t[::3], sgd.risk[::3], 3 * sgd.error[::3], **bars, label=f"{eta_d:g}", zorder=3)
        left.plot(finite.t, finite.risk, color=colour, linewidth=0.9)
    series = dict(list(falling.groupby("series")))
    eta_d, first = falling.eta_d.iloc[0], parameters["falls_from"]
    look = {"color": "black", "marker": "s", "markerfacecolor": "white", "linestyle": "", "elinewidth": 0.8}
    sgd = series["sgd"]
    left.errorbar(sgd.t[::3], sgd.risk[::3], 3 * sgd.error[::3], **look, label=f"falling from {first:g}", zorder=3)
    left.plot(series["finite step"].t, series["finite step"].risk, color="black", linewidth=0.9)
    flow = steady[(steady.eta_d == sizes[-1]) & (steady.series == "flow")]
    left.plot(flow.t, flow.risk, color="black", linewidth=1.6, linestyle="--", label=r"$0$: exact flow")
    left.set(yscale="log", xlabel=r"time $t=2\sum_k\eta_k$", ylabel="risk, best radial part")
    left.set_title(f"falling: as many samples as at {eta_d:g}")
    left.set_ylim(top=1.2, bottom=flow.risk.min() / 2)
    left.legend(title=r"$\eta d$", loc="lower left", ncols=2, columnspacing=1.0)

    gaps = dict(list(frame[frame.panel == "gap"].sort_values("eta_d").groupby("series")))
    sgd, finite = gaps["sgd"], gaps["finite step"]
    right.errorbar(sgd.eta_d, sgd.risk, 3 * sgd.error, marker="o", linestyle="", elinewidth=0.8, label="SGD", zorder=3)
    right.plot(finite.eta_d, finite.risk, color=style.COLOURS[0], linewidth=0.9, label="flow at finite step")
    anchor = finite.iloc[0]
    right.plot(
        sgd.eta_d,
        anchor.risk * sgd.eta_d / anchor.eta_d,
        color=style.GREY,
        linewidth=0.8,
        linestyle=":",
        label=r"$\propto\eta$",
    )
    slope = frame[frame.panel == "exponent"].iloc[0]
    right.set_title(f"exponent ${slope.risk:.3f}\\pm{3 * slope.error:.3f}$ up to $\\eta d={parameters['fit_to']:g}$")
    right.set(xscale="log", yscale="log", xlabel=r"$\eta d$", ylabel=r"gap: mean of $R/R_{\rm flow}-1$")
    right.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    right.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    right.yaxis.set_minor_formatter(NullFormatter())
    right.legend(loc="lower right")
    names = {"beta": r"\beta", "M_star": "M_*", "N": "N", "d": "d"}
    head = ", ".join(f"${symbol}={parameters[name]:g}$" for name, symbol in names.items())
    figure.suptitle(f"{head}; points: SGD; lines: flow at finite step", fontsize=9.5)
    return figure


if __name__ == "__main__":
    style.command(MODULE, __doc__, draw)
