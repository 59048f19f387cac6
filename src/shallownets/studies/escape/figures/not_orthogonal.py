"""Figure not_orthogonal: which solution is reached from students that are not orthogonal at the start.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style
from shallownets.drawing.labels import whole

_CURVES = {
    "drift": (r"$|R(\infty)-R_0|$", "o", 0),
    "remainder": (r"$|R(\infty)-R_{\mathrm{pred}}|$", "^", 1),
    "lost selectivity": (r"lost selectivity", "s", 2),
    "excess distance": (r"relative excess of $d^2$", "D", 3),
}


_ROWS = {
    "distance of $R(\\infty)$": ("drift", "remainder"),
    "lost, or in excess": ("lost selectivity", "excess distance"),
}


def _panel(axes: Axes, frame: pd.DataFrame, x: str, names: tuple[str, ...]) -> None:
    """Some quantities: gradient flow filled, finite η hollow, lines for the predicted frame, dashed at finite η."""
    for name in names:
        label, marker, number = _CURVES[name]
        colour = style.colour(number)
        for finite, rows in frame[frame.quantity == name].groupby(frame.eta_hat > 0):
            look: style.Look = {"markerfacecolor": "white"} if finite else {"label": label}
            bars = [rows.estimate - rows.low.clip(lower=1e-12), rows.high - rows.estimate]
            axes.errorbar(rows[x], rows.estimate, bars, marker=marker, linestyle="", color=colour, zorder=3, **look)
        for finite, law in frame[frame.quantity == f"predicted {name}"].groupby(frame.eta_hat > 0):
            axes.plot(law[x], law.estimate, color=colour, linewidth=0.9, linestyle="--" if finite else "-")
    axes.set(yscale="log")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 4.6))
    panels = figure.subplots(2, 2, sharex="col")
    equal = frame[(frame.start == "equal overlaps") & (frame.overlap > 0)]
    for (left, right), (label, names) in zip(panels, _ROWS.items(), strict=True):
        _panel(left, frame[frame.start == "Gaussian"], "N", names)
        _panel(right, equal, "overlap", names)
        left.set(xscale="log", ylabel=label)
        for axes, place in ((left, "lower left"), (right, "lower right")):
            axes.legend(loc=place)
    panels[0, 0].set_title("independent Gaussian students")
    panels[0, 1].set_title(f"equal overlaps, $M_0$ of order $N^{{-1/2}}$, $N={whole(int(parameters['N']))}$")
    panels[1, 0].set_xlabel("input dimension $N$")
    panels[1, 1].set(xlabel=r"overlap of the students, $Q_{i\neq j}(0)$", xlim=(0, 1))
    p, p_star = parameters["widths"]
    figure.suptitle(
        f"$p={p}$, $p^*={p_star}$, means of {parameters['starts']} starts; filled, solid: gradient flow; "
        f"hollow, dashed: $\\eta/p={parameters['eta_hat']:g}$; lines: predicted frame",
        fontsize=9,
    )
    return figure
