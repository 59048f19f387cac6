"""The stages of SGD at small sizes: what they measure and draw, and what lost runs do to it."""

import importlib

import numpy as np
import pytest
from msgspec import structs, to_builtins

from shallownets.config import section
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.stage import Arrays, Table
from shallownets.studies.emergence.engines import chain
from shallownets.studies.emergence.measure import laws
from shallownets.studies.emergence.parameters import sgd
from shallownets.studies.emergence.stages.falling_noise import falling_noise
from shallownets.studies.emergence.stages.falling_runs import falling_runs
from shallownets.studies.emergence.stages.samples import samples
from shallownets.studies.emergence.stages.samples_runs import samples_runs
from shallownets.studies.emergence.stages.sgd_against_flow import sgd_against_flow
from shallownets.studies.emergence.stages.sgd_checks import sgd_checks
from shallownets.studies.emergence.stages.sgd_runs import sgd_runs
from shallownets.studies.emergence.theory import first_passage
from tests.pictures import assert_drawn

SEED = 1
SIZE = {"k": 3, "d": 50, "beta": 1.0, "r0": 1e-4, "patience": 2.0, "seed": SEED}
FLOW = sgd.SgdRuns(**SIZE, P=2, N=6, kappas=[0.05, 0.1, 0.2, 3.0], starts=4, within=60.0, points=30)
SAMPLES = sgd.SamplesRuns(
    N=4,
    r0=1e-4,
    cases=[(3, 25, 0.2, 16), (3, 36, 0.2, 16), (3, 50, 0.2, 16), (3, 25, 3.0, 12), (4, 16, 0.05, 8)],
    patience=6.0,
    seed=SEED,
)
FALLING = sgd.FallingRuns(**SIZE, P=3, N=8, kappa=0.2, label_noise=1.0, scale=8.0, starts=3, falling=2, within=60.0)
LAW = {"law_d": 8, "law_P": 2, "law_N": 2, "law_samples": 20, "law_etas": [1e-3] * 3, "law_runs": 20}
FLOOR = {"floor_d": 60, "floor_variances": [1.0], "floor_kappa": 0.05, "floor_memories": 200, "floor_blocks": 8}
NORMS = {"norms_d": 100, "norms_N": 4, "norms_kappa": 0.5, "norms_growth": 0.2, "norms_runs": 10}
CHECKS = sgd.SgdChecks(**LAW, **FLOOR, **NORMS, seed=SEED)


def as_read(made: Arrays, given: section.Section) -> Arrays:
    """A result as another stage reads it: with all parameters of the stage that made it."""
    return Arrays(made.arrays, made.units, to_builtins(given) | dict(made.parameters), made.notes)


@pytest.fixture(scope="module")
def made():
    """What all stages of SGD make, by their names."""
    found = {"sgd_runs": sgd_runs(FLOW), "samples_runs": samples_runs(SAMPLES), "falling_runs": falling_runs(FALLING)}
    read = {
        name: as_read(found[name].data, given)
        for name, given in (("sgd_runs", FLOW), ("samples_runs", SAMPLES), ("falling_runs", FALLING))
    }
    found["sgd_against_flow"] = sgd_against_flow(sgd.SgdAgainstFlow(resamples=50, seed=SEED), read["sgd_runs"])
    found["samples"] = samples(sgd.Samples(), read["samples_runs"])
    found["falling_noise"] = falling_noise(sgd.FallingNoise(), read["falling_runs"])
    found["sgd_checks"] = sgd_checks(CHECKS)
    return found


def rows(table: Table, **columns):
    frame = table.frame
    for column, value in columns.items():
        frame = frame[frame[column] == value]
    return frame


@pytest.mark.parametrize("name", ["sgd_against_flow", "samples", "falling_noise", "sgd_checks"])
def test_every_measurement_is_a_number_with_its_interval(made, name):
    frame = made[name].measurements.frame
    assert np.isfinite(frame[["estimate", "low", "high", "n"]].to_numpy(float)).all()
    assert ((frame.low <= frame.estimate) & (frame.estimate <= frame.high)).all()


@pytest.mark.parametrize("name", ["sgd_against_flow", "samples", "falling_noise"])
def test_figures_are_drawn_from_their_tables(made, name, tmp_path):
    table = made[name].figure_data
    style.apply()
    draw = importlib.import_module(f"shallownets.studies.emergence.figures.{name}").draw
    figure = draw(table.frame, dict(table.parameters))
    assert all(axes.lines or axes.containers for axes in figure.axes)
    style.save(figure, [tmp_path / "one.png"], "digest")
    assert_drawn(tmp_path / "one.png", *figure.get_size_inches())


def test_small_steps_are_near_the_flow_and_large_ones_are_lost(made):
    runs = made["sgd_runs"].data.arrays
    ratios = runs["T"][:, 0] / runs["T_flow"]
    assert 0.5 < np.median(ratios) < 2
    assert np.isfinite(runs["lost"][:, -1]).all()
    assert np.isinf(runs["T"][:, -1, -1]).all()
    assert np.isfinite(runs["loss"][:, :, 0]).all()
    table = made["sgd_against_flow"].measurements
    assert rows(table, quantity="lost", kappa=3.0).estimate.item() == 1
    assert rows(table, quantity="lost", kappa=3.0)["step over largest"].item() > 2
    assert not len(rows(table, quantity="median", kappa=3.0))
    assert any("kappa = 3" in note for note in table.notes)
    assert len(rows(table, quantity="exponent of the half width")) == 1


def test_starts_that_the_flow_does_not_learn_are_counted_on_the_figure_and_at_every_claim(made):
    for runs, stage, given in (("sgd_runs", "sgd_against_flow", FLOW), ("falling_runs", "falling_noise", FALLING)):
        arrays, of = made[runs].data.arrays, made[stage]
        tried = arrays["start"][-1] + 1
        assert tried > given.starts == arrays["start"].size
        text = next(one for one in of.figure_data.notes if "are left out" in one)
        assert text.startswith(f"{tried - given.starts} of {tried} starts")
        frame = of.measurements.frame
        touched = of.measurements.notes[text]
        assert all(
            any(row[key] == value for one in touched for key, value in one.items()) for _, row in frame.iterrows()
        )


def test_more_records_than_samples():
    """Where a step is so large that some times of the curve fall on one sample."""
    given = structs.replace(FLOW, P=2, N=2, d=3, starts=2)
    loss = sgd_runs(given).data.arrays["loss"]
    assert loss.shape == (2, 4, 30)
    assert np.isfinite(loss[:, :, 0]).all()


def test_samples_beside_first_passages(made):
    arrays, table = made["samples_runs"].data.arrays, made["samples"].measurements
    lost = arrays["lost"].astype(bool)
    assert np.isinf(arrays["n"][lost]).all()
    assert lost[(arrays["kappa"] == 3.0)].mean() > 0.5
    assert rows(table, quantity="lost", side="above").estimate.item() > 0.5
    assert set(rows(table, quantity="lost", kappa=0.2).estimate) == {0.0}
    shares = rows(table, quantity="share, theory", k=3)
    # together, over three dimensions and levels: means of 16 runs each, the three levels of one d from the same runs
    kept = shares[shares.kappa == 0.2]
    assert len(kept) == 9
    assert abs((kept.estimate - kept.level).mean()) < 3 * np.sqrt(0.25 / 48)
    assert len(rows(table, quantity="exponent", k=3)) == len(rows(table, quantity="exponent of the search", k=3)) == 1
    assert not len(rows(table, quantity="exponent", k=4))
    # compared with theory are the pairs of d and kappa at which no run is lost, and no other
    for row in shares.itertuples():
        of = (arrays["k"] == row.k) & (arrays["d"] == row.d) & (arrays["kappa"] == row.kappa)
        assert shares["none lost"][row.Index] == (not lost[of].any())
    search = rows(table, quantity="exponent of the search", k=3)
    assert search.limit.item() == 2
    # where mean paths do not arrive, there is no theory, and nothing is compared with it
    assert not len(rows(table, quantity="share, theory", kappa=3.0))


def test_the_search_s_part_of_the_samples(made):
    arrays, table = made["samples_runs"].data.arrays, made["samples"].measurements
    parts = rows(table, quantity="part of the search")
    assert len(parts) >= 3
    for row in parts.itertuples():
        of = (arrays["k"] == row.k) & (arrays["d"] == row.d) & (arrays["kappa"] == row.kappa)
        assert row.estimate == pytest.approx(np.median(arrays["found"][of]) / np.median(arrays["n"][of]))
        assert 0 < row.estimate < 1
    kept = parts[(parts.k == 3) & (parts.kappa == 0.2)]
    assert ((kept.low < kept.theory) & (kept.theory < kept.high)).all()
    assert len(rows(table, quantity="exponent of the search's part", k=3)) == 1


def test_label_noise_stays_and_the_step_falls(made):
    arrays, table = made["falling_runs"].data.arrays, made["falling_noise"].measurements
    assert np.isnan(arrays["falling"][2]).all()
    assert not np.isnan(arrays["falling"][:2]).any()
    last = rows(table, quantity="learned in time", last=True).set_index("series")
    assert last.kappa_m["quiet"] < last.kappa_m["falling"] < last.kappa_m["noisy"]
    assert last.n.to_dict() == {"quiet": 3, "noisy": 3, "falling": 2}
    assert last.estimate["quiet"] == 1
    # the sign test: of the starts where one series learns the direction in time and the noisy one does not
    T, flow = arrays, arrays["T_flow"]
    for series in ("quiet", "falling"):
        ran = ~np.isnan(T[series][:, -1])
        here, there = ((T[name][ran, -1] <= 2 * flow[ran, -1]) for name in (series, "noisy"))
        pairs = rows(table, quantity="of pairs that differ", series=series, last=True).iloc[0]
        assert pairs.n == (here != there).sum()
        assert pairs.estimate == (here[here != there].mean() if pairs.n else 0.5)
        assert 0 <= pairs.low < pairs.high <= 1


@pytest.mark.parametrize(("better", "worse", "tells"), [(10, 0, True), (9, 0, False), (0, 0, False), (0, 10, False)])
def test_a_sign_test_takes_ten_of_ten(better, worse, tells):
    """One half to the tenth, on both sides, is below the ledger's level; to the ninth it is not."""
    here = np.array([True] * better + [False] * worse + [True, False])
    there = np.array([False] * better + [True] * worse + [True, False])
    row = laws.sign_test(here, there)
    assert row["n"] == better + worse
    assert (row["low"] > 0.5) is tells
    assert (row["high"] < 0.5) is (worse == 10)


def test_checks_find_what_theory_says(made):
    table = made["sgd_checks"].measurements
    assert (rows(table, quantity="one law").estimate > 1e-3).all()
    for quantity, share in (("floor", 0.2), ("norms", 0.1)):
        row = rows(table, quantity=quantity).iloc[0]
        assert abs(row.estimate - row.theory) < 1.5 * (row.high - row.estimate) + share * row.theory / 10


def test_a_step_at_which_noise_turns_all_neurons_back_is_refused_before_any_run(monkeypatch):
    monkeypatch.setattr(chain, "simulate", None)
    given = structs.replace(SAMPLES, cases=[(3, 25, 0.2, 16), (3, 2000, 60.0, 2)])
    with pytest.raises(UserError) as refused:
        samples_runs(given)
    assert str(refused.value).startswith("cases.1 = 3, 2000, 60: expected a smaller kappa")


def test_steps_far_beyond_the_largest_are_not_followed(monkeypatch):
    """A trap: at d = 4 and kappa = 100 the mean paths took forty seconds, which no limit on the runs sees."""
    monkeypatch.setattr(first_passage, "finish", None)
    runs = samples_runs(structs.replace(SAMPLES, cases=[(3, 4, 100.0, 2)]))
    table = samples(sgd.Samples(), as_read(runs.data, SAMPLES)).figure_data
    assert np.isinf(rows(table, series="theory")["middle"]).all()
