"""The study `__study__`: each formula by a second road, and each stage at a tiny size."""

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from shallownets.studies.__study__ import model, starts
from shallownets.studies.__study__.engines import direct
from shallownets.studies.__study__.figures import relaxation as figure
from shallownets.studies.__study__.measure.moments import moments
from shallownets.studies.__study__.parameters import runs
from shallownets.studies.__study__.stages.relaxation import relaxation
from shallownets.studies.__study__.stages.sgd import sgd
from shallownets.studies.__study__.stages.start import start
from shallownets.studies.__study__.theory import moments as theory

RUN = {"eta": 0.2, "noise": 0.5, "steps": 10, "points": 6, "seed": 1}


def kept(parameters, made):
    """What a stage makes, as the next one reads it: with the parameters that were recorded."""
    return type(made.data)(made.data.arrays, parameters=parameters)


@pytest.fixture
def batches():
    begin = start(runs.Start(seed=1)).data
    given = [RUN | {"first": first, "replicates": 200} for first in (0, 200)]
    return begin, [kept(one, sgd(runs.Sgd(**one), begin)) for one in given]


def test_a_step_goes_down_the_gradient_of_the_square_loss():
    e, x, noise, h = 0.7, 1.3, 0.2, 1e-6
    loss = [(noise - x * (e + shift)) ** 2 / 2 for shift in (-h, h)]
    gradient = (loss[1] - loss[0]) / (2 * h)
    assert model.step(np.array(e), 0.1, np.array(x), np.array(noise)) == pytest.approx(e - 0.1 * gradient)


def test_starts_have_variance_one(rng):
    assert np.std([starts.gaussian(rng) for _ in range(10_000)]) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("eta", [0.05, 0.3])
def test_both_moments_follow_the_average_over_one_sample(eta):
    x, w = np.polynomial.hermite_e.hermegauss(8)
    w = w / w.sum()
    e, noise, times = 0.7, 0.5, np.array([0, 1])
    after = np.array([[model.step(e, eta, a, noise * b) for b in x] for a in x])
    assert theory.mean(e, eta, times) == pytest.approx([e, w @ after @ w])
    assert theory.mean_square(e, eta, noise, times) == pytest.approx([e**2, w @ after**2 @ w])
    late = theory.mean_square(e, eta, noise, np.array([1000, 1001]))
    assert late == pytest.approx([theory.stationary(eta, noise)] * 2)


def test_the_engine_agrees_with_both_moments():
    times, streams = np.array([0, 3, 20]), SeedSequence(3).spawn(4000)
    found = moments(direct.simulate(1.5, 0.1, 0.5, times, streams))
    mean, square = theory.mean(1.5, 0.1, times), theory.mean_square(1.5, 0.1, 0.5, times)
    for estimates, predicted in ((found.mean, mean), (found.mean_square, square)):
        for estimate, value in zip(estimates, predicted, strict=True):
            assert abs(estimate.value - value) <= 4 * estimate.error + 1e-12


def test_moments_of_known_errors():
    found = moments(np.array([[1.0, 2.0], [3.0, 2.0]]))
    assert [one.value for one in found.mean] == [2, 2]
    assert [one.value for one in found.mean_square] == [5, 4]
    assert found.mean[0].error == pytest.approx(1)


def test_a_run_does_not_depend_on_its_batch(batches):
    begin, (first, second) = batches
    whole = sgd(runs.Sgd(**RUN, first=0, replicates=400), begin).data
    parts = np.concatenate([first.arrays["error"], second.arrays["error"]])
    np.testing.assert_array_equal(whole.arrays["error"], parts)


def test_measured_agrees_with_predicted_and_the_figure_shows_both(batches):
    made = relaxation(runs.Relaxation(), *batches)
    frame = made.measurements.frame
    assert len(frame) == 2 * 5
    assert (frame.n == 400).all()
    assert ((frame.low <= frame.theory) & (frame.theory <= frame.high)).mean() >= 0.9
    data = made.figure_data
    (axes,) = figure.draw(data.frame, data.parameters).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["mean error", "mean square error"]
    assert axes.lines[1].get_ydata() == pytest.approx(frame_at(data.frame, "mean"))


def frame_at(frame, quantity):
    return frame[frame.quantity == quantity].theory.to_numpy()


def test_times_that_are_not_different_samples_are_refused():
    (fault,) = [limit for limit in runs.Sgd(**RUN | {"points": 12}, first=0, replicates=2).limits() if not limit[0]]
    assert fault[1:] == ("points", "at most steps + 1 = 11")


def test_the_initial_error_depends_on_the_seed_alone():
    drawn = [float(start(runs.Start(seed=seed)).data.arrays["error"]) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert default_rng(1).standard_normal() != drawn[0]
