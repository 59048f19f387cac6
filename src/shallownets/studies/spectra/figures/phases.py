"""Local exponent of the risk over samples and weight decay, with the phases' boundaries, of both networks.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from shallownets.drawing import style
from shallownets.drawing.labels import whole


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    both = figure.subplots(1, 2, sharey=True)
    for axes, model in zip(both, ("diagonal", "quadratic"), strict=True):
        here = frame[frame.model == model]
        grid = here[here.line == -1]
        wide = grid.pivot_table(index="decay", columns="samples", values="by_n")
        x, y = wide.columns.to_numpy(float), wide.index.to_numpy(float)
        image = axes.pcolormesh(
            x, y, wide.to_numpy(), vmin=-2, vmax=2, cmap="RdBu_r", shading="nearest", rasterized=True
        )
        for _, line in here[here.line >= 0].groupby("line"):
            axes.plot(line.samples, line.decay, color="black", linewidth=0.8)
        for name in sorted(set(grid.phase)):
            part = grid[grid.phase == name]
            if len(part) > 0.01 * len(grid):
                at = (float(part.samples.median()), float(part.decay.median()))
                text = axes.text(*at, name, ha="center", va="center", fontsize=8)
                text.set_path_effects([withStroke(linewidth=2, foreground="white")])  # on any colour
        axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), title=model, xlabel=r"$\log_d n_\mathrm{eff}$")
    both[0].set_ylabel(r"$\log_d\lambda$")
    bar = figure.colorbar(image, ax=both, ticks=np.arange(-2, 3))
    bar.set_label(r"$\partial\log R/\partial\log n$")
    figure.suptitle(rf"$\gamma={parameters['gamma']:g}$, $d={whole(parameters['d'])}$", fontsize=9.5)
    return figure
