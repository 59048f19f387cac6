"""Figure convergence: deviation of SGD from the ODE and late drift of R against N.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_CURVES = {
    "deviation from the ODE": r"$M$, $Q$: deviation from the ODE",
    "late drift of R": r"$R(\alpha_{\max})-R(0)$",
    "root of the excess distance": r"(relative excess of $d^2$)$^{1/2}$",
}
_WEIGHTS: style.Look = {"markerfacecolor": "white", "linestyle": "", "capsize": 2, "zorder": 4}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 3.4))
    axes = figure.subplots()
    for number, (quantity, label) in enumerate(_CURVES.items()):
        curve = frame[frame.quantity == quantity]
        sgd, weights, line, slope = (curve[curve.kind == kind] for kind in ("chain", "direct", "theory", "exponent"))
        for one in slope.itertuples():
            label += f"\nexponent ${one.estimate:.3f} \\pm {one.high - one.estimate:.3f}$"
        colour = style.colour(number)
        # the first two nearly coincide
        look: style.Look = {"color": colour, "marker": "osD"[number], "markersize": (5, 3, 4)[number]}
        axes.errorbar(
            sgd.N,
            sgd.estimate,
            [sgd.estimate - sgd.low, sgd.high - sgd.estimate],
            **look,
            linestyle="",
            capsize=2,
            zorder=3,
            label=label,
        )
        bars = [weights.estimate - weights.low, weights.high - weights.estimate]
        axes.errorbar(weights.N, weights.estimate, bars, **_WEIGHTS | look)
        axes.plot(line.N, line.estimate, color=colour, linewidth=0.9)
    axes.set(xscale="log", yscale="log", xlabel="input dimension $N$", ylabel="root mean square")
    axes.legend(loc="lower left", title="lines: $N^{-1/2}$; hollow: SGD on weights", fontsize=7, title_fontsize=7)
    axes.set_ylim(bottom=frame.estimate[frame.kind == "chain"].min() / 60)
    head = f"$p={parameters['p']}$, $p^*={parameters['p_star']}$, $\\eta={parameters['eta']:g}$"
    axes.set_title(f"SGD from one start, {head}")
    return figure
