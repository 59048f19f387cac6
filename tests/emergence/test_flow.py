"""The engines of the flow: against finite differences, SciPy, each other and exact times; and their traps."""

import numpy as np
import pytest
from scipy.special import expit

from shallownets.errors import Impossible
from shallownets.studies.emergence import model, starts
from shallownets.studies.emergence.engines import decoupled, deflated, flow, steps
from shallownets.studies.emergence.measure import curves, weights
from shallownets.studies.emergence.theory import times

LINKS = ["h2", "h3", "h4", "0.8 h4 + 0.6 h6", "0.3 h2 + h4", "h3 + h4"]
H4 = model.hermite(4)


def start_of(N, P, d, seed, r0=1e-6):
    return starts.uniform(N, P, d, r0, np.random.default_rng([20, seed]))


def test_the_largest_of_errors_by_their_bits():
    errors = np.random.default_rng(1).random(37) ** 20
    assert steps.largest(errors.copy(), 37) == errors.max()
    assert steps.largest(errors.copy(), 5) == errors[:5].max()
    for wrong in (np.inf, np.nan):
        errors[3] = wrong
        assert np.array_equal(steps.largest(errors.copy(), 37), wrong, equal_nan=True)


@pytest.mark.parametrize("n", range(2, 9))
def test_powers_by_products(n):
    assert steps.power(-1.3, n) == pytest.approx((-1.3) ** n)


@pytest.mark.parametrize("name", LINKS)
def test_the_gradient_by_finite_differences(name):
    link, a = model.named(name), model.strengths(3, 0.7)
    w = start_of(4, 3, 6, 1, 0.4).weights()
    w *= np.linspace(0.7, 1.3, 4)[:, None]

    def risk(v):
        v = v.reshape(w.shape)
        r = (v**2).sum(1)
        u = v / np.sqrt(r)[:, None]
        return model.risk(u[:, :3], u @ u.T, r, a, link)

    h, steps_of = 1e-6, np.eye(w.size).reshape(-1, *w.shape)
    numeric = [-(risk(w + h * e) - risk(w - h * e)) / (2 * h) for e in steps_of]
    np.testing.assert_allclose(np.reshape(numeric, w.shape), weights.gradient(w, a, link), atol=2e-9)


@pytest.mark.parametrize("name", ["h2", "h3", "h4", "0.8 h4 + 0.6 h6"])
def test_the_flow_is_that_of_the_weights(name):
    """Times of directions by SciPy's integration of the weights in R^d; neurons act from three times r0 on."""
    link, a, start = model.named(name), model.strengths(2, 1.0), start_of(4, 2, 24, 3)
    true, _ = weights.times(start, a, link, 60.0, 1e-7)
    found = flow.simulate(start, a, link, 60.0, tolerance=1e-5, acting=0.0)
    np.testing.assert_array_equal(found.learned, np.isfinite(true))
    assert found.learned.any()
    both = found.learned
    assert np.abs(np.log(found.times[both] / true[both])).max() < 1e-4 + 3 * 4 * 1e-6 / a[-1]


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_a_single_neuron(k):
    link, M0 = model.hermite(k), 0.06
    start = starts.Start(np.array([[M0]]), np.array([[np.sqrt(1 - M0**2)]]), np.array([1e-6]), 400)
    T = float(times.learning_time(0.8, M0, 1e-6, link))
    a = np.array([0.8])
    runs = [flow.simulate(start, a, link, 1.5 * T, tolerance=1e-5, acting=0.0, follow=1)]
    if k > 2:
        runs.append(deflated.simulate(start, a, link, 1.5 * T, tolerance=1e-5, acting=0.0, follow=1))
    for run in runs:
        assert run.times[0] == pytest.approx(T, rel=2e-4)
        assert run.owner[0] == 0
        late = run.shares[:, 0] > 0.1
        logistic = expit(4 * 0.8 * (run.t[late] - run.times[0]))
        np.testing.assert_allclose(run.shares[late, 0], logistic, atol=2e-3)
        assert run.loss[-1] < 1e-3 * run.loss[0]


@pytest.mark.parametrize("name", ["h3", "h4", "0.3 h2 + h4"])
def test_the_loss_never_rises_and_is_the_risk(name):
    link, a, start = model.named(name), model.strengths(6, 0.8), start_of(10, 6, 60, 4)
    run = flow.simulate(start, a, link, 80.0, tolerance=1e-5, acting=0.0)
    assert run.loss[0] == pytest.approx(2 * model.risk(start.M, start.G, start.r, a, link), rel=1e-4)
    assert np.all(np.diff(run.loss) < 1e-6)
    assert run.t[-1] == 80.0


@pytest.mark.parametrize("k", [3, 4])
def test_deflated_against_exact(k):
    a, start = model.strengths(32, 1.0), start_of(64, 32, 1024, 5)
    link = model.hermite(k)
    exact, ours = (of.simulate(start, a, link, 800.0) for of in (flow, deflated))
    np.testing.assert_array_equal(exact.owner, ours.owner)
    both = exact.learned & ours.learned
    assert both.sum() > 20
    # what is left out are forces k G^{k-1} of at most P learned neurons; and both have the errors of their steps
    cross = k * 32 / 1024 ** ((k - 1) / 2)
    assert np.abs(np.log(exact.times[both] / ours.times[both])).max() < cross + 2e-3
    t = np.geomspace(5, 800, 30)
    assert np.abs(np.log(curves.loss_at(exact, t) / curves.loss_at(ours, t))).max() < cross + 1e-2


@pytest.mark.parametrize("engine", [flow, deflated])
def test_errors_fall_with_the_tolerance(engine):
    a, start = model.strengths(16, 1.0), start_of(32, 16, 256, 6)
    best = engine.simulate(start, a, H4, 300.0, tolerance=1e-6)
    errors = []
    for tolerance in (1e-3, 1e-4, 1e-5):
        run = engine.simulate(start, a, H4, 300.0, tolerance=tolerance)
        both = run.learned & best.learned
        errors.append(np.median(np.abs(run.times[both] / best.times[both] - 1)))
    assert errors[0] < 1e-3
    assert errors[0] > errors[1] > errors[2]


def test_a_dimension_that_no_memory_holds():
    """At d = 10^8 greedy choice is exact: owners and times."""
    a, start = model.strengths(16, 1.0), start_of(24, 16, 10**8, 7)
    owners = decoupled.greedy(start.M, a, 4)
    T = times.learning_time(a, owners.M0, 1e-6, H4)
    for engine in (flow, deflated):
        run = engine.simulate(start, a, H4, 2 * float(T.max()))
        np.testing.assert_array_equal(run.owner, owners.neuron)
        np.testing.assert_allclose(run.times, T, rtol=4e-3)


@pytest.mark.parametrize("engine", [flow, deflated])
def test_learned_directions_are_taken_out(engine):
    """Else an explicit method stays at its limit of stability, 2.5/(4 a_1): millions of steps to the last direction."""
    a, start = model.strengths(16, 1.0), start_of(32, 16, 10**6, 8)
    T = times.learning_time(a, decoupled.greedy(start.M, a, 4).M0, 1e-6, H4)
    run = engine.simulate(start, a, H4, 1e4 * float(T.max()))
    assert run.learned.all()
    assert run.steps < 16 * 150
    assert run.loss[-1] < 1e-5
    assert run.t[-1] == 1e4 * float(T.max())


def test_a_threshold_that_would_never_be_reached_is_refused():
    start, a = start_of(4, 2, 30, 0), model.strengths(2, 1.0)
    for engine in (flow, deflated):
        with pytest.raises(Impossible, match=r"freeze = 0.001: expected a number from 10 tolerance = 0.01"):
            engine.simulate(start, a, H4, 1.0, tolerance=1e-3, freeze=1e-3)


@pytest.mark.parametrize("engine", [flow, deflated])
def test_norms_stay_above_zero_in_a_long_search(engine):
    """They decay as r0/(1 + 4 r0 t); integrated as they are, a long step ends below zero, and they run away."""
    start = start_of(2, 1, 10**8, 9, 1e-4)
    a = model.strengths(1, 1.0)
    T = float(times.learning_time(1.0, np.abs(start.M).max(), 1e-4, H4))
    run = engine.simulate(start, a, H4, 2 * T)
    assert run.times[0] == pytest.approx(T, rel=4e-3)
    assert run.steps < 1000


def test_with_h2_nothing_is_taken_out():
    """Neurons that share the first direction turn to others. Were they taken out, few directions would be learned."""
    a, start = model.strengths(8, 1.0), start_of(16, 8, 10**4, 10)
    run = flow.simulate(start, a, model.hermite(2), 200.0)
    assert run.learned.all()
    assert run.steps > 0.9 * 200 / (2.6 / 4)  # stiff to the end


@pytest.mark.parametrize("engine", [flow, deflated])
def test_inactive_neurons_feel_their_own_norm_and_act_only_above_it(engine):
    """r0 above 0.02 a_P: none acts at first, and all times are those of a finer threshold."""
    a, start = model.strengths(8, 1.0), start_of(16, 8, 1000, 11, 4e-3)
    coarse = engine.simulate(start, a, H4, 400.0, tolerance=1e-4, acting=0.5)
    fine = engine.simulate(start, a, H4, 400.0, tolerance=1e-4, acting=0.0)
    both = coarse.learned & fine.learned
    assert both.sum() > 4
    np.testing.assert_allclose(coarse.times[both], fine.times[both], rtol=0.1)
    assert coarse.loss[1] == coarse.loss[0]


@pytest.mark.parametrize("engine", [flow, deflated])
def test_the_start_is_not_written_to(engine):
    start, a = start_of(6, 3, 40, 12), model.strengths(3, 1.0)
    kept = start.M.copy(), start.rest.copy(), start.r.copy(), a.copy()
    first = engine.simulate(start, a, H4, 100.0, follow=3)
    for one, before in zip((start.M, start.rest, start.r, a), kept, strict=True):
        np.testing.assert_array_equal(one, before)
    second = engine.simulate(start, a, H4, 100.0, follow=3)
    np.testing.assert_array_equal(first.shares, second.shares)
    np.testing.assert_array_equal(first.times, second.times)


@pytest.mark.parametrize("engine", [flow, deflated])
def test_learned_means_the_norm_not_the_angle(engine):
    """At the learning time 1 - M^2 is (r0/a)^2 for h_4: long before, the neuron has turned."""
    start = starts.Start(np.array([[0.1]]), np.array([[np.sqrt(0.99)]]), np.array([1e-10]), 100)
    turned = float(times.phase(0.1, H4))
    run = engine.simulate(start, np.ones(1), H4, 60.0)
    assert run.times[0] == pytest.approx(turned + np.log(1e10) / 4, rel=2e-3)
    assert run.times[0] > 1.3 * turned


def test_many_records_and_more_directions_than_neurons():
    """More steps than a buffer holds; N < P ends on the squares that are left."""
    a, start = model.strengths(12, 1.0), start_of(5, 12, 10**7, 13)
    owners = decoupled.greedy(start.M, a, 4)
    left = (a[owners.neuron < 0] ** 2).sum()
    for engine in (flow, deflated):
        run = engine.simulate(start, a, H4, 1e9, tolerance=1e-5)
        assert run.steps > steps.BUFFER
        assert np.all(np.diff(run.t) > 0)
        assert run.loss[-1] == pytest.approx(left, rel=1e-3)


@pytest.mark.parametrize(
    ("engine", "link", "more", "said"),
    [
        (deflated, "h2", {}, "expected h_k alone, k > 2"),
        (deflated, "0.8 h4 + 0.6 h6", {}, "expected h_k alone, k > 2"),
        (flow, "h9", {}, "expected degrees up to 8"),
        (flow, "h4", {"tolerance": 0.1}, "expected a number above 0, at most 0.01"),
        (deflated, "h4", {"follow": 3}, "expected a number of directions from 0 to 2"),
    ],
)
def test_what_cannot_be(engine, link, more, said):
    with pytest.raises(Impossible, match=said):
        engine.simulate(start_of(4, 2, 30, 0), model.strengths(2, 1.0), model.named(link), 1.0, **more)
    with pytest.raises(Impossible, match="t_end"):
        engine.simulate(start_of(4, 2, 30, 0), model.strengths(2, 1.0), H4, np.inf)


def test_a_crossing_of_a_logistic_curve_is_exact():
    t = np.array([9.0, 10.3])
    before, after = expit(4 * 0.6 * (t - 10.0))
    assert steps.crossing(before, after, t[1], t[1] - t[0]) == pytest.approx(10.0, abs=1e-12)
    assert steps.crossing(0.0, 1.0, 2.0, 2.0) == 1.0
    assert steps.larger(1.0, np.nan) == np.inf
    assert steps.factor(0.0, 1e-3) == 5.0
    assert steps.factor(np.inf, 1e-3) == pytest.approx(0.2)
    assert steps.factor(1e-3, 1e-3) == pytest.approx(0.9)
