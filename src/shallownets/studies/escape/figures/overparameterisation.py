"""Escape time against the width of the student, at a fixed teacher: SGD and ODE.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_LOOK: dict[str, style.Look] = {  # line style and marker; points of SGD, hollow, have that of the teacher's width
    "SGD": {"linestyle": ""},
    "ODE + noise": {"linestyle": "", "marker": "_", "markersize": 9, "markeredgewidth": 1.4},
    "ODE": {"linestyle": "", "marker": "x", "markersize": 4},
    "eq. 13": {"linestyle": ":"},
}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 3.2))
    ax = figure.subplots()
    for n, (p_star, panel) in enumerate(frame.groupby("p_star")):
        for name, look in _LOOK.items():
            part = panel[panel.series == name]
            bars = 3 * part.error / p_star if name == "SGD" else None
            points: style.Look = {"marker": style.marker(n), "markerfacecolor": "white"} if name == "SGD" else {}
            look_of: style.Look = look | points | {"color": style.colour(n), "elinewidth": 0.8, "capsize": 2}
            label = f"SGD, $p^*={p_star}$" if name == "SGD" else ""
            ax.errorbar(part.p / p_star, part.value / p_star, bars, **look_of, label=label)
        law = panel[panel.series == "eq. 13"].iloc[-1]
        place = (law.p / p_star, law.value / p_star)
        ax.annotate(f"$p^*={p_star}$", place, (4, 4), textcoords="offset points", fontsize=7, color=style.colour(n))
    for name, look in _LOOK.items():
        if name != "SGD":
            ax.plot([], [], color="black", **look, label=name)
    ratios = (frame.p / frame.p_star).unique()
    ax.set_xscale("log")
    ax.set_xticks(sorted(ratios), [f"{ratio:g}" for ratio in sorted(ratios)])
    ax.minorticks_off()
    ax.set(xlabel="overparameterisation $p/p^*$", ylabel=r"mean escape time $\hat\eta\alpha/p^*$")
    ax.set_title(rf"$N={parameters['N']}$, $\hat\eta={parameters['eta_hat']:g}$; bars: 3 standard errors", fontsize=8)
    ax.legend(loc="upper right", ncols=2)
    return figure
