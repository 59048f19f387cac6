"""Figure 3: distance to the solution predicted from one start, and risk, for that start and for others.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_LOOKS = {
    "other": {"color": "#aaaaaa", "linewidth": 0.7},
    "SGD": {"color": style.COLOURS[1], "linewidth": 0.9, "linestyle": (0, (4, 1))},
    "matching": {"color": "black", "linewidth": 1.6},
    "theory": {"color": style.COLOURS[0], "linewidth": 1.2, "linestyle": (0, (3, 2))},
}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    labels = {
        "matching": "start of the prediction, ODE",
        "other": f"{parameters['others']} other starts, ODE",
        "SGD": f"start of the prediction, SGD, $N={parameters['N']}$",
        "theory": r"late law, $\propto 1/\alpha$ and $1/\alpha^2$",
    }
    figure = Figure(figsize=(style.PAGE, 3.1))
    distances, risks = figure.subplots(1, 2, sharex=True)
    positive = frame[frame.alpha > 0]
    for axes, quantity in ((distances, "distance"), (risks, "risk")):
        for kind, look in _LOOKS.items():
            curves = positive[positive.kind == kind].groupby("curve")
            for number, (_, curve) in enumerate(curves):
                axes.loglog(curve.alpha, curve[quantity], **look, label="" if number else labels[kind])
    distances.axhline(2 * parameters["p"], color=style.GREY, linewidth=0.8, linestyle=":", zorder=0)
    inset = distances.inset_axes((0.14, 0.1, 0.46, 0.48))
    for kind in ("other", "SGD", "matching"):
        for _, curve in positive[positive.kind == kind].groupby("curve"):
            inset.semilogx(curve.alpha, curve.distance, **_LOOKS[kind] | {"linewidth": 0.6})
    inset.set(ylim=(0, None), xlim=distances.get_xlim())
    inset.tick_params(labelsize=6)
    inset.set_title("the same, linear", fontsize=7)
    time = r"time $\alpha$ = samples / $N$"
    distances.set(title="distance to the predicted solution", ylabel=r"$d^2$ / $N$", xlabel=time)
    risks.set(title="population risk", ylabel=r"$\mathcal{L}$", xlabel=time)
    distances.set_ylim(top=4 * parameters["p"])
    distances.annotate(
        "$2p$, random solutions",
        (positive.alpha.min(), 2 * parameters["p"]),
        (0, 3),
        textcoords="offset points",
        fontsize=7.5,
        color="#555555",
    )
    risks.legend(loc="lower left")
    sizes = f"$p={parameters['p']}$, $p^*={parameters['p_star']}$, $\\eta={parameters['eta']:g}$"
    figure.suptitle(f"{sizes}, orthonormal starts with overlaps of order $N^{{-1/2}}$", fontsize=9.5)
    return figure
