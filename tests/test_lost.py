"""Runs that are left out are counted and said."""

import numpy as np
from matplotlib.figure import Figure

from shallownets.drawing import style
from shallownets.numerics.lost import Lost
from shallownets.results.artefacts import record_of, save_table


def test_only_runs_that_are_left_out_are_noted():
    lost = Lost()
    assert lost.enough(np.ones(3, bool), "SGD", "diverged")
    assert lost.parameters == {}
    assert lost.enough([True, False, True], "SGD, N = 10", "diverged")
    assert not lost.enough([True, False], "ODE", "did not escape")
    assert lost.parameters == {"notes": ["SGD, N = 10: 1 of 3 runs diverged", "ODE: 1 of 2 runs did not escape"]}


def test_a_figure_shows_the_notes_of_its_table(monkeypatch, tmp_path):
    import pandas as pd

    drawn = []

    def draw(frame, parameters):
        drawn.append(Figure())
        return drawn[-1]

    for notes in ([], ["SGD: 2 of 3 runs diverged"]):
        record = record_of("shallownets.studies.escape.stages.ode", {"notes": notes}, {})
        save_table(tmp_path / "table.csv", pd.DataFrame({"a": [1]}), record)
        monkeypatch.setattr("sys.argv", ["x", "--table", str(tmp_path / "table.csv"), "--out", str(tmp_path / "x.png")])
        style.command("x", "doc", draw)
    texts = [figure._supxlabel for figure in drawn]
    assert texts[0] is None
    assert texts[1].get_text() == "Left out: SGD: 2 of 3 runs diverged"
