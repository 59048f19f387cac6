"""One look for every interactive plot of the report: panels in a row or grid, few colours, values on hover."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shallownets.drawing.style import COLOURS

_SYMBOLS = ("circle", "square", "diamond", "triangle-down", "triangle-up", "pentagon", "x", "star")
_GRID = "#e4e4e4"
_INK = "#222222"
_FONT = {"family": "STIX Two Text, Georgia, Times New Roman, serif", "size": 14, "color": _INK}
_ROW, _LEGEND = 300, 110  # pixels: a row of panels, and what stands below the last one


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
    figure.update_yaxes(**line, exponentformat="power", title_standoff=6)
    figure.update_annotations(font_size=15)
    return figure
