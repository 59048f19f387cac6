"""Distribution of the training margins at several norms, and the training error against the norm.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    series = dict(list(frame.groupby("series")))
    for n, (norm, theory) in enumerate(series["theory"].groupby("norm")):
        measured = series["measured"][series["measured"].norm == norm]
        colour = style.colour(n)
        left.plot(theory.margin, theory.value, color=colour)
        look = {"color": colour, "marker": style.marker(n), "linestyle": "", "elinewidth": 0.7, "markersize": 2.5}
        left.errorbar(measured.margin, measured.value, 3 * measured.error, label=rf"$\lambda={norm:g}$", **look)
    left.axvline(0, color=style.GREY, linewidth=0.7, zorder=0)
    left.set(xlabel=r"margin $\Delta$", ylabel="density over examples")
    left.legend()
    theory, measured = series["theory of training error"], series["training error"]
    right.plot(theory.norm, theory.value, color="black", linewidth=0.9)
    for n, one in enumerate(measured.sort_values("norm").itertuples()):
        look = {"color": style.colour(n), "marker": style.marker(n), "linestyle": ""}
        right.errorbar(one.norm, one.value, 3 * one.error, **look)
    right.set(xscale="log", xlabel=r"norm $\lambda$", ylabel="training error", ylim=(-0.03 * theory.value.max(), None))
    figure.suptitle(
        f"$\\alpha={parameters['alpha']:g}$, $N={parameters['N']}$, {parameters['samples']} samples; lines: theory",
        fontsize=9.5,
    )
    return figure
