"""The command lines of gradient flow at small sizes: what they measure, draw, and refuse."""

import importlib
import sys

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.results.artefacts import load_table
from shallownets.studies.riccati import charts

LINES = {
    "exactness": "--M-star 4 --N 2 --d 30 --beta 1 --scale 0.1 --times 1 10 --starts 2 --tolerance 1e-11",
    "risk_scaling": "--d 100000000 --heavy 1 --heavy-M-star 40 --heavy-N 3 9 --light 0.25 --light-M-star 20 "
    "--light-N 5 10 20 --points 40 --starts 2",
    "emergence": "--beta 1 --M-star 12 --N 8 --d 100000000 --directions 1 2 4 --points 150 --starts 20 --resamples 50",
    "exponents": "--betas 0.25 1 --M-star 64 --d 1000000 100000000 1000000000000 --first 5 --share 0.25 --points 10 "
    "--starts 4",
    "time_units": "--light 0.25 --M-star 8 16 32 --light-d 1000000000000 --heavy 1 --heavy-M-star 8 --N 4 "
    "--direction 2 --d 10000 100000000 1000000000000 --starts 4",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(measurements, path of the figure's data or None) of each command line."""
    folder, results = tmp_path_factory.mktemp("stages"), {}
    with pytest.MonkeyPatch.context() as patch:
        for stage, line in LINES.items():
            files = {"--measurements": folder / f"{stage}_m.csv", "--figure-data": folder / f"{stage}.csv"}
            if stage == "exactness":
                del files["--figure-data"]
            words = [word for pair in files.items() for word in map(str, pair)]
            patch.setattr(sys, "argv", [stage, *line.split(), "--seed", "1", *words])
            importlib.import_module(f"shallownets.studies.riccati.stages.{stage}").main()
            results[stage] = load_table(files["--measurements"])[0], files.get("--figure-data")
    return results


def rows(made, stage, **columns):
    frame = made[stage][0]
    for column, value in columns.items():
        frame = frame[frame[column] == value]
    assert len(frame)
    return frame


@pytest.mark.parametrize("stage", LINES)
def test_every_measurement_is_a_number_with_its_interval(made, stage):
    frame = made[stage][0]
    assert np.isfinite(frame[["estimate", "low", "high", "n"]].to_numpy(float)).all()
    assert ((frame.low <= frame.estimate) & (frame.estimate <= frame.high)).all()


def test_closed_forms_are_as_exact_as_the_integrations(made):
    frame = rows(made, "exactness")
    assert (frame.estimate < frame.own).all() and (frame.own < 1e-7).all()


def test_plateaus_are_the_best_risks(made):
    frame = rows(made, "risk_scaling", quantity="plateau")
    assert frame.estimate.to_numpy() == pytest.approx(frame.best.to_numpy(), abs=1e-13)
    exponents = rows(made, "risk_scaling", quantity="plateau exponent")
    assert exponents.estimate.to_numpy() == pytest.approx(1 - 2 * exponents.beta.to_numpy(), abs=0.1)


def test_curves_fall_from_one_to_the_best_risk_behind_decoupled_directions(made):
    frame, _ = load_table(made["risk_scaling"][1])
    for _, curve in frame.groupby(["kind", "N"]):
        assert curve.exact.iloc[0] == pytest.approx(1, abs=1e-4)
        assert (np.diff(curve.exact) < 1e-12).all()
        assert (curve.exact > curve.best - 1e-12).all()
        assert curve.decoupled.iloc[-1] == pytest.approx(curve.best.iloc[0], abs=0.02)


def test_directions_emerge_in_order_at_the_times_of_theory(made):
    frame = rows(made, "emergence", quantity="time")
    assert list(frame.j) == [1, 2, 4] and frame.estimate.is_monotonic_increasing
    assert ((frame.low < frame.theory) & (frame.theory < frame.high)).all()
    steps, _ = load_table(made["emergence"][1])
    steps = steps[steps.curve == "steps"]
    assert steps.exact.iloc[0] == 1 and (np.diff(steps.exact) <= 0).all()


def test_exponents_and_the_distance_from_decoupled_directions(made):
    frame = rows(made, "exponents", quantity="exponent", beta=1.0)
    assert frame.estimate.to_numpy() == pytest.approx(frame.deflated.to_numpy(), abs=0.03)
    gaps = rows(made, "exponents", quantity="gap", beta=1.0)
    # twice the interval: with four starts the standard error itself is uncertain
    assert (gaps.estimate > 0).all() and (abs(gaps.estimate - gaps.deflated) < gaps.high - gaps.low).all()


def test_the_units_of_time(made):
    assert rows(made, "time_units", quantity="exponent of half risk").estimate.item() == pytest.approx(0.5, abs=0.05)
    of_loss = rows(made, "time_units", quantity="exponent of half risk, time of the loss")
    assert of_loss.estimate.item() == pytest.approx(1, abs=0.05)
    slope = rows(made, "time_units", quantity="slope in log d")
    assert slope.low.item() < slope.theory.item() < slope.high.item()


@pytest.mark.parametrize("name", ["risk_scaling", "emergence", "exponents", "time_units"])
def test_the_figure_is_drawn_from_its_table_with_the_same_bytes_each_time(made, name, tmp_path):
    module = importlib.import_module(f"shallownets.studies.riccati.figures.{name}")
    frame, record = load_table(made[name][1])
    for turn in "ab":
        style.apply()
        style.save(module.draw(frame, record["parameters"]), [tmp_path / f"{turn}.png"])
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.png").stat().st_size > 10_000


REFUSED = [
    ("exactness", {"--d": "7"}, r"d = 7: a number of at least M\* \+ N = 8"),
    ("risk_scaling", {"--starts": "1"}, "--starts: .1. given; a whole number of at least 2"),
    ("emergence", {"--directions": "9"}, r"--directions 9: at most min\(N, M\*\) = 8"),
    ("emergence", {"--d": "19"}, r"d = 19: a number of at least M\* \+ N = 20"),
    ("exponents", {"--first": "16"}, "--first 16: fewer than --share x --M-star = 16"),
    ("exponents", {"--betas": "0.5"}, "--betas 0.5: .* other than 1/2"),
    ("time_units", {"--direction": "5"}, "--direction 5: at most 4"),
    ("time_units", {"--M-star": "16"}, "--M-star 16 16 32: at least 3 values are needed"),
    ("exponents", {"--points": "1"}, "--points: .1. given; a whole number of at least 2 is right"),
]


@pytest.mark.parametrize(("stage", "change", "message"), REFUSED)
def test_a_mistake_is_said_in_one_line(monkeypatch, tmp_path, stage, change, message):
    words = f"{LINES[stage]} --seed 1 --measurements {tmp_path}/m.csv --figure-data {tmp_path}/f.csv".split()
    if stage == "exactness":
        words = words[:-2]
    for key, value in change.items():
        words[words.index(key) + 1] = value
    monkeypatch.setattr(sys, "argv", [stage, *words])
    with pytest.raises(UserError, match=message) as caught:
        importlib.import_module(f"shallownets.studies.riccati.stages.{stage}").main()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["risk_scaling", "emergence", "exponents", "time_units"])
def test_the_live_plot_shows_the_numbers_of_the_table(made, name):
    frame, record = load_table(made[name][1])
    figure = charts.CHARTS[name](frame, record["parameters"])
    shown = np.concatenate([trace.y for trace in figure.data])
    assert np.isfinite(shown).all() and len(shown) >= len(frame)
    assert len({trace.name for trace in figure.data if trace.showlegend}) >= 2
