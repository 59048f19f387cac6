"""The command lines of SGD at small sizes: what they measure, draw, and refuse."""

import importlib
import sys

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.results.artefacts import load_arrays, load_table
from shallownets.studies.riccati import charts

SIZE = "--d 64 --M-star 8 --N 4 --beta 1"
CURVES = f"{SIZE} --t-max 10 --points 11 --replicates 4"
RADIAL = f"{SIZE} --eta-d 0.05 --t-max 10 --points 3 --samples 8 --scan 8 16 --replicates 40"
HEAVY = "--beta 1 --kappa 0.1 --risk 0.4"
LIGHT = "--beta 0.25 --kappa 0.5 --risk 0.7 --sizes 8,4,64,3 12,6,96,3 16,8,128,3"


def run(stage, line, *words):
    seed = [] if stage in ("sgd_flow", "sample_complexity") else ["--seed", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [stage, *line.split(), *seed, *map(str, words)])
        importlib.import_module(f"shallownets.studies.riccati.stages.{stage}").main()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder with what all stages of SGD make."""
    folder = tmp_path_factory.mktemp("sgd")

    def tables(name):
        return "--measurements", folder / f"{name}_m.csv", "--figure-data", folder / f"{name}.csv"

    for eta_d in ("0.05", "0.1", "0.2"):
        run("sgd_curves", f"{CURVES} --eta-d {eta_d}", "--out", folder / f"{eta_d}.npz")
    run("sgd_curves", f"{CURVES} --eta-d 0.1 --falls-from 0.4", "--out", folder / "falling.npz")
    steady = [folder / f"{eta_d}.npz" for eta_d in ("0.05", "0.1", "0.2")]
    run("sgd_flow", "--fit-to 0.2", "--runs", *steady, "--falling", folder / "falling.npz", *tables("sgd_flow"))
    run("samples_to_risk", f"{HEAVY} --sizes 8,4,64,4 8,4,128,4 8,4,256,4", "--out", folder / "heavy.npz")
    far = "--sizes 8,4,10000,2 8,4,1000000,2 8,4,100000000,2 --without-sgd"
    run("samples_to_risk", f"{HEAVY} {far}", "--out", folder / "far.npz")
    run("samples_to_risk", f"{LIGHT} --gamma 0.75", "--out", folder / "light.npz")
    files = [word for name in ("heavy", "far", "light") for word in (f"--{name}", folder / f"{name}.npz")]
    run("sample_complexity", "--fit-from 8", *files, *tables("sample_complexity"))
    run("radial_fit", RADIAL, *tables("radial_fit"))
    checks = f"{SIZE} --eta-d 0.02 --samples 20000 --replicates 6"
    run("sgd_checks", checks, "--measurements", folder / "sgd_checks_m.csv")
    return folder


def rows(made, stage, **columns):
    frame, _ = load_table(made / f"{stage}_m.csv")
    for column, value in columns.items():
        frame = frame[frame[column] == value]
    assert len(frame)
    return frame


@pytest.mark.parametrize("stage", ["sgd_flow", "sample_complexity", "radial_fit", "sgd_checks"])
def test_every_measurement_is_a_number_with_its_interval(made, stage):
    frame, _ = load_table(made / f"{stage}_m.csv")
    assert np.isfinite(frame[["estimate", "low", "high", "n"]].to_numpy(float)).all()
    assert ((frame.low <= frame.estimate) & (frame.estimate <= frame.high)).all()


def test_starts_are_the_same_at_every_step_size_and_time_is_twice_the_sum_of_eta(made):
    runs = [load_arrays(made / f"{name}.npz").arrays for name in ("0.05", "0.2", "falling")]
    for arrays in runs:
        np.testing.assert_allclose(arrays["flow"][:, 0], runs[0]["flow"][:, 0], rtol=0, atol=1e-14)
        np.testing.assert_allclose(arrays["t"], np.linspace(0, 10, 11), rtol=0, atol=0.02)
    assert runs[0]["samples"][-1] == 4 * runs[1]["samples"][-1]
    constant = load_arrays(made / "0.1.npz").arrays
    assert abs(runs[2]["samples"][-1] - constant["samples"][-1]) <= 1


def test_the_gap_grows_with_the_step_size_as_theory_says(made):
    frame = rows(made, "sgd_flow", quantity="gap", schedule="constant").sort_values("eta_d")
    assert frame.theory.is_monotonic_increasing
    assert (frame.low < frame.theory + 4 / 64).all() and (frame.theory - 4 / 64 < frame.high).all()
    exponent = rows(made, "sgd_flow", quantity="gap exponent")
    assert exponent.theory.item() == pytest.approx(1, abs=0.15)


def test_a_falling_step_size_needs_the_constant_one_that_it_matches(made, tmp_path):
    runs = [made / f"{eta_d}.npz" for eta_d in ("0.05", "0.2")]
    words = "--falling", made / "falling.npz", "--measurements", tmp_path / "m.csv", "--figure-data", tmp_path / "f.csv"
    with pytest.raises(UserError, match=r"no constant step size eta d = 0\.1"):
        run("sgd_flow", "--fit-to 0.2", "--runs", *runs, *words)


def test_samples_to_a_risk(made):
    heavy, far = (load_arrays(made / f"{name}.npz").arrays for name in ("heavy", "far"))
    assert (heavy["finite step"] > heavy["flow"]).all() and np.isnan(far["sgd"]).all()
    assert np.abs(np.log(heavy["sgd"] / heavy["finite step"])).mean() < 0.5
    assert rows(made, "sample_complexity", quantity="far exponent").estimate.item() == pytest.approx(1, abs=0.1)
    assert len(rows(made, "sample_complexity", quantity="exponent")) == 2


def test_the_radial_fit_pays_for_its_noise(made):
    excess = rows(made, "radial_fit", quantity="excess")
    predicted = 1 / (1 - excess.theory)
    assert ((excess.low < predicted) & (predicted < excess.high)).all()
    after = rows(made, "radial_fit", quantity="after")
    assert (after.low > after.theory).all()
    assert rows(made, "radial_fit", quantity="change by the positive part").high.item() < 1e-15
    assert rows(made, "radial_fit", quantity="before").estimate.item() > after.estimate.item()


@pytest.mark.parametrize("name", ["sgd_flow", "sample_complexity", "radial_fit"])
def test_the_figure_is_drawn_from_its_table_with_the_same_bytes_each_time(made, name, tmp_path):
    module = importlib.import_module(f"shallownets.studies.riccati.figures.{name}")
    frame, record = load_table(made / f"{name}.csv")
    for turn in "ab":
        style.apply()
        style.save(module.draw(frame, record["parameters"]), [tmp_path / f"{turn}.png"])
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    shown = np.concatenate([trace.y for trace in charts.CHARTS[name](frame, record["parameters"]).data])
    assert np.isfinite(shown).all() and len(shown) > len(frame) / 2


RADIAL_OUT = f"{RADIAL} --measurements m.csv --figure-data f.csv"
REFUSED = [
    ("sgd_curves", f"{CURVES} --eta-d 0.1 --falls-from 0.1 --out x.npz", "--falls-from 0.1: a number above"),
    ("sgd_curves", f"{CURVES} --eta-d 0.1 --out x.npz".replace("--d 64", "--d 11"), "d = 11: a number of at least"),
    ("samples_to_risk", f"{HEAVY} --sizes 8,4,64 --out x.npz", "four whole numbers"),
    ("samples_to_risk", f"{LIGHT} --out x.npz".replace("0.7", "0.1"), "--risk 0.1: a number above 0.363"),
    ("samples_to_risk", f"{HEAVY} --sizes 8,4,64,2 --out x.npz".replace("0.4", "0.9999"), "a start at d = 64 has less"),
    (
        "samples_to_risk",
        f"{HEAVY} --sizes 2,4,64,2 --out x.npz".replace("0.4", "1e-300"),
        "--risk 1e-300: a number above 0",
    ),
    ("sgd_curves", f"{CURVES} --eta-d 1000 --out x.npz", "--eta-d 1000: not one sample fits"),
    (
        "sgd_curves",
        f"{CURVES} --eta-d 0.1 --out x.npz".replace("points 11", "points 1"),
        "--points: .1. given; a whole number",
    ),
    ("sgd_curves", f"{CURVES} --eta-d 0.1 --falls-from 1e9 --out x.npz", r"up to 10\^7 times it"),
    ("radial_fit", RADIAL_OUT.replace("--eta-d 0.05", "--eta-d 5000"), "--eta-d 5000: not one sample fits"),
    ("radial_fit", RADIAL_OUT.replace("s 40", "s 1"), "--replicates: .1. given; a whole number of at least 2"),
    (
        "sgd_checks",
        f"{SIZE} --eta-d 0.02 --samples 9 --replicates 1 --measurements m.csv",
        "--replicates: .1. given; a whole number of at least 2",
    ),
]


@pytest.mark.parametrize(("stage", "line", "message"), REFUSED)
def test_a_mistake_is_said_in_one_line(stage, line, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=message) as caught:
        run(stage, line)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
