"""Figure not_orthogonal: which solution is reached from students that are not orthogonal at the start.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style

_CURVES = {
    "drift": (r"$|R(\infty)-R_0|$", "o", 0),
    "remainder": (r"$|R(\infty)-R_{\mathrm{pred}}|$", "^", 1),
    "lost selectivity": (r"lost selectivity", "s", 2),
    "excess distance": (r"relative excess of $d^2$", "D", 3),
}


def _panel(axes: Axes, frame: pd.DataFrame, x: str) -> None:
    """Every quantity: gradient flow filled, finite η hollow, lines for the predicted frame."""
    for name, (label, marker, number) in _CURVES.items():
        colour = style.colour(number)
        for finite, rows in frame[frame.quantity == name].groupby(frame.eta_hat > 0):
            look: style.Look = {"markerfacecolor": "white"} if finite else {"label": label}
            bars = [rows.estimate - rows.low.clip(lower=1e-12), rows.high - rows.estimate]
            axes.errorbar(rows[x], rows.estimate, bars, marker=marker, linestyle="", color=colour, zorder=3, **look)
        law = frame[(frame.quantity == f"predicted {name}") & (frame.eta_hat == 0)]
        axes.plot(law[x], law.estimate, color=colour, linewidth=1.0)
    axes.set(yscale="log")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.3))
    left, right = figure.subplots(1, 2)
    _panel(left, frame[frame.start == "Gaussian"], "N")
    left.set(xscale="log", xlabel="input dimension $N$", title="independent Gaussian students")
    equal = frame[(frame.start == "equal overlaps") & (frame.overlap > 0)]
    _panel(right, equal, "overlap")
    right.set(xlabel=r"overlap of the students, $Q_{i\neq j}(0)$", xlim=(0, 1))
    right.set_title(f"equal overlaps, $M_0$ of order $N^{{-1/2}}$, $N={parameters['N']}$")
    left.set_ylabel(f"mean of {parameters['starts']} starts")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    p, p_star = parameters["widths"]
    figure.suptitle(
        f"$p={p}$, $p^*={p_star}$; filled: gradient flow, hollow: "
        f"$\\eta/p={parameters['eta_hat']:g}$, lines: predicted frame",
        fontsize=9.5,
    )
    return figure
