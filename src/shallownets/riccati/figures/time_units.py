"""The unit of time: half the risk of a light tail against its width, one direction of a heavy tail against d.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets import style
from shallownets.labels import whole

MODULE = "shallownets.riccati.figures.time_units"
_MARKERS = "osD^vP*X"


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.0))
    left, right = figure.subplots(1, 2)
    light, heavy = (frame[frame.kind == tail] for tail in ("light", "heavy"))
    for number, (beta, curve) in enumerate(light.groupby("beta")):
        look = {"color": style.COLOURS[number], "marker": _MARKERS[number], "linestyle": ""}
        t = curve.estimate / np.log(curve.d / curve.N)
        left.plot(curve.M_star, t, **look, label=rf"$\beta={beta:g}$, flow as printed")
        left.plot(
            curve.M_star,
            t * np.sqrt(curve.N),
            **look,
            markerfacecolor="white",
            label=rf"$\beta={beta:g}$, flow of the loss",
        )
    M_star = np.array([light.M_star.min(), light.M_star.max()])
    first = (light.estimate / np.log(light.d / light.N)).min()
    left.plot(M_star, 0.75 * first * (M_star / M_star[0]) ** 0.5, color="black", linewidth=0.8)
    left.text(M_star[1], 0.7 * first * (M_star[1] / M_star[0]) ** 0.5, r"$\propto M_*^{1/2}$", ha="right", va="top")
    left.plot(
        M_star, 0.75 * first * np.sqrt(M_star[0]) * M_star / M_star[0], color="black", linewidth=0.8, linestyle="--"
    )
    left.text(M_star[1], 0.6 * first * M_star[1] / np.sqrt(M_star[0]), r"$\propto M_*$", ha="right", va="top")
    left.set(xscale="log", yscale="log", xlabel="width $M_*=N$", ylabel=r"time to half the risk / $\log(d/N)$")
    left.set_xticks(sorted(light.M_star.unique()), [str(width) for width in sorted(light.M_star.unique())])
    left.minorticks_off()
    left.set_title(f"light tails, $d={whole(light.d.iloc[0])}$")
    left.legend(loc="upper left")
    x = np.log(heavy.d)
    bars = (heavy.high - heavy.low) / 2
    right.errorbar(
        x, heavy.estimate, bars, color=style.COLOURS[0], marker="o", linestyle="", elinewidth=0.8, label="exact flow"
    )
    right.plot(x, heavy.unit, color="black", linewidth=0.9, label=r"$\log(d/N)/2\lambda_j$")
    right.plot(x, heavy.theory, color=style.COLOURS[1], linewidth=0.9, linestyle=(0, (5, 1.5)), label="deflated")
    right.set(xlabel=r"$\log d$", ylabel=f"time of direction {parameters['direction']}")
    right.set_title(rf"heavy tail, $\beta={heavy.beta.iloc[0]:g}$, $M_*={heavy.M_star.iloc[0]}$, $N={heavy.N.iloc[0]}$")
    right.legend(loc="upper left")
    figure.suptitle(f"mean of {parameters['starts']} starts, three standard errors", fontsize=9.5)
    return figure


if __name__ == "__main__":
    style.command(MODULE, __doc__, draw)
