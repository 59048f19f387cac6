"""The interpolation peak against weight decay, one law for both networks, and fitted noise before it.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style, ticks

_MODELS = ("diagonal", "quadratic")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    noise = parameters["noise"]
    for n, model in enumerate(_MODELS):
        here = frame[frame.model == model]
        peak, harm = here[here.series == "peak"], here[here.series == "harm"]
        look: style.Look = {"color": style.colour(n), "marker": style.marker(n), "linestyle": ""}
        left.plot(peak.lam, peak.scaled, **look, label=model)
        right.plot(harm.share, harm.risk / noise, **look, label=f"{model}, state evolution")
        right.plot(harm.share, harm.alone / noise, color=style.colour(n), label=f"{model}, noise alone")
    lam = np.unique(frame[frame.series == "peak"].lam)
    left.plot(
        lam,
        noise ** (4 / 3) * lam ** (-2 / 3) / 4,
        color="black",
        linewidth=0.9,
        label=r"$\Delta^{4/3}\lambda^{-2/3}/4$",
    )
    left.set(xscale="log", yscale="log", xlabel=r"weight decay $\lambda$", ylabel=r"$c^{2/3}$ times the largest risk")
    right.set(
        xscale="log", yscale="log", xlabel="$n$ over that of the peak", ylabel=r"risk over $\Delta$, $\lambda\to0$"
    )
    right.set_yticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"])
    right.tick_params(axis="y", which="minor", labelleft=False)
    for axis in (left.xaxis, left.yaxis, right.xaxis):
        ticks.spread(axis)
    left.legend()
    right.legend()
    return figure
