"""Networks: the exponent that both laws predict beside the measured one, published and own.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_STARS = {"1 % training error": "1 % training", "least test error": "least test"}
_NORMS = {"bartlett": "Bartlett", "authors": "authors"}


def _name(row) -> str:
    if row.norm == "published":
        return f"{row.network}, {row.images}"
    return f"{row.network.upper()}, P from {row.smallest:g}: {_NORMS[row.norm]}, {_STARS[row.star]}"


def shows(frame: pd.DataFrame, row: dict) -> bool:
    """Whether the figure shows a row that a note concerns; how exponents change along a curve is in the table alone."""
    return row.get("quantity") not in ("g1, end less beginning", "g2, end less beginning", "product less measured")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 0.9 + 0.24 * len(frame)))
    axes = figure.subplots()
    for place, row in enumerate(frame.itertuples()):
        look: style.Look = {"linestyle": "", "elinewidth": 0.9, "zorder": 3}
        first = place == 0
        axes.errorbar(
            row.predicted,
            place - 0.12,
            xerr=3 * row.predicted_error,
            color=style.COLOURS[0],
            marker="o",
            label=r"predicted, $\gamma_1\gamma_2$" if first else None,
            **look,
        )
        axes.errorbar(
            row.measured,
            place + 0.12,
            xerr=3 * row.measured_error,
            color=style.COLOURS[1],
            marker="s",
            label="measured" if first else None,
            **look,
        )
        exponents = rf"$\gamma_1={row.g1:.3g}$, $\gamma_2={row.g2:.3g}$"
        axes.annotate(exponents, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=7)
    published = (frame.norm == "published").sum()
    axes.axhline(published - 0.5, color=style.GREY, linewidth=0.7)
    axes.text(0.99, published - 0.65, "published", transform=axes.get_yaxis_transform(), ha="right", fontsize=7)
    if len(frame) > published:
        axes.text(0.99, published - 0.05, "ours", transform=axes.get_yaxis_transform(), ha="right", fontsize=7)
    axes.set_yticks(range(len(frame)), [_name(row) for row in frame.itertuples()], fontsize=7)
    axes.set(xlabel="exponent of the test error in the examples", ylim=(len(frame) - 0.5, -0.5))
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return figure
