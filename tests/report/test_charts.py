"""Interactive plots show every value of the figure's table, and numbers as they are."""

import base64

import numpy as np
import pandas as pd
import pytest

from shallownets.drawing.interactive import number
from shallownets.studies.escape.charts import CHARTS
from shallownets.studies.perceptron import charts as perceptron
from shallownets.workflow import catalogue

PARAMETERS = {
    "fig1": {"N": 1000, "chain_N": 10**6, "replicates": 4, "chain_replicates": 2},
    "fig2": {},
    "fig3": {"others": 20, "N": 1000},
    "escape_law": {},
    "stationary_map": {"sizes": [[4, 3, 12], [6, 2, 12]], "p": 4, "N": 12},
}
# rows of the table that are shown, and how often each
SHOWN = {
    "fig1": lambda frame: len(frame),
    "fig2": lambda frame: ((frame.quantity == "optimum") | ((frame.quantity == "scan") & (frame.censored == 0))).sum(),
    "fig3": lambda frame: 2 * (frame.alpha > 0).sum(),
    "escape_law": lambda frame: len(frame) + frame.quantity.isin(["reduction", "finite_rate_ratio"]).sum(),
    "stationary_map": lambda frame: 2 * len(frame),
}


@pytest.mark.parametrize("name", CHARTS)
def test_every_row_is_shown(root, name):
    frame = pd.read_csv(root / f"tests/reference/figure_data/escape/{name}.csv")
    figure = CHARTS[name](frame, PARAMETERS[name])
    points = [len(trace.x) for trace in figure.data if trace.hoverinfo != "skip"]
    assert sum(points) == SHOWN[name](frame)
    groups = [trace.legendgroup for trace in figure.data if trace.showlegend]
    assert len(groups) == len(set(groups)) >= 3


@pytest.mark.parametrize("name", ["norm_curves", "free_norm", "learning_curves"])
def test_no_two_entries_of_a_legend_look_alike(root, name):
    frame = pd.read_csv(root / f"tests/reference/figure_data/perceptron/{name}.csv")
    shown = [trace for trace in perceptron.CHARTS[name](frame, {}).data if trace.showlegend]
    assert len({(one.mode, one.line.color, one.line.dash, one.marker.color) for one in shown}) == len(shown) >= 4


def test_charts_are_those_of_figures(root, monkeypatch):
    monkeypatch.chdir(root)
    assert set(CHARTS) <= {figure.name for figure in catalogue.load().values() if figure.study == "escape"}


def test_numbers_keep_seven_digits():
    values = np.geomspace(1e-12, 1e12, 50)
    assert np.abs(number(values) / values - 1).max() < 1e-7
    packed = pd.Series(values)
    assert len(base64.b64encode(number(packed).tobytes())) < 6 * len(values)
