"""Every stage at a tiny size: what it measures agrees with theory, and its figure shows it."""

import importlib

import msgspec
import numpy as np
import pandas as pd
import pytest

from shallownets.config import settings, yamlfile
from shallownets.config.check import fields, section_of
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.results import artefacts
from shallownets.run import find
from shallownets.stage import Arrays
from shallownets.studies.emergence import charts
from shallownets.studies.emergence.figures import wasted
from shallownets.studies.emergence.measure import curves, envelope
from shallownets.studies.emergence.parameters.whole import Emergence
from shallownets.studies.emergence.stages import drawn
from shallownets.studies.emergence.theory import coverage, scaling
from tests.conftest import ROOT
from tests.pictures import assert_live

FLOW = {"r0": 1e-6, "tolerance": 1e-3, "seed": 4}
STAGES = {
    "staircase": {"d": 400, "P": 4, "N": 8, "beta": 1.0, "shown": [1, 4], "points": 60} | FLOW | {"tolerance": 2e-4},
    "scaling_law": {
        "d": 300,
        "P": 48,
        "beta": 0.8,
        "widths": [4, 8, 12, 48, 96],
        "t_end": 3000.0,
        "exact": [[12, 200.0]],
        "points": 60,
    }
    | FLOW,
    "learning_times": {
        "d": 10**6,
        "P": 9,
        "N": 14,
        "betas": [0.7],
        "starts": 4,
        "crowding_P": 12,
        "crowding_N": 20,
        "crowding_d": [1024, 2048, 4096],
        "crowding_starts": 2,
        "resamples": 20,
    }
    | FLOW,
    "link": {"links": ["h3", "0.5 h4 + h6"], "d": [10**4, 10**5, 10**6], "P": 3, "N": 6, "beta": 1.0, "starts": 2}
    | FLOW,
    "coverage": {
        "P": 32,
        "beta": 1.0,
        "d": 4096,
        "widths": [3, 6, 9],
        "drawn": [[5, 300], [5000, 2]],
        "most": 1e4,
        "wasted_P": 12,
        "wasted_N": 8,
        "wasted_d": [64, 128, 256, 512],
        "wasted_starts": 3,
        "resamples": 20,
    }
    | FLOW,
    "light_tail": {"betas": [0.25], "d": 4096, "P": 128, "N": 256, "starts": 2, "points": 40, "resamples": 50} | FLOW,
}
STAGES["compute_frontier"] = STAGES["scaling_law"] | {"limit": [[16, 512], [128, 4096]]}
DATA = {"wasted": "coverage"}
RUNS = {"scaling_law": "scaling_law_runs", "compute_frontier": "scaling_law_runs"}


def given_to(name, values):
    """The parameters of a stage among these values."""
    kind = settings.class_of(f"emergence.{name}")
    return section_of({key: value for key, value in values.items() if key in fields(kind)}, kind, name)


def made(name, values):
    """(parameters, tables) of a stage, which reads the runs that another stage makes with the same values."""
    _, stage = find(f"emergence.{name}")
    given, read = given_to(name, values), []
    if name in RUNS:
        of, runs = made(RUNS[name], values)
        read = [Arrays(runs.data.arrays, runs.data.units, msgspec.to_builtins(of))]
    return given, stage(given, *read)


@pytest.fixture(scope="module")
def tables():
    """(parameters, tables) of each stage by its name."""
    return {name: made(name, values) for name, values in STAGES.items()}


def rows(tables, name, quantity):
    frame = tables[name][1].measurements.frame
    return frame[frame.quantity == quantity]


@pytest.mark.parametrize("name", [*STAGES, *DATA])
def test_the_figure_and_its_live_plot_show_the_table(tables, name):
    given, of = tables[DATA.get(name, name)]
    module = importlib.import_module(f"shallownets.studies.emergence.figures.{name}")
    parameters = msgspec.to_builtins(given) | dict(of.figure_data.parameters)
    style.apply()
    figure = module.draw(of.figure_data.frame, parameters)
    figure.canvas.draw()
    assert all(axes.lines or axes.containers for axes in figure.axes)
    if name in charts.CHARTS:
        shift = parameters["tail"] if name == "scaling_law" else 0  # of directions that a finite teacher lacks
        assert_live(charts.CHARTS[name](of.figure_data.frame, parameters), of.figure_data.frame, shift)
    measured = of.measurements.frame
    assert np.isfinite(measured[["estimate", "low", "high"]].to_numpy(float)).all()


@pytest.mark.parametrize("quantity", ["single", "closure", "not turned", "slope", "decay", "overlay"])
def test_what_is_exact_about_a_start(tables, quantity):
    for row in rows(tables, "staircase", quantity).itertuples():
        assert abs(row.estimate - row.theory) <= row.order


def test_the_loss_at_several_widths(tables):
    (engine,) = rows(tables, "scaling_law", "engine").itertuples()
    assert engine.estimate < 1e-2
    at_learning = rows(tables, "scaling_law", "exponent at learning times")
    assert at_learning.n.tolist() == [3, 3]  # directions 10 to P/4: too few for an exponent
    frame = tables["scaling_law"][1].figure_data.frame
    flow, deflated = frame[frame.series == "flow"], frame[(frame.series == "deflated") & (frame.N == 12)]
    np.testing.assert_allclose(flow.loss, deflated.loss[: len(flow)], rtol=0.02)


def test_the_least_loss_at_each_compute(tables):
    below = rows(tables, "compute_frontier", "frontier below its limit")
    assert len(below) == 2
    assert (below.estimate < scaling.in_compute(0.8)).all()
    (rises,) = rows(tables, "compute_frontier", "frontier rises").itertuples()
    assert rises.estimate > 0
    above = rows(tables, "compute_frontier", "best width above its limit")
    assert len(above) == 2
    assert (above.estimate > scaling.best_width(0.8)).all()
    (falls,) = rows(tables, "compute_frontier", "best width falls").itertuples()
    assert falls.estimate < 0
    (row,) = rows(tables, "compute_frontier", "best width, sequential").itertuples()
    assert abs(row.estimate - row.theory) <= row.order
    (width,) = rows(tables, "compute_frontier", "best width").itertuples()
    assert width.low < width.estimate < width.high
    assert width.last == 48  # the teacher's


def test_both_tables_of_the_runs_at_several_widths_have_their_curves_and_say_of_them_the_same(tables):
    (_, law), (_, front) = tables["scaling_law"], tables["compute_frontier"]
    curves = [one.figure_data.frame for one in (law, front)]
    ours, theirs = (one[one.series == "deflated"].drop(columns="law") for one in curves)
    pd.testing.assert_frame_equal(
        ours.reset_index(drop=True), theirs[ours.columns].reset_index(drop=True), check_dtype=False
    )
    # the least at each compute: nowhere above a curve, but for what lines between points make of it
    frontier = curves[1][curves[1].series == "frontier"]
    for N, curve in ours.groupby("N"):
        inside = (frontier.t >= curve.t.min() * N) & (frontier.t <= curve.t.max() * N)
        at = np.exp(np.interp(np.log(frontier.t[inside] / N), np.log(curve.t), np.log(curve.loss)))
        assert (frontier.loss[inside] <= at * (1 + 1e-9)).all()
    said = [one.measurements.parameters for one in (law, front)]
    assert said[0] == said[1]
    assert (said[0]["P"], said[0]["r0"], said[0]["widths"]) == (48, 1e-6, [4, 8, 12, 48, 96])


def test_times_of_many_starts(tables):
    (greedy,) = rows(tables, "learning_times", "time over greedy").itertuples()
    assert greedy.estimate == pytest.approx(1, abs=greedy.order)
    (owner,) = rows(tables, "learning_times", "owner").itertuples()
    assert owner.low < owner.estimate == 1
    assert set(rows(tables, "learning_times", "rank").part) == {1, 2, 3}
    assert (rows(tables, "learning_times", "crowding").estimate > 0).all()


def test_exponents_of_links(tables):
    for row in rows(tables, "link", "slope").itertuples():
        assert abs(row.estimate - row.theory) <= row.order
    assert set(tables["link"][1].figure_data.frame.link) == {"h3", "0.5 h4 + h6"}


def test_directions_covered(tables):
    a = np.arange(1, 33) ** -1.0
    for row in rows(tables, "coverage", "covered").itertuples():
        assert row.theory == pytest.approx(coverage.covered(coverage.chances(a), row.N))
        assert row.low <= row.theory <= row.high
    learned = rows(tables, "coverage", "learned")
    assert (learned.estimate <= learned.theory).all()
    assert (rows(tables, "coverage", "learned before a gap").estimate.to_numpy() <= learned.estimate.to_numpy()).all()
    given, _ = tables["coverage"]
    more = rows(tables, "coverage", "more than by the correlation loss").set_index("N").estimate
    for N, count in learned.set_index("N").estimate.items():
        M = drawn.start(given.seed, "coverage", N, given.P, given.d, given.r0).M
        assert more[N] == count - len(set(np.argmax(a * M**2, axis=1)))
    (half,) = rows(tables, "coverage", "exponent of the logarithm for half").itertuples()
    assert 0 < half.estimate < 1
    wasted = tables["coverage"][1].figure_data.frame
    end = wasted[wasted.series == "end"].set_index("d")
    assert (end.value > 0.99).all()
    # the mean over starts is judged with its error, as it is drawn
    for row in rows(tables, "coverage", "end over greedy").itertuples():
        assert (row.estimate, row.low, row.high) == tuple(end.loc[row.d, ["value", "low", "high"]])
        assert row.low < row.high


def test_light_tails(tables):
    (row,) = rows(tables, "light_tail", "exponent").itertuples()
    assert row.theory == pytest.approx(row.limit, rel=0.3)
    assert row.estimate == pytest.approx(row.theory, rel=0.4)


# (stage, values, quantities that cannot be measured with them)
UNMEASURED = [
    ("scaling_law", {"exact": [[12, 2.0]]}, ["engine"]),
    ("scaling_law", {"t_end": 2.0, "exact": [[12, 0.5]]}, ["engine", "exponent at learning times"]),
    ("compute_frontier", {"t_end": 2.0, "exact": [[12, 0.5]]}, ["best width", "best width, sequential"]),
    ("learning_times", {"P": 10, "N": 10, "d": 100, "starts": 2}, ["exponent in m", "exponent in m, sequential"]),
    ("learning_times", {"P": 8, "N": 12, "d": 8, "starts": 20}, ["exponent in m"]),
    ("learning_times", {"P": 6, "N": 6, "d": 6, "starts": 2}, ["exponent in m"]),
    ("learning_times", {"crowding_N": 1}, ["crowding", "crowding exponent", "crowding at infinite d"]),
    ("learning_times", {"crowding_P": 4, "crowding_N": 4, "crowding_d": [4, 5, 6]}, ["crowding exponent"]),
    ("link", {"links": ["h3"], "N": 2, "P": 2, "starts": 50, "d": [10, 100, 1000]}, []),
    ("coverage", {"wasted_d": [10**6, 2 * 10**6, 4 * 10**6]}, ["wasted exponent"]),
    ("coverage", {"wasted_N": 2, "wasted_P": 3}, ["wasted exponent"]),
    ("staircase", {"P": 64, "N": 1, "d": 64, "shown": [1]}, []),
    ("staircase", {"P": 1, "N": 1, "d": 10, "shown": [1], "beta": 10.0, "r0": 1e-8}, []),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("name", "more", "missing"), UNMEASURED)
def test_what_cannot_be_measured_is_left_out_of_the_table_and_said(name, more, missing):
    given, of = made(name, STAGES[name] | more)
    measured = of.measurements.frame
    assert np.isfinite(measured[["estimate", "low", "high"]].to_numpy(float)).all()
    assert not set(missing) & set(measured.quantity)
    said = [one for touched in of.measurements.notes.values() for one in touched]
    for quantity in missing[:1]:
        assert any(one.get("quantity") == quantity for one in said)
    assert of.figure_data.notes == of.measurements.notes
    parameters = msgspec.to_builtins(given) | dict(of.figure_data.parameters)
    for figure in [name, *(one for one, stage in DATA.items() if stage == name)]:
        module = importlib.import_module(f"shallownets.studies.emergence.figures.{figure}")
        module.draw(of.figure_data.frame, parameters).canvas.draw()


def test_a_table_in_which_nothing_can_be_measured_can_be_read(tmp_path):
    """Claims look for their rows in it."""
    short = {"widths": [16, 48, 96], "t_end": 1.2, "exact": [[16, 0.5]]}
    _, of = made("scaling_law", STAGES["scaling_law"] | short)
    artefacts.save(tmp_path / "scaling_law.csv", of.measurements, "emergence.scaling_law", {}, "source")
    found = artefacts.load_table(tmp_path / "scaling_law.csv")
    assert found.frame.empty and "quantity" in found.frame and found.parameters["notes"]


def test_a_frontier_whose_best_width_is_an_end_of_the_list_is_empty_between_them():
    found = envelope.Frontier(np.arange(1.0, 4), np.ones(3), np.array([8.0, 8.0, 32.0]))
    assert [one.size for one in found.between(32, 64)] == [0, 0]
    assert [one.size for one in found.between(4, 64)] == [3, 3]


def test_starts_do_not_depend_on_the_dimension_but_on_all_else():
    one, other = (drawn.start(1, "a", 6, 4, d, 1e-6) for d in (10**8, 10**10))
    np.testing.assert_allclose(one.M * 1e4, other.M * 1e5, rtol=1e-3)
    for more in ({"replicate": 1}, {"purpose": "b"}, {"seed": 2}):
        said = {"seed": 1, "purpose": "a", "N": 6, "P": 4, "d": 10**8, "r0": 1e-6} | more
        assert not np.allclose(drawn.start(**said).M, one.M)


def test_windows_and_losses_between_steps():
    T = np.arange(1.0, 101)
    window = curves.window(T)
    assert (window[0], window[-1]) == pytest.approx((10, 25))
    assert curves.power(window, 3 * window**-0.7) == pytest.approx(-0.7)


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("staircase", {"shown": [5]}, "shown.0 = 5: expected a number from 1 to 4"),
        ("staircase", {"tolerance": 1e-3}, "expected a number up to 2e-4"),
        ("scaling_law_runs", {"exact": [[13, 2.0]]}, "exact.0 = "),
        ("scaling_law_runs", {"exact": []}, "exact = []: expected a list of at least one value"),
        ("scaling_law_runs", {"t_end": 0.5}, "t_end = 0.5: expected a number above 1"),
        ("scaling_law_runs", {"d": 40}, "d = 40: expected at least P = 48"),
        ("compute_frontier", {"limit": [[16, 255], [128, 4096]]}, "limit.0 = "),
        ("compute_frontier", {"limit": [[128, 4096], [16, 512]]}, "limit = "),
        ("learning_times", {"N": 8}, "N = 8: expected at least P = 9"),
        ("link", {"links": ["h1"]}, "links.0 = 'h1': expected Hermite polynomials h2 to h8"),
        ("coverage", {"wasted_N": 12}, "wasted_N = 12: expected a number below wasted_P = 12"),
        ("light_tail", {"betas": [0.5]}, "betas.0 = 0.5: expected a number"),
    ],
)
def test_parameters_that_do_not_go_together(name, more, message):
    with pytest.raises(UserError) as refused:
        given_to(name, STAGES[name.removesuffix("_runs")] | more)
    assert message in str(refused.value)


def test_weights_of_links_that_are_no_numbers_are_refused():
    given = yamlfile.load(ROOT / "config.yaml")["emergence"]
    assert section_of(given, Emergence, "emergence").link.links
    given["link"]["links"][1] = "9" * 400 + " h4"
    with pytest.raises(UserError) as refused:
        section_of(given, Emergence, "emergence")
    assert "link.links.1 = " in str(refused.value)
    assert "expected weights from 1e-06 to 1e+06" in str(refused.value)


def test_what_waste_costs_is_drawn_with_all_of_its_bars_and_a_guide():
    d = [2048.0, 4096.0, 8192.0]
    columns = {"low": [3.0, 1.0, -0.5], "high": [5.0, 3.0, 1.5]}
    counts = pd.DataFrame({"series": "wasted", "d": d, "value": [4.0, 2.0, 0.5]} | columns)
    ends = pd.DataFrame(
        {"series": "end", "d": d, "value": [1.2, 1.1, 1.02], "low": [1.1, 1.0, 0.97], "high": [1.3, 1.2, 1.07]}
    )
    _, below = wasted.draw(pd.concat([counts, ends]), {}).axes
    low, high = below.get_ylim()
    assert low < -0.03
    assert high > 0.3
    guide = next(line for line in below.lines if line.get_label() == r"$\propto 1/d$")
    assert guide.get_ydata()[0] == pytest.approx(0.32 / (1 + 1 / 2 + 1 / 4))
    assert guide.get_ydata()[0] / guide.get_ydata()[-1] == pytest.approx(4)
