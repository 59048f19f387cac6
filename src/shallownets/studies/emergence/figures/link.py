"""Learning times against the dimension: the lowest degree of the link decides.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def _written(name: str) -> str:
    """A link as it is read: h4 as h with the index 4."""
    return "$" + name.replace("h", r"\,h_") + "$"


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.8))
    left, right = figure.subplots(1, 2)
    for n, (name, curve) in enumerate(frame.groupby("link", sort=False)):
        look: style.Look = {"color": style.colour(n), "marker": style.marker(n)}
        left.plot(curve.d, curve.t, linestyle="", **look)
        left.plot(curve.d, curve.decoupled, color=style.colour(n), linewidth=0.9)
        bars = [curve.ratio - curve.low, curve.high - curve.ratio]
        right.errorbar(curve.d, curve.ratio, bars, label=_written(str(name)), linewidth=0.8, **look)
    left.plot([], [], color="black", linewidth=0.9, label="decoupled")
    left.plot([], [], color="black", marker="o", linestyle="", label="exact flow")
    left.set(xscale="log", yscale="log", xlabel="dimension $d$", ylabel="learning time, geometric mean")
    left.legend()
    right.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
    right.set(xscale="log", xlabel="dimension $d$", ylabel="time over the decoupled one", ylim=(0.8, 1.55))
    right.legend(ncols=2, loc="upper right")
    return figure
