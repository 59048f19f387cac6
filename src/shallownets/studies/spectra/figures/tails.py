"""How heavy the spectrum's tail looks, and the risk, against weight decay over the best.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.7))
    left, right = figure.subplots(1, 2)
    for n, (N, here) in enumerate(frame.groupby("N")):
        look: style.Look = {
            "color": style.colour(n),
            "marker": style.marker(n),
            "markevery": 4,
            "label": f"$n/d={N:g}$",
        }
        left.plot(here.scaled, here.hill, **look)
        right.plot(here.scaled, here.risk / here.risk.min(), **look)
    left.axhline(1 + 1 / parameters["gamma"], color="black", linestyle=":", label=r"$1+1/\gamma$")
    for axes in (left, right):
        axes.axvline(1, color=style.GREY, linewidth=0.7, zorder=0)
        axes.set(xscale="log", xlabel="weight decay over the best")
    left.set(ylabel="Hill exponent of the density")
    right.set(yscale="log", ylabel="risk over the least")
    right.set_yticks([1, 2, 3], ["1", "2", "3"])
    right.tick_params(axis="y", which="minor", labelleft=False)
    left.legend()
    return figure
