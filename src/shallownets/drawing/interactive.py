"""One look for every interactive plot of the report: panels in a row or grid, few colours, values on hover."""

from collections.abc import Iterator, Sequence
from math import ceil, floor

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shallownets.drawing.style import COLOURS

_SYMBOLS = ("circle", "square", "diamond", "triangle-down", "triangle-up", "pentagon", "x", "star")
_GRID = "#e4e4e4"
_INK = "#222222"
_FONT = {"family": "STIX Two Text, Georgia, Times New Roman, serif", "size": 14, "color": _INK}
_ROW, _LEGEND = 300, 110  # pixels: a row of panels, and what stands below the last one
_LABELS = 7  # on a logarithmic axis, at most


def number(values: object) -> np.ndarray:
    """Values as single-precision floats: seven digits, at half the size on the page."""
    return np.asarray(values, dtype=np.float32)


def symbol(n: int) -> str:
    """Marker of the n-th series, counted from 0."""
    return _SYMBOLS[n % len(_SYMBOLS)]


def dash(n: int) -> str:
    """Dashes of the n-th line: they tell apart those whose colours repeat."""
    return ("solid", "dash", "dot")[n // len(COLOURS) % 3]


def once(seen: set[str], name: str) -> dict[str, object]:
    """Legend of a group of curves: an entry for the first, which toggles all; ``seen`` holds the groups so far."""
    first = name not in seen
    seen.add(name)
    return {"name": name, "legendgroup": name, "showlegend": first}


def panels(titles: Sequence[str], columns: int) -> go.Figure:
    """Empty panels, filled row by row; ``titles`` may hold HTML such as ``M<sub>ir</sub>``."""
    rows = -(-len(titles) // columns)
    figure = make_subplots(
        rows, columns, subplot_titles=titles, horizontal_spacing=0.22 / columns, vertical_spacing=0.15
    )
    figure.update_layout(
        template={},
        font=_FONT,
        height=rows * _ROW + 50 + _LEGEND,
        margin={"l": 60, "r": 20, "t": 50, "b": _LEGEND},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"font": _FONT | {"size": 13}, "bgcolor": "white"},
        modebar={
            "bgcolor": "rgba(0,0,0,0)",
            "color": "#999999",
            "activecolor": _INK,
            "remove": ["select2d", "lasso2d"],
        },
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
    )
    line = {"showline": True, "linecolor": _INK, "ticks": "outside", "gridcolor": _GRID, "zeroline": False}
    figure.update_xaxes(**line, exponentformat="power")
    figure.update_yaxes(**line, exponentformat="power", title_standoff=6, nticks=_LABELS)
    figure.update_annotations(font_size=15)
    return figure


def _values(figure: go.Figure, letter: str, name: str) -> np.ndarray:
    """All that is drawn along one axis, ends of bars included; ``letter`` is x or y, ``name`` the axis as traces do."""
    found: list[np.ndarray] = []
    for trace in figure.data:
        if (trace[f"{letter}axis"] or letter) == name:
            middle, bars = np.asarray(trace[letter], float), trace[f"error_{letter}"]
            found.append(middle)
            if bars.array is not None:
                below = bars.array if bars.arrayminus is None else bars.arrayminus
                found += [middle - np.asarray(below, float), middle + np.asarray(bars.array, float)]
    return np.concatenate([*found, []])


def _step(low: float, high: float) -> str | int | None:
    """Distance of the labels of a logarithmic axis, as plotly's ``dtick``, from its ends in decades.

    Powers of ten, or some of them; over two decades or less 1, 2 and 5 times them; None, which leaves the labels to
    plotly, where there would be too few of these.
    """
    if high - low > 2:
        return ceil((high - low) / (_LABELS - 1))
    return "D2" if high - low > 0.7 and floor(high) >= low else None


def logarithmic(figure: go.Figure) -> Iterator[tuple[str, go.layout.XAxis | go.layout.YAxis]]:
    """The logarithmic axes that choose their own ticks, each with its name in traces: x, y2."""
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        if axis.type == "log" and axis.tickvals is None:
            yield axis.plotly_name.replace("axis", ""), axis


def ends(figure: go.Figure, name: str, axis: go.layout.XAxis | go.layout.YAxis) -> tuple[float, float]:
    """First and last power of ten, no whole ones, that a logarithmic axis shows: its range, or else its data's."""
    if axis.range:
        return tuple(axis.range)
    values = _values(figure, name[0], name)
    decades = np.log10(values[values > 0])
    return (float(decades.min()), float(decades.max())) if decades.size else (0.0, 0.0)


def label(figure: go.Figure) -> None:
    """Choose the ticks of every logarithmic axis by what is drawn along it, so that their labels stand apart."""
    for name, axis in logarithmic(figure):
        axis.dtick = _step(*ends(figure, name, axis))
