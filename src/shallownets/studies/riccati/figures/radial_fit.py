"""Figure radial_fit: the risk before and after the radial fit of Phase II, and what the fit costs.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.3))
    left, right = figure.subplots(1, 2)
    N = parameters["N"]

    risk = dict(list(frame[frame.panel == "risk"].groupby("series")))
    before, best, after, predicted = (risk[name] for name in ("before", "best", "after", "predicted"))
    left.plot(before.t, before.value, color=style.COLOURS[1], marker="s", label=r"before: all weights $N^{-1/2}$")
    look = {"color": style.COLOURS[0], "marker": "o", "linestyle": "", "elinewidth": 0.8, "zorder": 3}
    left.errorbar(
        after.t, after.value, 3 * after.error, **look, label=f"after, ${parameters['samples']}\\,N^2$ samples"
    )
    left.plot(predicted.t, predicted.value, color=style.COLOURS[0], linewidth=0.9, label="after, predicted")
    left.plot(best.t, best.value, color="black", linestyle="--", label="best radial part")
    left.set(yscale="log", xlabel="time $t$ at which Phase I ends", ylabel="risk")
    left.set_title("Phase II along a run of SGD")
    left.legend(loc="lower left")
    left.set_ylim(bottom=best.value.min() / 3)

    excess = dict(list(frame[frame.panel == "excess"].groupby("series")))
    after, predicted = excess["after"], excess["predicted"]
    right.errorbar(after.samples / N**2, after.value, 3 * after.error, **look, label="measured")
    right.plot(predicted.samples / N**2, predicted.value, color=style.COLOURS[0], linewidth=0.9, label="first order")
    unknowns = N * (N + 1) / 2
    higher = predicted.value / (1 - unknowns / predicted.samples)
    right.plot(
        predicted.samples / N**2,
        higher,
        color=style.COLOURS[0],
        linewidth=0.9,
        linestyle="--",
        label=r"$\times\,1/(1-N(N+1)/(2n'))$",
    )
    right.set(
        xscale="log", yscale="log", xlabel="samples of the fit $n'/N^2$", ylabel="risk above the best radial part"
    )
    ticks = [round(value) for value in predicted.samples / N**2]
    right.set_xticks(ticks, [str(tick) for tick in ticks])
    right.minorticks_off()
    right.set_title(f"at the end, $t={predicted.t.iloc[0]:g}$")
    right.legend(loc="upper right")
    head = f"$\\beta={parameters['beta']:g}$, $M_*={parameters['M_star']}$, $N={N}$, $d={parameters['d']}$"
    figure.suptitle(f"{head}, $\\eta d={parameters['eta_d']:g}$", fontsize=9.5)
    return figure
