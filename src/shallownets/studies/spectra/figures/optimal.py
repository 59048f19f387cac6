"""Risk at the best weight decay, the best decay itself, and what Bayes and pruning make of it.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_STYLES = {"diagonal": "--", "quadratic": "-"}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 5.2))
    first, second, third, fourth = figure.subplots(2, 2).ravel()
    for n, (gamma, of_gamma) in enumerate(frame.groupby("gamma")):
        color = style.colour(n)
        for model, line in _STYLES.items():
            here = of_gamma[of_gamma.model == model]
            label = rf"$\gamma={gamma:g}$" if model == "quadratic" else None
            first.plot(here.N, here.risk, color=color, linestyle=line, label=label)
            second.plot(here.N, here.scaled, color=color, linestyle=line)
        quadratic = of_gamma[of_gamma.model == "quadratic"]
        third.plot(quadratic.N, quadratic.risk / quadratic.bayes, color=color)
        third.plot(quadratic.N, quadratic.pruned / quadratic.risk, color=color, linestyle=":")
        fourth.plot(quadratic.N, quadratic.ratio, color=color)
    fourth.axhline(2, color=style.GREY, linewidth=0.8, label="edge of the bulk")
    for model, line in _STYLES.items():
        second.plot([], [], color="black", linestyle=line, label=model)
    third.plot([], [], color="black", label="best over Bayes")
    third.plot([], [], color="black", linestyle=":", label="pruned over best")
    first.set(xscale="log", yscale="log", xlabel=r"$n_\mathrm{eff}$", ylabel="risk at the best decay")
    second.set(
        xscale="log", xlabel=r"$n_\mathrm{eff}$", ylabel=r"best $\lambda/\sqrt{n_\mathrm{eff}/d}$", ylim=(0, None)
    )
    third.set(xscale="log", yscale="log", xlabel="$n/d$", ylabel="ratio of risks")
    third.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    fourth.set(xscale="log", xlabel="$n/d$", ylabel=r"best threshold $\theta/\delta$", ylim=(None, 2.1))
    for axes in (first, second, third, fourth):
        axes.legend(fontsize=6.5)
    return figure
