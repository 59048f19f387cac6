"""Interactive plots of the report, each from the tidy CSV of a figure: values on hover, curves toggled in the legend.

``CHARTS`` names them: from the table and the parameters in its header to a plotly figure.
"""

from collections.abc import Iterable
from itertools import combinations

import pandas as pd
import plotly.graph_objects as go

from shallownets.drawing import interactive, style
from shallownets.drawing.interactive import number, once, panels

_ALPHA = "time α = samples / N"
_DASHES = ("solid", "dash", "dot", "dashdot")  # of the teacher's vectors
_OPEN = ("circle-open", "square-open", "diamond-open", "triangle-up-open")


def _painted(names: Iterable[str]) -> str:
    """Names, each in the colour of its curves, for the title of a panel."""
    return " ".join(f'<span style="color:{style.colour(n)}"><b>{name}</b></span>' for n, name in enumerate(names))


def fig1(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Figure 1: every order parameter and the risk, by engine; all recorded times."""
    students, teachers = (sorted(frame[frame.quantity == "M"][axis].unique()) for axis in ("i", "j"))
    by_student = f"i = {_painted(map(str, students))}"
    by_pair = f"ij = {_painted(f'{i}{j}' for i, j in combinations(students, 2))}"
    by_teacher = ", ".join(f"r = {r} {_DASHES[(r - 1) % 4]}" for r in teachers)
    titles = [f"overlaps M<sub>ir</sub>, {by_student}; {by_teacher}", f"norms Q<sub>ii</sub>, {by_student}"]
    figure = panels([*titles, f"overlaps Q<sub>ij</sub>, {by_pair}", "population risk"], 2)
    names = {
        "ODE": "ODE, N → ∞",
        "SGD": f"SGD, N = {parameters['N']}: mean and s.d. of {parameters['replicates']},"
        f" {parameters['on_weights']} on weights",
        "chain": f"SGD, chain, N = {parameters['chain_N']}: mean of {parameters['chain_replicates']}",
        "theory": "plateau 1/p* + 1/(p+2)",
    }
    seen, pairs = set(), list(combinations(students, 2))
    for (engine, quantity, i, j), curve in frame.groupby(["engine", "quantity", "i", "j"]):
        panel = {"M": (1, 1), "risk": (2, 2)}.get(quantity) or ((1, 2) if i == j else (2, 1))
        # the overlaps of a student have its colour in every panel that shows one student a curve
        colour = style.colour(pairs.index((i, j)) if panel == (2, 1) else max(i - 1, 0))
        teacher = (j - 1) % 4 if quantity == "M" else 0
        symbol = f"{quantity}<sub>{i}{j}</sub>" if i else "risk"
        trace = go.Scatter(
            x=number(curve.alpha),
            y=number(curve["mean"]),
            hovertemplate=f"{symbol} = %{{y:.4g}}<br>α = %{{x:.4g}}<extra>{engine}</extra>",
            **once(seen, names[engine]),
        )
        if engine == "SGD":
            trace.update(mode="markers", marker={"color": colour, "size": 3.5, "symbol": _OPEN[teacher]})
            trace.update(error_y={"array": number(curve.sd), "color": colour, "thickness": 0.4, "width": 0})
        elif engine == "chain":
            trace.update(mode="markers", marker={"color": colour, "size": 2.5})
        else:
            dashed = engine == "theory"
            trace.update(mode="lines", line={"color": style.GREY if dashed else colour, "width": 1.6})
            trace.update(line_dash="dash" if dashed else _DASHES[teacher])
        figure.add_trace(trace, *panel)
    figure.update_xaxes(title_text=_ALPHA, row=2)
    return figure


def fig2(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Figure 2: optimal learning rates with fits, and the scans of every pair of widths."""
    figure = panels(["fastest escape, with linear fits", "scans: mean escape time"], 2)
    teachers = sorted(frame[frame.quantity == "optimum"].p_star.unique())
    fits = frame.set_index(["quantity", "p_star"]).eta_hat
    seen = set()
    for n, p_star in enumerate(teachers):
        colour, group = style.colour(n), f"p* = {p_star}"
        points = frame[(frame.quantity == "optimum") & (frame.p_star == p_star)]
        figure.add_scatter(
            x=number(points.p),
            y=number(points.p * points.eta_hat),
            error_y={"array": number(3 * points.p * points.error), "thickness": 1},
            mode="markers",
            marker={"color": colour, "symbol": interactive.symbol(n), "size": 8},
            hovertemplate="p = %{x}<br>η<sub>opt</sub> = %{y:.4g} ± %{error_y.array:.2g}<extra>" + group + "</extra>",
            **once(seen, group),
            row=1,
            col=1,
        )
        if ("eta_opt_slope", p_star) in fits.index:
            ends = pd.Series([0, points.p.max()])
            line = fits["eta_opt_intercept", p_star] + fits["eta_opt_slope", p_star] * ends
            look = {"mode": "lines", "line": {"color": colour, "width": 1}, "hoverinfo": "skip"}
            figure.add_scatter(x=ends, y=number(line), **look, **once(seen, group), row=1, col=1)
    scans = frame[frame.quantity == "scan"]
    for (p_star, p), scan in scans.groupby(["p_star", "p"]):
        good = scan[scan.censored == 0]
        group = f"p* = {p_star}"
        ends = scan.eta_hat.max() > good.eta_hat.max()  # at a cross: some start no longer converges beyond it
        figure.add_scatter(
            x=number(good.eta_hat),
            y=number(good.alpha),
            error_y={"array": number(3 * good.error), "thickness": 0.6, "width": 0},
            mode="lines+markers",
            line={"color": style.colour(teachers.index(p_star)), "width": 1},
            marker={
                "size": [3] * (len(good) - 1) + [8 if ends else 3],
                "symbol": ["circle"] * (len(good) - 1) + ["x-thin-open" if ends else "circle"],
            },
            hovertemplate="η/p = %{x:.3g}<br>α = %{y:.4g} ± %{error_y.array:.2g}"
            f"<extra>p = {p}, p* = {p_star}</extra>",
            **once(seen, group),
            row=1,
            col=2,
        )
    figure.update_xaxes(title_text="student width p", rangemode="tozero", col=1)
    figure.update_yaxes(title_text="optimal learning rate η<sub>opt</sub>", rangemode="tozero", col=1)
    figure.update_xaxes(title_text="learning rate over width η/p", rangemode="tozero", col=2)
    figure.update_yaxes(title_text="mean escape time α", type="log", col=2)
    return figure


def fig3(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Figure 3: distance to the predicted solution, and risk, of every run."""
    figure = panels(["distance to the predicted solution", "population risk"], 2)
    looks = {
        "other": (f"{parameters['others']} other starts, ODE", {"color": "#aaaaaa", "width": 0.8}),
        "SGD": (f"start of the prediction, SGD, N = {parameters['N']}", {"color": style.COLOURS[1], "width": 1}),
        "matching": ("start of the prediction, ODE", {"color": "black", "width": 2}),
        "theory": ("late law, 1/α and 1/α²", {"color": style.COLOURS[0], "width": 1.6, "dash": "dash"}),
    }
    seen = set()
    positive = frame[frame.alpha > 0]
    for kind, (name, line) in looks.items():
        for curve, run in positive[positive.kind == kind].groupby("curve"):
            for column, (quantity, symbol) in enumerate((("distance", "d²/N"), ("risk", "L")), start=1):
                figure.add_scatter(
                    x=number(run.alpha),
                    y=number(run[quantity]),
                    mode="lines",
                    line=line,
                    hovertemplate=f"{symbol} = %{{y:.4g}}<br>α = %{{x:.4g}}<extra>{kind}, run {curve}</extra>",
                    **once(seen, name),
                    row=1,
                    col=column,
                )
    figure.update_xaxes(title_text=_ALPHA, type="log")
    figure.update_yaxes(type="log", title_text="d² / N", col=1)
    figure.update_yaxes(type="log", title_text="risk L", col=2)
    return figure


def escape_law(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """The escape law: loss reduction, prefactor and rate at every pair of widths."""
    figure = panels(["loss reduction", "prefactor / σ²", "rate × p*/8"], 3)
    teachers = sorted(frame.p_star.unique())
    by_quantity = dict(list(frame.groupby("quantity")))
    seen = set()

    def add(
        column: int, part: pd.DataFrame, place: int, points: str | None, line: str | None, x: str, label: str
    ) -> None:
        colour, name = style.colour(place), f"p* = {teachers[place]}"
        common = {"x": number(part.x / teachers[place] if column == 1 else part.x), "row": 1, "col": column}
        if line:
            look = {"mode": "lines", "line": {"color": colour, "width": 1}}
            hover = f"{label}<br>{x} = %{{x:.4g}}<br>theory %{{y:.5g}}<extra></extra>"
            figure.add_scatter(y=number(part[line]), hovertemplate=hover, **look, **common, **once(seen, name))
        if points:
            bars = {"array": number(3 * part.error), "thickness": 0.8, "width": 0}
            look = {"mode": "markers", "marker": {"color": colour, "symbol": interactive.symbol(place), "size": 3.5}}
            hover = f"{label}<br>{x} = %{{x:.4g}}<br>%{{y:.5g}} ± %{{error_y.array:.2g}}<extra></extra>"
            figure.add_scatter(
                y=number(part[points]), error_y=bars, hovertemplate=hover, **look, **common, **once(seen, name)
            )

    for place, p_star in enumerate(teachers):
        of_teacher = {name: part[part.p_star == p_star] for name, part in by_quantity.items()}
        for p, curve in of_teacher["reduction"].groupby("p"):
            add(1, curve, place, "estimate", "theory", "t/p*", f"p = {p}, p* = {p_star}")
        add(2, of_teacher["prefactor_theory"], place, None, "estimate", "p", f"p* = {p_star}")
        add(2, of_teacher["prefactor"], place, "estimate", None, "p", f"p* = {p_star}")
        figure.add_hline(2 * p_star, row=1, col=2, line={"color": style.colour(place), "width": 1, "dash": "dot"})
        for p, curve in of_teacher["finite_rate_ratio"].groupby("p"):
            add(3, curve, place, "estimate", "theory", "η/p", f"p = {p}, p* = {p_star}")
    figure.update_xaxes(title_text="time over teacher width t/p*", col=1)
    figure.update_yaxes(type="log", title_text="⟨L(0) − L(t)⟩ / L(0)", col=1)
    widths = sorted(by_quantity["prefactor"].p.unique().tolist())
    figure.update_xaxes(title_text="student width p", type="log", tickvals=widths, col=2)
    figure.update_xaxes(title_text="learning rate η/p", col=3)
    return figure


def _points(figure: go.Figure, column: int, points: pd.DataFrame, size: int, seen: set) -> None:
    """A map: the stationary points of one k_t, by formula and by brute force; ``size`` is that of the Hessian."""
    place = int(points.k_t.iloc[0])
    labels = [f"(k<sub>t</sub>, k<sub>o</sub>) = ({place}, {int(k_o)})" for k_o in points.k_o]
    look = {"color": style.colour(place), "symbol": f"{interactive.symbol(place)}-open", "size": 11, "line_width": 1.5}
    for index, risk, marker, kind in (
        (points["index"], points.risk, look, "formula"),
        (points.measured_index, points.measured_risk, {"color": "black", "size": 4}, "brute force"),
    ):
        figure.add_scatter(
            x=number(index / size),
            y=number(risk),
            customdata=number(index),
            text=labels,
            mode="markers",
            marker=marker,
            hovertemplate=f"%{{text}}<br>risk %{{y:.5g}}<br>negative: %{{customdata:.0f}} of {size}"
            f"<extra>{kind}</extra>",
            **once(seen, f"k<sub>t</sub> = {place}" if kind == "formula" else kind),
            row=1,
            col=column,
        )


def _descent(figure: go.Figure, column: int, along: pd.Series, path: pd.DataFrame, stops: pd.DataFrame, seen: set):
    """The path and its stops against one of their columns, of which ``along`` has the values for both."""
    figure.add_scatter(
        x=number(along[path.index]),
        y=number(path.measured_risk),
        mode="lines",
        line={"color": style.GREY, "width": 1.2},
        hovertemplate="risk %{y:.4g}<extra>path</extra>",
        **once(seen, "path"),
        row=1,
        col=column,
    )
    figure.add_scatter(
        x=number(along[stops.index]),
        y=number(stops.measured_risk),
        text=[f"stop ({int(stop.k_t)}, {int(stop.k_o)})" for stop in stops.itertuples()],
        mode="markers",
        marker={"symbol": "star", "size": 11, "color": "black"},
        hovertemplate="%{text}<br>risk %{y:.4g}<extra></extra>",
        **once(seen, "stops"),
        row=1,
        col=column,
    )


def stationary_map(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """The map of stationary points, by formula and brute force, and a path that passes several of them."""
    maps = parameters["sizes"]
    titles = [f"p = {p}, p* = {p_star}, N = {N}" for p, p_star, N in maps]
    figure = panels([*titles, "path, stops (k<sub>t</sub>, k<sub>o</sub>)"], len(maps) + 1)
    seen = set()
    for column, (p, p_star, N) in enumerate(maps, start=1):
        here = frame[(frame.p == p) & (frame.p_star == p_star) & (frame.N == N) & (frame.kind == "point")]
        for _, points in here.groupby("k_t"):
            _points(figure, column, points, p * N, seen)
        figure.update_xaxes(title_text="fraction of negative eigenvalues", row=1, col=column)
    path, stops = frame[frame.kind == "path"], frame[frame.kind == "stop"]
    p, _, N = maps[0]  # of the path
    _descent(figure, 1, frame.measured_index / (p * N), path, stops, seen)
    _descent(figure, len(maps) + 1, frame.t, path, stops, seen)
    figure.update_xaxes(title_text="time η α", col=len(maps) + 1)
    figure.update_yaxes(title_text="risk L", col=1)
    return figure


CHARTS = {"fig1": fig1, "fig2": fig2, "fig3": fig3, "escape_law": escape_law, "stationary_map": stationary_map}
