"""The loss against time at several widths: a common power, and plateaus.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.0))
    left, right = figure.subplots(1, 2)
    series = dict(list(frame.groupby("series")))
    widths = sorted(series["deflated"].N.unique())
    tail = parameters["tail"]
    for n, (N, curve) in enumerate(series["deflated"].groupby("N")):
        look: style.Look = {"color": style.colour(n)}
        left.plot(curve.t, curve.loss + tail, label=f"{N:g}", **look)
        left.plot(curve.t, curve.law + tail, linestyle=(0, (1, 1.5)), linewidth=0.9, **look)
    if "flow" in series:
        for N, curve in series["flow"].groupby("N"):
            some = curve.iloc[:: max(1, len(curve) // 14)]
            look = {"color": style.colour(widths.index(N)), "linestyle": "", "marker": style.marker(0)}
            left.plot(some.t, some.loss + tail, markerfacecolor="white", **look)
    widest = series["deflated"][widths[-1] == series["deflated"].N]
    middle = widest.iloc[len(widest) // 2]
    t = np.geomspace(middle.t / 12, middle.t * 12, 2)
    left.plot(t, 0.6 * (middle.loss + tail) * (t / middle.t) ** parameters["exponent"], color="black", linewidth=0.8)
    left.annotate(
        rf"$t^{{{parameters['exponent']:.2f}}}$",
        (middle.t / 4, 0.6 * (middle.loss + tail) * 4 ** -parameters["exponent"]),
        xytext=(-16, -12),
        textcoords="offset points",
    )
    if "flow" in series:
        left.plot(
            [], [], color="black", linestyle="", marker=style.marker(0), markerfacecolor="white", label="exact flow"
        )
    left.plot([], [], color="black", linestyle=(0, (1, 1.5)), linewidth=0.9, label="sequential law")
    left.set(xscale="log", yscale="log", xlabel="time $t$", ylabel=r"loss and tail, $2L+\zeta(2\beta,P+1)$")
    left.legend(title="width $N$", ncols=2, loc="lower left")
    late = series.get("late")
    if late is not None and len(late):
        right.plot(late.t, late.loss, ".", color=style.GREY, markersize=2, label="deflated flow")
        smooth = late.law.rolling(max(3, len(late) // 30), center=True, min_periods=1).median()
        known = late.loss.rolling(max(3, len(late) // 30), center=True, min_periods=1).median()
        right.plot(late.t, known, color="black", label="its running median")
        right.plot(late.t, smooth, color=style.COLOURS[1], linestyle="--", label="greedy with crowding, median")
        right.set(xscale="log", xlabel="direction $m$", ylabel="time over that of greedy choice")
        right.set(ylim=(0.95, min(2.0, 1.1 * float(np.nanquantile(late.loss, 0.95)))))
        right.set_title(f"$N={late.N.iloc[0]:g}$", fontsize=8)
        right.legend(loc="upper left")
    return figure
