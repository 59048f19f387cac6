"""Norm learning: the student norms from different initial values, SGD over ODE, and their relaxation.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style

_SHOWN = 14  # markers on a curve


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    norms, modes = figure.subplots(1, 2)
    curves = dict(list(frame.groupby(["engine", "quantity"])))
    for i in range(parameters["p"]):
        colour = style.colour(i)
        ode, alone = (curves[engine, f"norm {i + 1}"] for engine in ("ODE", "eq. 9"))
        sgd = curves.get(("SGD", f"norm {i + 1}"), ode[:0])
        alone = alone[alone.t <= ode.t.max()]
        every = max(len(sgd) // _SHOWN, 1)
        sgd = sgd.iloc[::every]
        look = {"color": colour, "markerfacecolor": "white", "linestyle": "", "elinewidth": 0.8}
        norms.errorbar(sgd.t, sgd.value, sgd.sd, marker="os^D"[i % 4], **look)
        norms.plot(ode.t, ode.value, color=colour)
        norms.plot(alone.t, alone.value, color=colour, linestyle=(0, (2, 1.5)), linewidth=0.9)
    norms.axhline(parameters["norm"], color=style.GREY, linewidth=0.8, zorder=0)
    norms.set(xlabel=r"time $t=\hat\eta\alpha$", ylabel="student norms $Q_{ii}$", ylim=(0, None))
    norms.plot([], [], "o", color="black", markerfacecolor="white", label="SGD")
    norms.plot([], [], color="black", label="ODE")
    norms.plot([], [], color="black", linestyle=(0, (2, 1.5)), linewidth=0.9, label=r"eq. 9, $\eta\to0$")
    norms.plot([], [], color=style.GREY, linewidth=0.8, label="$p/(p+2)$")
    norms.legend(loc="upper right", ncols=2, title="colours: student vectors")
    norms.set_title("norms")

    labels = {
        "equal": ("norms, all equal at the start", "logistic function, rate 4"),
        "differences": ("differences of unequal norms", r"$\propto\exp(-8t/(p+2))$"),
    }
    looks = ((0, (1, 1)), (0, (4, 1.5)))
    for n, (name, (label, law)) in enumerate(labels.items()):
        curve, theory = curves["eq. 9", name], curves["theory", name]
        modes.plot(curve.t, curve.value, color=("#999999", "#cccccc")[n], linewidth=3.0, label=label)
        modes.plot(theory.t, theory.value, color="black", linestyle=looks[n], linewidth=0.9, label=law)
    modes.set(xlabel=r"time $t=\hat\eta\alpha$", ylabel="relative deviation", yscale="log", ylim=(1e-6, 10))
    modes.set_title("relaxation by eq. 9")
    modes.legend(loc="upper right")
    p, p_star, N = parameters["p"], parameters["p_star"], parameters["N"]
    runs = rf"SGD: $N={N}$, {parameters['replicates']} runs, bars: 1 s.d."
    figure.suptitle(rf"$p={p}$, $p^*={p_star}$, $\hat\eta={parameters['eta_hat']:g}$; {runs}", fontsize=9)
    return figure
