"""How heavy the spectrum's tail looks, and the risk, against weight decay over the best, by theory and trained.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    gammas = sorted(frame.gamma.unique())
    figure = Figure(figsize=(style.PAGE, 3.9))
    panels = figure.subplots(2, len(gammas), sharex=True, sharey="row", squeeze=False)
    for (upper, lower), gamma in zip(panels.T, gammas, strict=True):
        of = frame[frame.gamma == gamma]
        for n, (N, here) in enumerate(of[of.series == "law"].groupby("N")):
            look: style.Look = {
                "color": style.colour(n),
                "marker": style.marker(n),
                "markevery": 4,
                "label": f"$n/d={N:g}$",
            }
            upper.plot(here.scaled, here.hill, **look)
            lower.plot(here.scaled, here.risk / here.risk.min(), **look)
        sizes = f"$d={parameters['trained_d']}$, $n/d={parameters['trained_N']:g}$"
        small, trained = of[of.series == "drawn"], of[of.series == "trained"]
        for axes, name, unit in ((upper, "hill", 1.0), (lower, "risk", small.risk.min())) if len(trained) else ():
            axes.plot(small.scaled, small[name] / unit, color="black", linestyle="--", label=f"theory, {sizes}")
            at = trained[name] / unit
            bars = [at - trained[f"{name}_low"] / unit, trained[f"{name}_high"] / unit - at]
            axes.errorbar(trained.scaled, at, bars, color="black", marker="o", linestyle="", label=f"trained, {sizes}")
        upper.axhline(1 + 1 / gamma, color="black", linestyle=":", label=r"$1+1/\gamma$")
        upper.set_title(rf"$\gamma={gamma:g}$")
        lower.set(xscale="log", yscale="log", xlabel="weight decay over the best")
        for axes in (upper, lower):
            axes.axvline(1, color=style.GREY, linewidth=0.7, zorder=0)
        lower.set_yticks([1, 2, 3, 5], ["1", "2", "3", "5"])
        lower.tick_params(axis="y", which="minor", labelleft=False)
    panels[0, 0].set_ylabel("Hill exponent of the density")
    panels[1, 0].set_ylabel("risk over the least")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure
