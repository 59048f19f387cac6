"""Risk along gradient descent without weight decay, beside that of the best weight decay.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style, ticks


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 2.8))
    axes = figure.subplots()
    for n, (N, here) in enumerate(frame.groupby("N")):
        color = style.colour(n)
        descent = here[here.series == "descent"]
        axes.plot(descent.steps, descent.risk, color=color, label=f"$n/d={N:g}$")
        for risk in here[here.series == "best decay"].risk:
            axes.axhline(risk, color=color, linestyle="--", linewidth=0.9)
    axes.plot([], [], color="black", linestyle="--", label="best weight decay")
    axes.set(xscale="log", yscale="log", xlabel="steps of gradient descent", ylabel="risk $R$")
    axes.set_xlim(20, None)  # at first nothing happens
    for axis in (axes.xaxis, axes.yaxis):
        ticks.spread(axis)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=7)
    return figure
