"""Interactive plots of the report, each from the tidy CSV of a figure: values on hover, curves toggled in the legend.

``CHARTS`` names them: from the table and the parameters in its header to a plotly figure.
"""

import pandas as pd
import plotly.graph_objects as go

from shallownets.drawing import style
from shallownets.drawing.interactive import number, panels

_DECAYS = {"weak": "λ = 1/d", "one": "λ = 1", "strong": "λ = √d"}
_MODELS = ("diagonal", "quadratic")


def _curve(x, y, name: str, colour: str, legend: bool = True, dash: str = "solid") -> go.Scatter:
    """A line; all of one name are toggled together, and one of them stands in the legend."""
    return go.Scatter(
        x=number(x),
        y=number(y),
        mode="lines",
        name=name,
        legendgroup=name,
        showlegend=legend,
        line={"color": colour, "width": 1.6, "dash": dash},
        hovertemplate="%{y:.4g} at %{x:.4g}<extra>" + name + "</extra>",
    )


def _points(x, y, bars, name: str, colour: str) -> go.Scatter:
    """Means with their intervals."""
    return go.Scatter(
        x=number(x),
        y=number(y),
        error_y={"array": number(bars), "thickness": 1, "width": 0},
        mode="markers",
        name=name,
        legendgroup=name,
        showlegend=False,
        marker={"color": colour, "size": 7},
        hovertemplate="%{y:.4g} at %{x:.4g}<extra>" + name + ", trained</extra>",
    )


def risk_curves(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Risk against samples at three weight decays, of both networks."""
    figure = panels(list(_MODELS), 2)
    for column, model in enumerate(_MODELS, 1):
        for n, (decay, name) in enumerate(_DECAYS.items()):
            here = frame[(frame.model == model) & (frame.decay == decay)]
            theory, trained = here[here.series == "theory"], here[here.series == "trained"]
            figure.add_trace(_curve(theory.N, theory.risk, name, style.colour(n), column == 1), 1, column)
            bars = trained.high - trained.risk
            figure.add_trace(_points(trained.N, trained.risk, bars, name, style.colour(n)), 1, column)
    figure.update_xaxes(type="log", title="n_eff")
    figure.update_yaxes(type="log", title="risk", col=1)
    figure.update_yaxes(type="log", col=2)
    return figure


def optimal(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Risk at the best weight decay, and the best decay, of both networks."""
    figure = panels(["risk at the best decay", "best decay over √(N/d)"], 2)
    for n, ((gamma, model), here) in enumerate(frame.groupby(["gamma", "model"])):
        dash = "solid" if model == "quadratic" else "dash"
        name, colour = f"γ = {gamma:g}, {model}", style.colour(n // 2)
        figure.add_trace(_curve(here.N, here.risk, name, colour, True, dash), 1, 1)
        figure.add_trace(_curve(here.N, here.scaled, name, colour, False, dash), 1, 2)
    figure.update_xaxes(type="log", title="n_eff")
    figure.update_yaxes(type="log", col=1)
    return figure


def decomposition(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Parts of the risk, exactly and at leading order."""
    titles = {"weak": "λ = 1/d", "best": "best weight decay"}
    figure = panels(list(titles.values()), 2)
    for column, decay in enumerate(titles, 1):
        for n, part in enumerate(("overfitting", "unlearned", "learned")):
            for series, dash in (("exact", "solid"), ("leading", "dot")):
                here = frame[(frame.decay == decay) & (frame.series == series)]
                curve = _curve(here.N, here[part], f"{part}, {series}", style.colour(n), column == 1, dash)
                figure.add_trace(curve, 1, column)
    figure.update_xaxes(type="log", title="n/d")
    return figure


CHARTS = {"risk_curves": risk_curves, "optimal": optimal, "decomposition": decomposition}
