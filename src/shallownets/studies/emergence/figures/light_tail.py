"""Light tails: what is learned, as a power of time.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.8))
    left, right = figure.subplots(1, 2)
    for n, (beta, curves) in enumerate(frame.groupby("beta")):
        series = dict(list(curves.groupby("series")))
        look: style.Look = {"color": style.colour(n)}
        for name, more in (
            ("deflated", {"linewidth": 2.0, "alpha": 0.45}),
            ("sequential", {"linewidth": 1.0, "linestyle": "--"}),
        ):
            one = series[name]
            label = rf"$\beta={beta:g}$, {name}"
            left.plot(one.t, one.loss, **(look | more))
            right.plot(one.t, one.learned, label=label, **(look | more))
        law = series["sequential"]
        t = law[["first", "last"]].iloc[0].to_numpy(float)
        begin = np.exp(np.interp(np.log(t[0]), np.log(law.t), np.log(law.learned)))
        right.plot(t, 0.5 * begin * (t / t[0]) ** ((1 - 2 * beta) / beta), color=style.colour(n), linestyle=":")
    right.plot([], [], color="black", linestyle=":", label=r"$\propto t^{(1-2\beta)/\beta}$")
    left.set(xscale="log", xlabel="time $t$", ylabel=r"loss over $|a|^2$", ylim=(0, 1.05))
    right.set(xscale="log", yscale="log", xlabel="time $t$", ylabel=r"$|1-2L/|a|^2-\zeta(2\beta)/|a|^2|$")
    right.legend()
    return figure
