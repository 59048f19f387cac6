"""Figure 1: every order parameter and the population risk against time, SGD at two N beside the ODE.

From: the tidy CSV of the figure, and nothing else.
Makes: the figure, PDF and PNG.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from shallownets.drawing import style
from shallownets.drawing.labels import whole

_DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (4, 1, 1, 1)))
# Markers tell the teachers' vectors, as dashes do: open, full, half and half.
_HALF: style.Look = {"markerfacecoloralt": "white"}
_FILLS: tuple[style.Look, ...] = (
    {"markerfacecolor": "white"},
    {},
    _HALF | {"fillstyle": "left"},
    _HALF | {"fillstyle": "bottom"},
)
_DOTTED = 4  # every how many recorded times of the chain are shown
_MARKED = 14  # SGD markers on a curve, spread so that the curve below stays visible
_LINE: style.Look = {"marker": ""}
_POINTS: style.Look = {"linestyle": ""}


def _look(colour: int, dashes: int, marker: int, fill: int = 0) -> style.Look:
    """Colour, line and marker of a curve by their places in the lists; lists start over at their end."""
    return {
        "color": style.colour(colour),
        "linestyle": _DASHES[dashes % len(_DASHES)],
        "marker": style.marker(marker),
    } | _FILLS[fill % len(_FILLS)]


def _dots(look: style.Look) -> style.Look:
    """The chain at the other N, without bars: at a large one they are thinner than the line."""
    return {"linestyle": "", "marker": ".", "markersize": 4, "color": look["color"]}


def _curve(axes: Axes, frame: pd.DataFrame, look: style.Look, shift: int) -> None:
    """One order parameter: the ODE as a line, SGD as markers with one standard deviation as bars, the chain as dots."""
    ode, sgd = frame[frame.engine == "ODE"], frame[frame.engine == "SGD"]
    axes.plot(ode.alpha, ode["mean"], **look | _LINE)
    chain = frame[frame.engine == "chain"]
    axes.plot(chain.alpha[::_DOTTED], chain["mean"][::_DOTTED], **_dots(look))
    every = max(len(sgd) // _MARKED, 1)
    sgd = sgd.iloc[shift % every :: every]
    axes.errorbar(sgd.alpha, sgd["mean"], sgd.sd, **look | _POINTS, markeredgewidth=0.8, elinewidth=0.8)


def _deviations(axes: Axes, frame: pd.DataFrame, engine: str) -> None:
    """Every order parameter's mean over the runs less the ODE, in its standard errors; at time 0 all are the ODE's."""
    columns = ["quantity", "i", "j", "alpha"]
    runs, ode = (
        frame[(frame.engine == name) & (frame.quantity != "risk") & (frame.alpha > 0)].set_index(columns)
        for name in (engine, "ODE")
    )
    runs = runs[(runs.sd > 0) & (runs.replicates > 1)]
    gap = (runs["mean"] - ode["mean"]).reindex(runs.index) / (runs.sd / runs.replicates**0.5)
    for (quantity, _, _), curve in gap.groupby(level=[0, 1, 2]):
        look: style.Look = {"linestyle": "-" if quantity == "M" else "--", "color": "black", "linewidth": 0.5}
        axes.plot(curve.index.get_level_values("alpha"), curve, **look, alpha=0.6)
    axes.axhspan(-3, 3, color=style.GREY, alpha=0.2, linewidth=0)


def _key(look: style.Look, label: str) -> Line2D:
    return Line2D([], [], **look, label=label)


def draw(frame: pd.DataFrame, parameters: dict) -> Figure:
    """The figure from its table and the parameters in the table's header."""
    p, p_star = parameters["p"], parameters["p_star"]
    replicates, on_weights, diverged = (parameters[name] for name in ("replicates", "on_weights", "diverged"))
    figure = Figure(figsize=(style.PAGE, 6.4))
    (teachers, norms), (students, risks), deviations = figure.subplots(3, 2, sharex=True, height_ratios=[1, 1, 0.6])
    curves = dict(list(frame.groupby(["quantity", "i", "j"])))
    time = r"time $\alpha$ = samples / $N$"

    overlaps = {(i, r): _look(i, r, i, r) for i in range(p) for r in range(p_star)}
    for shift, ((i, r), look) in enumerate(overlaps.items()):
        _curve(teachers, curves["M", i + 1, r + 1], look, shift)
    by_student = [_key(_look(i, 0, i), f"$i={i + 1}$") for i in range(p)]
    by_teacher = [_key(_look(0, r, 0, r) | {"color": "black"}, f"$r={r + 1}$") for r in range(p_star)]
    teachers.legend(handles=by_student + by_teacher, ncols=2, loc="upper left", handlelength=2.4)
    teachers.set(title="student–teacher overlaps", ylabel="$M_{ir}$")

    for i in range(p):
        _curve(norms, curves["Q", i + 1, i + 1], _look(i, 0, i), i)
    norms.legend(handles=by_student, ncols=2, loc="upper left", handlelength=1.8)
    norms.set(title="student norms", ylabel="$Q_{ii}$")

    pairs = [(i, j) for i in range(p) for j in range(i + 1, p)]
    looks = [_look(n, n // len(style.COLOURS), n) for n in range(len(pairs))]
    for n, (i, j) in enumerate(pairs):
        _curve(students, curves["Q", i + 1, j + 1], looks[n], n)
    if pairs:
        keys = [_key(look, f"${i + 1},{j + 1}$") for look, (i, j) in zip(looks, pairs, strict=True)]
        students.legend(handles=keys, ncols=3, loc="upper left", handlelength=1.4, title="$i,j$")
    students.set(title="student–student overlaps", ylabel="$Q_{ij}$")

    look = _look(0, 0, 0)
    risk = curves["risk", 0, 0]
    _curve(risks, risk, look, 0)
    plateau = risk[risk.engine == "theory"]
    risks.plot(plateau.alpha, plateau["mean"], color=style.GREY, linestyle="--", zorder=0)
    corner = (plateau.alpha.max(), plateau["mean"].iloc[0])
    label = "plateau $1/p^* + 1/(p+2)$"
    risks.annotate(label, corner, (0, 3), textcoords="offset points", ha="right", color="#555555", fontsize=8)
    engines = [
        _key(look | _LINE, r"ODE, $N\to\infty$"),
        _key(look | _POINTS, f"SGD, mean and s.d. of {replicates}"),
        _key(_dots(look), f"SGD, chain, $N={whole(parameters['chain_N'])}$, mean of {parameters['chain_replicates']}"),
    ]
    risks.legend(handles=engines, loc="lower left")
    risks.set(title="population risk", ylabel=r"$\mathcal{L}$", ylim=(0, None))

    for axes, engine, size in zip(deviations, ("SGD", "chain"), ("N", "chain_N"), strict=True):
        _deviations(axes, frame, engine)
        axes.set(
            title=f"mean of SGD less ODE, $N={whole(parameters[size])}$",
            ylim=(-8, 8),
            xlabel=time,
            ylabel="standard errors",
        )

    end = frame.alpha.max()  # with room for a marker to either side
    for axes in (teachers, norms, students, risks):
        low, high = axes.get_ylim()
        axes.set(ylim=(low, high + 0.05 * (high - low)), xlim=(-0.015 * end, 1.015 * end))
    sizes = f"$p={p}$, $p^*={p_star}$, $N={parameters['N']}$, $\\eta={parameters['eta']:g}$"
    note = f", {diverged} diverged" if diverged else ""
    lost = parameters["chain_diverged"]
    note += f", {lost} of the chain diverged" if lost else ""
    figure.suptitle(f"{sizes}: one start, {replicates} runs of SGD, {on_weights} on weights{note}", fontsize=9.5)
    return figure
