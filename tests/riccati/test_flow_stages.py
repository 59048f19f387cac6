"""The stages of gradient flow at small sizes: what they measure, draw, and refuse."""

import importlib

import numpy as np
import pytest

from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.studies.riccati import charts
from tests.riccati.kept import run

GIVEN = {
    "exactness": {"M_star": 4, "N": 2, "d": 30, "beta": 1, "scale": 0.1, "times": [1, 10], "starts": 2}
    | {"tolerance": 1e-11, "seed": 1},
    "risk_scaling_curves": {"d": 10**8, "heavy": 1, "heavy_M_star": 40, "heavy_N": [3, 9], "light": 0.25}
    | {"light_M_star": 20, "light_N": [5, 10, 20], "judged_at": [0.5, 1.0], "points": 40, "starts": 4, "seed": 1},
    "emergence": {"beta": 1, "M_star": 12, "N": 8, "d": 10**8, "directions": [1, 2, 4, 7], "points": 250}
    | {"starts": 20, "resamples": 50, "seed": 1},
    "exponents_curves": {"beta": 1, "M_star": 64, "d": [10**6, 10**8, 10**12], "window": [5, 0.25], "points": 10}
    | {"starts": 4, "seed": 1},
    "time_units_runs": {
        "light": [0.25],
        "M_star": [8, 16, 32],
        "light_d": 10**12,
        "heavy": 1,
        "heavy_M_star": 8,
        "N": 4,
    }
    | {"direction": 2, "d": [10**4, 10**8, 10**12], "ratios": [2, 100], "ratios_M_star": 16, "starts": 4, "seed": 1},
    "powers": {"betas": [0.0, 0.25], "alpha": 0.5, "M_star": [32, 16, 64], "starts": 4, "seed": 1},
}
TABLES = ("exactness", "risk_scaling", "emergence", "exponents", "time_units", "powers")
FIGURES = ("risk_scaling", "emergence", "exponents", "time_units")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What each stage makes, by its name."""
    folder = tmp_path_factory.mktemp("stages")
    found = {name: run(folder, name, values) for name, values in GIVEN.items() if name != "exponents_curves"}
    found["risk_scaling"] = run(folder, "risk_scaling", {}, found["risk_scaling_curves"].data)
    found["time_units"] = run(folder, "time_units", {}, found["time_units_runs"].data)
    tails = [
        run(folder, "exponents_curves", GIVEN["exponents_curves"] | {"beta": beta}, to=f"curves_{beta}").data
        for beta in (0.25, 1)
    ]
    return found | {"curves": tails, "exponents": run(folder, "exponents", {}, tails)}


def rows(made, stage, **columns):
    frame = made[stage].measurements.frame
    for column, value in columns.items():
        frame = frame[frame[column] == value]
    assert len(frame)
    return frame


@pytest.mark.parametrize("stage", TABLES)
def test_every_measurement_is_a_number_with_its_interval(made, stage):
    frame = made[stage].measurements.frame
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


def test_risks_at_single_times_are_those_of_the_equivalent(made):
    frame = rows(made, "risk_scaling", quantity="risk")
    assert len(frame) == 10 and list(frame.x.unique()) == [0.5, 1.0]
    # twice the interval, as below, and what is left out
    assert (abs(frame.estimate - frame.theory) < frame.high - frame.low + frame.theory / frame.spread).all()
    light = frame[frame.kind == "light"]
    assert light.law.to_numpy() == pytest.approx(
        np.maximum(1 - (light.x**4 * light.N / 20) ** 0.5, 1 - (light.N / 20) ** 0.5).to_numpy()
    )


def test_curves_fall_from_one_to_the_best_risk_behind_decoupled_directions(made):
    frame = made["risk_scaling"].figure_data.frame
    for _, curve in frame.groupby(["kind", "N"]):
        assert curve.exact.iloc[0] == pytest.approx(1, abs=1e-4)
        assert (np.diff(curve.exact) < 1e-12).all()
        assert (curve.exact > curve.best - 1e-12).all()
        assert curve.decoupled.iloc[-1] == pytest.approx(curve.best.iloc[0], abs=0.02)


def test_directions_emerge_in_order_at_the_times_of_theory(made):
    frame = rows(made, "emergence", quantity="time")
    assert list(frame.j) == [1, 2, 4, 7] and frame.estimate.is_monotonic_increasing
    early = frame[frame.j <= 4]
    assert ((early.low < early.theory) & (early.theory < early.high)).all()
    assert frame.freedom.iloc[-1] < 3 and frame.estimate.iloc[-1] > 1.1 * frame.source.iloc[-1]
    slope = rows(made, "emergence", quantity="slope")
    assert slope.estimate.to_numpy() == pytest.approx(slope.rate.to_numpy(), abs=0.1)
    spread = rows(made, "emergence", quantity="spread of times")
    assert ((spread.low < spread.deviation) & (spread.deviation < spread.high)).all()
    shown = made["emergence"].figure_data.frame
    risk = shown[shown.curve == "risk"]
    assert risk.decoupled.iloc[0] == 1 and (np.diff(risk.decoupled) <= 0).all()
    assert risk.exact.to_numpy() == pytest.approx(risk.theory.to_numpy(), rel=0.25)


def test_exponents_and_the_distance_from_decoupled_directions(made):
    frame = rows(made, "exponents", quantity="exponent", beta=1.0)
    for theory in ("equivalent", "deflated"):
        assert frame.estimate.to_numpy() == pytest.approx(frame[theory].to_numpy(), abs=0.03)
    for beta, sign in ((1.0, 1), (0.25, -1)):
        gaps = rows(made, "exponents", quantity="gap", beta=beta)
        # twice the interval: with four starts the standard error itself is uncertain
        assert (sign * gaps.estimate > 0).all()
        assert (abs(gaps.estimate - gaps.equivalent) < gaps.high - gaps.low).all()


def test_the_units_of_time(made):
    assert rows(made, "time_units", quantity="exponent of half risk").estimate.item() == pytest.approx(0.5, abs=0.05)
    of_loss = rows(made, "time_units", quantity="exponent of half risk, time of the loss")
    assert of_loss.estimate.item() == pytest.approx(1, abs=0.05)
    slope = rows(made, "time_units", quantity="slope in log d")
    assert slope.low.item() < slope.theory.item() < slope.high.item()
    near, far = rows(made, "time_units", kind="ratio").sort_values("ratio").itertuples()
    assert near.estimate < near.larger == far.estimate
    assert (near.unit, far.unit) == pytest.approx((0, np.log(99)))
    for one in (near, far):
        assert abs(one.estimate - one.theory) < one.high - one.low + one.theory / one.spread


def test_what_is_outside_the_teacher_is_that_of_the_equivalent_and_nothing_in_the_end(made):
    frame = rows(made, "risk_scaling", quantity="missing directions")
    assert len(frame) == 10 and (frame.estimate > 0).all() and (frame.estimate < frame.N).all()
    assert (abs(frame.estimate - frame.theory) < frame.high - frame.low + frame.theory / frame.spread).all()
    end = rows(made, "risk_scaling", quantity="missing directions at the end")
    assert len(end) == 5 and (abs(end[["low", "high"]]) < 1e-13 * end.N.max()).all(axis=None)


def test_widths_that_are_powers_of_d(made):
    halves = rows(made, "powers", quantity="half risk", beta=0.25)
    assert list(halves.M_star) == [16, 32, 64] and list(halves.d) == [256, 1024, 4096]
    assert (abs(halves.estimate - halves.theory) < halves.high - halves.low + halves.theory / halves.spread).all()
    # over log(d/N), which grows along the power, as M*; with logarithms this small, within a tenth or two
    exponents = rows(made, "powers", quantity="exponent of half risk, time of the loss")
    assert exponents.estimate.to_numpy() == pytest.approx(exponents.theory.to_numpy(), abs=0.02)
    assert exponents.theory.to_numpy() == pytest.approx([1, 1], abs=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_the_figure_is_drawn_from_its_table_with_the_same_bytes_each_time(made, name, tmp_path):
    module = importlib.import_module(f"shallownets.studies.riccati.figures.{name}")
    table = made[name].figure_data
    for turn in "ab":
        style.apply()
        style.save(module.draw(table.frame, table.parameters), [tmp_path / f"{turn}.png"], "source")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


REFUSED = [
    ("exactness", {"d": 7}, "d = 7: expected at least M_star + N + M_star = 10"),
    ("risk_scaling_curves", {"starts": 1}, "starts = 1: expected a whole number from 2 to 1000000"),
    ("emergence", {"directions": [1, 9]}, "directions.1 = 9: expected a number from 1 to 8"),
    ("emergence", {"d": 19}, "d = 19: expected at least M* + N = 20"),
    (
        "exponents_curves",
        {"window": [16, 0.25]},
        "window = [16, 0.25]: expected fewer directions than 0.25 M_star = 16",
    ),
    ("exponents_curves", {"beta": 0.5}, "beta = 0.5: expected a number other than 1/2"),
    ("exponents_curves", {"points": 1}, "points = 1: expected a whole number from 3 to 1000000"),
    ("time_units_runs", {"direction": 5}, "direction = 5: expected a number from 1 to 4"),
    ("powers", {"alpha": 0.9}, "alpha = 0.9: expected a number at which d = M*^(1/alpha) is at least 2 M*"),
    ("powers", {"betas": [0.5]}, "betas.0 = 0.5: expected a number of at least 0 and below 0.5"),
    ("time_units_runs", {"M_star": [16, 16, 32]}, "M_star.1 = 16: expected a list of at least three different values"),
]


@pytest.mark.parametrize(("stage", "change", "message"), REFUSED)
def test_a_mistake_is_said_in_one_line(tmp_path, stage, change, message):
    with pytest.raises(UserError) as caught:
        run(tmp_path, stage, GIVEN[stage] | change)
    said = str(caught.value)
    assert said.startswith(f"{stage}: {message}") and "\n" not in said
    assert not list(tmp_path.iterdir())


def test_curves_of_other_widths_do_not_make_exponents(made, tmp_path):
    other = run(tmp_path, "exponents_curves", GIVEN["exponents_curves"] | {"M_star": 32, "starts": 2}, to="other").data
    with pytest.raises(UserError, match=r"other\.npz: expected the widths, window and starts of .*curves_0\.25\.npz"):
        run(tmp_path, "exponents", {}, [*made["curves"], other])


def test_the_curves_behind_the_exponents_lie_in_the_window_and_fall(made):
    for curves in made["curves"]:
        t, risk = curves.arrays["t"], curves.arrays["risk"]
        assert risk.shape == (3, 4, 10) and (np.diff(risk) < 0).all() and (np.diff(t) > 0).all()
        # from the time of the fifth direction to that of the sixteenth, lambda = m^-beta/|A|
        assert t[:, -1] / t[:, 0] == pytest.approx((16 / 5) ** curves.parameters["beta"], rel=1e-12)


@pytest.mark.parametrize("name", FIGURES)
def test_the_live_plot_shows_the_numbers_of_the_table(made, name):
    table = made[name].figure_data
    figure = charts.CHARTS[name](table.frame, table.parameters)
    shown = np.concatenate([trace.y for trace in figure.data if trace.hoverinfo != "skip"])  # keys have no points
    assert np.isfinite(shown).all() and len(shown) >= len(table.frame)
    assert len({trace.name for trace in figure.data if trace.showlegend}) >= 2
