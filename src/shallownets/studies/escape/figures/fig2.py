"""Figure 2: the learning rate of the fastest escape against the student's width, and the scans behind it.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style

_SCANS = 3  # student widths whose scan is shown


def _law(axes: Axes, frame: pd.DataFrame, teachers: list[int]) -> None:
    """Optimal learning rates against the width, and lines fitted to them."""
    fits = frame.set_index(["quantity", "p_star"]).eta_hat
    for n, p_star in enumerate(teachers):
        look: style.Look = {"color": style.colour(n)}
        points = frame[(frame.quantity == "optimum") & (frame.p_star == p_star)]
        bars = 3 * points.p * points.error
        marker: style.Look = {"marker": style.marker(n), "markerfacecolor": "white", "linestyle": ""}
        axes.errorbar(points.p, points.p * points.eta_hat, bars, **look, **marker, label=f"$p^*={p_star}$")
        if ("eta_opt_slope", p_star) in fits.index:
            x = np.array([0, points.p.max() * 1.03])
            line = fits["eta_opt_intercept", p_star] + fits["eta_opt_slope", p_star] * x
            axes.plot(x, line, **look, linewidth=0.9)
    axes.set(xlabel="student width $p$", xlim=(0, None))
    axes.set(ylabel=r"optimal learning rate $\eta_{\rm opt}$", ylim=(0, None))
    axes.set_title("fastest escape, with linear fits")
    axes.legend(loc="upper left")


def _scans(axes: Axes, frame: pd.DataFrame, p_star: int) -> None:
    """Escape times against the learning rate for a few students, from the narrowest to the widest."""
    part = frame[(frame.quantity == "scan") & (frame.p_star == p_star)]
    widths = sorted(part.p.unique())
    widths = [*widths[: _SCANS - 1], widths[-1]] if len(widths) > _SCANS else widths  # the wide ones coincide
    for n, p in enumerate(widths):
        colour, dashes = ("black", "#666666", "#999999")[n % 3], ("-", (0, (5, 1.5)), (0, (1, 1)))[n % 3]
        one = part[part.p == p]
        good = one[one.censored == 0]
        axes.plot(good.eta_hat, good.alpha, color=colour, linestyle=dashes, label=f"$p={p}$")
        best = frame[(frame.quantity == "optimum") & (frame.p_star == p_star) & (frame.p == p)].eta_hat.iloc[0]
        axes.plot(best, np.interp(best, good.eta_hat, good.alpha), "o", color=colour, markerfacecolor="white")
        if (one.eta_hat > good.eta_hat.max()).any():
            axes.plot(good.eta_hat.iloc[-1], good.alpha.iloc[-1], "x", color=colour, markersize=6)
    ends = [part[(part.p == p) & (part.censored == 0)].eta_hat.max() for p in widths]
    edge = 1.08 * max(ends)
    axes.axvspan(max(ends), edge, color=style.GREY, alpha=0.25, linewidth=0)
    axes.annotate(
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
    axes.plot([], [], "o", color="black", markerfacecolor="white", label=r"$\eta_{\rm opt}$")
    axes.plot([], [], "x", color="black", markersize=6, label="last rate that converges")
    axes.set(xlabel=r"learning rate per student unit $\hat\eta=\eta/p$", ylabel=r"mean escape time $\alpha$")
    axes.set(yscale="log", xlim=(0, edge), title=f"scans at $p^*={p_star}$")
    axes.set_yticks([10, 20, 50, 100, 200], ["10", "20", "50", "100", "200"])
    axes.minorticks_off()
    axes.set_ylim(0.85 * lowest, 25 * lowest)
    axes.legend(loc="upper center", ncols=2)


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    law, scans = figure.subplots(1, 2)
    teachers = sorted(frame.p_star.unique())
    _law(law, frame, teachers)
    _scans(scans, frame, teachers[len(teachers) // 2])  # of the teacher in the middle
    percent = 100 * parameters["fraction"]
    figure.suptitle(
        rf"ODE, $N={parameters['N']}$, {parameters['starts']} starts, escape: risk < {percent:g} % of the plateau's",
        fontsize=9,
    )
    return figure
