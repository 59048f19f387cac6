"""The command of a figure."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from shallownets.drawing import draw as drawing
from shallownets.drawing import labels, style
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


def test_a_note_has_the_letters_of_the_figure_and_tears_no_value_from_its_name():
    figure = Figure(figsize=(1.2, 1))
    style.note(figure, labels.greek("times at kappa = 0.2 and at eta d = 0.02, at eta d = 0.16; theta stays"))
    assert figure.get_supxlabel().split("\n") == [
        "times at κ = 0.2 and at",
        "η d = 0.02, at η d = 0.16;",
        "theta stays",
    ]
