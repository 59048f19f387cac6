"""Neurons that never learn, and what their absence costs, against the dimension.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 3.4))
    above, below = figure.subplots(2, 1, sharex=True)
    series = dict(list(frame.groupby("series")))
    look: style.Look = {"color": "black", "marker": "o", "linestyle": ""}
    for axes, name, least in ((above, "wasted", 0.0), (below, "end", 1e-3)):
        one = series[name]
        value = one.value - (1 if name == "end" else 0)
        known = value > least
        half = ((one.high - one.low) / 2)[known].clip(upper=0.99 * value[known])
        axes.errorbar(one.d[known], value[known], half, **look)
        axes.set(xscale="log", yscale="log")
    one = series["wasted"]
    if one.value.any():
        above.plot(one.d, one.value.mean() / (1 / one.d).mean() / one.d, ":", color=style.GREY, label=r"$\propto 1/d$")
        above.legend()
    above.set_ylabel("neurons that never learn")
    below.set(xlabel="dimension $d$", ylabel="last loss over\ngreedy's, less 1")
    dimensions = sorted(series["wasted"].d.unique())
    below.set_xticks(dimensions, [f"{d:.0f}" for d in dimensions])
    below.minorticks_off()
    return figure
