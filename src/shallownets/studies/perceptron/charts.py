"""Interactive plots of the report, each from the tidy CSV of a figure: values on hover, curves toggled in the legend.

``CHARTS`` names them: from the table and the parameters in its header to a plotly figure.
"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from shallownets.drawing import style
from shallownets.drawing.interactive import dash, number, once, panels


def _curve(x, y, look: dict, colour: str, **line) -> go.Scatter:
    """A line; all of one name are toggled together."""
    hover = "%{y:.4g} at %{x:.4g}<extra>" + look["name"] + "</extra>"
    return go.Scatter(
        x=number(x), y=number(y), mode="lines", line={"color": colour, "width": 1.6} | line, hovertemplate=hover, **look
    )


def _points(x, y, bars, look: dict, colour: str) -> go.Scatter:
    """Points with bars of three standard errors."""
    hover = "%{y:.4g} at %{x:.4g}<extra>" + look["name"] + "</extra>"
    return go.Scatter(
        x=number(x),
        y=number(y),
        error_y={"array": number(bars), "thickness": 1, "width": 0},
        mode="markers",
        marker={"color": colour, "size": 7},
        hovertemplate=hover,
        **look,
    )


def norm_curves(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Test and training error against norm."""
    figure, seen = panels(["test error", "training error"], 2), set()
    for n, (alpha, curve) in enumerate(frame[frame.series == "fixed norm"].groupby("alpha")):
        look = {"colour": style.colour(n), "dash": dash(n)}
        figure.add_trace(_curve(curve.norm, curve.error, once(seen, f"α = {alpha:g}"), **look), 1, 1)
        figure.add_trace(_curve(curve.norm, curve.training, once(seen, f"α = {alpha:g}"), **look), 1, 2)
    best = frame[frame.series == "optimum"]
    figure.add_trace(_points(best.norm, best.error, 0 * best.error, once(seen, "least error"), "black"), 1, 1)
    figure.update_xaxes(type="log", title="norm λ")
    figure.update_yaxes(type="log", col=1)
    return figure


def free_norm(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """A free norm's error beside that at fixed norm, and their ratio."""
    figure, seen = panels(["test error", "free over fixed norm"], 2), set()
    dynamics = frame[frame.series == "dynamical theory"]
    for n, (alpha, curves) in enumerate(frame[~frame.series.isin(["limit", "dynamical theory"])].groupby("alpha")):
        series, colour = dict(list(curves.groupby("series"))), style.colour(n)
        theory, curve = series["theory"], dynamics[dynamics.alpha == alpha]
        figure.add_trace(_curve(curve.norm, curve.estimate, once(seen, f"α = {alpha:g}"), colour), 1, 2)
        figure.add_trace(_curve(theory.norm, theory.estimate, once(seen, f"α = {alpha:g}"), colour), 1, 1)
        for name, column in (("free", 1), ("ratio", 2)):
            one = series[name]
            bars = (one.high - one.low) / 2
            figure.add_trace(_points(one.norm, one.estimate, bars, once(seen, f"α = {alpha:g}"), colour), 1, column)
    limit = frame[frame.series == "limit"]
    figure.add_trace(_curve(limit.norm, limit.estimate, once(seen, "α → ∞"), "black"), 1, 2)
    figure.update_xaxes(type="log", title="norm λ")
    figure.update_yaxes(type="log", col=1)
    return figure


def learning_curves(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Error and norm against time."""
    figure, seen = panels(["α ε", "norm over α"], 2), set()
    alphas = sorted(frame.alpha.unique())
    for (series, alpha), curve in frame.groupby(["series", "alpha"]):
        colour = "black" if series == "limit" else style.colour(alphas.index(alpha))
        name = "α → ∞" if series == "limit" else f"{series}, α = {alpha:g}"
        for column, y in ((1, curve.error), (2, curve.norm)):
            look = once(seen, name)
            if series == "flow":
                trace = _points(curve["T"], y, curve.bar if column == 1 else 0 * y, look, colour)
                later, earlier = np.expm1(curve.bar_log_T), -np.expm1(-curve.bar_log_T)
                ends = {"array": number(curve["T"] * later), "arrayminus": number(curve["T"] * earlier)}
                trace.error_x = ends | {"thickness": 1, "width": 0} if column == 2 else None
            else:
                trace = _curve(curve["T"], y, look, colour)
            figure.add_trace(trace, 1, column)
    figure.update_xaxes(type="log", title="t/α²")
    figure.update_yaxes(type="log", col=1)
    figure.update_yaxes(type="log", col=2)
    return figure


def deep_curves(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Test error of both networks against the spectral complexity, at all sizes."""
    networks = {"mlp": "dense network, MNIST", "cnn": "convolutions, MNIST-1D"}
    figure, seen = panels(list(networks.values()), 2), set()
    for column, network in enumerate(networks, 1):
        curves = frame[(frame.network == network) & (frame.series == "bartlett")]
        for n, (P, curve) in enumerate(curves.groupby("P")):
            look = once(seen, f"{network}, P = {P:g}")
            figure.add_trace(_curve(curve.x, curve.error, look, style.colour(n)), 1, column)
    figure.update_xaxes(title="log of the spectral complexity")
    figure.update_yaxes(type="log", title="test error", col=1)
    return figure


CHARTS = {
    "norm_curves": norm_curves,
    "free_norm": free_norm,
    "learning_curves": learning_curves,
    "deep_curves": deep_curves,
}
