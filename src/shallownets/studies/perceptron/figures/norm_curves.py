"""Test error against norm at several numbers of examples, with the classical rules at its ends.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 3.4))
    axes = figure.subplots()
    rules = dict(list(frame.groupby("series")))
    curves = list(rules["fixed norm"].groupby("alpha"))
    colours = mpl.colormaps["viridis"]
    for n, (alpha, curve) in enumerate(curves):
        colour = colours(0.9 * n / max(len(curves) - 1, 1))
        axes.plot(curve.norm, curve.error, color=colour)
        ends = {name: rules[name].set_index("alpha").error[alpha] for name in ("Hebb", "maximum stability")}
        first, last = curve.norm.iloc[0], curve.norm.iloc[-1]
        axes.plot([first / 2, first], [ends["Hebb"]] * 2, color=style.COLOURS[1], linewidth=2.2)
        axes.plot([last, 2.5 * last], [ends["maximum stability"]] * 2, color=style.COLOURS[3], linewidth=2.2)
        axes.annotate(
            f"{alpha:g}",
            (first / 2, ends["Hebb"]),
            (-2, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=7,
        )
    best = rules["optimum"]
    axes.plot(best.norm, best.error, color="black", marker="o", markersize=3, linewidth=0.7, label="least error")
    axes.plot(
        best.norm, rules["Bayes"].error, color=style.COLOURS[0], marker="_", markersize=9, linestyle="", label="Bayes"
    )
    axes.plot([], [], color=style.COLOURS[1], linewidth=2.2, label="Hebb")
    axes.plot([], [], color=style.COLOURS[3], linewidth=2.2, label="maximum stability")
    axes.set(xscale="log", yscale="log", xlabel=r"norm $\lambda$", ylabel=r"test error $\varepsilon$")
    axes.set_xlim(left=frame.norm.min() / 20)
    axes.set_title(r"numbers: examples over dimension $\alpha$")
    axes.legend(loc="lower left", bbox_to_anchor=(0.02, 0.0))
    return figure
