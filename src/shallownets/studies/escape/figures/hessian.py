"""Spectra of the Hessian at the stationary points: eigenvalues and multiplicities, formula and brute force.

From: the tidy CSV of the figure, of which the first three sizes are shown.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from shallownets.drawing import style

_SIZES = 3
_POINTS = {
    "tabula rasa": "tabula rasa",
    "aligned orthogonally": "all aligned,\northogonal",
    "plateau": "plateau",
    "mixed": "one teacher,\none orthogonal",
    "aligned to a teacher": "all aligned\nto a teacher",
    "underparametrised minimum": "minimum, $p<p^*$",
    "solution": "solution",
}
_MISSING: style.Look = {"ha": "center", "va": "center", "fontsize": 7, "backgroundcolor": "white"}
_DOWN, _FLAT, _UP = style.COLOURS[1], style.GREY, style.COLOURS[0]


def _panel(axes: Axes, frame: pd.DataFrame, points: list[str]) -> None:
    """Levels of one size: a row for each point, rings by formula, dots as measured, with their multiplicity."""
    for height, point in enumerate(reversed(points)):
        rows = frame[frame.point == point]
        axes.axhline(height, color="#dddddd", linewidth=0.6, zorder=0)
        for n, level in enumerate(rows.itertuples()):
            colour = _FLAT if level.level == "zero" else _DOWN if level.eigenvalue < 0 else _UP
            look: style.Look = {"linestyle": "", "marker": "o", "color": colour}
            axes.plot(level.p * level.eigenvalue, height, **look, markersize=6.5, markerfacecolor="none")
            axes.plot(level.p * level.measured_eigenvalue, height, **look, markersize=2.5)
            counts = f"{level.measured_multiplicity:.0f}"
            if level.measured_multiplicity != level.multiplicity:
                counts += f"≠{level.multiplicity}"
            place = (level.p * level.measured_eigenvalue, height)
            # Above and below in turn: neighbours would overlap.
            away, side = (5, "bottom") if n % 2 else (-5, "top")
            words: style.Look = {
                "textcoords": "offset points",
                "ha": "center",
                "va": side,
                "fontsize": 7,
                "color": colour,
            }
            axes.annotate(counts, place, (0, away), **words)
        if rows.empty:
            axes.annotate("no such point", (0, height), **_MISSING)
    axes.axvline(0, color="#dddddd", linewidth=0.6, zorder=0)


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table; nothing in the table's header is needed."""
    sizes = [rows for _, rows in frame.groupby(["p", "p_star", "N"], sort=False)][:_SIZES]
    shown = pd.concat(sizes)
    points = [point for point in _POINTS if (shown.point == point).any()]
    figure = Figure(figsize=(style.PAGE, 0.8 + 0.5 * len(points)))
    panels = figure.subplots(1, len(sizes), sharex=True, sharey=True, squeeze=False)[0]
    for axes, rows in zip(panels, sizes, strict=True):
        _panel(axes, rows, points)
        p, p_star, N = rows[["p", "p_star", "N"]].iloc[0]
        axes.set(title=f"$p={p}$, $p^*={p_star}$, $N={N}$", xlabel=r"$p\,\times$ eigenvalue")
        axes.margins(x=0.1)
    panels[0].set_yticks(range(len(points)), [_POINTS[point] for point in reversed(points)])
    panels[0].set_ylim(-0.55, len(points) - 0.5)
    look: style.Look = {"linestyle": "", "marker": "o", "color": "black"}
    ring = Line2D([], [], **look, markersize=6.5, markerfacecolor="none", label="formula")
    dot = Line2D([], [], **look, markersize=2.5, label="brute force, with its multiplicity")
    figure.legend(handles=[ring, dot], loc="outside lower center", ncols=2)
    return figure
