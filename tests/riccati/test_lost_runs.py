"""Where runs diverge or never arrive a figure is still drawn from what is left, and says so."""

import importlib
import sys

import numpy as np
import pytest

from shallownets.claims.judge import judge as claims
from shallownets.config import yamlfile
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.results.artefacts import load_arrays, load_table
from shallownets.studies.riccati import charts
from shallownets.studies.riccati.measure import curves, gaps
from shallownets.studies.riccati.theory import finite_step

SIZE = "--d 64 --M-star 8 --N 4 --beta 1"
CURVES = f"{SIZE} --t-max 10 --points 11 --replicates 4 --seed 1"
HEAVY = "--beta 1 --risk 0.4 --seed 1"
LIGHT = "--beta 0.25 --gamma 0.75 --kappa 1.4 --risk 0.7 --sizes 8,4,64,3 12,6,96,3 16,8,128,3 --seed 1"
UNITS = (
    "--light 0.25 --M-star 1 2 3 --light-d 6 --heavy 1 --heavy-M-star 8 --N 4 --direction 4 --d 12 13 100000"
    " --starts 2 --seed 4"
)
# At eta d = 3 and 6 some of four runs diverge, at 20 all of them. At kappa = 0.2 only the smallest d is fast enough.
STEPS = ("3", "6", "20")


def run(stage, line, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [stage, *line.split(), *map(str, words)])
        importlib.import_module(f"shallownets.studies.riccati.stages.{stage}").main()


def tables(folder, name):
    return "--measurements", folder / f"{name}.csv", "--figure-data", folder / f"{name}_figure.csv"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder with the tables of every stage, each having lost some of its runs."""
    folder = tmp_path_factory.mktemp("lost")
    for eta_d in STEPS:
        run("sgd_curves", f"{CURVES} --eta-d {eta_d}", "--out", folder / f"{eta_d}.npz")
    run("sgd_curves", f"{CURVES} --eta-d 3 --falls-from 20", "--out", folder / "falling.npz")
    runs = ["--runs", *(folder / f"{eta_d}.npz" for eta_d in STEPS), "--falling", folder / "falling.npz"]
    run("sgd_flow", "--fit-to 20", *runs, *tables(folder, "sgd_flow"))
    sizes = " ".join(f"8,4,{d},4" for d in (64, 128, 256))
    run("samples_to_risk", f"{HEAVY} --kappa 0.2 --sizes {sizes}", "--out", folder / "heavy.npz")
    far = " ".join(f"8,4,{d},2" for d in (10**4, 10**6, 10**8))
    run("samples_to_risk", f"{HEAVY} --kappa 0.2 --sizes {far} --without-sgd", "--out", folder / "far.npz")
    run("samples_to_risk", LIGHT, "--out", folder / "light.npz")
    files = [word for name in ("heavy", "far", "light") for word in (f"--{name}", folder / f"{name}.npz")]
    run("sample_complexity", "--fit-from 8", *files, *tables(folder, "sample_complexity"))
    radial = f"{SIZE} --eta-d 4 --t-max 20 --points 11 --samples 8 --scan 8 16 --replicates 4 --seed 1"
    run("radial_fit", radial, *tables(folder, "radial_fit"))
    checks = f"{SIZE} --eta-d 20 --samples 2000 --replicates 4 --seed 1"
    run("sgd_checks", checks, "--measurements", folder / "sgd_checks.csv")
    late = (
        "--beta 0.01 --M-star 12 --N 8 --d 100000000 --directions 1 4 8 --points 60 --starts 2 --resamples 20 --seed 2"
    )
    run("emergence", late, *tables(folder, "emergence"))
    run("time_units", UNITS, *tables(folder, "time_units"))
    return folder


NOTES = {
    "sgd_flow": [
        "SGD at eta d = 3, constant: 1 of 4 runs diverged",
        "SGD at eta d = 20, constant: 4 of 4 runs diverged",
        "exponent of the gap: 2 of 3 step sizes left, too few",
    ],
    "sample_complexity": [
        "SGD or its flow, d = 128: 4 of 4 runs did not reach the risk",
        "flow at finite step, d = 1e+08: 2 of 2 runs did not reach the risk",
        "SGD or its flow, gamma = 0.75, M* = 8: 3 of 3 runs did not reach the risk",
        "exponent of sgd in d: 1 of 3 sizes left, too few",
        "exponent of finite step in d: 0 of 3 sizes left, too few",
        "exponent of sgd in M_star, gamma = 0.75: 1 of 3 sizes left, too few",
    ],
    "radial_fit": ["1 of 11 times: SGD diverges at t = 18.5"],
    "sgd_checks": ["SGD at eta d = 20, long run: 1 of 1 runs diverged"],
    "emergence": [
        "direction 4: 1 of 2 runs do not pass 1/2 between t = 9.28 and 85.3",
        "exponent of times: too few directions or starts are left",
    ],
    "time_units": [
        "half the risk, beta = 0.25, M* = 3: 1 of 2 runs do not pass it",
        "exponents, beta = 0.25: 2 of 3 widths left, too few",
        "direction 4, d = 13: 1 of 2 runs do not pass 1/2",
        "slope in log d: 2 of 3 dimensions left, too few",
    ],
}


@pytest.mark.parametrize("name", NOTES)
def test_what_is_left_out_is_counted_and_what_is_left_are_numbers(made, name):
    frame, record = load_table(made / f"{name}.csv")
    assert set(NOTES[name]) <= set(record["parameters"]["notes"])
    assert len(frame) and np.isfinite(frame[["estimate", "low", "high"]].to_numpy(float)).all()


@pytest.mark.parametrize("name", [name for name in NOTES if name != "sgd_checks"])
def test_the_figure_and_its_live_plot_are_drawn_from_what_is_left(made, name, monkeypatch, tmp_path):
    module = importlib.import_module(f"shallownets.studies.riccati.figures.{name}")
    frame, record = load_table(made / f"{name}_figure.csv")
    assert record["parameters"]["notes"]
    style.apply()
    module.draw(frame, record["parameters"]).canvas.draw()
    traces = charts.CHARTS[name](frame, record["parameters"]).data
    shown = np.concatenate([trace.y for trace in traces])
    assert np.isfinite(shown).all() and len(shown) > 5


@pytest.mark.parametrize("kind", ["light", "heavy"])
def test_one_panel_of_two_is_drawn_where_the_other_has_nothing(made, kind):
    frame, record = load_table(made / "time_units_figure.csv")
    figure = importlib.import_module("shallownets.studies.riccati.figures.time_units").draw(
        frame[frame.kind == kind], record["parameters"]
    )
    assert [bool(axes.get_title()) for axes in figure.axes] == [kind == "light", kind == "heavy"]


def test_the_falling_step_size_alone_is_drawn(made):
    frame, record = load_table(made / "sgd_flow_figure.csv")
    frame = frame[frame.schedule == "falling"]
    module = importlib.import_module("shallownets.studies.riccati.figures.sgd_flow")
    left, right = module.draw(frame, record["parameters"]).axes
    assert left.get_title().startswith("falling") and not right.get_title()
    assert len(charts.sgd_flow(frame, record["parameters"]).data) == 5


def test_the_gap_is_that_of_the_runs_that_are_left(made):
    arrays = load_arrays(made / "3.npz").arrays
    kept = np.isinf(arrays["diverged_at"])
    assert kept.tolist().count(False) == 1
    assert np.isnan(arrays["sgd"][~kept, -1]).all() and np.isfinite(arrays["sgd"][kept]).all()
    frame, _ = load_table(made / "sgd_flow.csv")
    row = frame[(frame.quantity == "gap") & (frame.eta_d == 3) & (frame.schedule == "constant")]
    assert row.n.item() == 3
    assert row.estimate.item() == pytest.approx(gaps.excess(arrays["sgd"], arrays["flow"])[kept].mean(), rel=1e-12)


def test_what_is_not_reached_is_inf_and_what_is_not_run_is_nan(made):
    heavy, far = (load_arrays(made / f"{name}.npz") for name in ("heavy", "far"))
    assert np.isfinite(heavy.arrays["sgd"][:4]).all() and np.isinf(heavy.arrays["finite step"][4:]).all()
    assert np.isinf(far.arrays["finite step"]).all() and np.isnan(far.arrays["sgd"]).all()
    assert np.isfinite([heavy.arrays["flow"]]).all()
    assert "inf where" in heavy.record["units"]["sgd"] and "inf where" in heavy.record["units"]["finite step"]


def test_claims_without_data_are_not_judged_and_say_why(made, root):
    allowed = yamlfile.load(root / "workflow/schemas/claims.schema.yaml")
    files = [root / f"workflow/claims/riccati/{part}.yaml" for part in ("flow", "sgd")]
    entries = [entry for file in files for entry in claims.load(file, allowed) if entry["table"] in NOTES]
    found = {entry["id"]: claims.comparisons_of(entry, made, "paper") for entry in entries}
    silent = {name for name, lines in found.items() if {line.verdict for line in lines} == {"not judged"}}
    assert silent >= {"sgd-orthonormal", "sgd-gap-exponent", "samples-heavy", "samples-heavy-far", "samples-light"}
    assert silent >= {"riccati-emergence-exponent", "riccati-unit-heavy", "riccati-unit-light"}
    assert all("Left out: " in line.note for name in silent for line in found[name])
    assert not silent & {
        "riccati-emergence-time",
        "sgd-gap",
        "sgd-mean-step",
        "samples-finite-step",
        "radial-fit-excess",
    }


def test_nothing_left_is_said_in_one_line(made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("sgd_curves", f"{CURVES} --eta-d 20 --falls-from 40", "--out", "falling.npz")
    for eta_d in (25, 30):
        run("sgd_curves", f"{CURVES} --eta-d {eta_d}", "--out", f"{eta_d}.npz")
    runs = ["--runs", made / "20.npz", "25.npz", "30.npz", "--falling", "falling.npz"]
    with pytest.raises(
        UserError, match=r"nothing is left to show: SGD at eta d = 20, constant: 4 of 4 .* smaller"
    ) as said:
        run("sgd_flow", "--fit-to 40", *runs, *tables(tmp_path, "none"))
    assert "\n" not in str(said.value) and not (tmp_path / "none.csv").exists()
    run("samples_to_risk", f"{HEAVY} --kappa 3 --sizes 8,4,64,2 8,4,66,2 8,4,68,2", "--out", "heavy.npz")
    files = ["--heavy", "heavy.npz", "--far", made / "far.npz", "--light", "heavy.npz"]
    with pytest.raises(UserError, match=r"nothing is left to show: SGD or its flow, d = 64: 2 of 2 runs did not reach"):
        run("sample_complexity", "--fit-from 8", *files, *tables(tmp_path, "none"))
    monkeypatch.setattr(curves, "first_time", lambda *_: np.nan)
    with pytest.raises(UserError, match=r"--d, --light-d: nothing is left to show: .* greater ones are right"):
        run("time_units", UNITS, *tables(tmp_path, "none"))


def test_a_flow_that_cannot_be_followed_is_left_out_too(tmp_path, monkeypatch):
    monkeypatch.setattr(finite_step, "MOST", 100)
    run("sgd_curves", f"{CURVES} --eta-d 3", "--out", tmp_path / "3.npz")
    arrays = load_arrays(tmp_path / "3.npz").arrays
    assert np.isnan(arrays["finite step"]).all() and np.isfinite(arrays["flow"]).all()
