"""The command line of a figure."""

import re

import pandas as pd
import pytest

from shallownets.drawing import style
from shallownets.results.artefacts import record_of, save_table


def test_data_that_a_figure_cannot_draw_are_one_line_that_says_where(monkeypatch, tmp_path, capsys):
    def draw(frame, parameters):
        return frame["risk"]

    save_table(
        tmp_path / "table.csv", pd.DataFrame({"a": [1]}), record_of("shallownets.studies.escape.stages.ode", {}, {})
    )
    monkeypatch.setattr("sys.argv", ["x", "--table", str(tmp_path / "table.csv"), "--out", str(tmp_path / "x.png")])
    with pytest.raises(SystemExit) as left:
        style.command("x", "doc", draw)
    (said,) = capsys.readouterr().err.splitlines()
    line = draw.__code__.co_firstlineno + 1
    assert left.value.code == 2
    assert re.search(rf"table\.csv: not the data of this figure: KeyError 'risk' \(test_style\.py:{line}\)$", said)
    assert not (tmp_path / "x.png").exists()
