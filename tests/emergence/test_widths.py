"""What is measured of runs at several widths: made curves, draws of the law, and sums over directions by hand."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.studies.emergence import model, simulate, starts
from shallownets.studies.emergence.measure import curves, envelope, laws, windows
from shallownets.studies.emergence.measure.lateness import Lateness, lateness
from shallownets.studies.emergence.theory import crowding, scaling
from shallownets.studies.emergence.theory.sequential import Law
from shallownets.studies.emergence.trajectory import Run

P, N, BETA = 64, 96, 0.8
A, LINK = model.strengths(P, BETA), model.hermite(4)


@pytest.fixture
def law():
    return Law(A, 4096, 1e-6, LINK)


def run_of(t, loss, T):
    return Run(t, loss, np.empty((t.size, 0)), T, np.zeros(T.size, int), t.size)


def streams(count=40):
    return [default_rng([7, number]) for number in range(count)]


def test_a_run_on_the_sequential_law_has_its_exponent_and_without_the_tail_a_steeper_one(law):
    T = law.median_times(N)
    t = np.geomspace(T[0] / 100, 2 * T[-1], 20_000)
    found = windows.in_window(run_of(t, law.loss(t, N), T), law, N, BETA, streams())
    assert (found.first, found.last) == pytest.approx((T[9], T[15]))
    assert found.measured == pytest.approx(found.law, abs=1e-6)
    assert found.alone < found.measured < 0
    window = curves.window(T)
    drawn = [law.drawn_loss(window, N, rng) + scaling.tail(P, BETA) for rng in streams(2000)]
    slopes = [np.polyfit(np.log(window), np.log(one), 1)[0] for one in drawn]
    late = crowding.turned(scaling.in_time(BETA), P / 4, 4096, np.log(T[15] / T[9]))
    assert found.apart - late == pytest.approx(3 * np.std(slopes), rel=0.35)  # 40 draws are good to 11 %
    assert found.apart - late == pytest.approx(3 * np.std(slopes[:40], ddof=1), rel=1e-9)  # the same draws


def test_the_loss_at_learning_times_is_taken_at_directions_10_to_a_quarter(law):
    """A loss that is m^(1 - 2β) less the tail at T_m, on straight lines between."""
    T = law.median_times(N)
    m = np.arange(1.0, P + 1)
    loss = 3 * m ** (1 - 2 * BETA) - scaling.tail(P, BETA)
    missing = np.where(np.isin(m, (11, 13)), np.inf, T)
    found = windows.in_window(run_of(T, loss, missing), law, N, BETA, streams(2)).at_learning
    assert (found.value, found.error, found.n) == (pytest.approx(1 - 2 * BETA), 0, 5)
    two = np.where(m < 15, np.inf, T)
    found = windows.in_window(run_of(T, loss, two), law, N, BETA, streams(2)).at_learning
    assert (found.value, found.n) == (pytest.approx(1 - 2 * BETA), 2)
    few = np.where(m < 16, np.inf, T)
    assert windows.in_window(run_of(T, loss, few), law, N, BETA, streams(2)).at_learning is None


def test_without_a_window_there_are_no_exponents(law):
    T = law.median_times(N)
    short = T[T[14] > T]
    assert windows.in_window(run_of(short, np.ones(short.size), T), law, N, BETA, streams(2)) is None
    assert windows.in_window(run_of(T, np.ones(P), T), law, P - 1, BETA, streams(2)) is None


def test_directions_are_as_late_as_the_run_says_beside_greedy_choice_and_crowding():
    start = starts.uniform(12, 8, 300, 1e-6, default_rng(3))
    a = model.strengths(8, 1.0)
    expected = simulate.decoupled(start, a, LINK)
    T = 1.1 * expected.times
    T[2] = np.inf
    found = lateness(run_of(np.arange(2.0), np.ones(2), T), start, a, LINK)
    np.testing.assert_array_equal(found.greedy, expected.times)
    assert np.nanmin(found.crowded / found.greedy) > 1
    m, measured, crowded = found.over_greedy()
    assert not set(m) & {3}
    np.testing.assert_allclose(measured, 1.1)
    np.testing.assert_allclose(crowded, (found.crowded / found.greedy)[m - 1])


def test_medians_of_parts_are_those_of_their_directions():
    greedy = np.arange(1.0, 9)
    found = Lateness(greedy * [1, 2, 3, 4, 5, 6, 7, np.inf], greedy, 2 * greedy).parts(((1, 3), (4, 8), (5, 9)), 100)
    assert [(one.theory, one.first, one.last) for one in found] == [
        ("greedy", 1, 3),
        ("crowded", 1, 3),
        ("greedy", 4, 8),
        ("crowded", 4, 8),
    ]
    assert [one.ratio.value for one in found] == [2, 1, 5.5, 2.75]
    assert [one.ratio.left_out for one in found] == [0, 0, 1, 1]
    assert found[2].order == pytest.approx(0.0064)


def test_two_runs_are_as_far_apart_as_their_farthest_direction():
    t, one = np.arange(2.0), np.array([1.0, 2, np.inf, 4])
    found = laws.apart(run_of(t, t, one * [1, 1.5, 1, 0.5]), run_of(t, t, one))
    assert (found.value, found.error, found.n) == (pytest.approx(np.log(2)), 0, 3)
    assert laws.apart(run_of(t, t, one + np.inf), run_of(t, t, one)) is None


def test_what_greedy_choice_leaves_falls_with_the_width_as_the_best_directions_do():
    """Where each neuron has one direction of its own, N of them leave the squares beyond N."""
    a, tail = model.strengths(256, BETA), scaling.tail(256, BETA)

    def start(N):
        M = 0.1 * np.eye(N, 256)
        return starts.Start(M, np.sqrt(1 - (M**2).sum(1))[:, None], np.full(N, 1e-6), 1000)

    widths = (8, 16, 32, 64)
    found = laws.plateau_exponent([[start(N) for N in widths]] * 2, a, LINK, tail)
    left = [scaling.tail(N, BETA) for N in widths]
    assert found.value == pytest.approx(np.polyfit(np.log(widths), np.log(left), 1)[0])
    assert (found.error, found.n) == (pytest.approx(0, abs=1e-12), 2)


def test_slopes_of_a_range_are_of_the_runs_of_the_tail_and_of_draws():
    def front(slope, width=(4.0, 8, 16, 32)):
        C = np.geomspace(1, 1e4, 4)
        return envelope.Frontier(C, C**slope, np.array(width))

    found = envelope.slopes(front(-0.5), front(-0.3), [front(-0.4), front(-0.6)], 4, 32)
    assert (found.measured, found.with_tail, found.expected) == pytest.approx((-0.5, -0.3, -0.5))
    assert found.spread == pytest.approx(np.std([0.4, 0.6], ddof=1))
    assert found.length == pytest.approx(np.log(1e4) / 3)
    none = front(-0.5, (4.0, 4, 32, 32))
    for missing in ((none, front(-0.3)), (front(-0.5), none)):
        assert envelope.slopes(*missing, [front(-0.4), front(-0.6)], 4, 32) is None
    assert envelope.slopes(front(-0.5), front(-0.3), [front(-0.4), none], 4, 32) is None


def test_ranks_of_winning_overlaps_count_the_neurons_that_are_left():
    """At d = 4 the size of an overlap is below m with the chance that a uniform law on the sphere gives it."""
    start = starts.uniform(6, 3, 4, 1e-6, default_rng(8))
    run = Run(np.arange(2.0), np.ones(2), np.empty((2, 0)), np.array([1.0, np.inf, 2]), np.array([4, -1, 0]), 2)
    found = laws.ranks(run, start.M, 4, 4)
    x = default_rng(9).standard_normal((400_000, 4))
    sizes = np.abs(x[:, 0]) / np.linalg.norm(x, axis=1)
    for m, neuron, left in ((0, 4, 6), (2, 0, 4)):
        below = np.mean(sizes < abs(start.M[neuron, m]))
        assert found[m] == pytest.approx(below**left, abs=4 * left * np.sqrt(below * (1 - below) / x.shape[0]))
    assert np.isnan(found[1])
