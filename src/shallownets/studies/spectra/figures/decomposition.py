"""The risk of the quadratic network split by the bands of its spectrum, exactly and at leading order.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_TITLES = {"weak": r"$\lambda=1/d$", "best": "best weight decay"}
_PARTS = {"overfitting": "overfitting", "unlearned": "unlearned", "learned": "learned"}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    both = figure.subplots(1, 2, sharey=True)
    for axes, (name, title) in zip(both, _TITLES.items(), strict=True):
        here = frame[frame.decay == name]
        exact, leading = (here[here.series == series] for series in ("exact", "leading"))
        axes.plot(exact.N, exact.risk, color="black", label="$R/2$, their sum")
        axes.plot(leading.N, leading[[*_PARTS]].sum(axis=1), color="black", linestyle=":", linewidth=0.9)
        for n, (part, label) in enumerate(_PARTS.items()):
            axes.plot(exact.N, exact[part], color=style.colour(n), label=label)
            drawn = leading[part].where(leading[part] != 0)  # a part that is not there has no line
            axes.plot(leading.N, drawn, color=style.colour(n), linestyle=":", linewidth=0.9)
        axes.set(xscale="log", title=title, xlabel="$n/d$")
        axes.set_yscale("symlog", linthresh=1e-3)
    both[1].plot([], [], color=style.GREY, linestyle=":", label="leading order")
    both[0].set_ylabel("part of $R/2$")
    both[1].legend(loc="lower left")
    figure.suptitle(rf"quadratic network, $\gamma={parameters['gamma']:g}$, $d={parameters['d']}$", fontsize=9.5)
    return figure
