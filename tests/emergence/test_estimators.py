"""Estimators of the stages on what is known: closed forms, draws and curves that are made by hand."""

import numpy as np
import pytest
import scipy
from numpy.random import default_rng

from shallownets.studies.emergence import model
from shallownets.studies.emergence.measure import coverage, curves, delays, envelope, laws, passages, search
from shallownets.studies.emergence.theory import coverage as theory
from shallownets.studies.emergence.theory import crowding, frontiers, scaling, sequential, times
from shallownets.studies.emergence.trajectory import Run


def test_typical_times_are_those_of_draws():
    """Means of logarithms, over draws of the largest of so many overlaps."""
    a, N, d, link = model.strengths(5, 0.8), 9, 400, model.hermite(4)
    x = np.sqrt(default_rng(1).beta(0.5, (d - 1) / 2, (20_000, N)))
    logs = [np.log(times.learning_time(a[m], x[:, : N - m].max(1), 1e-6, link)) for m in range(5)]
    errors = [4 * one.std() / np.sqrt(one.size) for one in logs]
    found = np.log(sequential.typical_times(a, N, d, 1e-6, link))
    assert (np.abs(found - [one.mean() for one in logs]) < errors).all()


def test_what_crowding_turns_of_an_exponent():
    """The slope between two points of a power, and with the second one as much later."""
    exponent, m, d, length = -0.75, 3.0, 1000, np.log(50.0)
    later = exponent * length / (length + np.log1p(m / d))
    assert crowding.turned(exponent, m, d, length) == pytest.approx(abs(later - exponent), rel=2e-3)


def test_the_exponent_in_the_number_of_directions():
    assert curves.in_m(2 * np.arange(1, 9) ** 0.7) == pytest.approx(0.7)


def test_delays_against_the_dimension():
    """Delays c/d with errors of the next two orders: the ratio at infinite d is 1, and the exponent -1 up to them."""
    d, rng = np.array([1024.0, 2048, 4096, 8192]), default_rng(2)
    first = rng.uniform(1, 2, (6, 1)) / d
    orders = rng.uniform(0, 50, (2, 6, 1))
    found = delays.Delays(d, first * (1 + orders[0] / d + orders[1] / d**2), first)
    one = found.at_infinity()
    assert (one.value, one.n) == (pytest.approx(1, abs=1e-9), 6)
    assert found.ratios.mean() > 1.001
    only = delays.Delays(d, first, first).exponent(rng, 20)
    assert only.value == pytest.approx(-1)
    assert only.error == pytest.approx(0, abs=1e-9)
    for late in (first - 0.01, 0 * first):
        assert np.isnan(delays.Delays(d, late, first).exponent(rng, 20).value)


@pytest.mark.parametrize("at_once", [4096, 5])  # all neurons, or a part of them, and then the rest
def test_neurons_cover_as_many_directions_as_their_chances_say(at_once, monkeypatch):
    monkeypatch.setattr(coverage, "_AT_ONCE", at_once)
    a, d, N = model.strengths(8, 1.0), 300, 12
    found = [coverage.drawn(a, N, d, 4, default_rng([3, n])) for n in range(400)]
    p = theory.chances(a, 4)
    assert np.mean(found) == pytest.approx(theory.covered(p, N), abs=4 * theory.spread(p, N) / 20 + 0.05)


def test_coverage_of_equal_strengths_grows_as_for_equal_chances():
    """Each direction has the chance 1/P: -log of it is log P, and half are covered by log 2/-log(1 - 1/P)."""
    P = np.array([16, 32, 64])
    found = coverage.growth(0.0, 4, P.tolist())
    assert found.rarest == pytest.approx(np.log(np.log(64) / np.log(32)) / np.log(2), abs=1e-6)
    logs = np.log(np.log(np.log(2) / -np.log1p(-1 / P)))
    assert found.half == pytest.approx(np.polyfit(np.log(P), logs, 1)[0], abs=1e-6)


def test_the_exponent_of_counts_weighs_them_by_their_errors():
    d = [64, 128, 256]
    counts = np.array([[20.0, 10, 5], [12, 6, 3]])
    assert coverage.wasted_exponent(d, counts) == pytest.approx(-1)
    few = np.array([[1000.0, 500, 0]])  # half a neuron, of which the logarithm has the variance 2
    x, y = np.log(d), np.log([1000.0, 500, 0.5])
    fitted = scipy.optimize.curve_fit(lambda x, c, e: c + e * x, x, y, sigma=[1000**-0.5, 500**-0.5, 2**0.5])[0]
    assert coverage.wasted_exponent(d, few) == pytest.approx(fitted[1], rel=1e-5)


def test_the_search_of_what_is_learned_at_every_dimension():
    """Times t d: directions that miss at one dimension do not count, nor starts that are left with none."""
    d = np.array([10.0, 100, 1000])
    base = np.array([[1.0, 4, 7], [2, 8, 5], [1, 1, 1]])
    measured = base[:, None, :] * d[:, None]
    decoupled = 3 * measured**1.5
    measured[:, 1, 2] = np.inf
    decoupled[2, 0, :2] = np.nan
    found = search.search(measured, decoupled)
    np.testing.assert_array_equal(found.kept, [True, True, False])
    np.testing.assert_allclose(found.times, np.array([[2.0], [4]]) * d)
    np.testing.assert_allclose(found.slopes(d), 1)
    assert found.expected(d) == pytest.approx(1.5)


def test_the_middle_of_what_is_known():
    assert laws.middle(np.array([3.0, np.nan, 1, np.inf, 5])) == 3
    assert np.isnan(laws.middle(np.array([np.inf])))


def test_a_logistic_curve_beside_its_sharp_step():
    """Nothing crowds a single direction: corners are all that is off."""
    link, a, M = model.hermite(4), np.array([0.5]), np.array([[0.1]])
    T = times.learning_time(a, M[0], 1e-6, link)
    t = np.linspace(0, 2 * T[0], 20_001)
    share = scipy.special.expit(4 * a * (t - T[0]))
    shares, owner = share[:, None], np.array([0])
    run = Run(t, a[0] ** 2 * (1 - share) ** 2, shares, T, owner, t.size)
    found = curves.overlay(run, M, a, run)
    assert found.off == pytest.approx(found.order, rel=1e-4)


def test_what_is_beyond_the_laws_of_the_frontier_has_its_power():
    front = envelope.Frontier(np.ones(1), np.ones(1), np.ones(1))
    made = [envelope.Range(front, 0.0, 0.0, xi, 5 * xi**2, 7 * xi**3) for xi in (0.1, 0.2, 0.4)]
    assert envelope.orders(made) == pytest.approx((2, 3))
    found = envelope.over(0.8, 16, 256)
    assert found.growth == frontiers.growth(64)
    assert found.slope == found.frontier.slope(16, 256).exponent
    assert found.beyond_slope < found.growth**2
    assert found.beyond_best_width < found.growth**2


def test_the_best_width_of_starts_beside_that_of_draws():
    """Frontiers of exact powers, whose best width has the exponent 1/(1 + β)."""

    def frontier(beta, shift=0.0):
        t = np.geomspace(1, 1e6, 600)
        losses = {
            2**n: (t, 2.0 ** (n * (1 - 2 * beta)) + (t * np.exp(shift)) ** ((1 - 2 * beta) / beta))
            for n in range(2, 11)
        }
        return envelope.frontier(losses, 3000)

    starts, draws = [frontier(0.8), frontier(0.8, 0.3)], [frontier(beta) for beta in (0.75, 0.8, 0.85)]
    found = envelope.best_widths(starts, draws, 1024, np.inf)
    assert found.exponent.value == pytest.approx(scaling.best_width(0.8), abs=3e-3)
    assert found.expected == pytest.approx(np.mean([scaling.best_width(beta) for beta in (0.75, 0.8, 0.85)]), abs=3e-3)
    spread = np.std([scaling.best_width(beta) for beta in (0.75, 0.8, 0.85)], ddof=1)
    assert found.exponent.error == pytest.approx(spread / np.sqrt(2), rel=0.1)
    assert found.shortest == min(one.best_width(1024).length for one in starts)
    assert envelope.best_widths(starts, draws, 4, np.inf) is None


def test_exponents_and_parts_of_samples_until_a_direction_is_learned():
    """Quartiles of runs that spread alike at each d, and of theory, as powers of d: what is fitted are these powers."""

    def case(d, search=0.4, lost=0):
        spread = np.exp(np.linspace(-0.5, 0.5, 41))
        n = 2 * d**0.3 * np.append(spread[lost:], np.full(lost, np.inf))
        said = d**0.25 * np.array([0.9, 1.0, 1.1])
        none = np.zeros(41, bool)
        return passages.Case(3, d, 0.1, n, search * d**0.1 * n, none, 0.1, said, said, said, 0.5 * d**0.05 * said)

    cases = [case(d) for d in (100, 400, 1600)]
    found = passages.exponent(cases, "samples")
    assert (found.least, found.measured.value, found.theory) == (100, pytest.approx(2.3), pytest.approx(2.25))
    found = passages.exponent(cases, "search")
    assert (found.measured.value, found.theory) == (pytest.approx(2.4), pytest.approx(2.3))
    parts = {one: passages.part_of_search(one) for one in cases}
    for one, part in parts.items():
        assert part.value == pytest.approx(np.log(0.4 * one.d**0.1))
        assert one.part == pytest.approx(0.5 * one.d**0.05)
    found = passages.exponent_of_part(parts)
    assert (found.least, found.measured.value, found.theory) == (100, pytest.approx(0.1), pytest.approx(0.05))
    gone = case(400, lost=40)
    assert passages.part_of_search(gone) is None
    assert passages.exponent([cases[0], gone, cases[2]], "samples") is None
    assert passages.exponent_of_part({one: parts[one] for one in cases[:2]}) is None


def test_a_case_has_its_samples_over_their_unit_and_its_theory_where_the_step_is_not_far_too_large():
    runs = np.array([4e4, np.inf, 6e4])
    made = passages.case(3, 100, 0.05, runs, runs / 2, np.isinf(runs), 4, 1e-4)
    np.testing.assert_array_equal(made.n, runs / 1e4)
    assert (made.lost == [False, True, False]).all()
    assert 0 < made.part < 1
    assert made.theory[0] < made.theory[1] < made.theory[2]
    large = passages.case(3, 100, 0.05 * 31 / made.over, runs, runs, np.isinf(runs), 4, 1e-4)
    assert large.over == pytest.approx(31)
    assert np.isinf(large.theory).all()
    assert np.isnan(large.part)
