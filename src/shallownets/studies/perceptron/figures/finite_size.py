"""The minimiser's error over the replica-symmetric one against 1/N, for two kinds of inputs.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

NAMES = {"gaussian": "Gaussian", "signs": r"$\pm1$"}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    for n, ((norm, inputs), points) in enumerate(frame.groupby(["norm", "inputs"])):
        shift = 1 + 0.03 * (n - 1.5)
        label = rf"$\lambda={norm:g}$, {NAMES[inputs]}"
        look: style.Look = {"color": style.colour(n), "marker": style.marker(n), "linestyle": "", "elinewidth": 0.8}
        sizes, limit = points[np.isfinite(points.N)], points[np.isinf(points.N)]
        axes.errorbar(shift / sizes.N, sizes.estimate, (sizes.high - sizes.low) / 2, label=label, **look)
        for row in limit.itertuples():  # the line through all sizes, and its value at 1/N = 0
            x = np.array([0, 1 / sizes.N.min()])
            axes.plot(x, row.estimate + row.slope * x, color=style.colour(n), linewidth=0.7)
            axes.errorbar([-4e-4 * (n + 1)], [row.estimate], [(row.high - row.low) / 2], fillstyle="none", **look)
    axes.axhline(1, color=style.GREY, linewidth=0.7, zorder=0)
    axes.set(xlabel="$1/N$", ylabel="error of the minimiser over theory", xlim=(-2.5e-3, None))
    axes.set_title(rf"$\alpha={parameters['alpha']:g}$")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.25 * (high - low))  # room for the legend
    axes.legend(ncols=2, loc="upper center", title="norm and inputs", title_fontsize=8)
    return figure
