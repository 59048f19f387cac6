"""Risk against samples at three weight decays: theory at the same size, and trained networks.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style, ticks

_LABELS = {"weak": r"$\lambda=1/d$", "one": r"$\lambda=1$", "strong": r"$\lambda=\sqrt{d}$"}
_GUIDED = 12  # points of a curve beside which its power law is drawn
_SAMPLES = {"diagonal": "$n$", "quadratic": "$n/d$"}


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    both = figure.subplots(1, 2, sharey=True)
    for axes, (model, samples) in zip(both, _SAMPLES.items(), strict=True):
        here = frame[frame.model == model]
        for n, (name, label) in enumerate(_LABELS.items()):
            theory = here[(here.decay == name) & (here.series == "theory")]
            trained = here[(here.decay == name) & (here.series == "trained")]
            axes.plot(theory.N, theory.risk, color=style.colour(n), label=label)
            bars = [trained.risk - trained.low, trained.high - trained.risk]
            axes.errorbar(trained.N, trained.risk, bars, color=style.colour(n), marker=style.marker(n), linestyle="")
        falling = here[(here.decay == "strong") & (here.series == "theory")].nlargest(_GUIDED, "N")
        guide = 1.5 * falling.risk.min() * (falling.N / falling.N.max()) ** (1 / parameters["gamma"] - 2)
        axes.plot(falling.N, guide, color="black", linestyle=":", linewidth=1.1)
        axes.set(xscale="log", yscale="log", title=model, xlabel=samples)
        ticks.spread(axes.xaxis)
    ticks.spread(both[0].yaxis)
    both[0].set_ylabel("risk $R$")
    both[1].plot([], [], color="black", label="state evolution")
    both[1].plot([], [], color="black", marker="o", linestyle="", label="trained")
    both[1].plot([], [], color="black", linestyle=":", linewidth=1.1, label=r"$n^{-2+1/\gamma}$")
    both[1].legend(loc="lower left")
    figure.suptitle(rf"$\gamma={parameters['gamma']:g}$", fontsize=9.5)
    return figure
