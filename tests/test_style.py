"""The command of a figure."""

import pandas as pd
import pytest

from shallownets.drawing import draw as drawing
from shallownets.errors import UserError
from shallownets.results.artefacts import save
from shallownets.stage import Table


def test_data_that_a_figure_cannot_draw_are_one_line_that_says_where(monkeypatch, tmp_path):
    def draw(frame, parameters):
        return frame["risk"]

    save(tmp_path / "table.csv", Table(pd.DataFrame({"a": [1]})), "escape.ode", {}, "0123456789abcdef")
    monkeypatch.setattr("shallownets.studies.escape.figures.fig1.draw", draw)
    line = draw.__code__.co_firstlineno + 1
    said = rf"table\.csv: not the data of this figure: KeyError 'risk' \(test_style\.py:{line}\)$"
    with pytest.raises(UserError, match=said):
        drawing.main(["escape.fig1", "--table", str(tmp_path / "table.csv"), "--out", str(tmp_path / "x.png")])
    assert not (tmp_path / "x.png").exists()
