"""Figure sample_complexity: samples to a given risk against the dimension and against the teacher's width.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shallownets.drawing import style


def _curves(axes: Axes, frame: pd.DataFrame, variable: str, colour: str, marker: str, step: str) -> None:
    """One step size's SGD and both flows, with SGD's exponent in the legend, as far as they are there."""
    frame = frame.sort_values(variable)
    sgd, finite, flow, slope = (frame[frame.series == name] for name in ("sgd", "finite step", "flow", "exponent"))
    label = f"SGD, $\\eta={step}$"
    if len(slope):
        label += f":\nexponent ${slope.value.iloc[0]:.2f}\\pm{3 * slope.error.iloc[0]:.2f}$"
    look: style.Look = {
        "color": colour,
        "marker": marker,
        "linestyle": "",
        "elinewidth": 0.8,
        "label": label,
        "zorder": 3,
    }
    axes.errorbar(sgd[variable], sgd.value, 3 * sgd.error, **look)
    axes.plot(finite[variable], finite.value, color=colour, linewidth=0.9)
    axes.plot(flow[variable], flow.value, color=colour, linewidth=0.9, linestyle="--")


def _guide(axes: Axes, frame: pd.DataFrame, exponent: float) -> None:
    """A power of M* above the points, from the first on, where two are there."""
    sgd = frame[frame.series == "sgd"].sort_values("M_star")
    if len(sgd) < 2:
        return
    x = sgd.M_star.to_numpy(float)
    y = 1.3 * sgd.value.iloc[0] * (x / x[0]) ** exponent
    axes.plot(x, y, color=style.GREY, linewidth=0.8, linestyle=":")
    power = "M_*" if exponent == 1 else f"M_*^{{{exponent:g}}}"
    axes.text(0.95 * x[-1], y[-1], f"$\\propto {power}$", color=style.GREY, ha="right", va="bottom")


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    figure = Figure(figsize=(style.PAGE, 3.4))
    left, right = figure.subplots(1, 2)

    heavy = frame[frame["tail"] == "heavy"]
    one = heavy.iloc[0]
    _curves(left, heavy, "d", style.COLOURS[0], "o", f"{one.kappa:g}/d")
    left.set(xscale="log", xlabel="dimension $d$", ylabel=r"samples$\,/\,d$", ylim=(0, None))
    left.set_title(rf"heavy tail, $\beta={one.beta:g}$, $M_*={one.M_star}$, $N={one.N}$: to $R={one.risk:g}$")
    left.legend(loc="upper left", title=r"a line: samples $\propto d\,\log d$")

    light = frame[frame["tail"] == "light"]
    one = light.iloc[0]
    looks = zip(sorted(light.gamma.unique(), reverse=True), style.COLOURS[1:], "sD^vP*X", strict=False)
    for gamma, colour, marker in looks:
        chosen = light[light.gamma == gamma]
        _curves(right, chosen, "M_star", colour, marker, f"{chosen.kappa.iloc[0]:g}/(d M_*^{{{gamma:g}}})")
        _guide(right, chosen, gamma + 0.5)
    right.set(xscale="log", yscale="log", xlabel="teacher width $M_*$", ylabel=r"samples$\,/\,d$")
    share = f"$N={one.N / one.M_star:g}\\,M_*$, $d={one.d / one.M_star:g}\\,M_*$"
    right.set_title(rf"light tail, $\beta={one.beta:g}$, {share}: to $R={one.risk:g}$")
    ticks = sorted(light.M_star.unique())
    right.set_xticks(ticks, [str(tick) for tick in ticks])
    right.minorticks_off()
    right.legend(loc="lower right")
    figure.suptitle("points: SGD; lines: flow at finite step; dashed: exact flow", fontsize=9.5)
    return figure
