"""Escape time of SGD against N, and its spread over starts and noise.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_LOOK = {"SGD": (style.COLOURS[0], "o"), "ODE": (style.COLOURS[1], "s")}
_STEPS = {  # colour and dashes
    "SGD": (style.COLOURS[0], "-"),
    "SGD, one start": (style.COLOURS[2], (0, (1, 1))),
    "ODE": (style.COLOURS[1], (0, (4, 1.5))),
}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 5.2))
    (dimension, gap), (spread, share) = figure.subplots(2, 2)
    for name, (colour, marker) in _LOOK.items():
        part = frame[(frame.panel == "N") & (frame.series == name)]
        look = {"color": colour, "marker": marker, "markerfacecolor": "white", "linestyle": ""}
        dimension.errorbar(part.x, part.value, 3 * part.error, **look, label=name, elinewidth=0.8, capsize=2)
        law = frame[(frame.panel == "N") & (frame.series == f"theory, {name}")]
        dimension.plot(law.x, law.value, color=colour, linewidth=0.9, zorder=0)
    dimension.plot([], [], color="black", linewidth=0.9, label=r"$\log N$ law; SGD: at $N/(1+\nu)$")
    dimension.set(xscale="log", xlabel="input dimension $N$", ylabel=r"mean escape time $\alpha$", ylim=(0, None))
    dimension.legend(loc="lower right")

    colour, marker = _LOOK["SGD"]
    look = {"color": colour, "marker": marker, "markerfacecolor": "white", "linestyle": "", "elinewidth": 0.8}
    points = frame[(frame.panel == "shift") & (frame.series == "SGD")]
    law = frame[(frame.panel == "shift") & (frame.series == "theory, SGD")]
    gap.errorbar(points.x, points.value, 3 * points.error, **look, capsize=2, label="SGD less ODE, same starts")
    gap.plot(law.x, law.value, color="black", linewidth=0.9, label=r"theory, $N\to\infty$: $\propto-\log(1+\nu)$")
    gap.axhline(0, color=style.GREY, linewidth=0.6)
    gap.set(xscale="log", xlabel="input dimension $N$", ylabel=r"shift of the escape time, $\alpha$")
    gap.legend(loc="lower left")

    shown = frame[frame.panel == "spread"]
    width = shown[shown.series == "ODE"].x.std()
    bins = np.linspace(-3 * width, 5 * width, 31)
    for name, (colour, dashes) in _STEPS.items():
        part = shown[shown.series == name]
        weights = part.value / (bins[1] - bins[0])
        spread.hist(part.x, bins, weights=weights, histtype="step", color=colour, linestyle=dashes, linewidth=0.9)
        spread.plot([], [], color=colour, linestyle=dashes, linewidth=0.9, label=name)
        theory = shown[shown.series == f"theory, {name}"]
        spread.plot(theory.x, theory.value, color=colour, linestyle=dashes, linewidth=0.9)
    spread.set(xlim=bins[[0, -1]], ylim=(0, None), ylabel="density")
    spread.set_xlabel(r"escape time less the mean of the ODE, $\alpha$")
    spread.set_title(f"$N={parameters['N']}$; smooth: theory")
    spread.legend(loc="upper right")

    points = frame[(frame.panel == "share") & (frame.series == "SGD")]
    law = frame[(frame.panel == "share") & (frame.series == "theory")]
    share.fill_between(law.x, 0, law.value, color=style.COLOURS[1], alpha=0.15, linewidth=0)
    share.fill_between(law.x, law.value, 1, color=style.COLOURS[2], alpha=0.15, linewidth=0)
    share.plot(law.x, law.value, color="black", linewidth=0.9, label="theory")
    share.errorbar(points.x, points.value, 3 * points.error, **look, capsize=2, label="SGD")
    share.text(0.04, 0.08, "starts", transform=share.transAxes, color=style.COLOURS[1])
    share.text(0.55, 0.6, "noise of SGD", transform=share.transAxes, color=style.COLOURS[2])
    share.set(xlim=(0, law.x.max()), ylim=(0, 1), xlabel=r"learning rate $\eta/p$")
    share.set_ylabel("share of the variance\nof the escape time")
    share.set_title(f"$N={parameters['N']}$")
    share.legend(loc="upper right")
    percent = 100 * parameters["fraction"]
    sizes = rf"$p={parameters['p']}$, $p^*={parameters['p_star']}$, $\eta/p={parameters['eta_hat']:g}$"
    figure.suptitle(f"{sizes}; escape: risk below {percent:g} % of the plateau's; bars: 3 standard errors", fontsize=9)
    return figure
