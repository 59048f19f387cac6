"""Figure stationary_map: risk against index of every stationary point, and a trajectory that passes several of them.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

from math import log10

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style


def _map(axes: Axes, points: pd.DataFrame) -> None:
    """Formula as hollow markers, one kind for each k_t, brute force as dots in them."""
    p, p_star, N = (int(points[name].iloc[0]) for name in ("p", "p_star", "N"))
    for k_t, group in points.groupby("k_t"):
        look: style.Look = {"marker": style.marker(int(k_t)), "color": style.colour(int(k_t))}
        look |= {"linestyle": "", "markersize": 6, "markerfacecolor": "none", "label": f"$k_t={int(k_t)}$"}
        axes.plot(group["index"] / (p * N), group.risk, **look)
    axes.plot(points.measured_index / (p * N), points.measured_risk, "k.", markersize=3)
    axes.set(xlabel="fraction of negative eigenvalues", title=f"$p={p}$, $p^*={p_star}$, $N={N}$")
    axes.set(xlim=(-0.04, 1.06), ylim=(-0.05, 1.08 * points.risk.max()))


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    maps = parameters["sizes"]
    figure = Figure(figsize=(style.PAGE, 3.0))
    panels = figure.subplots(1, len(maps) + 1)
    path, stops = frame[frame.kind == "path"], frame[frame.kind == "stop"]
    for axes, (p, p_star, N) in zip(panels[:-1], maps, strict=True):
        here = (frame.p == p) & (frame.p_star == p_star) & (frame.N == N) & (frame.kind == "point")
        _map(axes, frame[here])
        axes.legend(loc="lower right", handletextpad=0.1)
    first, stairs = panels[0], panels[-1]
    p, _, N = maps[0]  # of the path
    first.set_ylabel(r"risk $\mathcal{L}$")
    # the path starts with Q = 1, above the map
    first.plot(path.measured_index / (p * N), path.measured_risk, color=style.GREY, linewidth=0.9, zorder=0)
    first.plot(stops.measured_index / (p * N), stops.measured_risk, "*", color="black", markersize=7, zorder=4)

    stairs.plot(path.t, path.measured_risk, color=style.GREY)
    stairs.plot(stops.t, stops.measured_risk, "*", color="black", markersize=7)
    for stop in stops.itertuples():
        stairs.axhline(stop.risk, color=style.COLOURS[int(stop.k_t)], linewidth=0.8, linestyle="--", zorder=0)
        stairs.annotate(
            f"$({int(stop.k_t)},{int(stop.k_o)})$", (stop.t, stop.risk), (4, 4), textcoords="offset points", fontsize=8
        )
    stairs.set(xlabel=r"time $\eta\alpha$", ylabel=r"risk $\mathcal{L}$", ylim=first.get_ylim())
    stairs.set_title("path, stops $(k_t,k_o)$")
    stairs.set_xlim(0, path.t.max())
    values = ", ".join(f"10^{{{log10(value):.3g}}}" for value in parameters["values"])
    figure.suptitle(
        f"hollow: formula; dots: brute force; stars: where the gradient is least on a path from $s_r={values}$",
        fontsize=9.5,
    )
    return figure
