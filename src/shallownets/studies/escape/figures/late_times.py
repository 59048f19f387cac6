"""Figure late_times: the last part of learning, exponential for p = p* and algebraic for p > p*.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import numpy as np
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
_CHAIN: style.Look = {"marker": "x", "linestyle": "", "zorder": 3}
_SPREAD = 7  # markers of the ODE on a curve, which tell the widths


def _looks(number: int) -> dict[str, style.Look]:
    """How both limits are drawn, with the colour and the marker of a pair of widths."""
    own: style.Look = {"color": style.colour(number), "marker": style.marker(number)}
    ode = {"markerfacecolor": "white", "markersize": 4}
    return {
        engine: look | own | (ode if engine == "spectral ODE" else {"markersize": 5}) for engine, look in _LOOKS.items()
    }


def _apart(x: pd.Series, scale: str) -> list[int]:
    """Places of a few points of a curve, spread over its axis."""
    along = np.log(np.maximum(x, 1.0)) if scale == "log" else x
    return sorted(
        {int(np.argmin(np.abs(along - at))) for at in np.linspace(along.min(), along.max(), _SPREAD + 2)[1:-1]}
    )


def _curves(axes: Axes, frame: pd.DataFrame, scale, least: float, everywhere: float) -> None:
    """Every engine's risk against t times scale(p), and its law where it stands below ``everywhere``."""
    for number, ((p, p_star), curves) in enumerate(frame.groupby(["p", "p_star"])):
        looks = _looks(number)
        axes.plot([], [], **looks["spectral ODE"], label=f"${p},{p_star}$")
        for engine, curve in curves.groupby("engine"):
            curve = curve[curve.risk > least]
            x = curve.t * scale(p)
            if engine == "chain":
                every = max(len(curve) // _MARKED, 1)
                axes.plot(x[::every], curve.risk[::every], color=style.colour(number), **_CHAIN)
                continue
            axes.plot(x, curve.risk, **looks[engine], markevery=_apart(x, axes.get_xscale()))
            law = (curve.law > least) & (curve.law < everywhere)
            axes.plot(x[law], curve.law[law], color="black", linewidth=0.7, linestyle=(0, (1, 1.5)), zorder=4)


def _over_law(axes: Axes, frame: pd.DataFrame) -> None:
    """Every engine's risk over the algebraic law against t/p: 1 at late times."""
    laws = frame[frame.engine != "chain"]
    for number, ((p, p_star), curves) in enumerate(frame.groupby(["p", "p_star"])):
        looks = _looks(number)
        axes.plot([], [], **looks["spectral ODE"], label=f"${p},{p_star}$")
        for engine, curve in curves.groupby("engine"):
            same = laws[(laws.p == p) & (laws.p_star == p_star) & (laws.eta_hat == curve.eta_hat.iloc[0])]
            if same.empty:
                continue  # the limits are at other widths
            over = curve.risk * curve.t**2 / (same.law * same.t**2).iloc[-1]
            if engine == "chain":
                every = max(len(curve) // _MARKED, 1)
                axes.plot(curve.t[::every] / p, over[::every], color=style.colour(number), **_CHAIN)
            else:
                axes.plot(curve.t / p, over, **looks[engine], markevery=_apart(curve.t / p, axes.get_xscale()))
    axes.axhline(1, color="black", linewidth=0.7, linestyle=(0, (1, 1.5)), zorder=4)


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
    right.set(xscale="log", yscale="log")
    _over_law(right, wide)
    right.set(xlabel=r"time $\eta\alpha/p$", ylabel=r"risk / its law $\propto\alpha^{-2}$")
    right.set(xlim=(1, 1.2 * (wide.t / wide.p).max()), ylim=(0.5, 200))
    right.set_title(r"$p>p^*$: $\alpha^{-2}$")
    for axes, place in ((left, "upper right"), (right, "upper right")):
        axes.legend(loc=place, title="$p,p^*$", handlelength=1.2)
    hat = f"$\\eta/p={parameters['eta_hat']:g}$"
    keys = [
        Line2D([], [], color="black", label=r"gradient flow, $\eta\to0$", **_LOOKS["gradient flow"]),
        Line2D([], [], color="black", label=f"ODE, {hat}", **_LOOKS["spectral ODE"]),
        Line2D([], [], color="black", **_CHAIN, label=f"SGD, chain, {hat}"),
        Line2D([], [], color="black", linewidth=0.7, linestyle=(0, (1, 1.5)), label="law"),
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=4, handlelength=2.2)
    figure.suptitle(
        f"one start with $Q=I$ at $N={parameters['N']}$ for each $p,p^*$; SGD: mean of {parameters['replicates']} runs",
        fontsize=9.5,
    )
    return figure
