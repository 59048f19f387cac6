"""Escape times against the input dimension and against the student's width.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def shows(frame: pd.DataFrame, row: dict) -> bool:
    """Whether the figure shows a row that a note concerns: those of SGD are in the figure finite_escape."""
    return row.get("engine") != "SGD"


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.0))
    dimension, width = figure.subplots(1, 2)
    times = frame[(frame.quantity == "time") & (frame.engine == "ODE")]
    for n, ((engine, eta_hat), part) in enumerate(times.groupby(["engine", "eta_hat"], sort=False)):
        look = {"color": style.colour(n), "marker": style.marker(n)}
        label = rf"{engine}, $\hat\eta={eta_hat:g}$"
        bars = 3 * eta_hat * part.error
        dimension.errorbar(
            part.N,
            eta_hat * part.value,
            bars,
            **look,
            linestyle="",
            markerfacecolor="white",
            label=label,
            elinewidth=0.8,
        )
        law = frame[(frame.quantity == "law") & (frame.eta_hat == eta_hat)]
        dimension.plot(law.N, eta_hat * law.value, color=look["color"], linewidth=0.9)
    dimension.plot([], [], color="black", linewidth=0.9, label="slope of theory")
    dimension.set(
        xscale="log", xlabel="input dimension $N$", ylabel=r"mean escape time $\hat\eta\alpha$", ylim=(0, None)
    )
    dimension.set_title(rf"$p={parameters['p']}$, $p^*={parameters['p_star']}$")
    dimension.legend(loc="upper left")

    widths = frame[frame.quantity == "width"]
    for n, (p_star, part) in enumerate(widths.groupby("p_star")):
        look = {"color": style.colour(n), "marker": style.marker(n)}
        scale = part.eta_hat / p_star
        width.errorbar(
            part.p, scale * part.value, 3 * scale * part.error, **look, label=f"$p^*={p_star}$", elinewidth=0.8
        )
    ticks = 2 ** np.arange(0, np.log2(widths.p.max()) + 0.5, dtype=int)
    width.set(xscale="log", xlabel="student width $p$", ylabel=r"mean escape time $\hat\eta\alpha/p^*$", ylim=(0, None))
    width.set_xticks(ticks, [str(tick) for tick in ticks])
    width.minorticks_off()
    width.set_title(rf"ODE, $N={parameters['at']:g}$, $\hat\eta={parameters['at_eta_hat']:g}$")
    width.legend(loc="lower left", ncols=3)
    percent = 100 * parameters["fraction"]
    figure.suptitle(f"escape: risk below {percent:g} % of the plateau's; bars: 3 standard errors", fontsize=9)
    return figure
