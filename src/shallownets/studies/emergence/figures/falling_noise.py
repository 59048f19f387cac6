"""Figure falling_noise: SGD without label noise, with it, and at a step size that falls.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from shallownets.drawing import style

LATEST = 3.0  # T/T_flow at the upper edge: there stand those that were not learned
NAMES = {"quiet": "no label noise", "noisy": "label noise", "falling": "label noise, falling step"}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.2))
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    times, kappas = (frame[frame.panel == name] for name in ("times", "kappa"))
    for number, (name, label) in enumerate(NAMES.items()):
        points = times[times.series == name]
        look: style.Look = {"color": style.colour(number), "linestyle": "", "marker": style.marker(number)}
        x, learned = points.m + 0.22 * (number - 1), points.value < LATEST
        left.plot(x[learned], points.value[learned], **look, label=label)
        for m, missing in points[~learned].groupby("m").size().items():
            at = m + 0.22 * (number - 1)
            left.plot(at, LATEST, color=style.colour(number), marker="^", markerfacecolor="white")
            left.text(at, 1.06 * LATEST, f"{missing}", color=style.colour(number), ha="center", va="bottom", fontsize=7)
        chosen = kappas[kappas.series == name]
        right.plot(chosen.m, chosen.value, color=style.colour(number), marker=style.marker(number), label=label)
    left.axhline(1, color=style.GREY, linewidth=0.8, linestyle=":")
    left.set(yscale="log", xlabel="direction $m$", ylabel=r"$T_m/T_{\rm flow}$", ylim=(0.3, 1.35 * LATEST))
    left.set_yticks([0.5, 1, 2, LATEST], ["0.5", "1", "2", "never"])
    left.yaxis.set_minor_formatter(NullFormatter())
    right.set(yscale="log", xlabel="direction $m$", ylabel=r"noise $\kappa_m$ when its turn comes")
    right.set_ylim(top=12 * kappas.value.max())  # room for the legend
    right.legend(loc="upper left")
    head = ", ".join(f"${name}={parameters[name]:g}$" for name in ("k", "d", "N"))
    beta, variance = parameters["beta"], parameters["label_noise"]
    figure.suptitle(rf"{head}, $\beta={beta:g}$; label noise of variance ${variance:g}\,|a|^2$", fontsize=9.5)
    return figure
