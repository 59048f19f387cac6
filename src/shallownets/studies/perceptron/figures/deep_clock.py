"""Networks at several learning rates: test error against norm and against steps.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header; blank where nothing was trained."""
    figure = Figure(figsize=(style.PAGE, 2.8))
    by_rate = list(frame.groupby("rate"))
    if not by_rate:
        figure.subplots().set_axis_off()
        return figure
    left, right = figure.subplots(1, 2, sharey=True)
    for n, (rate, curves) in enumerate(by_rate):
        for replicate, curve in curves.groupby("replicate"):
            look = {"color": style.colour(n), "marker": style.marker(n), "markersize": 2.5, "linewidth": 0.8}
            left.plot(
                curve.norm / np.log(10), curve.error, label=None if replicate else f"learning rate {rate:g}", **look
            )
            right.plot(curve.step, curve.error, **look)
    left.set(yscale="log", xlabel=r"$\log_{10}$ norm", ylabel=r"test error $\varepsilon$", title="at equal norm")
    right.set(xscale="log", xlabel="step", title="at equal step")
    left.legend()
    return figure
