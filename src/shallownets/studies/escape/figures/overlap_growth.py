"""Growth of the student-teacher overlaps on the plateau: SGD and ODE beside the predicted exponential.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_LOOKS: dict[str, style.Look] = {
    "ODE": {"color": style.COLOURS[0]},
    "small learning rate": {"color": style.COLOURS[1], "linestyle": (0, (4, 1.5)), "linewidth": 1.0},
    "finite learning rate": {"color": "black", "linestyle": (0, (1, 1))},
}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 3.0))
    axes = figure.subplots()
    curves = dict(list(frame.groupby("series")))
    sgd = curves.get("SGD", curves["ODE"][:0]).iloc[::2]
    labels = {
        "ODE": "ODE",
        "small learning rate": r"rate $4/p^*$ $(\eta\to0)$",
        "finite learning rate": r"rate at this $\hat\eta$",
    }
    top = curves["ODE"].value.max()
    for name, look in _LOOKS.items():
        curve = curves[name]
        curve = curve[curve.value < 3 * top]
        axes.plot(curve.t, curve.value, **look, label=labels[name])
    points: style.Look = {
        "color": style.COLOURS[2],
        "marker": "o",
        "linestyle": "",
        "markerfacecolor": "white",
        "elinewidth": 0.8,
    }
    axes.errorbar(sgd.t, sgd.value, sgd.error, **points, label=f"SGD, mean of {parameters['replicates']}, s.e.")
    axes.axvline(parameters["t_fit"], color=style.GREY, linewidth=0.7, zorder=0)
    axes.set(xlabel=r"time $t=\hat\eta\alpha$", ylabel=r"overlaps $M(t)\cdot M(0)\,/\,|M(0)|^2$", yscale="log")
    axes.set(ylim=(0.8, 4 * top))
    axes.legend(loc="lower right")
    p, p_star, N = parameters["p"], parameters["p_star"], parameters["N"]
    axes.set_title(rf"$p={p}$, $p^*={p_star}$, $\hat\eta={parameters['eta_hat']:g}$, $N={N}$", fontsize=9)
    return figure
