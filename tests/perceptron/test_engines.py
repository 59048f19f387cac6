"""Students of examples: each engine against another one, against its conditions, and its traps."""

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import optimize

from shallownets.errors import Impossible
from shallownets.studies.perceptron import model, starts
from shallownets.studies.perceptron.engines import descend, gamp, minimise
from shallownets.studies.perceptron.parameters import data
from shallownets.studies.perceptron.theory import saddle


@pytest.fixture(scope="module")
def examples():
    return starts.draw(40, 120, default_rng(5000))


def force(examples, W):
    return examples.z.T @ (2 / (1 + np.exp(2 * examples.z @ W)))


@pytest.mark.parametrize("inputs", ["gaussian", "signs"])
def test_examples_are_what_the_model_says(inputs):
    drawn = starts.draw(500, 400, default_rng(5001), inputs, noise=0.2)
    assert drawn.alpha == 0.8
    assert np.linalg.norm(drawn.teacher) == pytest.approx(np.sqrt(500))
    wrong = (drawn.z @ drawn.teacher < 0).mean()
    assert abs(wrong - 0.2) < 4 * np.sqrt(0.2 * 0.8 / 400)
    assert (drawn.z**2).sum(1).mean() == pytest.approx(1, abs=0.03)
    assert (np.unique(np.abs(drawn.z)).size == 1) == (inputs == "signs")
    assert (starts.draw(500, 400, default_rng(5001), inputs).z @ drawn.teacher >= 0).all()


def test_examples_without_a_size_are_refused():
    with pytest.raises(Impossible):
        starts.draw(0, 10, default_rng(1))


def test_the_minimiser_has_its_norm_and_no_force_along_the_sphere(examples):
    lam = np.array([0.01, 1.0, 6.0])
    found = minimise.minimise(examples, lam)
    for W, one, m in zip(found.W, lam, found.multiplier, strict=True):
        assert np.linalg.norm(W) == pytest.approx(one * np.sqrt(40), rel=1e-12)
        np.testing.assert_allclose(force(examples, W), m / one * W, atol=1e-9)
        assert m > 0


def test_no_student_on_the_sphere_has_a_smaller_loss(examples):
    """By another road: a general minimiser from random starts."""

    def loss(W):
        W = 2.0 * np.sqrt(40) * W / np.linalg.norm(W)
        return np.logaddexp(0, -2 * examples.z @ W).sum()

    W = minimise.minimise(examples, np.array([2.0])).W[0]
    rng = default_rng(5002)
    others = [optimize.minimize(loss, rng.standard_normal(40), method="L-BFGS-B").fun for _ in range(3)]
    assert loss(W) == pytest.approx(min(others), abs=1e-6)
    assert loss(W) <= min(others) + 1e-9


def test_message_passing_finds_the_minimiser(examples):
    for lam in (0.5, 3.0):
        chi = float(np.exp(saddle.solve(3.0, lam).log_chi[0]))
        w, _ = gamp.gamp(examples, lam, chi)
        W = minimise.minimise(examples, np.array([lam])).W[0]
        np.testing.assert_allclose(w, W / lam, atol=1e-8)


def test_message_passing_does_not_stop_where_the_student_stands_still_before_chi():
    """A trap: at a large norm the student hardly depends on χ, and a step that leaves it alone is not the end."""
    drawn = starts.draw(60, 30, default_rng(5008))
    chi = float(np.exp(saddle.solve(0.5, 30.0).log_chi[0]))
    W = minimise.minimise(drawn, np.array([30.0])).W[0]
    w, found = gamp.gamp(drawn, 30.0, chi)
    np.testing.assert_allclose(w, W / 30, atol=1e-7)
    again, same = gamp.gamp(drawn, 30.0, 10 * chi)
    np.testing.assert_allclose(again, w, atol=1e-7)
    assert same == pytest.approx(found, rel=1e-4)
    with pytest.raises(Impossible, match="message passing finds no fixed point"):
        gamp.gamp(drawn, 30.0, 1e-300)


def test_the_student_of_least_loss_has_no_force_and_is_the_last_that_a_ridge_holds():
    noisy = starts.draw(30, 300, default_rng(5003), noise=0.1)
    W = minimise.free(noisy)
    np.testing.assert_allclose(force(noisy, W), 0, atol=1e-9)
    end = np.linalg.norm(W) / np.sqrt(30)
    close = minimise.minimise(noisy, np.array([0.999 * end]))
    assert 0 < close.multiplier[0] < 0.1
    with pytest.raises(Impossible, match="no ridge holds it"):
        minimise.minimise(noisy, np.array([1.1 * end]))


def test_labels_that_can_be_separated_leave_the_norm_without_an_end(examples):
    with pytest.raises((Impossible, np.linalg.LinAlgError)):
        minimise.free(examples)


@pytest.mark.parametrize("P", [1, 2, 3, 4, 7, 40])
def test_the_kernel_of_the_force_is_the_sum_over_examples(P):
    drawn, out = starts.draw(11, P, default_rng(5004)), np.empty(11)
    W = default_rng(5005).standard_normal(11)
    total = descend.force(drawn.z, W, out)
    np.testing.assert_allclose(out, force(drawn, W), rtol=1e-12)
    assert total == pytest.approx((2 / (1 + np.exp(2 * drawn.z @ W))).sum())


def test_margins_that_overflow_leave_the_force_a_number():
    """A trap: exp of a margin beyond 350 overflows."""
    drawn, out = starts.draw(5, 8, default_rng(5006)), np.empty(5)
    assert np.isfinite(descend.force(drawn.z, 1e4 * drawn.teacher, out))
    assert np.isfinite(out).all()


def test_the_flow_is_that_of_a_general_integrator(examples):
    from scipy.integrate import solve_ivp

    found = descend.descend(examples, np.array([0.5, 2.0]), fineness=4)
    run = solve_ivp(
        lambda t, W: force(examples, W),
        (0, found.t[-1]),
        np.zeros(40),
        "DOP853",
        t_eval=found.t,
        rtol=1e-10,
        atol=1e-12,
    )
    np.testing.assert_allclose(found.W, run.y.T, atol=2e-3 * np.sqrt(40))
    overlap = examples.overlap(run.y.T)
    np.testing.assert_allclose(model.test_error(examples.overlap(found.W)), model.test_error(overlap), rtol=1e-3)


def test_the_flow_tells_of_the_whole_way_by_squares_of_norms(examples):
    told = []
    flow = descend.descend(examples, np.array([0.5, 2.0]), advance=told.append)
    assert len(told) == flow.steps[-1]
    assert sum(told[: int(flow.steps[0])]) == pytest.approx(1 / 16)
    assert sum(told) == pytest.approx(1)


def test_halving_the_steps_divides_the_error_by_four(examples):
    at = np.array([1.0])
    W = [descend.descend(examples, at, fineness).W[0] for fineness in (2, 4, 8)]
    gaps = [np.linalg.norm(W[0] - W[1]), np.linalg.norm(W[1] - W[2])]
    assert 2.5 < gaps[0] / gaps[1] < 6


@pytest.mark.parametrize(("alpha", "norm"), [(2, 15.0), (5, 25.0), (20, 40.0)])
def test_the_flow_takes_thirty_times_fewer_steps_than_constant_ones(alpha, norm):
    drawn = starts.draw(60, 60 * alpha, default_rng(5007))
    run = descend.descend(drawn, np.array([norm]))
    stable = np.linalg.norm(drawn.z, 2) ** 2  # the largest curvature, at W = 0
    assert run.t[0] * stable / run.steps[0] > 30


@pytest.mark.parametrize(
    ("alpha", "N", "norms"),
    [(0.1, 100, [1, 10, 100]), (2, 60, [1, 5, 40]), (20, 60, [1, 8, 40]), (100, 20, [5, 20, 40]), (1000, 10, [5, 10])],
)
def test_the_steps_that_an_hour_is_reckoned_by_are_those_that_the_flow_takes(alpha, N, norms):
    examples = starts.draw(N, round(alpha * N), default_rng(5307))
    taken = descend.descend(examples, np.array(norms, float)).steps
    for norm, one in zip(norms, taken, strict=True):
        assert 1 / 1.6 < data.steps(alpha, norm) / one < 1.6


def test_at_small_norm_the_flow_is_the_minimiser_at_half_of_it(examples):
    lam = np.array([0.02, 0.04])
    free, fixed = descend.descend(examples, lam, 8).W, minimise.minimise(examples, lam / 2).W
    away = [np.linalg.norm(a / x - b / (x / 2)) for a, b, x in zip(free, fixed, lam, strict=True)]
    assert np.log2(away[1] / away[0]) == pytest.approx(2, abs=0.1)


def test_the_flow_stops_where_the_loss_is_least():
    noisy = starts.draw(30, 300, default_rng(5003), noise=0.1)
    end = np.linalg.norm(minimise.free(noisy)) / np.sqrt(30)
    assert descend.descend(noisy, np.array([0.9 * end])).steps[0] > 5
    with pytest.raises(Impossible, match="the flow stops"):
        descend.descend(noisy, np.array([1.1 * end]))


def test_samples_follow_the_replica_symmetric_solution():
    """Monte Carlo of the theory: 24 samples, 4 standard errors and 1/N."""
    lam, N = np.array([1.0, 6.0]), 100
    theory = saddle.solve(3.0, lam)
    errors = []
    for seed in range(5100, 5124):
        drawn = starts.draw(N, 300, default_rng(seed))
        errors.append(model.test_error(drawn.overlap(minimise.minimise(drawn, lam).W)) / theory.error)
    errors = np.array(errors)
    assert (np.abs(errors.mean(0) - 1) < 4 * errors.std(0) / np.sqrt(24) + 1 / N).all()
