"""Interactive plots of the report, each from the tidy CSV of a figure: values on hover, curves toggled in the legend.

``CHARTS`` names them: from the table and the parameters in its header to a plotly figure.
"""

import pandas as pd
import plotly.graph_objects as go

from shallownets.drawing import style
from shallownets.drawing.interactive import dash, number, once, panels

# Series of the loss, from the back to the front: its name as in the drawn figure, and its line.
_LOSSES: dict[str, tuple[str, style.Look]] = {
    "loss": ("exact flow", {"colour": "#a6a6a6", "width": 5}),
    "sum of shares": ("sum over shares", {"colour": style.COLOURS[1], "dash": "dash"}),
    "sequential": ("sequential law, mean", {"colour": style.COLOURS[0]}),
}


def _curve(x, y, look: dict, colour: str, **line) -> go.Scatter:
    """A line; all of one name are toggled together."""
    hover = "%{y:.4g} at %{x:.4g}<extra>" + look["name"] + "</extra>"
    return go.Scatter(
        x=number(x), y=number(y), mode="lines", line={"color": colour, "width": 1.6} | line, hovertemplate=hover, **look
    )


def staircase(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """Shares of directions, and the loss."""
    figure, seen = panels(["share of a direction", "loss 2L"], 2), set()
    for n, (m, curve) in enumerate(frame[frame.series == "share"].groupby("m")):
        figure.add_trace(_curve(curve.t, curve.value, once(seen, f"m = {m}"), style.colour(n), dash=dash(n)), 1, 1)
    loss = frame[frame.series == "loss"].value
    least = max(loss.min(), 1e-4 * loss.max()) / 2  # what rounding leaves of all that was learned is not seen
    for name, (label, look) in _LOSSES.items():
        curve = frame[(frame.series == name) & (frame.value > least)]
        figure.add_trace(_curve(curve.t, curve.value, once(seen, label), **look), 1, 2)
    figure.update_xaxes(type="log", title="time t")
    figure.update_yaxes(type="log", col=2)
    return figure


def scaling_law(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """The loss at several widths, with the tail that a finite teacher lacks, beside the sequential law."""
    figure, seen = panels(["deflated flow", "sequential law"], 2), set()
    for n, (N, curve) in enumerate(frame[frame.series == "deflated"].groupby("N")):
        for column, values in ((1, curve.loss), (2, curve.law)):
            look = once(seen, f"N = {N:g}")
            figure.add_trace(
                _curve(curve.t, values + parameters["tail"], look, style.colour(n), dash=dash(n)), 1, column
            )
    figure.update_xaxes(type="log", title="time t")
    figure.update_yaxes(type="log", title="loss and tail", col=1)
    figure.update_yaxes(type="log", col=2)
    return figure


def compute_frontier(frame: pd.DataFrame, parameters: dict) -> go.Figure:
    """The loss against compute at several widths, and its frontier."""
    figure, seen = panels(["loss 2L against compute N t"], 1), set()
    for n, (N, curve) in enumerate(frame[frame.series == "deflated"].groupby("N")):
        look = once(seen, f"N = {N:g}")
        figure.add_trace(_curve(N * curve.t, curve.loss, look, style.colour(n), dash=dash(n)), 1, 1)
    front = frame[frame.series == "frontier"]
    figure.add_trace(_curve(front.t, front.loss, once(seen, "frontier"), "black", width=3), 1, 1)
    figure.update_xaxes(type="log", title="compute N t")
    figure.update_yaxes(type="log")
    return figure


CHARTS = {"staircase": staircase, "scaling_law": scaling_law, "compute_frontier": compute_frontier}
