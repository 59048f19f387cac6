"""The risk without labels' noise at vanishing weight decay, of both networks.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_STYLES = {"diagonal": "--", "quadratic": "-"}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    for n, (gamma, of_gamma) in enumerate(frame.groupby("gamma")):
        for model, line in _STYLES.items():
            here = of_gamma[of_gamma.model == model]
            label = rf"$\gamma={gamma:g}$" if model == "quadratic" else None
            axes.plot(here.N, here.risk, color=style.colour(n), linestyle=line, label=label)
        middle = here.N.iloc[len(here) // 2]
        law = here.risk.iloc[len(here) // 2] * (here.N / middle) ** (1 - 2 * gamma)
        axes.plot(here.N, law, color="black", linestyle=":", linewidth=1.1, zorder=3)
    for model, line in _STYLES.items():
        axes.plot([], [], color="black", linestyle=line, label=model)
    axes.plot([], [], color="black", linestyle=":", linewidth=1.1, label=r"$n_\mathrm{eff}^{1-2\gamma}$")
    axes.set(xscale="log", yscale="log", xlabel=r"$n_\mathrm{eff}$", ylabel="risk without noise")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure
