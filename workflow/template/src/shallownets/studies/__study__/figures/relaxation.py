"""Mean and mean square of the error of SGD against time, with their predictions.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    for n, (quantity, curve) in enumerate(frame.groupby("quantity")):
        bars = (curve.high - curve.low) / 2
        look = {"color": style.colour(n), "marker": style.marker(n)}
        axes.errorbar(curve.time, curve.estimate, bars, **look, linestyle="", label=f"{quantity} error")
        axes.plot(curve.time, curve.theory, color=style.colour(n))
    axes.axhline(0, color=style.GREY, linewidth=0.7, zorder=0)
    sizes = f"$\\eta={parameters['eta']:g}$, noise {parameters['noise']:g}, {parameters['replicates']} runs"
    axes.set(xlabel="time, samples", ylabel="error of the weight", title=sizes)
    axes.legend()
    return figure
