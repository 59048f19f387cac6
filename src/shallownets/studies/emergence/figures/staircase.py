"""Each direction is learned in a sharp step; the steps add up to a smooth loss.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    series = dict(list(frame.groupby("series")))
    greedy = series["greedy"].set_index("m")
    for n, (m, curve) in enumerate(series["share"].groupby("m")):
        colour = style.colour(n)
        left.plot(curve.t, curve.value, color=colour, label=f"{m}")
        left.plot(greedy.t[m], 0.5, "o", color=colour, markerfacecolor="white", zorder=3)
    left.set(xscale="log", xlabel="time $t$", ylabel="share $c_m$ of a direction", ylim=(-0.03, 1.05))
    left.set_title("directions one by one")
    left.plot([], [], "o", color="black", markerfacecolor="white", label="greedy")
    left.legend(title="$m$", loc="upper left", handlelength=1.2)
    loss, total = series["loss"], series["sum of shares"]
    right.plot(loss.t, loss.value, color="black", linewidth=2.4, alpha=0.35, label="exact flow")
    right.plot(total.t, total.value, color=style.COLOURS[1], linestyle=(0, (4, 1.5)), label="sum over shares")
    law = series["sequential"]
    right.plot(law.t, law.value, color=style.COLOURS[0], linewidth=1.0, label="sequential law, mean")
    if "power" in series:
        power = series["power"][series["power"].value > 0]
        label = r"$\propto t^{(1-2\beta)/\beta}$, less the tail"
        right.plot(power.t, power.value, color=style.GREY, linestyle=":", label=label)
    ticks: style.Look = {"marker": "|", "linestyle": "", "color": "black", "markersize": 5, "label": "greedy times"}
    right.plot(greedy.t, [0.97] * len(greedy), transform=right.get_xaxis_transform(), **ticks)
    low = max(float(loss.value.min()), 1e-4 * float(loss.value.max()))
    right.set(xscale="log", yscale="log", xlabel="time $t$", ylabel=r"loss $2L$", ylim=(low / 2, 3 * loss.value.max()))
    right.set_title("their sum")
    right.legend(loc="lower left")
    for axes in (left, right):
        axes.set_xlim(loss.t.min(), loss.t.max())
    return figure
