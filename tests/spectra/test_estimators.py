"""Estimators of spectra, tails and peaks, against what is known in closed form or drawn."""

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import optimize, stats

from shallownets.studies.spectra import model, starts
from shallownets.studies.spectra.engines import nuclear, weights
from shallownets.studies.spectra.measure import crossovers, curves, minima, spectrum, stopping, tail
from shallownets.studies.spectra.theory import evolution, law, peak
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.levels import Levels, levels
from shallownets.studies.spectra.theory.quadratic import Quadratic


def test_a_teacher_adds_no_more_than_what_noise_and_threshold_hide():
    """Draws of the soft threshold: between noise alone and noise with all that is hidden."""
    network = Diagonal(1.0, 300, 0.5, 300)
    noise = np.random.default_rng(6420).standard_normal((2000, 300))
    for v, x in [(0.01, 0.02), (0.3, 0.5), (0.3, 0.01), (20.0, 3.0)]:
        alone = peak.fitted(False, x / np.sqrt(v)).square * v
        seen = network.levels.value + np.sqrt(v) * noise
        left = np.sign(seen) * np.maximum(np.abs(seen) - x, 0) - network.levels.value
        risks = (left**2).mean(1)
        error = risks.std() / np.sqrt(len(risks))
        more = risks.mean() - alone
        assert -4 * error <= more <= peak.hidden(network, v, x) + 4 * error


def test_a_tail_departs_from_the_teachers_as_noise_and_threshold_say():
    """Spectra of few features that stand out, s + v/s - x, at each side of s = 2v/x; both orders in x and in v."""
    teacher = levels(1.0, 400, 400).value
    few = teacher[:20]
    v = (few[-1] / 4) ** 2
    assert tail.departure(few, teacher) == pytest.approx(0, abs=1e-12)
    assert tail.departure(np.concatenate([7 * few, -few]), teacher) == pytest.approx(0, abs=1e-12)
    for x in (0.9 * 2 * v / few[0], 1.01 * 2 * v / few[9], few[-1] / 2):
        there = tail.side(teacher, 20, v, x)
        away = tail.departure(few + v / few - x, teacher)
        assert {"lighter": away > 0, "heavier": away < 0}[there]
    for x in (1.01 * 2 * v / few[0], 2 * v / few[5], 0.99 * 2 * v / few[9]):
        assert tail.side(teacher, 20, v, x) == "between"
    for turned, order in ((-1e-4 * few[9], 1e-4), (1e-4 * few[9] ** 2 / few, -1e-4)):
        mean = (few[:9] ** -1.0).mean() * few[9] if order > 0 else (few[:9] ** -2.0).mean() * few[9] ** 2
        ratio = np.log(few[:9] / few[9]).mean()
        expected = 1 / (ratio + order * (1 - mean)) - 1 / ratio
        assert tail.departure(few + turned, teacher) == pytest.approx(expected, rel=3e-3)


def test_orders_of_pairs_are_counted_where_both_differences_are_beyond_the_noise():
    """Three decays whose pairs are concordant, not told apart by the tail, and discordant; with one error for all."""
    rng, draws = np.random.default_rng(6431), 10
    risk, away = np.array([1.0, 2.0, 3.0]), np.array([0.4, -0.8, 0.4])
    noise = rng.standard_normal((2, draws, 3))
    noise -= noise.mean(1)[:, None]
    trained = tail.Places(risk + 0.01 * noise[0], away + 0.01 * noise[1])
    assert tail.orders(tail.Places(risk, away), trained) == (2, 1.0, 0.5, 0.5)  # 1 and 2, 2 and 3
    swapped = tail.Places(trained.risk[:, [1, 0, 2]], trained.departure)
    assert tail.orders(tail.Places(risk, away), swapped) == (2, 0.5, 0.0, 0.5)
    reach = stats.t.isf(stats.norm.sf(3), draws - 1)
    gaps = trained.risk[:, 0] - trained.risk[:, 1]
    edge = reach * gaps.std(ddof=1) / np.sqrt(draws)
    for share, pairs in ((1.001, 1), (0.999, 0)):
        near = tail.Places(np.array([0, share * edge]), away[:2])
        kept = tail.Places(trained.risk[:, :2], trained.departure[:, :2])
        assert tail.orders(near, kept).pairs == pairs
    assert np.isnan(tail.orders(tail.Places(risk, 0 * away), trained).nearer)


@pytest.mark.slow
def test_discordant_pairs_are_those_of_kendalls_correlation():
    rng = np.random.default_rng(6430)
    first = [rng.permutation(12) for _ in range(4000)]
    shares = [tail.discordant(one, np.arange(12)) for one in first]
    found = [(1 - stats.kendalltau(one, np.arange(12)).statistic) / 2 for one in first]
    values, by_chance = [one.value for one in shares], shares[0].error
    np.testing.assert_allclose(values, found, atol=1e-12)
    assert np.std(values) == pytest.approx(by_chance, rel=4 / np.sqrt(8000))
    assert np.mean(values) == pytest.approx(0.5, abs=4 * by_chance / np.sqrt(4000))


def test_the_peak_of_a_curve_is_no_grid_point():
    network = Diagonal(3.0, 300, 0.5)
    top = curves.peak(network, 300, 0.1)
    assert abs(top.by_n) < 1e-6
    for share in (0.98, 1.02):
        assert evolution.solve(network, share * top.n, 0.1).risk < top.risk
    states = curves.along_decay(network, 50, [3.0, 1.0])
    assert states[1].risk == pytest.approx(evolution.solve(network, 50, 1.0).risk)


def test_noise_takes_over_where_it_is_as_large_as_the_threshold():
    """Where all features stand out each has the error v + x^2, and the slope in the decay is 1 where both are one."""
    network = Diagonal(1.0, 10**4, 0.5)
    state = curves.by_noise(network, 1e5, 1.0)
    assert state.by_lam == pytest.approx(1, abs=1e-6)
    assert state.x**2 == pytest.approx(state.v, rel=1e-3)
    assert pytest.approx(1e10 * 1e4 / 0.5, rel=1e-3) == state.N


@pytest.mark.parametrize("Network", [Diagonal, Quadratic])
@pytest.mark.parametrize("between", ["Ib and II", "II and III"])
def test_phases_meet_where_the_threshold_alone_says(Network, between):
    """Without noise a threshold leaves min(s, x)^2 of a feature, and x = penalty lam/n."""
    network = Network(1.0, 10**6, 0.5)
    s, w = network.levels.value, network.levels.weight
    lam = 100.0 if between == "Ib and II" else 1e10
    goal = (lambda x: 0.5) if between == "Ib and II" else (lambda x: 0.5 * x**2)
    x = optimize.brentq(lambda x: w @ np.minimum(s, x) ** 2 - goal(x), s[-1], s[0])
    assert curves.crossover(network, lam, between).n == pytest.approx(network.penalty * lam / x, rel=1e-3)


def test_quantiles_and_distance_of_a_spectrum_drawn_from_the_law():
    of, rng = law.law(levels(1.0, 200, 200), 0.5, 0.6), np.random.default_rng(6501)
    fine = spectrum.quantiles(law.law(levels(1.0, 200, 200), 0.5), 20_000)
    assert (np.diff(fine) <= 0).all()
    assert (fine > 0.6).mean() == pytest.approx(of.share[of.x > 0.6].sum(), abs=2e-3)
    sample = rng.permutation(fine[fine > 0.6])[:500] - 0.6
    assert spectrum.distance(sample, of, 0.6) < 0.07
    assert spectrum.distance(sample + 0.5, of, 0.6) > 0.2


def test_quantiles_of_one_level_are_those_of_the_semicircle():
    """Each at the middle of the share of its eigenvalue, by the semicircle's distribution function."""
    found = (spectrum.quantiles(law.law(Levels(np.ones(1), np.ones(1)), 0.25), 10) - 1) / 0.5  # radius 2
    below = 0.5 + found * np.sqrt(4 - found**2) / (4 * np.pi) + np.arcsin(found / 2) / np.pi
    assert 1 - below == pytest.approx((np.arange(10) + 0.5) / 10, abs=2e-3)


def test_spectra_at_finite_size_have_the_moments_of_the_thresholded_matrix():
    """Traces of S* + √v GOE - x and of its square: sum of s - x, and of (s - x)^2, and v (d + 1)."""
    d, v, x, draws = 20, 0.3, 0.4, 2000
    network = Quadratic(1.0, d, 0.5, d)
    values = network.spectra(v, x, draws, np.random.default_rng(6432))
    assert (np.diff(values) <= 0).all()
    away = network.levels.value - x
    for power, expected in ((1, away.sum()), (2, (away**2).sum() + v * (d + 1))):
        sums = (values**power).sum(1)
        assert sums.mean() == pytest.approx(expected, abs=4 * sums.std() / np.sqrt(draws))
    assert values[:, 0].var() > 0


def test_hills_exponent_of_powers():
    for gamma in (0.75, 1.5):
        values = np.arange(1, 20_001.0) ** -gamma
        assert spectrum.hill(values) == pytest.approx(1 + 1 / gamma, rel=2e-3)
        assert spectrum.hill(np.concatenate([values, -values])) == spectrum.hill(values)


def test_quadratic_spectra_at_finite_size_count_symmetric_entries():
    """A trap: d^2/2 in place of d(d + 1)/2 is an error of 1/d that passes for physics."""
    network = Quadratic(1.0, 10, 0.5, 10)
    assert network.at(1.0, -1e3).freedom == pytest.approx(55)
    assert network.full == 55


def test_a_pruned_fit_has_the_risk_of_draws():
    """What lies above the bulk is kept as it is: 40 draws of the thresholded matrix at d = 150."""
    d, n, rng, errors = 150, 30 * 150, np.random.default_rng(6502), []
    network = Quadratic(1.0, d, 0.5, d)
    state = evolution.solve(network, n, 1 / d)
    assert state.x < law.EDGE * np.sqrt(state.v)
    for _ in range(40):
        noise = rng.standard_normal((d, d))
        noise = (noise + noise.T) / np.sqrt(2 * d)
        values, vectors = np.linalg.eigh(np.diag(network.levels.value) + np.sqrt(state.v) * noise)
        made = (vectors * np.where(values > law.EDGE * np.sqrt(state.v), values - state.x, 0)) @ vectors.T
        errors.append(2 * ((made - np.diag(network.levels.value)) ** 2).sum() / d)
    assert np.mean(errors) == pytest.approx(
        law.pruned(network.levels, state.v, state.x), abs=4 * np.std(errors) / np.sqrt(40) + 2 / d
    )


@pytest.mark.parametrize("lam", [1.0, 0.0])
def test_what_weights_are_held_against_is_the_least_objective(lam):
    """No training from other starts falls below it, and both objectives are those of the weights that make it."""
    rng = np.random.default_rng(6433)
    samples, vectors = starts.matrices(1.0, 6, 60, 0.5, rng), starts.vectors(1.0, 6, 30, 0.5, rng)
    least = minima.of_matrix(samples, lam, rng)
    objective = weights.quadratic(samples, nuclear.penalty_of(lam, 6))
    values, axes = np.linalg.eigh(least.value)
    factor = axes * np.sqrt(np.clip(values, 0, None))
    assert objective(factor)[0] == pytest.approx(least.objective, rel=1e-6)
    assert least.rank == (values > 1e-6 * values[-1]).sum()
    trained = weights.lbfgs(objective, rng.standard_normal((6, 9)))
    assert -1e-9 < least.excess(trained) < 1e-3
    single = minima.of_vector(vectors, lam)
    root = np.sqrt(np.abs(single.value) * np.sqrt(6))
    of_weights = weights.diagonal(vectors, lam)
    assert of_weights(np.array([root, np.sign(single.value) * root]))[0] == pytest.approx(single.objective, rel=1e-9)
    assert -1e-9 < single.excess(weights.lbfgs(of_weights, rng.standard_normal((2, 6)))) < 1e-3
    assert np.isnan(minima.Least(np.ones(1), 1.0, 1, False).excess(trained))


def test_minima_in_turn_are_those_from_nothing():
    samples = starts.matrices(1.0, 6, 40, 0.5, np.random.default_rng(6434))
    for lam, found in zip((3.0, 0.3), minima.in_turn(samples, [3.0, 0.3]), strict=True):
        alone = nuclear.minimise(samples, nuclear.penalty_of(lam, 6))
        assert found.objective == pytest.approx(alone.objective, rel=2 * nuclear.GAP)
        np.testing.assert_allclose(found.S, alone.S, atol=0.02)


def test_the_exponent_of_a_power():
    x = np.geomspace(1, 100, 7)
    assert curves.power(x, 3 * x**-0.7) == pytest.approx(-0.7)


def test_crossovers_of_thresholds_and_of_noise_go_as_the_decay_and_its_square():
    """In more dimensions they come nearer to it, within what the corrections say."""
    for of, theory, Network in ((crossovers.of_thresholds, 1, Quadratic), (crossovers.to_noise, 2, Diagonal)):
        off = []
        for d in (10**6, 10**8):
            found = list(of(Network(1.0, d, 0.5)))
            assert len(found) == 2
            assert all(abs(one.exponent - theory) <= one.order < 1.5 for one in found)
            off.append([abs(one.exponent - theory) for one in found])
        assert all(more <= max(less, 1e-6) for less, more in zip(*off, strict=True))
    assert [one.between for one in crossovers.to_noise(Quadratic(1.0, 8, 0.5))] != ["II and IV", "III and VIb"]


def test_the_width_that_is_judged_is_fixed_by_theory():
    network = Quadratic(1.0, 24, 0.5, 24)
    assert minima.middle(network, 8 * 24, 1 / 24, [1, 2, 4, 6, 8, 12]) == 6
    assert minima.middle(network, 8 * 24, 1000.0, [1, 2, 4]) == 2  # no weight is left, and one is compared with


def test_the_spectrum_of_weights_has_the_levels_that_its_vectors_have_learned():
    """By each vector's equation, and a quadratic form; vectors along the axes have one level each."""
    rng = default_rng(6435)
    S, teacher = rng.standard_normal((5, 5)), rng.uniform(0, 2, 5)
    S = S + S.T
    found = spectrum.of_weights(S, teacher)
    assert (np.diff(found.values) < 0).all()
    for value, overlap in zip(*found, strict=True):
        vector = np.linalg.svd(S - value * np.eye(5))[2][-1]
        np.testing.assert_allclose(S @ vector, value * vector, atol=1e-12)
        assert overlap == pytest.approx(vector @ np.diag(teacher) @ vector)
    along = spectrum.of_weights(np.diag([1.0, 3.0, 2.0, 0.5, 0.0]), teacher)
    np.testing.assert_allclose(along.overlaps, teacher[[1, 2, 0, 3, 4]])


def test_the_risk_along_descent_is_that_of_its_weights_and_ends_where_training_comes_to():
    samples = starts.matrices(1.0, 4, 60, 0.1, default_rng(6436))
    start, records = 1e-3 * default_rng(6437).standard_normal((4, 4)), np.array([1, 10, 100, 4000])
    found = stopping.along_descent(samples, start, records)
    assert found.shape == (4,)
    assert found[0] == pytest.approx(model.quadratic_risk(np.zeros((4, 4)), samples.teacher), rel=1e-3)
    trained = minima.of_matrix(samples, 0.0, default_rng(6438))
    assert found[-1] == pytest.approx(model.quadratic_risk(trained.value, samples.teacher), rel=1e-2)


def test_the_least_risk_over_decays_is_that_of_one_of_their_minima():
    samples, decays = starts.matrices(1.0, 4, 60, 0.5, default_rng(6439)), [2.0, 0.5, 0.1]
    risks = [model.quadratic_risk(one.S, samples.teacher) for one in minima.in_turn(samples, decays)]
    assert stopping.least_over_decays(samples, decays) == min(risks) < max(risks)
