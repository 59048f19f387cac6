"""Figure sgd_against_flow: SGD at several step sizes from the starts of the flow.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from shallownets.drawing import style

LATEST = 4.0  # T/T_flow at the upper edge: there stand those that were not learned


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.2))
    left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
    curves, times = (frame[frame.panel == name] for name in ("loss", "times"))

    for number, (kappa, curve) in enumerate(curves[curves.kappa > 0].groupby("kappa")):
        left.plot(curve.t, curve.value, color=style.colour(number), linewidth=0.9, label=f"{kappa:g}")
    flow = curves[curves.kappa == 0]
    left.plot(flow.t, flow.value, color="black", linewidth=1.6, linestyle="--", label="0: flow")
    last = max(1.2, curves[(curves.kappa > 0) & (curves.value < flow.value.iloc[0])].t.max())
    left.set(xlabel=r"$t/T_P$ of the flow", ylabel=r"loss $2L$", xlim=(0, last), ylim=(0, 1.25 * flow.value.iloc[0]))
    left.set_title("one start")
    left.legend(title=r"$\kappa$", ncols=2, loc="upper right")

    shift = np.linspace(-0.09, 0.09, int(times.m.max()))
    for m, points in times.groupby(times.m.astype(int)):
        x, ratio = points.kappa * np.exp(shift[m - 1]), points.value.clip(upper=LATEST)
        learned = points.value < LATEST
        right.plot(x[learned], ratio[learned], style.marker(m - 1), color=style.colour(m - 1), label=f"${m}$")
        right.plot(x[~learned], ratio[~learned], "^", color=style.colour(m - 1), markerfacecolor="white", clip_on=False)
    for kappa, points in times.groupby("kappa"):
        low, middle, high = points.value.quantile([0.25, 0.5, 0.75], interpolation="lower").clip(upper=LATEST)
        right.plot([kappa / 1.14, kappa * 1.14], [middle, middle], color="black", linewidth=1.4, zorder=4)
        right.plot([kappa, kappa], [low, high], color="black", linewidth=0.8, zorder=4)
    right.axhline(1, color=style.GREY, linewidth=0.8, linestyle=":")
    right.set(xscale="log", yscale="log", xlabel=r"$\kappa=\eta d^{k/2}|a|^2$", ylabel=r"$T/T_{\rm flow}$")
    right.set(ylim=(0.3, LATEST))
    right.set_yticks([0.5, 1, 2, LATEST], ["0.5", "1", "2", "never"])
    right.yaxis.set_minor_formatter(NullFormatter())
    right.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    right.legend(title="direction", ncols=2, loc="lower left", columnspacing=0.6, handletextpad=0.1)
    right.set_title("all starts; bars: quartiles")
    head = ", ".join(f"${name}={parameters[name]:g}$" for name in ("k", "d", "N", "P"))
    figure.suptitle(rf"{head}, $\beta={parameters['beta']:g}$", fontsize=9.5)
    return figure
