"""What a picture is held to, wherever one is made: its size in pixels, that something is drawn on it, and what."""

from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from PIL import Image

DOTS = 300  # per inch, of every picture that is written


def assert_drawn(path: Path, width: float, height: float) -> None:
    """A picture of so many inches, on which there is ink in every quarter, and more paper than ink."""
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.size == (round(DOTS * width), round(DOTS * height)), path
        ink = np.asarray(picture.convert("L")) < 200
    assert ink.mean() < 0.5, path
    for half in np.array_split(ink, 2, axis=0):
        for quarter in np.array_split(half, 2, axis=1):
            assert quarter.mean() > 1e-3, path


def assert_live(chart: go.Figure, frame: pd.DataFrame, shift: float = 0.0) -> None:
    """An interactive plot: no panel and no curve is empty; every value on it is one of the table, plus ``shift``."""
    values = frame.select_dtypes("number").to_numpy(float).ravel()
    known = np.unique(values[np.isfinite(values)]) + shift
    panels = {"y" + name.removeprefix("yaxis") for name in chart.to_dict()["layout"] if name.startswith("yaxis")}
    assert {trace.yaxis or "y" for trace in chart.data} == panels
    for trace in chart.data:
        shown = np.asarray(trace.y, float)
        shown = shown[np.isfinite(shown)]
        assert shown.size, trace.name
        assert (np.abs(shown[:, None] - known).min(1) <= 1e-6 * np.abs(shown)).all(), trace.name
