"""Neurons that never learn, and what their absence costs, against the dimension.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 3.4))
    above, below = figure.subplots(2, 1, sharex=True)
    series = dict(list(frame.groupby("series")))
    look: style.Look = {"color": "black", "marker": "o", "linestyle": ""}
    for axes, name in ((above, "wasted"), (below, "end")):
        one = series[name]
        value, bars = one.value - (1 if name == "end" else 0), (one.high - one.low) / 2
        known = value > 0 if axes is above else np.isfinite(value)
        if known.any():
            axes.errorbar(one.d[known], value[known], bars[known], **look)
        if value.sum() > 0:
            # in proportion to 1/d through the sum, of counts the likeliest
            d = np.geomspace(one.d.min(), one.d.max(), 100)
            law = value.sum() / (1 / one.d).sum() / d
            axes.plot(d, law, color=style.GREY, linestyle=":", label=r"$\propto 1/d$")
            axes.legend()
        axes.set_xscale("log")
        if axes is above and known.any():
            # a bar to 0 and below leaves the axis at its lower end
            axes.set(yscale="log", ylim=(value[known].min() / 4, 1.5 * (value + bars)[known].max()))
    below.axhline(0, color=style.GREY, linewidth=0.7, zorder=0)
    above.set_ylabel("neurons that never learn")
    below.set(xlabel="dimension $d$", ylabel="last loss over\ngreedy's, less 1")
    dimensions = sorted(series["wasted"].d.unique())
    below.set_xticks(dimensions, [f"{d:.0f}" for d in dimensions])
    below.minorticks_off()
    return figure
