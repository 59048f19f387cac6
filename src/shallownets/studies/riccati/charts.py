"""Interactive plots of the report, each from the tidy CSV of a figure: values on hover, curves toggled in the legend.

``CHARTS`` names them: from the table and the parameters in its header to a plotly figure.
"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from shallownets.drawing import style
from shallownets.drawing.interactive import number, panels


def _curve(x, y, name: str, colour: str, legend: bool = True, **line) -> go.Scatter:
    """A line; all of one name are toggled together, and one of them stands in the legend."""
    return go.Scatter(
        x=number(x),
        y=number(y),
        mode="lines",
        name=name,
        legendgroup=name,
        showlegend=legend,
        line={"color": colour, "width": 1.6} | line,
        hovertemplate="%{y:.4g} at %{x:.4g}<extra>" + name + "</extra>",
    )


def _points(x, frame: pd.DataFrame, name: str, colour: str, scale=1.0, legend: bool = True) -> go.Scatter:
    """Estimates with their intervals."""
    return go.Scatter(
        x=number(x),
        y=number(frame.estimate / scale),
        error_y={"array": number((frame.high - frame.low) / 2 / abs(scale)), "thickness": 1, "width": 0},
        mode="markers",
        name=name,
        legendgroup=name,
        showlegend=legend,
        marker={"color": colour, "size": 7},
        hovertemplate="%{y:.4g} at %{x:.4g}<extra>" + name + "</extra>",
    )


def risk_scaling(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Risk against time, heavy and light tail: exact, equivalent, decoupled, law, best risk of each width."""
    figure = panels(["heavy tail", "light tail"], 2)
    for column, (kind, curves) in enumerate(frame.groupby("kind"), 1):
        unit = curves.M_star.iloc[0] ** curves.beta.iloc[0] if kind == "light" else 1.0
        for place, (N, curve) in enumerate(curves.groupby("N")):
            colour, x = style.colour(place), curve.u / unit
            name = f"{kind}, N = {N}"
            figure.add_trace(_curve(x, curve.exact, name, colour, width=3), 1, column)
            figure.add_trace(_curve(x, curve.equivalent, name, colour, legend=False, width=1), 1, column)
            figure.add_trace(_curve(x, curve.decoupled, name, colour, legend=False, dash="dash"), 1, column)
            figure.add_trace(_curve(x, curve.best, name, style.GREY, legend=False, width=0.8), 1, column)
        figure.add_trace(
            _curve(x, curve.law, "law, d, M* → ∞", "black", legend=column == 1, dash="dot", width=1), 1, column
        )
    looks: dict[str, style.Look] = {
        "exact": {"width": 3},
        "equivalent": {"width": 1},
        "decoupled": {"dash": "dash"},
        "best risk": {"width": 0.8},
    }
    for name, look in looks.items():  # keys to the curves of every width
        colour = style.GREY if name == "best risk" else "black"
        figure.add_trace(
            _curve([None], [None], name, colour, **look).update(hoverinfo="skip", hovertemplate=None), 1, 1
        )
    figure.update_xaxes(type="log", title="2t / (|A| log(d/N))", col=1)
    figure.update_yaxes(type="log", range=[np.log10(frame[frame.kind == "heavy"].best.min() / 2), 0.1], col=1)
    figure.update_xaxes(range=[0, 2], title="2t / (|A| M*<sup>β</sup> log(d/N))", col=2)
    figure.update_yaxes(title="risk", col=1)
    return figure


def emergence(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Overlaps of single directions, their times, and the risk as their sum: exact, equivalent and decoupled."""
    figure = panels(["overlaps G<sub>jj</sub>", "time / [log(d/N)/2λ<sub>j</sub>]", "risk"], 3)
    for place, (j, curve) in enumerate(frame[frame.curve == "overlap"].groupby("j")):
        colour, name = style.colour(place), f"direction {j}"
        figure.add_trace(_curve(curve.t, curve.exact, name, colour, width=3), 1, 1)
        figure.add_trace(_curve(curve.t, curve.theory, name, colour, legend=False, width=1), 1, 1)
        figure.add_trace(_curve(curve.t, curve.decoupled, name, colour, legend=False, dash="dash"), 1, 1)
    risk, times = (frame[frame.curve == name] for name in ("risk", "time"))
    of = pd.DataFrame({"estimate": times.exact, "low": times.low, "high": times.high})
    figure.add_trace(_points(times.j, of, "exact", style.GREY, scale=times["T"], legend=False), 1, 2)
    known = times[times.theory.notna()]
    figure.add_trace(_curve(known.j, known.theory / known["T"], "equivalent", "black", legend=False, width=1), 1, 2)
    figure.add_trace(_curve(times.j, times.deflated / times["T"], "deflated", style.COLOURS[1], dash="dot"), 1, 2)
    figure.add_trace(_curve(risk.t, risk.exact, "exact", style.GREY, width=4), 1, 3)
    figure.add_trace(_curve(risk.t, risk.theory, "equivalent", "black", width=1), 1, 3)
    figure.add_trace(_curve(risk.t, risk.additive, "directions one by one", style.COLOURS[1], dash="dash"), 1, 3)
    steps = _curve(risk.t, risk.decoupled, "a step at each T<sub>j</sub>", "black", shape="hv", width=1)
    figure.add_trace(steps, 1, 3)
    figure.update_xaxes(type="log", title="time t", col=1)
    figure.update_xaxes(title="direction j", col=2)
    figure.update_xaxes(type="log", title="time t", col=3)
    figure.update_yaxes(type="log", col=2)
    figure.update_yaxes(type="log", col=3)
    return figure


def exponents(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Exponents over their limits, and the distance from decoupled directions; equivalent as lines, deflated dotted."""
    figure = panels(["exponent over (1 − 2β)/β", "distance from decoupled directions × log(d/N)"], 2)
    for place, (beta, curves) in enumerate(frame.groupby("beta")):
        colour, name = style.colour(place), f"β = {beta:g}"
        curve, gap = (curves[curves.quantity == quantity] for quantity in ("exponent", "gap"))
        log = np.log(gap.d / gap.N)
        figure.add_trace(_points(curve.d, curve, name, colour, scale=curve.asymptotic), 1, 1)
        figure.add_trace(_points(log, gap, name, colour, scale=1 / log, legend=False), 1, 2)
        for theory, dash in (("equivalent", "solid"), ("deflated", "dot")):
            line = {"legend": False, "dash": dash}
            figure.add_trace(_curve(curve.d, curve[theory] / curve.asymptotic, name, colour, **line), 1, 1)
            figure.add_trace(_curve(log, log * gap[theory], name, colour, **line), 1, 2)
    figure.update_xaxes(type="log", title="dimension d", col=1)
    figure.update_xaxes(title="log(d/N)", col=2)
    return figure


def time_units(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Time to half the risk against width, and against d over it; time of a direction over its unit."""
    direction = f"heavy tail, direction {parameters['direction']}"
    figure = panels(["light tails", f"light tails, M* = {parameters['ratios_M_star']}", direction], 3)
    light, ratio, heavy = (frame[frame.kind == kind] for kind in ("light", "ratio", "heavy"))
    for place, (beta, curve) in enumerate(light.groupby("beta")):
        colour, name, log = style.colour(place), f"β = {beta:g}", np.log(curve.d / curve.N)
        figure.add_trace(_points(curve.M_star, curve, name, colour, scale=log), 1, 1)
        figure.add_trace(_curve(curve.M_star, curve.theory / log, name, colour, legend=False), 1, 1)
        near = ratio[ratio.beta == beta]
        figure.add_trace(_points(near.unit, near, name, colour, legend=False), 1, 2)
        figure.add_trace(_curve(near.unit, near.theory, name, colour, legend=False), 1, 2)
    log = np.log(heavy.d / heavy.N)
    figure.add_trace(_points(log, heavy, "exact flow", style.COLOURS[4], scale=heavy.unit), 1, 3)
    figure.add_trace(_curve(log, heavy.theory / heavy.unit, "equivalent", "black"), 1, 3)
    figure.update_xaxes(type="log", title="width M* = N", col=1)
    figure.update_yaxes(type="log", title="time to half the risk / log(d/N)", col=1)
    figure.update_xaxes(title="log(d/N − 1)", col=2)
    figure.update_yaxes(title="time to half the risk / |A| M*<sup>β</sup>", col=2)
    figure.update_xaxes(title="log(d/N)", col=3)
    figure.update_yaxes(title="time / [log(d/N)/2λ]", col=3)
    return figure


def _measured(x, frame: pd.DataFrame, name: str, colour: str, legend: bool = True) -> go.Scatter:
    """Means with three standard errors."""
    bounds = {"estimate": frame.value, "low": frame.value - 3 * frame.error, "high": frame.value + 3 * frame.error}
    return _points(x, pd.DataFrame(bounds), name, colour, legend=legend)


def sgd_flow(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Risk of SGD, of the flow at finite step and of the exact flow against time; the gap against the step size."""
    figure = panels(["risk", "gap"], 2)
    frame = frame.rename(columns={"risk": "value"})
    curves = frame[(frame.panel == "risk") & (frame.t > 0)]
    for place, ((schedule, eta_d), curve) in enumerate(curves.groupby(["schedule", "eta_d"])):
        colour, series = style.colour(place), dict(list(curve.groupby("series")))
        falls = f", falling from {parameters['falls_from']:g}" if schedule == "falling" else ""
        name = f"ηd = {eta_d:g}{falls}"
        figure.add_trace(_measured(series["sgd"].t, series["sgd"], name, colour), 1, 1)
        figure.add_trace(_curve(series["finite step"].t, series["finite step"].value, name, colour, legend=False), 1, 1)
    _, flow = next(iter(curves[curves.series == "flow"].groupby(["eta_d", "schedule"])))
    figure.add_trace(_curve(flow.t, flow.value, "exact flow", "black", dash="dash"), 1, 1)
    gaps = frame[frame.panel == "gap"].sort_values("eta_d")
    sgd, finite = (gaps[gaps.series == name] for name in ("sgd", "finite step"))
    figure.add_trace(_measured(sgd.eta_d, sgd, "SGD", "black"), 1, 2)
    figure.add_trace(_curve(finite.eta_d, finite.value, "flow at finite step", style.GREY), 1, 2)
    figure.update_xaxes(type="log", title="t", col=1)
    figure.update_xaxes(type="log", title="ηd", col=2)
    figure.update_yaxes(type="log")
    return figure


def sgd_emergence(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Overlaps of single directions under SGD at the least and the greatest step size, and their times."""
    overlaps, times = (frame[frame.panel == name] for name in ("overlap", "time"))
    sizes = sorted(overlaps.eta_d.unique())
    figure = panels([f"overlaps, ηd = {sizes[0]:g}", f"overlaps, ηd = {sizes[-1]:g}", "times"], 3)
    for column, eta_d in enumerate((sizes[0], sizes[-1]), 1):
        for place, (j, curve) in enumerate(overlaps[overlaps.eta_d == eta_d].groupby("j")):
            for series, dash, width in (("sgd", "solid", 2.5), ("finite step", "solid", 1), ("flow", "dash", 1)):
                one, name = curve[curve.series == series], f"direction {j}"
                legend = series == "sgd" and column == 1
                line = {"dash": dash, "width": width}
                figure.add_trace(_curve(one.t, one.value, name, style.colour(place), legend, **line), 1, column)
    for place, (eta_d, curve) in enumerate(times.groupby("eta_d")):
        sgd, finite = (curve[curve.series == series] for series in ("sgd", "finite step"))
        colour, name = style.colour(place), f"times, ηd = {eta_d:g}"
        figure.add_trace(_measured(sgd.j, sgd, name, colour), 1, 3)
        figure.add_trace(_curve(finite.j, finite.value, name, colour, legend=False), 1, 3)
    figure.update_xaxes(title="t")
    figure.update_xaxes(type="log", title="direction j", col=3)
    figure.update_yaxes(type="log", col=3)
    return figure


def sample_complexity(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Samples over d to a risk, against the dimension and the teacher's width; and SGD over the exact flow."""
    light = frame[frame["tail"] == "light"]
    risks = sorted(light.risk.unique(), reverse=True)
    over = [f"SGD over flow, to {risk:g} above the best risk" for risk in risks]
    figure = panels(["heavy tail, and one direction", f"light tails, to {risks[-1]:g} above the best risk", *over], 2)
    for place, (key, curves) in enumerate(frame.groupby(["tail", "beta", "gamma", "kappa"])):
        tail, beta, gamma, kappa = key
        variable, column = ("M_star", 2) if tail == "light" else ("d", 1)
        colour, curves = style.colour(place), curves.sort_values(variable)
        of = "one direction" if tail == "one direction" else f"β = {beta:g}"
        name = f"{of}, ηd = {kappa:g}" + (f"/M*<sup>{gamma:g}</sup>" if gamma else "")
        shown = curves[curves.risk == risks[-1]] if tail == "light" else curves
        sgd = shown[shown.series == "sgd"]
        figure.add_trace(_measured(sgd[variable], sgd, name, colour), 1, column)
        for flow, dash in (("finite step", "solid"), ("flow", "dash")):
            curve = shown[shown.series == flow]
            figure.add_trace(_curve(curve[variable], curve.value, name, colour, legend=False, dash=dash), 1, column)
        for panel, risk in enumerate(risks if tail == "light" else []):
            ratio = curves[curves.risk == risk]
            sgd, finite = (ratio[ratio.series == series] for series in ("SGD over flow", "finite step over flow"))
            where = 2 + panel // 2, 1 + panel % 2
            figure.add_trace(_measured(sgd.M_star, sgd, name, colour, legend=False), *where)
            figure.add_trace(_curve(finite.M_star, finite.value, name, colour, legend=False), *where)
    figure.update_xaxes(type="log", title="M*")
    figure.update_yaxes(type="log")
    figure.update_xaxes(type="log", title="d", row=1, col=1)
    figure.update_yaxes(type="linear", title="samples / d", row=1, col=1)
    return figure


def radial_fit(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Risk before and after the radial fit along a run, and what the fit costs against its samples."""
    figure = panels(["along a run of SGD", "above the best radial part"], 2)
    looks = {"before": style.COLOURS[1], "best": "black", "predicted": style.COLOURS[0], "after": style.COLOURS[0]}
    for panel, column, variable in (("risk", 1, "t"), ("excess", 2, "samples")):
        for name, curve in frame[frame.panel == panel].groupby("series"):
            draw = _measured(curve[variable], curve, name, looks[name], column == 1)
            if name != "after":
                draw = _curve(curve[variable], curve.value, name, looks[name], column == 1)
            figure.add_trace(draw, 1, column)
    figure.update_xaxes(title="t at which Phase I ends", col=1)
    figure.update_xaxes(type="log", title="samples of Phase II", col=2)
    figure.update_yaxes(type="log")
    return figure


CHARTS = {
    "risk_scaling": risk_scaling,
    "emergence": emergence,
    "sgd_flow": sgd_flow,
    "sgd_emergence": sgd_emergence,
    "sample_complexity": sample_complexity,
    "radial_fit": radial_fit,
    "exponents": exponents,
    "time_units": time_units,
}
