"""Networks: test error against spectral complexity at all sizes, as it is and rescaled, and the norm in time.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style, ticks

_NAMES = {"mlp": "dense network, MNIST", "cnn": "convolutions, MNIST-1D"}


def shows(frame: pd.DataFrame, row: dict) -> bool:
    """Whether the figure shows a row that a note concerns: comparisons of its curves are in the table alone."""
    return False


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header; blank where nothing was trained."""
    figure = Figure(figsize=(style.PAGE, 4.6))
    of_norm = frame[frame.series == "bartlett"]
    if of_norm.empty:
        figure.subplots().set_axis_off()
        return figure
    all_axes = figure.subplots(2, 3)
    for axes, network in zip(all_axes, _NAMES, strict=True):
        plain, scaled, time = axes
        for n, (P, curve) in enumerate(of_norm[of_norm.network == network].groupby("P")):
            look = {"color": style.colour(n), "marker": style.marker(n), "markersize": 2.5, "linewidth": 0.8}
            norm = curve.x / np.log(10)
            bars = {"elinewidth": 0.6} | look
            plain.errorbar(norm, curve.error, curve.bar, label=f"$P={P:g}$", **bars)
            over = curve.star_error
            scaled.errorbar((curve.x - curve.star) / np.log(10), curve.error / over, curve.bar / over, **bars)
            time.plot(curve.step, norm, **look)
        plain.set(yscale="log", xlabel=r"$\log_{10}$ norm", ylabel=r"test error $\varepsilon$", title=_NAMES[network])
        scaled.set(yscale="log", xlabel=r"$\log_{10}$ norm/norm*", ylabel=r"$\varepsilon/\varepsilon^*$")
        time.set(xscale="log", xlabel="step", ylabel=r"$\log_{10}$ norm")
        for axis in (plain.yaxis, scaled.yaxis):
            ticks.spread(axis)
        plain.legend(fontsize=6.5)
    return figure
