"""Runs that are left out are counted and said."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from shallownets.drawing import draw as drawing
from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.results.artefacts import save
from shallownets.stage import Table


def test_only_runs_that_are_left_out_are_noted_each_with_the_rows_that_would_have_used_them():
    lost, rows = Lost(), [{"N": 10, "quantity": ["time", "slope"]}]
    assert lost.enough(np.ones(3, bool), "SGD", "diverged", rows)
    assert not lost.notes
    assert lost.enough([True, False, True], "SGD, N = 10", "diverged", rows)
    assert not lost.enough([True, False], "ODE", "did not escape")
    assert lost.notes == {"SGD, N = 10: 1 of 3 runs diverged": rows, "ODE: 1 of 2 runs did not escape": []}
    with pytest.raises(UserError, match="SGD, N = 10: 1 of 3 runs diverged; ODE: 1 of 2 runs did not escape"):
        lost.require([])


def test_a_figure_shows_the_notes_of_its_table(monkeypatch, tmp_path):
    import pandas as pd

    drawn = []

    def draw(frame, parameters):
        drawn.append(Figure())
        return drawn[-1]

    monkeypatch.setattr("shallownets.studies.escape.figures.fig1.draw", draw)
    for notes in ({}, {"SGD: 2 of 3 runs diverged": []}):
        save(tmp_path / "table.csv", Table(pd.DataFrame({"a": [1]}), notes=notes), "escape.ode", {}, "0123456789abcdef")
        drawing.main(["escape.fig1", "--table", str(tmp_path / "table.csv"), "--out", str(tmp_path / "x.png")])
    texts = [figure._supxlabel for figure in drawn]
    assert texts[0] is None
    assert texts[1].get_text() == "Mind: SGD: 2 of 3 runs diverged"
