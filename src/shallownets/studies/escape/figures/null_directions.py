"""Null directions at a solution: how many are tangent to the manifold of solutions, and the risk along each kind.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_KINDS = {
    "positive": ("positive", "s", 1),
    "extra, straight": ("extra", "o", 0),
    "extra, relaxed": ("extra, all else follows", "D", 5),
    "tangent, straight": ("tangent, straight line", "^", 2),
    "tangent, curved": ("tangent, along the manifold", "v", 3),
}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    counts = dict(list(frame[frame.panel == "counts"].groupby("kind")))
    laws = frame[(frame.panel == "laws") & (frame.direction == 0)]
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.25])

    look = {"linestyle": "", "markerfacecolor": "white"}
    for kind, marker, colour in (("all null", "o", style.COLOURS[0]), ("tangent", "^", style.COLOURS[2])):
        left.plot(counts[f"{kind}, formula"].x, counts[f"{kind}, formula"].y, color=colour)
        left.plot(counts[kind].x, counts[kind].y, marker=marker, color=colour, **look, label=kind)
    low, high = counts["tangent, formula"], counts["all null, formula"]
    left.fill_between(low.x, low.y, high.y, color=style.COLOURS[0], alpha=0.12, linewidth=0)
    left.plot([], [], color=style.COLOURS[0], alpha=0.25, linewidth=5, label="extra: $(p-p^*)(N-p^*)$")
    sizes = f"$p^*={parameters['p_star']}$, $N={parameters['N']}$"
    left.set(xlabel="student width $p$", ylabel="null directions at a solution", title=sizes, ylim=(0, None))
    left.legend(loc="upper left")

    for n, (kind, (label, marker, colour)) in enumerate(_KINDS.items()):
        rows = laws[laws.kind == kind]
        power = int(rows.power.iloc[0])
        if power:
            # The law through the last point: whatever leaves it has another exponent.
            line = rows.y.iloc[-1] * (rows.x / rows.x.iloc[-1]) ** power
            right.plot(rows.x, line, color=style.colour(colour), zorder=0)
            label += f", $\\propto$ step$^{power}$"
        if not power:
            largest = f"{label}: below $10^{{{np.ceil(np.log10(max(rows.y.max(), 1e-99))):.0f}}}$, rounding"
            right.plot([], [], linestyle="", label=largest)
            continue
        # Markers in turn: the quartic laws are within a factor of three of each other.
        right.plot(rows.x, rows.y, marker=marker, color=style.colour(colour), markevery=(n % 3, 3), **look, label=label)
    right.set(xscale="log", yscale="log", xlabel=r"step of $W/\sqrt{N}$", ylabel=r"risk $\mathcal{L}$")
    right.set_ylim(laws.y[laws.power > 0].min() / 10, 1e9 * laws.y.max())
    right.set_title(f"$p={parameters['p']}$, {sizes}, one direction of each kind", fontsize=9)
    right.legend(loc="upper left", handletextpad=0.4)
    return figure
