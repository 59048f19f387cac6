import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from shallownets.drawing import style
from shallownets.results.artefacts import load_table, save
from shallownets.stage import Table
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import direct, ode
from shallownets.studies.escape.figures import fig1
from shallownets.studies.escape.measure.order_parameters import summarise
from shallownets.studies.escape.trajectory import Trajectory, recording_times


def tidy(sgd, limit):
    """The figure's table, with a plateau."""
    row = {"engine": "theory", "quantity": "risk", "i": 0, "j": 0, "mean": 0.7, "sd": 0.0, "replicates": 1}
    plateau = pd.DataFrame(row | {"alpha": limit.alpha[[0, -1]]})
    return pd.concat([summarise(sgd, "SGD"), summarise(sgd, "chain"), summarise(limit, "ODE"), plateau])


@pytest.fixture
def runs(rng):
    start = starts.orthonormal(3, 2, 100, rng)
    alpha = recording_times(5.0, 21, 100)
    seeds = np.random.SeedSequence(1).spawn(3)
    return direct.simulate(start, 100, 0.3, alpha, seeds), ode.simulate(start, 0.3, alpha, 1e-8)


@pytest.fixture
def parameters():
    return {"p": 3, "p_star": 2, "N": 100, "eta": 0.3, "replicates": 3, "on_weights": 1, "diverged": 0} | {
        "chain_N": 1000000,
        "chain_replicates": 3,
        "chain_diverged": 0,
    }


@pytest.fixture
def table(runs, parameters, tmp_path):
    sgd, limit = runs
    frame = tidy(sgd, limit)
    save(tmp_path / "fig1.csv", Table(frame), "escape.fig1", parameters, "")
    return tmp_path / "fig1.csv"


def test_the_summary_holds_every_order_parameter_once(runs):
    sgd, _ = runs
    frame = summarise(sgd, "SGD")
    assert len(frame) == 21 * (3 * 2 + 6 + 1)
    one = frame[(frame.quantity == "M") & (frame.i == 3) & (frame.j == 2)]
    np.testing.assert_allclose(one["mean"], sgd.M[:, :, 2, 1].mean(0), rtol=1e-14)
    np.testing.assert_allclose(one.sd, sgd.M[:, :, 2, 1].std(0, ddof=1), rtol=1e-9, atol=1e-15)
    risk = frame[frame.quantity == "risk"]
    np.testing.assert_allclose(risk["mean"], model.population_risk(sgd.M, sgd.Q).mean(0), rtol=1e-14)


def test_diverged_replicates_are_left_out_and_counted(runs):
    sgd, _ = runs
    M, Q = sgd.M.copy(), sgd.Q.copy()
    M[0, 10:] = Q[0, 10:] = np.nan
    M[1:, 15:] = Q[1:, 15:] = np.nan
    frame = summarise(Trajectory(sgd.alpha, M, Q, sgd.alpha[[10, 15, 15]]), "SGD")
    one = frame[(frame.quantity == "Q") & (frame.i == 1) & (frame.j == 1)]
    assert list(one.replicates) == [3] * 10 + [2] * 5
    np.testing.assert_allclose(one["mean"].iloc[12], sgd.Q[1:, 12, 0, 0].mean(), rtol=1e-14)
    assert np.isfinite(frame.select_dtypes("number")).all(axis=None)


def test_the_figure_comes_from_its_table_alone_and_shows_every_curve(table):
    kept = load_table(table)
    style.apply()
    figure = fig1.draw(kept.frame, kept.parameters)
    lines = [
        sum(line.get_linestyle() != "None" and len(line.get_xdata()) > 1 for line in axes.lines) for axes in figure.axes
    ]
    assert lines == [6, 3, 3, 2, 12, 12]
    assert all(axes.get_ylabel() and axes.get_title() for axes in figure.axes)
    assert "N=100" in figure.get_suptitle() and "3 runs of SGD, 1 on weights" in figure.get_suptitle()
    overlaps = figure.axes[0].get_legend().get_lines()[-2:]  # r = 1 and 2, by dashes and by the fill of markers
    assert [line.get_markerfacecolor() for line in overlaps] == ["white", "black"]
    drawn = {(line.get_marker(), line.get_markerfacecolor() == "white") for line in figure.axes[0].lines}
    assert drawn >= {(style.marker(i), fill) for i in range(3) for fill in (True, False)}
    assert all(axes.get_xlim()[0] < 0 and axes.get_xlim()[1] > 5 for axes in figure.axes[:4])
    assert any("N=10^{6}" in text.get_text() for text in figure.axes[3].get_legend().get_texts())


def test_what_rounding_leaves_of_the_common_start_is_no_deviation(runs, parameters):
    frame = tidy(*runs).reset_index(drop=True)
    begun = (frame.alpha == 0) & frame.engine.isin(["SGD", "chain"])
    frame.loc[begun, ["mean", "sd"]] += [1e-15, 1e-17]
    for axes in fig1.draw(frame, parameters).axes[4:]:
        assert min(line.get_xdata().min() for line in axes.lines) == pytest.approx(5 / 20)


@pytest.mark.slow
def test_files_are_the_same_bytes_each_time(table, tmp_path):
    for turn in ("a", "b"):
        kept = load_table(table)
        style.apply()
        files = [tmp_path / f"{turn}.pdf", tmp_path / f"{turn}.png"]
        style.save(fig1.draw(kept.frame, kept.parameters), files, "")
    for kind in ("pdf", "png"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
        assert b"20260" not in (tmp_path / f"a.{kind}").read_bytes()[-2000:]


@pytest.mark.slow
def test_the_command_line_draws_from_the_table(table, tmp_path):
    def run(source):
        line = [sys.executable, "-m", "shallownets", "draw", "escape.fig1", "--table", source, "--out"]
        return subprocess.run([*line, tmp_path / "c.png"], capture_output=True, text=True)

    assert run(table).returncode == 0
    kept = load_table(table)
    style.apply()
    style.save(fig1.draw(kept.frame, kept.parameters), [tmp_path / "d.png"], "")
    assert (tmp_path / "c.png").read_bytes() == (tmp_path / "d.png").read_bytes()
    missing = run(tmp_path / "none.csv")
    assert missing.returncode == 2
    assert missing.stderr.startswith("error: ") and "none.csv: no such file" in missing.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("p", "p_star"), [(1, 1), (9, 5)])
def test_any_widths_can_be_drawn(p, p_star, rng, parameters):
    start = starts.gaussian(p, p_star, 100, rng)
    limit = ode.simulate(start, 0.1, np.linspace(0, 1, 5), 1e-6)
    frame = tidy(limit, limit)
    style.apply()
    figure = fig1.draw(frame, parameters | {"p": p, "p_star": p_star, "diverged": 2, "chain_diverged": 1})
    assert "2 diverged, 1 of the chain diverged" in figure.get_suptitle()
