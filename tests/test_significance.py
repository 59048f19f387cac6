"""Intervals, Holm's procedure and joint tests keep the level that they promise; the panel of all deviations."""

import numpy as np
import pytest
from scipy import stats

from shallownets.claims import promise, significance
from shallownets.report.panel import panel


def test_the_level_is_that_of_three_standard_deviations():
    assert pytest.approx(2 * stats.norm.sf(3)) == significance.LEVEL


@pytest.mark.parametrize(
    ("probability", "words"), [(0.0, "below 1e-15"), (9e-16, "below 1e-15"), (1e-15, "1e-15"), (0.00274, "0.0027")]
)
def test_no_probability_is_said_to_be_zero(probability, words):
    assert significance.in_words(probability) == words


@pytest.mark.parametrize("n", [3, 8, 100])
def test_intervals_hold_the_truth_as_often_as_they_say(n, rng):
    samples = rng.standard_normal((60000, n))
    means, errors = samples.mean(1), samples.std(1, ddof=1) / np.sqrt(n)
    one = significance.interval(0.0, -3.0, 3.0, n - 1)
    missed = np.mean(np.abs(means) > one.half * errors)
    assert missed == pytest.approx(significance.LEVEL, abs=4 * np.sqrt(significance.LEVEL / 60000))
    # three standard errors miss more often: 9.5 % at n = 3
    assert np.mean(np.abs(means) > 3 * errors) == pytest.approx(2 * stats.t.sf(3, n - 1), rel=0.25)


def test_a_deviation_from_few_samples_is_as_improbable_as_its_normal_equivalent():
    assert significance.standard(3.0, 1.0, np.inf) == 3.0
    for t, degrees in ((3.0, 2), (-4.5, 7), (1.0, 30)):
        z = significance.standard(t, 1.0, degrees)
        assert np.sign(z) == np.sign(t)
        assert stats.norm.sf(abs(z)) == pytest.approx(stats.t.sf(abs(t), degrees))
    assert significance.standard(0.0, 0.0, 5) == 0.0
    assert significance.standard(-1.0, 0.0, 5) == -np.inf
    far = [significance.standard(t, 1.0, 5000) for t in (30.0, 60.0, 90.0)]
    assert np.isfinite(far).all()
    assert sorted(far) == far


def test_holm_keeps_the_level_of_a_family_and_rejects_all_that_is_clear(rng):
    families = rng.standard_normal((20000, 20))
    wrong = np.mean([any(significance.given_up(family)) for family in families])
    assert wrong == pytest.approx(significance.LEVEL, abs=4 * np.sqrt(significance.LEVEL / 20000))
    # the second is judged against one row less than the first
    k = stats.norm.isf(significance.LEVEL / 2 / 2) + 0.01
    assert significance.given_up([k, 3.001]) == [True, True]
    assert significance.given_up([k - 0.1, 3.001]) == [False, False]
    assert significance.given_up([]) == []


def test_rows_together_fail_as_often_as_the_level_says(rng):
    found = [significance.together(rng.standard_normal(11)) for _ in range(20000)]
    for chance in ("chance_of_chi2", "chance_of_mean"):
        assert np.mean([getattr(one, chance) <= significance.LEVEL for one in found]) == pytest.approx(
            significance.LEVEL, abs=4 * np.sqrt(significance.LEVEL / 20000)
        )
    # the level is shared among the groups of a claim
    near = significance.together([1.0] * 10)
    assert near.chance_of_mean == pytest.approx(stats.norm.sf(np.sqrt(10)) * 2)
    assert near.fails
    assert not significance.together([1.0] * 10, groups=2).fails


def test_the_panel_tells_honest_errors_from_dishonest_ones(rng):
    honest, small = (promise.of(size * rng.standard_normal(800)) for size in (1.0, 1.5))
    assert [tail.beyond for tail in honest.tails] == [1, 2, 3]
    assert [tail.expected for tail in honest.tails] == pytest.approx([253.8, 36.4, 2.16], rel=0.01)
    assert honest.tails[0].found == pytest.approx(253.8, abs=4 * np.sqrt(253.8))
    assert small.tails[1].found > 100
    assert honest.distance < 1.63 / np.sqrt(800) < small.distance
    assert honest.distance == pytest.approx(stats.kstest(honest.deviations, "norm").statistic)
    drawn = panel(honest)
    assert drawn.count("<circle") == 800
    assert promise.of([]).distance == 0
