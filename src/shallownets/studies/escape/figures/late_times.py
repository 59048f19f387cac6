"""Figure late_times: the last part of learning, exponential for p = p* and algebraic for p > p*.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from shallownets.drawing import style

_LOOKS: dict[str, style.Look] = {
    "gradient flow": {"linewidth": 2.0, "alpha": 0.45},
    "spectral ODE": {"linewidth": 1.0, "linestyle": (0, (5, 1.5))},
}
_MARKED = 18  # markers of the chain on a curve


def _curves(axes: Axes, frame: pd.DataFrame, scale, least: float, everywhere: float) -> None:
    """Every engine's risk against t times scale(p), and its law where it stands below ``everywhere``."""
    for number, ((p, p_star), curves) in enumerate(frame.groupby(["p", "p_star"])):
        colour = style.colour(number)
        axes.plot([], [], color=colour, label=f"${p},{p_star}$")
        for engine, curve in curves.groupby("engine"):
            curve = curve[curve.risk > least]
            x = curve.t * scale(p)
            if engine == "chain":
                every = max(len(curve) // _MARKED, 1)
                axes.plot(x[::every], curve.risk[::every], "o", markerfacecolor="white", color=colour, zorder=3)
                continue
            axes.plot(x, curve.risk, color=colour, **_LOOKS[engine])
            law = (curve.law > least) & (curve.law < everywhere)
            axes.plot(x[law], curve.law[law], color="black", linewidth=0.7, linestyle=(0, (1, 1.5)), zorder=4)


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.1))
    left, right = figure.subplots(1, 2)
    least = parameters["window"][0]
    equal = frame.p == frame.p_star
    _curves(left, frame[equal], lambda p: 8 / p**2, least, 1e-2)
    left.set(yscale="log", ylim=(least, 3), xlabel=r"time $8\,\eta\alpha/p^2$", ylabel=r"risk $\mathcal{L}$")
    left.set_title("$p=p^*$: exponential")
    wide = frame[~equal]
    _curves(right, wide, lambda p: 1 / p, 0.0, 1e-3)
    low = wide.risk.min() / 2
    right.set(xscale="log", yscale="log", xlabel=r"time $\eta\alpha/p$")
    right.set(xlim=(1, 1.2 * (wide.t / wide.p).max()), ylim=(low, 3))
    right.set_title(r"$p>p^*$: $\alpha^{-2}$")
    for axes, place in ((left, "upper right"), (right, "lower left")):
        axes.legend(loc=place, title="$p,p^*$", handlelength=1.2)
    hat = f"$\\eta/p={parameters['eta_hat']:g}$"
    keys = [
        Line2D([], [], color="black", label=r"gradient flow, $\eta\to0$", **_LOOKS["gradient flow"]),
        Line2D([], [], color="black", label=f"ODE, {hat}", **_LOOKS["spectral ODE"]),
        Line2D([], [], color="black", linestyle="", marker="o", markerfacecolor="white", label=f"SGD, chain, {hat}"),
        Line2D([], [], color="black", linewidth=0.7, linestyle=(0, (1, 1.5)), label="law"),
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=4, handlelength=2.2)
    figure.suptitle(
        f"one start with $Q=I$ at $N={parameters['N']}$ for each $p,p^*$; SGD: mean of {parameters['replicates']} runs",
        fontsize=9.5,
    )
    return figure
