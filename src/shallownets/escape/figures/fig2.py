"""Figure 2: the learning rate of the fastest escape against the student's width, and the scans behind it.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets import style

MODULE = "shallownets.escape.figures.fig2"
_MARKERS = "osD^vP*X"
_SCANS = 4  # student widths whose scan is shown


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    law, scan = figure.subplots(1, 2)
    teachers = sorted(frame.p_star.unique())
    fits = frame.set_index(["quantity", "p_star"]).eta_hat
    for n, p_star in enumerate(teachers):
        look = {"color": style.COLOURS[n % len(style.COLOURS)]}
        points = frame[(frame.quantity == "optimum") & (frame.p_star == p_star)]
        bars = 3 * points.p * points.error
        marker = {"marker": _MARKERS[n % len(_MARKERS)], "markerfacecolor": "white"}
        law.errorbar(points.p, points.p * points.eta_hat, bars, **look, **marker, linestyle="", label=f"$p^*={p_star}$")
        if ("eta_opt_slope", p_star) in fits.index:
            x = np.array([0, points.p.max() * 1.03])
            line = fits["eta_opt_intercept", p_star] + fits["eta_opt_slope", p_star] * x
            law.plot(x, line, **look, linewidth=0.9)
    law.set(
        xlabel="student width $p$", ylabel=r"optimal learning rate $\eta_{\rm opt}$", xlim=(0, None), ylim=(0, None)
    )
    law.set_title("fastest escape, with linear fits")
    law.legend(loc="upper left")

    # the teacher in the middle, a few students from the narrowest to the widest
    shown = teachers[len(teachers) // 2]
    part = frame[(frame.quantity == "scan") & (frame.p_star == shown)]
    widths = sorted(part.p.unique())
    widths = [widths[i] for i in sorted({round(x) for x in np.linspace(0, len(widths) - 1, _SCANS)})]
    for n, p in enumerate(widths):
        colour = style.COLOURS[n % len(style.COLOURS)]
        one = part[part.p == p]
        good = one[one.censored == 0]
        scan.plot(good.eta_hat, good.alpha, color=colour, label=f"$p={p}$")
        best = frame[(frame.quantity == "optimum") & (frame.p_star == shown) & (frame.p == p)].eta_hat.iloc[0]
        scan.plot(best, np.interp(best, good.eta_hat, good.alpha), "o", color=colour, markerfacecolor="white")
        if (one.eta_hat > good.eta_hat.max()).any():
            scan.plot(good.eta_hat.iloc[-1], good.alpha.iloc[-1], "x", color=colour, markersize=6)
    ends = [part[(part.p == p) & (part.censored == 0)].eta_hat.max() for p in widths]
    edge = 1.08 * max(ends)
    scan.axvspan(max(ends), edge, color=style.GREY, alpha=0.25, linewidth=0)
    scan.annotate(
        "no run converges",
        (edge, 0.5),
        (-3, 0),
        xycoords=("data", "axes fraction"),
        rotation=90,
        ha="right",
        va="center",
        textcoords="offset points",
        fontsize=7.5,
    )
    lowest = part[part.censored == 0].alpha.min()
    scan.plot([], [], "o", color="black", markerfacecolor="white", label=r"$\eta_{\rm opt}$")
    scan.plot([], [], "x", color="black", markersize=6, label="last rate that converges")
    scan.set(xlabel=r"learning rate over width $\hat\eta=\eta/p$", ylabel=r"mean escape time $\alpha$")
    scan.set(yscale="log", xlim=(0, edge), title=f"scans at $p^*={shown}$")
    scan.set_yticks([10, 20, 50, 100, 200], ["10", "20", "50", "100", "200"])
    scan.minorticks_off()
    scan.set_ylim(0.85 * lowest, 25 * lowest)
    scan.legend(loc="upper center", ncols=2)
    percent = 100 * parameters["fraction"]
    figure.suptitle(
        rf"ODE, $N={parameters['N']}$, {parameters['starts']} starts, escape: risk < {percent:g} % of the plateau's",
        fontsize=9,
    )
    return figure


if __name__ == "__main__":
    style.command(MODULE, __doc__, draw)
