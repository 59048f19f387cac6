"""Eigenvalues of trained weights in every phase: histograms over the density that theory predicts.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator

from shallownets.drawing import style

_TRAINED, _ABOVE = style.COLOURS[5], style.COLOURS[1]
_BINS = 36
_MANY = 20  # bands beyond which their lines are thin
_LEFT = 2.5  # of what is cut off, at most, over the largest eigenvalue


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    cases = list(dict.fromkeys(frame.case))
    columns = min(len(cases), 5)
    height = -(-len(cases) // columns)
    figure = Figure(figsize=(style.PAGE, 1.75 * height + 0.7))
    panels = figure.subplots(height, columns, squeeze=False).ravel()
    usual = tuple(frame.drop_duplicates("case")[["gamma", "d"]].value_counts().index[0])
    for axes, case in zip(panels, cases, strict=False):
        here = frame[frame.case == case]
        trained, law = here[here.series == "trained"], here[here.series == "law"]
        d, low = here.d.iloc[0], min(law.value.min(), 0.0)
        top = max(law.value.max(), 0.2 * (law.value.max() - low), *trained.value)  # above zero
        edges = np.linspace(0, top, _BINS + 1)
        counts, _ = np.histogram(trained.value, edges)
        width = edges[1] - edges[0]
        draws = trained.draws.max() if len(trained) else 1
        heights = counts / (draws * width * d)
        axes.stairs(heights, edges, fill=True, color=_TRAINED)
        number = law.band.to_numpy()
        gaps = np.flatnonzero(np.diff(number)) + 1  # a line of many bands is one, with gaps: drawing each takes seconds
        value, density = (np.insert(law[name].to_numpy(float), gaps, np.nan) for name in ("value", "density"))
        number = np.insert(number, gaps, number[gaps])
        width_of = 0.8 if gaps.size + 1 < _MANY else 0.3
        for lowest, color in ((False, _ABOVE), (True, "black")):
            here_in = (number == number.max()) == lowest
            axes.plot(value[here_in], density[here_in], color=color, linewidth=width_of)
        axes.axvline(0, color=style.GREY, linewidth=0.6)
        if law.value.max() > 0:
            low = max(low, -_LEFT * top)
        least = 0.3 / (draws * width * d)
        axes.set(xlim=(low, 1.05 * top), ylim=(least, 2 * max(law.density.max(), heights.max())), yscale="log")
        axes.yaxis.set_minor_locator(NullLocator())
        gamma, N, lam = (here[name].iloc[0] for name in ("gamma", "N", "lam"))
        of = "" if (gamma, d) == usual else rf": $\gamma={gamma:g}$, $d={d}$"
        axes.set_title(f"{case}{of}\n" + rf"$n/d={N:g}$, $\lambda={lam:.2g}$", fontsize=6)
    for axes in panels[len(cases) :]:
        axes.set_visible(False)
    for row in range(height):
        panels[row * columns].set_ylabel("density")
    for axes in panels[max(len(cases) - columns, 0) : len(cases)]:
        axes.set_xlabel("eigenvalue of $S$")
    looks = [Patch(color=_TRAINED, label="trained"), Line2D([], [], color="black", label="theory, lowest band")]
    looks += [Line2D([], [], color=_ABOVE, label="theory, bands above it")]
    title = rf"$\gamma={usual[0]:g}$, $d={usual[1]:g}$ where a panel does not say others"
    figure.legend(handles=looks, loc="outside upper center", ncols=3, title=title, title_fontsize=7.5)
    return figure
