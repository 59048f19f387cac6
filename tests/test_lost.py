"""Runs that are left out are counted and said."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from shallownets.drawing import draw as drawing
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.results.artefacts import save
from shallownets.stage import Table
from shallownets.studies.emergence.figures import samples
from shallownets.studies.escape.figures import escape_time
from shallownets.studies.perceptron.figures import deep_curves, deep_table


def test_only_runs_that_are_left_out_are_noted_each_with_the_rows_that_would_have_used_them():
    lost, rows = Lost(), [{"N": 10, "quantity": ["time", "slope"]}]
    assert lost.enough(np.ones(3, bool), "SGD", "diverged", rows)
    assert not lost.notes
    assert lost.enough([True, False, True], "SGD, N = 10", "diverged", rows)
    assert not lost.enough([True, False], "ODE", "did not escape")
    assert lost.notes == {"SGD, N = 10: 1 of 3 runs diverged": rows, "ODE: 1 of 2 runs did not escape": []}
    with pytest.raises(UserError, match="SGD, N = 10: 1 of 3 runs diverged; ODE: 1 of 2 runs did not escape"):
        lost.require([])


@pytest.fixture
def drawn_with(monkeypatch, tmp_path):
    """The figure of a table with notes, so many inches wide."""

    def draw_it(notes, width):
        figure = Figure(figsize=(width, 4))
        figure.subplots()
        monkeypatch.setattr("shallownets.studies.escape.figures.fig1.draw", lambda frame, parameters: figure)
        table = Table(pd.DataFrame({"a": [1]}), notes=notes)
        save(tmp_path / "table.csv", table, "escape.ode", {}, "0123456789abcdef")
        drawing.main(["escape.fig1", "--table", str(tmp_path / "table.csv"), "--out", str(tmp_path / "x.png")])
        return figure

    return draw_it


def test_a_figure_shows_the_notes_of_its_table(drawn_with):
    assert drawn_with({}, style.PAGE)._supxlabel is None
    text = drawn_with({"SGD: 2 of 3 runs diverged": []}, style.PAGE)._supxlabel
    assert text.get_text() == "Mind: SGD: 2 of 3 runs diverged"


def test_a_figure_that_draws_a_part_of_its_table_leaves_out_notes_on_the_rest(drawn_with, monkeypatch):
    monkeypatch.setattr(
        "shallownets.studies.escape.figures.fig1.shows", lambda frame, row: row["a"] in set(frame.a), raising=False
    )
    notes = {"elsewhere": [{"a": 2}], "here, too": [{"a": 2}, {"a": 1}], "of no row": []}
    assert drawn_with(notes, style.PAGE)._supxlabel.get_text() == "Mind: here, too; of no row"
    assert drawn_with({"elsewhere": [{"a": 2}]}, style.PAGE)._supxlabel is None


def test_notes_below_figures_name_what_is_drawn():
    cases = [(3, 100, 0.25), (3, 200, 0.25), (3, 400, 0.25), (3, 400, 1.0), (3, 400, 2.0), (3, 100, 1.0), (4, 40, 0.1)]
    frame = pd.DataFrame(cases, columns=["k", "d", "kappa"])
    seen = [case for case in cases if samples.shows(frame, dict(zip(frame, case, strict=True)))]
    assert seen == [case for case in cases if case != (3, 100, 1.0)]  # neither at the left's step nor the right's d
    times = [{"engine": "SGD", "N": 100}, {"engine": "ODE", "eta_hat": 0.1}, {"quantity": "narrow_over_wide"}]
    assert [escape_time.shows(frame, row) for row in times] == [False, True, True]
    rows = [{"quantity": "measured"}, {"star": "least test error"}, {"quantity": "g1, end less beginning"}]
    assert [deep_table.shows(frame, row) for row in rows] == [True, True, False]
    assert not deep_curves.shows(frame, {"quantity": "apart at equal norm"})


@pytest.mark.parametrize("width", [style.COLUMN, style.PAGE])
def test_long_notes_leave_a_margin_at_both_edges_and_tear_no_equation(drawn_with, width):
    notes = {f"convolutional network, P = {P}, norm of Bartlett et al.: 2 of 4 were late": [] for P in range(60, 80)}
    figure = drawn_with(notes, width)
    text, whole = figure._supxlabel, figure.bbox
    box = text.get_window_extent()
    assert 0.02 * whole.width < box.x0 < box.x1 < 0.98 * whole.width
    assert box.width > 0.7 * whole.width and box.y0 >= 0
    assert text.get_text().replace("\n", " ") == "Mind: " + "; ".join(notes)
    assert not [line for line in text.get_text().splitlines() if line.startswith("=") or line.endswith(("P", "="))]
