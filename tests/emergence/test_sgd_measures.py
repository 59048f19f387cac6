"""Estimators of SGD on data that are known: quartiles with runs that never arrive, blocks, exponents, one law."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.errors import UserError
from shallownets.numerics.statistics import Estimate
from shallownets.studies.emergence import model, starts
from shallownets.studies.emergence.measure import against_flow, noise, quartiles


def test_runs_that_never_arrive_count_as_infinite():
    values = np.array([3.0, 1.0, np.inf, 2.0, np.inf, 4.0, np.inf, np.inf])
    np.testing.assert_array_equal(quartiles.quartiles(values), [2.0, 4.0, np.inf])
    assert quartiles.median(values) is None
    assert quartiles.median(np.array([0.0, 0.0, 1.0, 2.0, 3.0])) is None  # a zero has no logarithm
    shares = quartiles.arrived_by(values, np.array([2.0, 10.0, np.inf]))
    assert [one.value for one in shares] == [0.25, 0.5, 1.0]
    assert shares[1].error == pytest.approx(np.sqrt(0.25 / 8))
    assert np.isinf(shares[0].freedom)


def test_the_error_of_a_median():
    """Against medians of many samples of a law with heavy tails, whose mean would be of no use."""
    rng, n = default_rng(1), 64
    found = [quartiles.median(1 / rng.random(n)) for _ in range(2000)]
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.15)
    assert np.mean([one.value for one in found]) == pytest.approx(np.log(2), abs=5 * spread / np.sqrt(2000) + 0.02)


def test_exponents_of_medians():
    rng = default_rng(2)
    found = []
    for _ in range(200):
        medians = {d: Estimate(2 * np.log(d) + 0.1 * rng.standard_normal(), 0.1, 50) for d in (100, 200, 400)}
        measured, theory = quartiles.exponent(medians, {d: 3.0 * d**1.9 for d in medians})
        found.append((measured.value, measured.error))
        assert theory == pytest.approx(1.9)
    values, errors = np.array(found).T
    assert values.mean() == pytest.approx(2, abs=4 * errors[0] / np.sqrt(200))
    assert values.std(ddof=1) == pytest.approx(errors[0], rel=0.2)


def test_means_by_blocks():
    """The error of an autoregressive series' mean, of which neighbours that are taken as independent give a fifth."""
    rng, rho, n = default_rng(3), 0.92, 4000
    found = []
    for _ in range(200):
        shocks = rng.standard_normal(n)
        series = np.empty(n)
        series[0] = shocks[0] / np.sqrt(1 - rho**2)
        for i in range(1, n):
            series[i] = rho * series[i - 1] + shocks[i]
        found.append(noise.by_blocks(series, 20))
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.15)
    assert found[0].n == 20


def test_two_samples_of_one_law():
    rng = default_rng(4)
    chances = [noise.one_law(rng.random((60, 5)), rng.random((80, 5))) for _ in range(200)]
    assert np.mean(np.array(chances) < 0.1) < 0.1 + 3 * np.sqrt(0.09 / 200)
    moved = rng.random((200, 5))
    moved[:, 3] += 0.3
    assert noise.one_law(rng.random((200, 5)), moved) < 1e-4
    assert noise.one_law(moved, moved) == 1


def test_ratios_to_the_flow():
    ratios = np.exp(np.array([[0.1, -0.2, 0.3], [np.inf, 0.0, 0.2]]))
    assert against_flow.centre(ratios) == pytest.approx(0.1)
    assert against_flow.half_width(ratios) == pytest.approx((0.3 - 0.0) / 2)
    ratios[0] = np.inf
    assert np.isinf(against_flow.half_width(ratios))


def test_starts_from_which_the_flow_learns():
    """At odd k some starts leave a direction with overlaps below zero alone: they are passed over."""
    a, link, d = model.strengths(2, 1.0), model.hermite(3), 50

    def begin(number):
        return starts.uniform(2, 2, d, 1e-4, default_rng([5, number]))

    found = list(against_flow.learned_by_flow(begin, a, link, 3, 200.0))
    numbers = [number for number, *_ in found]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] > 2
    for number, start, run in found:
        assert np.array_equal(start.M, begin(number).M)
        assert run.learned.all()
    with pytest.raises(UserError, match=r"^within = 1: expected a time in which the flow learns all; 0 of 100 do"):
        list(against_flow.learned_by_flow(begin, a, link, 1, 1.0))
    left, tried = numbers[-1] - 2, numbers[-1] + 1
    assert against_flow.passed_over(numbers, 200.0).startswith(f"{left} of {tried} starts are left out")
    assert against_flow.passed_over(numbers, 200.0).endswith("by t = 200")
    assert against_flow.passed_over([0, 1, 2], 200.0) == ""


def test_a_median_at_no_step():
    """Log ratios whose median is 0.3 + 0.5 κ, by a straight line; infinite medians give nothing."""
    kappas = np.array([0.1, 0.2, 0.4])
    rest = np.array([-1.0, 0.0, 2.0])  # of which the median is 0
    ratios = np.exp(0.3 + 0.5 * kappas[None, :, None] + rest[:, None, None] * np.ones((1, 1, 3)))
    assert against_flow.at_zero(kappas, ratios) == pytest.approx(0.3)
    ratios[:, 1] = np.inf
    assert np.isnan(against_flow.at_zero(kappas, ratios))
