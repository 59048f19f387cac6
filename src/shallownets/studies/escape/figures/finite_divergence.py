"""Share of the runs of SGD that diverge, against the learning rate, at several N.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    widths = list(frame.groupby(["p", "p_star"], sort=False))
    figure = Figure(figsize=(style.PAGE, 2.8))
    axes = figure.subplots(1, len(widths), sharey=True, squeeze=False)[0]
    for ax, ((p, p_star), panel) in zip(axes, widths, strict=True):
        for n, (N, part) in enumerate(panel.groupby("N")):
            look = {"color": style.colour(n), "marker": style.marker(n), "markerfacecolor": "white"}
            bars = [part.estimate - part.low, part.high - part.estimate]
            ax.errorbar(part.eta_hat, part.estimate, bars, **look, label=f"$N={N:g}$", elinewidth=0.7, linewidth=0.9)
        ax.axvline(panel.ode_limit.iloc[-1], color="black", label="ODE diverges from here")
        ax.axvline(panel.last_plateau.iloc[0], color="black", linestyle="--", label="no plateau from here")
        ax.axvline(panel.last_convergence.iloc[0], color="black", linestyle=":", label="solutions unstable from here")
        ax.set(xlabel=r"learning rate $\hat\eta=\eta/p$", ylim=(-0.02, 1.02))
        ax.set_title(f"$p={p}$, $p^*={p_star}$")
    axes[0].set_ylabel(rf"share diverged before $\hat\eta\alpha={parameters['t_max']:g}$")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    return figure
