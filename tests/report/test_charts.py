"""Interactive plots show every value of the figure's table, and numbers as they are."""

import base64
import re

import numpy as np
import pandas as pd
import pytest

from shallownets.drawing import interactive
from shallownets.drawing.interactive import number, panels
from shallownets.studies.emergence import charts as emergence
from shallownets.studies.escape.charts import CHARTS
from shallownets.studies.perceptron import charts as perceptron
from shallownets.studies.riccati import charts as riccati
from shallownets.studies.spectra import charts as spectra
from shallownets.workflow import catalogue

PARAMETERS = {
    "fig1": {"N": 1000, "chain_N": 10**6, "replicates": 4, "on_weights": 1, "chain_replicates": 2},
    "fig2": {},
    "fig3": {"others": 20, "N": 1000},
    "escape_law": {},
    "stationary_map": {"sizes": [[4, 3, 12], [6, 2, 12]], "p": 4, "N": 12},
    "time_units": {"direction": 4, "ratios_M_star": 8},
    "sgd_flow": {"falls_from": 0.5},
    "scaling_law": {"tail": 0.1},
}
LIVE = {
    "emergence": emergence.CHARTS,
    "escape": CHARTS,
    "perceptron": perceptron.CHARTS,
    "riccati": riccati.CHARTS,
    "spectra": spectra.CHARTS,
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
    frame = pd.read_csv(root / f"tests/reference/paper/figure_data/escape/{name}.csv")
    figure = CHARTS[name](frame, PARAMETERS[name])
    points = [len(trace.x) for trace in figure.data if trace.hoverinfo != "skip"]
    assert sum(points) == SHOWN[name](frame)
    groups = [trace.legendgroup for trace in figure.data if trace.showlegend]
    assert len(groups) == len(set(groups)) >= 3


def test_titles_of_figure_1_name_the_colour_of_each_curve_and_the_dashes_of_each_teacher(root):
    frame = pd.read_csv(root / "tests/reference/paper/figure_data/escape/fig1.csv")
    figure = CHARTS["fig1"](frame, PARAMETERS["fig1"])
    titles = [note.text for note in figure.layout.annotations]
    for panel, axis in ((0, "x"), (1, "x2"), (2, "x3")):
        drawn = {trace.line.color for trace in figure.data if trace.xaxis == axis and trace.mode == "lines"}
        assert drawn == set(re.findall(r"color:(#\w+)", titles[panel])) and len(drawn) in (4, 6)
    assert "r = 1 solid, r = 2 dash" in titles[0]
    pair = next(trace for trace in figure.data if trace.mode == "lines" and "24" in trace.hovertemplate)
    assert f'color:{pair.line.color}"><b>24</b>' in titles[2]


@pytest.mark.parametrize("name", ["norm_curves", "free_norm", "learning_curves"])
def test_no_two_entries_of_a_legend_look_alike(root, name):
    frame = pd.read_csv(root / f"tests/reference/paper/figure_data/perceptron/{name}.csv")
    shown = [trace for trace in perceptron.CHARTS[name](frame, {}).data if trace.showlegend]
    assert len({(one.mode, one.line.color, one.line.dash, one.marker.color) for one in shown}) == len(shown) >= 4


def test_the_lines_of_a_width_have_keys_in_the_legend(root):
    frame = pd.read_csv(root / "tests/reference/paper/figure_data/riccati/risk_scaling.csv")
    figure = riccati.CHARTS["risk_scaling"](frame, {})
    keys = {trace.name: trace for trace in figure.data if trace.showlegend and trace.hoverinfo == "skip"}
    one = [trace for trace in figure.data if trace.name == figure.data[0].name]
    for trace, name in zip(one, ("exact", "equivalent", "decoupled", "best risk"), strict=True):
        assert (trace.line.dash, trace.line.width) == (keys[name].line.dash, keys[name].line.width)
    assert len({(key.line.dash, key.line.width) for key in keys.values()}) == 4


def charts(root):
    """All live plots of the reference's data, as the report shows them, by study and name."""
    for study, draw in LIVE.items():
        for name in draw:
            path = root / f"tests/reference/paper/figure_data/{study}/{name}.csv"
            if path.is_file():  # data of networks are made with the optional packages alone
                chart = draw[name](pd.read_csv(path), PARAMETERS.get(name, {}))
                interactive.label(chart)
                yield f"{study}.{name}", chart


def labels(dtick: str | int, low: float, high: float) -> int:
    """How many labels plotly writes between these powers of ten."""
    steps = np.log10([1, 2, 5]) if dtick == "D2" else [0]
    every = 1 if dtick == "D2" else dtick
    places = np.add.outer(np.arange(-60, 60) * every, steps)
    return int(((places >= low) & (places <= high)).sum())


@pytest.mark.slow
def test_a_logarithmic_axis_has_few_labels_and_not_one_alone(root):
    seen = 0
    for name, chart in charts(root):
        for axis, of in interactive.logarithmic(chart):
            low, high = interactive.ends(chart, axis, of)
            if of.dtick is not None:  # else plotly chooses by the room there is
                margin = 0 if of.range else 0.06 * (high - low)
                assert 2 <= labels(of.dtick, low - margin, high + margin) <= 8, (name, axis, of.dtick, low, high)
                seen += 1
    assert seen >= 20


@pytest.mark.parametrize("first", [1e-30, 3e-7, 1.0, 4e5])
@pytest.mark.parametrize("decades", [0.0, 0.2, 0.9, 1.0, 2.0, 2.1, 5.9, 6.1, 17.0, 33.0])
def test_labels_of_a_logarithmic_axis_follow_from_its_data(first, decades):
    figure = panels(["left", "right"], 2)
    figure.add_scatter(x=[1.0, 2.0], y=[first, first * 10**decades], row=1, col=2)
    figure.add_scatter(x=[1.0, 2.0], y=[1e-90, 1e90], row=1, col=1)  # of another axis
    figure.update_yaxes(type="log", col=2)
    interactive.label(figure)
    dtick = figure.layout.yaxis2.dtick
    low, high = np.log10(first), np.log10(first) + decades
    assert figure.layout.yaxis.dtick is None
    assert (dtick is None) == (decades < 0.7 or (decades < 1 and np.ceil(low) > high))
    assert dtick is None or 1 < labels(dtick, low - 0.06 * decades, high + 0.06 * decades) <= 8


def test_a_logarithmic_axis_holds_both_ends_of_unequal_bars():
    figure = panels(["one"], 1)
    figure.add_scatter(x=[1.0, 2.0], y=[1.0, 10.0], error_y={"array": [9.0, 990.0], "arrayminus": [0.5, 9.0]})
    figure.update_yaxes(type="log")
    ((name, axis),) = interactive.logarithmic(figure)
    assert interactive.ends(figure, name, axis) == pytest.approx((np.log10(0.5), 3))


def test_charts_are_those_of_figures(root, monkeypatch):
    monkeypatch.chdir(root)
    assert set(CHARTS) <= {figure.name for figure in catalogue.load().values() if figure.study == "escape"}


def test_numbers_keep_seven_digits():
    values = np.geomspace(1e-12, 1e12, 50)
    assert np.abs(number(values) / values - 1).max() < 1e-7
    packed = pd.Series(values)
    assert len(base64.b64encode(number(packed).tobytes())) < 6 * len(values)
