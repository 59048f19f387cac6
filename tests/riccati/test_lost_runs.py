"""Where runs diverge or never arrive a figure is still drawn from what is left, and says so."""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

from shallownets.claims import entries as claims
from shallownets.claims import judge
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.studies.riccati import charts
from shallownets.studies.riccati.measure import curves, gaps
from shallownets.studies.riccati.theory import finite_step
from tests.riccati.kept import run

SIZE = {"d": 64, "M_star": 8, "N": 4, "beta": 1, "seed": 1}
CURVES = SIZE | {"t_max": 10, "points": 11, "replicates": 4, "seed": 2}
HEAVY = {"beta": 1, "risks": [0.4], "from_best": False, "gamma": 0, "kappa": 0.2, "sgd": True, "seed": 1}
LIGHT = {"beta": 0.25, "gamma": 0.75, "kappa": 1.4, "risks": [0.7], "from_best": False, "sgd": True, "seed": 1}
LIGHT |= {"sizes": [[8, 4, 64, 3], [12, 6, 96, 3], [16, 8, 128, 3]]}
RADIAL = SIZE | {"eta_d": 4, "t_max": 20, "points": 11, "samples": 8, "scan": [8, 16], "replicates": 4}
LATE = {"beta": 0.01, "M_star": 12, "N": 8, "d": 20, "directions": [1, 3, 8], "points": 60, "starts": 3}
LATE |= {"resamples": 20, "seed": 1}
UNITS = {"light": [0.25], "M_star": [1, 2, 3], "light_d": 6, "heavy": 1, "heavy_M_star": 8, "N": 4, "direction": 4}
UNITS |= {"ratios": [2, 9], "ratios_M_star": 4} | {"d": [12, 13, 100000], "starts": 2, "seed": 4}
# At eta d = 3 and 3.5 one of four runs diverges, at 20 all of them. At kappa = 0.2 only the smallest d is fast enough.
STEPS = (3, 3.5, 20)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder with the tables of every stage, each having lost some of its runs, and what was read back by its name."""
    folder, read = tmp_path_factory.mktemp("lost"), {}
    for eta_d in STEPS:
        read[eta_d] = run(folder, "sgd_flow_curves", CURVES | {"eta_d": eta_d}, to=f"{eta_d}").data
    falling = run(folder, "sgd_flow_curves", CURVES | {"eta_d": 3, "falls_from": 20}, to="falling").data
    read["sgd_flow"] = run(folder, "sgd_flow", {"fit_to": 20}, [read[eta_d] for eta_d in STEPS], falling)
    near, far = [[8, 4, d, 4] for d in (64, 128, 256)], [[8, 4, d, 2] for d in (10**4, 10**6, 10**8)]
    read["heavy"] = run(folder, "sample_complexity_runs", HEAVY | {"sizes": near}, to="heavy").data
    read["far"] = run(folder, "sample_complexity_runs", HEAVY | {"sizes": far, "sgd": False}, to="far").data
    light = run(folder, "sample_complexity_runs", LIGHT, to="light").data
    one = [[1, 1, d, 2] for d in (64, 128, 256)]
    one = run(folder, "sample_complexity_runs", HEAVY | {"sizes": one, "beta": 0, "kappa": 0.05}, to="one").data
    numbers = read["heavy"], read["far"], one, [light]
    read["sample_complexity"] = run(folder, "sample_complexity", {"fit_from": 8}, *numbers)
    read["radial_fit"] = run(folder, "radial_fit", RADIAL)
    read["sgd_checks"] = run(folder, "sgd_checks", SIZE | {"eta_d": 20, "samples": 2000, "replicates": 4})
    read["emergence"] = run(folder, "emergence", LATE)
    read["time_units"] = run(folder, "time_units", {}, run(folder, "time_units_runs", UNITS).data)
    return SimpleNamespace(folder=folder, read=read)


NOTES = {
    "sgd_flow": [
        "SGD at eta d = 3, constant: 1 of 4 runs diverged",
        "SGD at eta d = 20, constant: 4 of 4 runs diverged",
        "exponent of the gap: 2 of 3 step sizes left, too few",
    ],
    "sample_complexity": [
        "SGD or its flow, heavy, d = 128: 4 of 4 runs did not reach the risk",
        "flow at finite step, heavy, d = 1e+08: 2 of 2 runs did not reach the risk",
        "SGD or its flow, M* = 8, beta = 0.25, gamma = 0.75, kappa = 1.4, risk = 0.7: "
        "3 of 3 runs did not reach the risk",
        "exponent of sgd in d, heavy: 1 of 3 sizes left, too few",
        "exponent of finite step in d, heavy: 0 of 3 sizes left, too few",
        "exponent of sgd in M_star, beta = 0.25, gamma = 0.75, kappa = 1.4, risk = 0.7: 1 of 3 sizes left, too few",
    ],
    "radial_fit": ["2 of 11 times: SGD diverges at t = 16.1"],
    "sgd_checks": ["SGD at eta d = 20, long run: 1 of 1 runs diverged"],
    "emergence": [
        "direction 3: 2 of 3 runs do not pass 1/2 between t = 0.52 and 6.35e+04",
        "exponent of times, first half: too few directions or starts are left",
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
    table = made.read[name].measurements
    assert set(NOTES[name]) <= set(table.parameters["notes"])
    frame = table.frame
    assert len(frame) and np.isfinite(frame[["estimate", "low", "high"]].to_numpy(float)).all()


@pytest.mark.parametrize("name", [name for name in NOTES if name != "sgd_checks"])
def test_the_figure_and_its_live_plot_are_drawn_from_what_is_left(made, name):
    module = importlib.import_module(f"shallownets.studies.riccati.figures.{name}")
    table = made.read[name].figure_data
    assert table.parameters["notes"]
    style.apply()
    module.draw(table.frame, table.parameters).canvas.draw()
    traces = charts.CHARTS[name](table.frame, table.parameters).data
    shown = np.concatenate([trace.y for trace in traces])
    assert np.isfinite(shown).all() and len(shown) > 5


@pytest.mark.parametrize("kind", ["light", "heavy"])
def test_one_panel_of_three_is_drawn_where_the_others_have_nothing(made, kind):
    table = made.read["time_units"].figure_data
    module = importlib.import_module("shallownets.studies.riccati.figures.time_units")
    figure = module.draw(table.frame[table.frame.kind == kind], table.parameters)
    assert [bool(axes.get_title()) for axes in figure.axes] == [kind == "light", False, kind == "heavy"]


def test_the_falling_step_size_alone_is_drawn(made):
    table = made.read["sgd_flow"].figure_data
    frame = table.frame[table.frame.schedule == "falling"]
    module = importlib.import_module("shallownets.studies.riccati.figures.sgd_flow")
    left, right = module.draw(frame, table.parameters).axes
    assert left.get_title().startswith("falling") and not right.get_title()
    assert len(charts.sgd_flow(frame, table.parameters).data) == 5


def test_the_gap_is_that_of_the_runs_that_are_left(made):
    arrays = made.read[3].arrays
    kept = np.isinf(arrays["diverged_at"])
    assert kept.tolist().count(False) == 1
    assert np.isnan(arrays["sgd"][~kept, -1]).all() and np.isfinite(arrays["sgd"][kept]).all()
    frame = made.read["sgd_flow"].measurements.frame
    row = frame[(frame.quantity == "gap") & (frame.eta_d == 3) & (frame.schedule == "constant")]
    assert row.n.item() == 3
    assert row.estimate.item() == pytest.approx(gaps.excess(arrays["sgd"], arrays["flow"])[kept].mean(), rel=1e-12)


def test_what_is_not_reached_is_inf_and_what_is_not_run_is_nan(made):
    heavy, far = (made.read[name] for name in ("heavy", "far"))
    assert np.isfinite(heavy.arrays["sgd"][:4]).all() and np.isinf(heavy.arrays["finite step"][4:]).all()
    assert np.isinf(far.arrays["finite step"]).all() and np.isnan(far.arrays["sgd"]).all()
    assert np.isfinite([heavy.arrays["flow"]]).all()
    assert "inf where" in heavy.units["sgd"] and "inf where" in heavy.units["finite step"]


def test_claims_without_data_are_not_judged_and_say_why(made, root):
    files = [root / f"workflow/claims/riccati/{part}.yaml" for part in ("flow", "sgd")]
    entries = [entry for file in files for entry in claims.load(file) if entry.table in NOTES]
    found = {entry.id: judge.comparisons_of(entry, made.folder, "paper") for entry in entries}
    silent = {name for name, lines in found.items() if {line.verdict for line in lines} == {"not judged"}}
    assert silent >= {"sgd-orthonormal", "sgd-gap-exponent", "samples-heavy", "samples-heavy-far", "samples-light"}
    assert silent >= {"riccati-emergence-exponent", "riccati-unit-heavy-slope", "riccati-unit-light"}
    assert all("Mind: " in line.note for name in silent for line in found[name])
    assert not silent & {
        "riccati-emergence-time",
        "sgd-gap",
        "sgd-mean-step",
        "samples-finite-step",
        "radial-fit-excess",
    }


@pytest.mark.slow
def test_nothing_left_is_said_in_one_line(made, tmp_path, monkeypatch):
    curves_of = {
        eta_d: run(tmp_path, "sgd_flow_curves", CURVES | {"eta_d": eta_d} | falls, to=f"{eta_d}").data
        for eta_d, falls in ((20, {"falls_from": 40}), (25, {}), (30, {}))
    }
    runs = [made.read[20], curves_of[25], curves_of[30]]
    with pytest.raises(
        UserError, match=r"nothing is left to show: SGD at eta d = 20, constant: 4 of 4 .* smaller"
    ) as said:
        run(tmp_path, "sgd_flow", {"fit_to": 40}, runs, curves_of[20])
    assert "\n" not in str(said.value) and not (tmp_path / "sgd_flow.csv").exists()
    slow = HEAVY | {"kappa": 3, "sizes": [[8, 4, d, 2] for d in (64, 66, 68)]}
    heavy = run(tmp_path, "sample_complexity_runs", slow, to="heavy").data
    with pytest.raises(
        UserError, match=r"nothing is left to show: SGD or its flow, heavy, d = 64: 2 of 2 runs did not reach"
    ):
        run(tmp_path, "sample_complexity", {"fit_from": 8}, heavy, made.read["far"], heavy, [heavy])
    monkeypatch.setattr(curves, "first_time", lambda *_: np.nan)
    times = run(tmp_path, "time_units_runs", UNITS).data
    with pytest.raises(UserError, match=r"nothing is left to show: .* do not pass .*; expected greater d and light_d"):
        run(tmp_path, "time_units", {}, times)


def test_a_flow_that_cannot_be_followed_is_left_out_too(tmp_path, monkeypatch):
    monkeypatch.setattr(finite_step, "MOST", 100)
    arrays = run(tmp_path, "sgd_flow_curves", CURVES | {"eta_d": 3}).data.arrays
    assert np.isnan(arrays["finite step"]).all() and np.isfinite(arrays["flow"]).all()
