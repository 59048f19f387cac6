"""The stages of SGD at small sizes: what they measure, draw, and refuse."""

import importlib

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.studies.riccati import charts
from shallownets.studies.riccati.engines import resolved
from tests.riccati.kept import run

SIZE = {"d": 64, "M_star": 8, "N": 4, "beta": 1, "seed": 1}
CURVES = SIZE | {"t_max": 10, "points": 11, "replicates": 4}
RADIAL = SIZE | {"eta_d": 0.05, "t_max": 10, "points": 3, "samples": 8, "scan": [8, 16], "replicates": 40}
HEAVY = {"beta": 1, "kappa": 0.1, "gamma": 0, "risks": [0.4], "from_best": False, "sgd": True, "seed": 1}
HEAVY |= {"sizes": [[8, 4, 64, 4], [8, 4, 128, 4], [8, 4, 256, 4]]}
FAR = HEAVY | {"sizes": [[8, 4, 10**4, 2], [8, 4, 10**6, 2], [8, 4, 10**8, 2]], "sgd": False}
ONE = HEAVY | {"sizes": [[1, 1, 64, 4], [1, 1, 128, 4], [1, 1, 256, 4]], "beta": 0}
LIGHT = {"beta": 0.25, "kappa": 0.5, "gamma": 0.75, "risks": [0.4, 0.3], "from_best": True, "sgd": True, "seed": 1}
LIGHT |= {"sizes": [[8, 4, 64, 3], [12, 6, 96, 3], [16, 8, 128, 3]]}
LEARNED = SIZE | {"N": 8, "t_max": 30, "points": 61, "replicates": 6}
WIDTHS = {"beta": 1, "d": 10**8, "sizes": [[4, 2], [8, 4], [12, 6]], "time": 1, "samples": 8, "replicates": 40}
WIDTHS |= {"seed": 1}
FALLS = {"betas": [1.0], "M_star": 12, "N": 6, "d": 64, "share": 0.05, "points": 11, "replicates": 12, "seed": 1}
CHECKS = SIZE | {"eta_d": 0.02, "samples": 20000, "replicates": 6}
STEPS = (0.05, 0.1, 0.2)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What all stages of SGD make, by their names; the curves by their step sizes."""
    folder = tmp_path_factory.mktemp("sgd")
    found = {eta_d: run(folder, "sgd_flow_curves", CURVES | {"eta_d": eta_d}, to=f"{eta_d}").data for eta_d in STEPS}
    falling = CURVES | {"eta_d": 0.1, "falls_from": 0.4}
    found["falling"] = run(folder, "sgd_flow_curves", falling, to="falling").data
    steady = [found[eta_d] for eta_d in STEPS]
    found["sgd_flow"] = run(folder, "sgd_flow", {"fit_to": 0.2}, steady, found["falling"])
    for name, values in (("heavy", HEAVY), ("far", FAR), ("one", ONE), ("light", LIGHT)):
        found[name] = run(folder, "sample_complexity_runs", values, to=name).data
    read = found["heavy"], found["far"], found["one"], [found["light"]]
    found["sample_complexity"] = run(folder, "sample_complexity", {"fit_from": 8}, *read)
    learned = [
        run(folder, "sgd_emergence_runs", LEARNED | {"eta_d": eta_d}, to=f"learned_{eta_d}").data
        for eta_d in (0.8, 0.05)
    ]
    found |= {"learned": learned, "sgd_emergence": run(folder, "sgd_emergence", {}, learned)}
    found["radial_fit"] = run(folder, "radial_fit", RADIAL)
    found["radial_widths"] = run(folder, "radial_widths", WIDTHS)
    found["sgd_checks"] = run(folder, "sgd_checks", CHECKS)
    found["resolved_steps"] = run(folder, "resolved_steps", FALLS)
    return found


def rows(made, stage, **columns):
    frame = made[stage].measurements.frame
    for column, value in columns.items():
        frame = frame[frame[column] == value]
    assert len(frame)
    return frame


STAGES = (
    "sgd_flow",
    "sgd_emergence",
    "sample_complexity",
    "radial_fit",
    "radial_widths",
    "sgd_checks",
    "resolved_steps",
)


@pytest.mark.parametrize("stage", STAGES)
def test_every_measurement_is_a_number_with_its_interval(made, stage):
    frame = made[stage].measurements.frame
    assert np.isfinite(frame[["estimate", "low", "high", "n"]].to_numpy(float)).all()
    assert ((frame.low <= frame.estimate) & (frame.estimate <= frame.high)).all()


def test_starts_are_the_same_at_every_step_size_and_time_is_twice_the_sum_of_eta(made):
    runs = [made[name].arrays for name in (0.05, 0.2, "falling")]
    for arrays in runs:
        np.testing.assert_allclose(arrays["flow"][:, 0], runs[0]["flow"][:, 0], rtol=0, atol=1e-14)
        np.testing.assert_allclose(arrays["t"], np.linspace(0, 10, 11), rtol=0, atol=0.02)
    assert runs[0]["samples"][-1] == 4 * runs[1]["samples"][-1]
    constant = made[0.1].arrays
    assert abs(runs[2]["samples"][-1] - constant["samples"][-1]) <= 1


def test_the_gap_grows_with_the_step_size_as_theory_says(made):
    frame = rows(made, "sgd_flow", quantity="gap", schedule="constant").sort_values("eta_d")
    assert frame.theory.is_monotonic_increasing
    assert (frame.low < frame.theory + 4 / 64).all() and (frame.theory - 4 / 64 < frame.high).all()
    exponent = rows(made, "sgd_flow", quantity="gap exponent")
    assert exponent.theory.item() == pytest.approx(1, abs=0.15)


def test_the_exponent_of_the_risk_is_that_of_the_flow_at_finite_step(made, tmp_path):
    given = CURVES | {"M_star": 16, "N": 8, "t_max": 15, "points": 31}
    runs = [run(tmp_path, "sgd_flow_curves", given | {"eta_d": eta_d}, to=f"{eta_d}").data for eta_d in STEPS]
    falling = run(tmp_path, "sgd_flow_curves", given | {"eta_d": 0.1, "falls_from": 0.4}, to="falling").data
    found = {"sgd_flow": run(tmp_path, "sgd_flow", {"fit_to": 0.2}, runs, falling)}
    frame, over = (
        rows(found, "sgd_flow", quantity=quantity).sort_values("eta_d")
        for quantity in ("risk exponent", "risk exponent over finite step")
    )
    assert list(frame.eta_d) == list(over.eta_d) == list(STEPS)
    assert (frame.asymptotic == -1).all() and (frame.estimate < 0).all()
    np.testing.assert_allclose(frame.estimate - frame.theory, over.estimate, rtol=0, atol=1e-12)
    assert (abs(over.estimate) < over.high - over.low + 8 / 64).all()
    # a student of N = 4 learns too little from direction 2 to half of its own
    assert not made["sgd_flow"].measurements.frame.quantity.str.startswith("risk exponent").any()
    notes = made["sgd_flow"].measurements.parameters["notes"]
    assert list(notes) == ["exponent of the risk: a window from direction 2 to 2 is none"]


def test_a_falling_step_size_needs_the_constant_one_that_it_matches(made, tmp_path):
    runs = [made[0.05], made[0.2]]
    with pytest.raises(UserError, match=r"falling\.npz: expected a constant step size eta d = 0\.1 among --runs"):
        run(tmp_path, "sgd_flow", {"fit_to": 0.2}, runs, made["falling"])


def test_an_exponent_needs_three_step_sizes_and_three_widths(made, tmp_path):
    with pytest.raises(UserError, match=r"--fit-to 0\.1: expected at least 3 step sizes that are as small, got 2"):
        run(tmp_path, "sgd_flow", {"fit_to": 0.1}, [made[eta_d] for eta_d in STEPS], made["falling"])
    with pytest.raises(UserError, match="expected at least 3 values of M_star for an exponent, got 2"):
        run(tmp_path, "sample_complexity", {"fit_from": 10}, made["heavy"], made["far"], made["one"], [made["light"]])


def test_samples_to_a_risk(made):
    heavy, far = (made[name].arrays for name in ("heavy", "far"))
    assert (heavy["finite step"] > heavy["flow"]).all() and np.isnan(far["sgd"]).all()
    assert np.abs(np.log(heavy["sgd"] / heavy["finite step"])).mean() < 0.5
    assert rows(made, "sample_complexity", quantity="far exponent").estimate.item() == pytest.approx(1, abs=0.1)
    frame = rows(made, "sample_complexity", quantity="exponent")
    assert list(frame["tail"]) == ["heavy", "one direction", "light", "light"]
    assert list(frame[frame["tail"] == "light"].risk) == [0.4, 0.3] and (frame.of_source[2:] == 1).all()


def test_samples_to_the_lower_of_two_risks_are_more_and_sgd_takes_more_than_the_flow(made):
    arrays = made["light"].arrays
    higher, lower = ({name: arrays[name][arrays["risk"] == risk] for name in arrays} for risk in (0.4, 0.3))
    for name in ("sgd", "flow", "finite step"):
        assert (lower[name] > higher[name]).all()
    over = rows(made, "sample_complexity", quantity="SGD over flow")
    assert len(over) == 3 + 3 + 6 and (over.theory > 1).all()
    assert (abs(over.estimate - over.theory) < over.high - over.low + 0.3).all()
    slopes = rows(made, "sample_complexity", quantity="exponent of SGD over flow")
    assert slopes.estimate.to_numpy() == pytest.approx(slopes.theory.to_numpy(), abs=0.6)


def test_directions_emerge_under_sgd_and_weak_ones_do_not_at_large_steps(made):
    last = rows(made, "sgd_emergence", quantity="last overlap")
    small, large = (last[last.eta_d == eta_d] for eta_d in (0.05, 0.8))
    assert small.estimate.iloc[0] > 0.8 and large.estimate.iloc[-1] < 0.3
    # twice the interval, and what the flow at finite step leaves out, of order N/d
    assert (abs(small.estimate - small.theory) < small.high - small.low + 8 / 64).all()
    missing = rows(made, "sgd_emergence", quantity="missing directions").sort_values("eta_d")
    assert missing.estimate.iloc[0] < missing.estimate.iloc[1] < 8
    assert missing.estimate.to_numpy() == pytest.approx([8 - small.estimate.sum(), 8 - large.estimate.sum()], rel=1e-12)
    notes = made["sgd_emergence"].measurements.parameters["notes"]
    assert any("not learned from all starts" in note for note in notes)


def test_what_sgd_learned_is_kept_from_each_start_and_runs_of_other_sizes_are_refused(made, tmp_path):
    large, small = (run.arrays for run in made["learned"])
    np.testing.assert_allclose(large["diagonal"][:, :, 0], small["diagonal"][:, :, 0], rtol=0, atol=1e-14)
    for arrays in (large, small):
        assert arrays["diagonal"].shape == (6, 3, 61, 8) and arrays["times"].shape == (6, 3, 8)
        assert (np.isfinite(arrays["times"]) <= (arrays["diagonal"] >= 0.5).any(2)).all()
    for more in ({"replicates": 2}, {"seed": 2}):
        other = run(tmp_path, "sgd_emergence_runs", LEARNED | {"eta_d": 1.6} | more, to="other").data
        with pytest.raises(UserError, match=r"other\.npz: expected the sizes, times and starts of .*learned_0\.8\.npz"):
            run(tmp_path, "sgd_emergence", {}, [*made["learned"], other])


def test_the_radial_fit_pays_for_its_noise(made):
    excess = rows(made, "radial_fit", quantity="excess")
    predicted = 1 / (1 - excess.theory)
    assert ((excess.low < predicted) & (predicted < excess.high)).all()
    after = rows(made, "radial_fit", quantity="after")
    assert (after.low > after.theory).all()
    assert rows(made, "radial_fit", quantity="change by the positive part").estimate.item() < 1e-15
    assert rows(made, "radial_fit", quantity="before").estimate.item() > after.estimate.item()


def test_the_radial_fit_costs_the_same_share_at_every_width(made):
    excess = rows(made, "radial_widths", quantity="excess")
    predicted = 1 / (1 - excess.theory)
    assert ((excess.low < predicted) & (predicted < excess.high)).all()
    assert list(excess.samples) == [32, 128, 288] and (excess.of_phase_1 < 1e-6).all()
    share = rows(made, "radial_widths", quantity="excess over the best risk")
    assert rows(made, "radial_widths", quantity="exponent in N").estimate.item() < 0 < share.low.min()


def test_steps_that_fall_with_the_direction_advance_the_time_as_they_say():
    steps, t = resolved.resolved(0.05, 0.8, 16, 512), np.linspace(0, 20, 200_001)
    eta = np.array([steps.by_time(time) for time in t])
    np.testing.assert_allclose(eta, steps.by_sample(steps.samples(t)), rtol=1e-12)
    spent = np.concatenate([[0.0], np.cumsum((1 / eta[1:] + 1 / eta[:-1]) / 4 * np.diff(t))])  # dk = dt/2 eta
    np.testing.assert_allclose(steps.samples(t), spent, rtol=1e-6)
    T_1 = np.log(32) / 1.6
    assert eta[0] == eta[t < T_1][-1] == 0.04 / 512
    late = t[t > T_1]
    np.testing.assert_allclose(eta[t > T_1] * 512, 0.05 * np.log(32) / (2 * late), rtol=1e-12)
    local = np.gradient(np.log(steps.samples(late)), np.log(late))  # d log k/d log t, from which the offset is told
    window = (t > 2 * T_1) & (t < 8 * T_1)
    mean = np.trapezoid(2 / local[np.isin(late, t[window])] - 1, np.log(t[window])) / np.log(4)
    assert resolved.offset((2 * T_1, 8 * T_1), 0.8, 16, 512) == pytest.approx(mean, rel=1e-3)


def test_the_risk_of_sgd_at_steps_that_fall_is_that_of_the_flow_at_finite_step(made):
    over = rows(made, "resolved_steps", quantity="exponent in samples over finite step")
    assert (over.low < 0.1).all() and (over.high > -0.1).all()  # N/d
    own = rows(made, "resolved_steps", quantity="exponent in samples")
    assert own.asymptotic.item() == -0.5 and own.flow.item() < own.theory.item() < 0  # noise holds SGD back


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sgd_flow", "sgd_emergence", "sample_complexity", "radial_fit"])
def test_the_figure_is_drawn_from_its_table_with_the_same_bytes_each_time(made, name, tmp_path):
    module = importlib.import_module(f"shallownets.studies.riccati.figures.{name}")
    table = made[name].figure_data
    for turn in "ab":
        style.apply()
        style.save(module.draw(table.frame, table.parameters), [tmp_path / f"{turn}.png"], "source")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    shown = np.concatenate([trace.y for trace in charts.CHARTS[name](table.frame, table.parameters).data])
    assert np.isfinite(shown).all() and len(shown) > len(table.frame) / 2


REFUSED = [
    (
        "sgd_flow_curves",
        CURVES | {"eta_d": 0.1, "falls_from": 0.1},
        "falls_from = 0.1: expected a number above eta_d = 0.1",
    ),
    (
        "sgd_flow_curves",
        CURVES | {"eta_d": 0.1, "falls_from": 1e9},
        "falls_from = 1000000000.0: expected a number above",
    ),
    ("sgd_flow_curves", CURVES | {"eta_d": 0.1, "d": 11}, "d = 11: expected at least M* + N = 12"),
    ("sgd_flow_curves", CURVES | {"eta_d": 1000}, "eta_d = 1000.0: expected at most t_max d/2 = 320"),
    ("sgd_flow_curves", CURVES | {"eta_d": 0.1, "points": 1}, "points = 1: expected a whole number from 2 to"),
    (
        "sample_complexity_runs",
        HEAVY | {"sizes": [[8, 4, 64], *HEAVY["sizes"]]},
        "sizes.0 = [8, 4, 64]: expected M*, N, d, rep",
    ),
    (
        "sample_complexity_runs",
        HEAVY | {"risks": [0.05]},
        "risks.0 = 0.05: expected a number above 0.068, the least risk of N = 4",
    ),
    (
        "sample_complexity_runs",
        HEAVY | {"risks": [1e-14]} | {"sizes": [[m, 4, 64, 2] for m in (2, 3, 4)]},
        "risks.0 = 1e-14: expected",
    ),
    (
        "sample_complexity_runs",
        HEAVY | {"risks": [0.4, 0.9999]},
        "--risks 0.9999: expected a smaller one, a start at d = 64 has less",
    ),
    ("radial_fit", RADIAL | {"eta_d": 5000}, "eta_d = 5000.0: expected at most t_max d/2 = 320"),
    ("radial_fit", RADIAL | {"replicates": 1}, "replicates = 1: expected a whole number from 2 to"),
    ("radial_widths", WIDTHS | {"sizes": [[4, 2], [8, 4], [12, 16]]}, "sizes.2.1 = 16: expected at most M* = 12"),
    ("radial_widths", WIDTHS | {"d": 16}, "d = 16: expected at least M* + N = 18"),
    ("resolved_steps", FALLS | {"d": 17}, "d = 17: expected at least M* + N = 18"),
    ("resolved_steps", FALLS | {"M_star": 2}, "M_star = 2: expected at least half of N, 3"),
    ("resolved_steps", FALLS | {"share": 1}, "share = 1: expected a number above 0 and below 1"),
    ("sgd_checks", CHECKS | {"replicates": 1}, "replicates = 1: expected a whole number from 2 to"),
]


@pytest.mark.parametrize(("stage", "values", "message"), REFUSED)
def test_a_mistake_is_said_in_one_line(stage, values, message, tmp_path):
    with pytest.raises(UserError) as caught:
        run(tmp_path, stage, values)
    said = str(caught.value)
    assert said.removeprefix(f"{stage}: ").startswith(message) and "\n" not in said
    assert not list(tmp_path.iterdir())
