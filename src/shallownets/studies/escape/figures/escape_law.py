"""The escape law [13]: the loss reduction against time, its prefactor, and its rate at finite learning rates.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.0))
    growth, prefactor, rate = figure.subplots(1, 3)
    variance = parameters["sigma"] ** 2
    teachers = sorted(frame.p_star.unique())
    by_quantity = dict(list(frame.groupby("quantity")))
    for n, p_star in enumerate(teachers):
        colour = style.colour(n)
        look = {"color": colour, "marker": style.marker(n), "markerfacecolor": "white", "linestyle": ""}
        curves = by_quantity["reduction"]
        widths = sorted(curves[curves.p_star == p_star].p.unique())
        for place, p in enumerate(sorted({widths[0], widths[-1]})):
            curve = curves[(curves.p_star == p_star) & (curves.p == p)]
            curve = curve[curve.x > 0]
            grown = variance * np.expm1(8 * curve.x / p_star)
            line = {"color": colour, "linewidth": 0.9, "linestyle": "-" if place else "--"}
            growth.plot(curve.x / p_star, curve.theory / grown, **line)
            few, over = (column.iloc[3 * place :: 7] for column in (curve, grown))
            growth.plot(few.x / p_star, few.estimate / over, **look | {"markerfacecolor": colour if place else "white"})
        points = by_quantity["prefactor"]
        points = points[points.p_star == p_star]
        prefactor.errorbar(points.x, points.estimate, 3 * points.error, **look, elinewidth=0.8, label=f"$p^*={p_star}$")
        line = by_quantity["prefactor_theory"]
        line = line[line.p_star == p_star]
        prefactor.plot(line.x, line.estimate, color=colour, linewidth=0.9)
        prefactor.axhline(2 * p_star, color=colour, linewidth=0.6, linestyle=(0, (1, 2)))
        prefactor.annotate(
            f"$2p^*$, $p^*={p_star}$",
            (0, 2 * p_star),
            (3, 2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            fontsize=7,
            color=colour,
        )
        points = by_quantity["finite_rate_ratio"]
        points = points[(points.p_star == p_star) & (points.p == points[points.p_star == p_star].p.max())]
        rate.plot(points.x, points.estimate, **look, label=f"$p={points.p.max()}$, $p^*={p_star}$")
        rate.plot(points.x, points.theory, color=colour, linewidth=0.9)
    growth.plot([], [], color="black", linestyle="--", marker="o", markerfacecolor="white", label="narrowest student")
    growth.plot([], [], color="black", marker="o", label="widest student")
    growth.set(xlabel=r"time over teacher width $t/p^*$", ylabel=r"reduction / $\sigma^2(e^{8t/p^*}-1)$")
    growth.set(title="loss reduction over its exponential", ylim=(0, 2.6 * max(teachers)))
    growth.legend(loc="upper left")
    prefactor.set(xlabel="student width $p$", ylabel=r"prefactor / $\sigma^2$", xscale="log", title="prefactor")
    ticks = 2 ** np.arange(0, np.log2(frame.p.max()) + 0.5, dtype=int)
    prefactor.set_xticks(ticks, [str(tick) for tick in ticks])
    prefactor.minorticks_off()
    prefactor.set_ylim(0, 2.6 * max(teachers))
    prefactor.legend(loc="upper left", ncols=3, columnspacing=0.8, handlelength=1.0, handletextpad=0.4)
    rate.set(xlabel=r"learning rate $\hat\eta=\eta/p$", ylabel=r"rate $\times\ p^*/8$", title="rate at finite $\\eta$")
    rate.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
    rate.set_ylim(0.6, 1.05)
    rate.legend(loc="lower left")
    starts = parameters["starts"]
    figure.suptitle(
        rf"gradient flow from the plateau, $\sigma={parameters['sigma']:g}$, {starts} starts; lines: theory", fontsize=9
    )
    return figure
