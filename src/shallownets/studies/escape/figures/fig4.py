"""Figure 4: every element of R = M (M^T M)^(-1/2) against time, ODE and SGD at several sizes from the same overlaps.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.figure import Figure

from shallownets.drawing import style
from shallownets.drawing.labels import whole


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    sizes = [engine for engine in frame.engine.unique() if not engine.startswith("ODE")]
    figure = Figure(figsize=(style.PAGE, 2.9))
    panels = figure.subplots(1, len(sizes), sharey=True, squeeze=False)[0]
    dashes = ("-", (0, (3, 1.5)), (0, (1, 1)))
    marked = {"markersize": 3, "markerfacecolor": "white", "markeredgewidth": 0.7}
    for axes, size in zip(panels, sizes, strict=True):
        name, small = size.split(", ")[1], ", ".join(["", *size.split(", ")[2:]])
        for engine, look in ((size, {"linewidth": 1.0}), (f"ODE{small}", {"linewidth": 0.7, "color": "black"})):
            for (i, r), curve in frame[frame.engine == engine].groupby(["i", "r"]):
                colour: style.Look = {"color": style.COLOURS[(i - 1) % 6]} | look
                if engine == size:  # a few markers, at other times for each curve
                    every, shift = max(len(curve) // 6, 1), (2 * i + r) % max(len(curve) // 6, 1)
                    colour |= {"marker": style.marker(i - 1), "markevery": (shift, every)} | marked
                style_of = dashes[(r - 1) % 3]
                label = f"${i},{r}$" if engine == size else ""
                axes.plot(curve.alpha, curve.value, linestyle=style_of, label=label, **colour)
        N = whole(int(name.removeprefix("N = ")))
        axes.set_title(f"$N={N}$" + (", $M_0\\sim N^{-1/2}$" if small else ""), fontsize=8.5)
        axes.set_xlabel(r"time $\alpha$ = samples / $N$")
        axes.set_xlim(0, frame.alpha.max())
    panels[0].set_ylabel("$R_{ir}$")
    handles, labels = panels[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper", title="$i,r$")
    head = f"$p={parameters['p']}$, $p^*={parameters['p_star']}$, $\\eta={parameters['eta']:g}$"
    figure.suptitle(f"{head}: one run of SGD (markers) over the ODE (black, constant)", fontsize=9.5)
    return figure
