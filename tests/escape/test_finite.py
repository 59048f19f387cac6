"""SGD at finite N: the theory of its noise by Monte Carlo and limits, the estimators, starts at any N, escape times."""

import numpy as np
import pytest
from numpy.random import SeedSequence
from scipy import stats
from scipy.special import polygamma, spence

from shallownets.errors import Impossible
from shallownets.numerics.statistics import Estimate
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain, spectral
from shallownets.studies.escape.measure import finite as measure
from shallownets.studies.escape.measure.plateau import first_below
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import finite as theory
from shallownets.studies.escape.theory import plateau
from shallownets.studies.escape.trajectory import recording_times


@pytest.mark.parametrize(("p", "p_star"), [(1, 1), (2, 1), (4, 2), (3, 5)])
def test_noise_is_plateau_noise_to_first_order(p, p_star):
    small = 1e-4
    ratio = theory.escape_noise(p, p_star, small) / theory.plateau_noise(p, p_star, p * small)
    assert abs(ratio - 1) < 20 * small


@pytest.mark.slow
@pytest.mark.parametrize(("p", "p_star", "eta_hat"), [(2, 1, 0.15), (3, 2, 0.1)])
def test_noise_is_the_variance_of_overlaps_in_sgd_without_any_at_the_start(p, p_star, eta_hat):
    """SGD from M = 0: once M has grown by a factor G, its variance is G^2 ν/N, less what the noise is still to add."""
    N, replicates = 2000, 4096
    alpha = np.array([0.0, np.rint(0.6 * p_star / eta_hat * N) / N])
    start = Start(np.zeros((p, p_star)), np.eye(p))
    run = chain.simulate(start, N, p * eta_hat, alpha, SeedSequence(1).spawn(replicates))
    # the gain of the ODE, from a start so small that it stays linear
    seeded = Start(1e-6 * np.eye(p, p_star), np.eye(p))
    gain = spectral.simulate(seeded, p * eta_hat, alpha, 1e-11).M[0, -1, 0, 0] / 1e-6
    found = N * (run.M[:, -1] ** 2).mean((1, 2)) / gain**2
    error = found.std() / np.sqrt(replicates)
    # the noise after t is weighted with 1/G^2: what is missing from ν, at the plateau's norms
    x = float(plateau.relative_norm(p, p_star, eta_hat))
    rate = 2 * float(plateau.finite_overlap_rate(p, p_star, eta_hat))
    moments = (p_star + 2) * (p_star + 4) / p_star**2, (p_star + 2) / p_star, (p + 4) / (p + 2)
    source = 4 * eta_hat * x * p / (p + 2) * (moments[0] - 2 * moments[1] * x + moments[2] * x**2)
    missing = source / rate / gain**2
    nu = theory.escape_noise(p, p_star, eta_hat)
    # N is finite: corrections are of relative order 1/N, with a factor of a few tens (see the claim shift-limit)
    assert abs(found.mean() + missing - nu) < 4 * error + 50 / N * nu
    assert missing < 0.3 * nu


def test_share_of_the_start_has_its_limits_and_agrees_with_monte_carlo(rng):
    assert theory.start_share(1e9, 3) < 1e-12
    assert abs(theory.start_share(0.0, 4) - 1) < 1e-4
    # k = 2: a dilogarithm
    assert abs(theory.start_share(0.5, 2) - spence(1 - 1.5**-2) / (np.pi**2 / 6)) < 1e-12
    nu, k, n = 0.4, 3, 400000
    X = rng.standard_normal((n, k))
    logs = [np.log(((X + np.sqrt(nu) * rng.standard_normal((n, k))) ** 2).sum(1)) for _ in range(2)]
    products = (logs[0] - logs[0].mean()) * (logs[1] - logs[1].mean())
    expected = theory.start_share(nu, k) * polygamma(1, k / 2)
    assert abs(products.mean() - expected) < 4 * products.std() / np.sqrt(n)


@pytest.mark.slow
def test_sgd_escapes_like_the_ode_from_a_wider_start():
    """The whole law of the escape time, chain at N against ODE over Gaussian starts of variance (1 + ν)/N."""
    p, p_star, N, eta_hat, runs = 2, 1, 5000, 0.12, 320
    rng = np.random.default_rng(5)
    level = plateau.plateau_level(p, p_star, 0.5)
    begun = [starts.orthonormal_overlaps(p, p_star, N, rng) for _ in range(runs)]
    alpha = recording_times(60.0, 601, N)
    sgd = chain.escape_times(begun, N, p * eta_hat, level, alpha, SeedSequence(1).spawn(runs))
    wide = np.sqrt((1 + theory.escape_noise(p, p_star, eta_hat)) / N)
    others = [Start(wide * rng.standard_normal((p, p_star)), np.eye(p)) for _ in range(4000)]
    limit = np.array([spectral.escape_time(start, p * eta_hat, level, 1e4, 1e-8) for start in others])
    assert stats.ks_2samp(sgd, limit).pvalue > 1e-3
    # which the ODE from the starts themselves does not pass
    narrow = [Start(start.M / np.sqrt(wide**2 * N), start.Q) for start in others]
    plain = np.array([spectral.escape_time(start, p * eta_hat, level, 1e4, 1e-8) for start in narrow])
    assert stats.ks_2samp(sgd, plain).pvalue < 1e-3
    shift = limit.mean() - plain.mean()
    assert abs(shift / theory.noise_shift(p, p_star, eta_hat) - 1) < 0.02
    assert abs(plain.var() / theory.escape_variance(p, p_star, eta_hat) - 1) < 0.15


def test_relative_time_is_that_of_gradient_flow(rng):
    """Escape from small equal overlaps: the difference between two widths, mean logarithm taken off."""
    times = []
    for p in (2, 40):
        found = []
        for _ in range(300):
            start = Start(1e-5 * rng.standard_normal((p, 1)), np.eye(p))
            level = (1 - 1e-3) * model.plateau_risk(p, 1)
            found.append(spectral.escape_time(start, p, level, 1e3, 1e-10, gradient_flow=True))
        times.append((np.mean(found), np.std(found) / np.sqrt(len(found))))
    gap = times[0][0] - times[1][0]
    expected = theory.relative_time(2, 1) - theory.relative_time(40, 1)
    assert abs(gap - expected) < 4 * np.hypot(times[0][1], times[1][1]) + 2e-3


@pytest.mark.slow
@pytest.mark.parametrize(("p", "p_star", "N"), [(3, 2, 6), (2, 1, 40), (2, 4, 9)])
def test_overlaps_of_orthonormal_sets_have_the_law_of_drawn_weights(p, p_star, N):
    n = 4000
    rng = np.random.default_rng(2)
    ours = np.array([starts.orthonormal_overlaps(p, p_star, N, rng).M for _ in range(n)])
    theirs = np.array([starts.orthonormal(p, p_star, N, rng).M for _ in range(n)])
    for measure_of in (
        lambda M: M[:, 0, 0],
        lambda M: M[:, -1, -1],
        lambda M: (M**2).sum((1, 2)),
        lambda M: np.linalg.norm(M, 2, axis=(1, 2)),
    ):
        assert stats.ks_2samp(measure_of(ours), measure_of(theirs)).pvalue > 1e-3
    with pytest.raises(ValueError, match="too small"):
        starts.orthonormal_overlaps(3, 2, 4, rng)


def test_escape_times_are_those_of_the_whole_run_whatever_the_grouping(monkeypatch, rng):
    N, eta, runs = 80, 0.2, 40
    begun = [starts.orthonormal(2, 1, N, rng) for _ in range(runs)]
    alpha, streams, level = recording_times(60.0, 601, N), SeedSequence(3).spawn(runs), 0.6
    whole = chain.simulate(begun, N, eta, alpha, streams)
    expected = first_below(alpha, model.population_risk(whole.M, whole.Q), level)
    found = chain.escape_times(begun, N, eta, level, alpha, streams)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert np.isfinite(found).all()
    monkeypatch.setattr(chain, "SIDE", 7)
    np.testing.assert_array_equal(chain.escape_times(begun, N, eta, level, alpha, streams), found)
    # each replicate of many starts is the one that it would be alone
    alone = chain.simulate(begun[5], N, eta, alpha, streams[5:6])
    np.testing.assert_array_equal(alone.M[0], whole.M[5])
    assert np.isinf(chain.escape_times(begun[:3], N, eta, 1e-9, alpha[:20], streams[:3])).all()
    assert chain.escape_times(begun[:1], N, eta, 9.0, alpha, streams[:1])[0] == 0
    assert np.isinf(chain.escape_times(begun[:4], N, 16.0, 1e-9, alpha, streams[:4])).all()


def test_starts_that_do_not_fit_the_streams_are_refused(rng):
    begun = [starts.gaussian(2, 1, 100, rng), starts.gaussian(3, 1, 100, rng)]
    for wrong, streams in ((begun, 2), (begun[:1], 2)):
        with pytest.raises(ValueError, match="expected one for each"):
            chain.simulate(wrong, 50, 0.1, np.array([0.0, 1.0]), SeedSequence(1).spawn(streams))


def test_parts_of_a_variance_that_is_known(rng):
    starts_part, noise_part = 3.0, 2.0
    times = np.sqrt(starts_part) * rng.standard_normal((3000, 1)) + np.sqrt(noise_part) * rng.standard_normal((3000, 3))
    parts = measure.variance_parts(times, rng, 100)
    for name, value in (("starts", 3.0), ("noise", 2.0), ("total", 5.0), ("start_share", 0.6)):
        assert abs(parts[name].value - value) < 4 * parts[name].error
        assert parts[name].error < 0.1 * value


def test_parts_of_the_variance_of_four_times():
    """Two starts of mean 2 and 7, variances 2 and 8: noise 5, and 12.5 - 5/2 over starts."""
    parts = measure.variance_parts(np.array([[1.0, 3.0], [5.0, 9.0]]), np.random.default_rng(1), 2)
    assert {name: part.value for name, part in parts.items()} == pytest.approx(
        {"starts": 10, "noise": 5, "total": 15, "start_share": 2 / 3}
    )


def test_wilson_covers_as_it_says_and_does_not_vanish_at_the_ends(rng):
    none, every = measure.proportion(0, 50), measure.proportion(50, 50)
    assert none["low"] == 0 < none["high"] < 0.2
    assert 0.8 < every["low"] < every["high"] == 1
    inside = [
        part["low"] <= 0.1 <= part["high"] for part in (measure.proportion(k, 60) for k in rng.binomial(60, 0.1, 4000))
    ]
    assert np.mean(inside) > 0.99
    # the bounds solve (share - bound)^2 = 9 bound (1 - bound)/n
    part = measure.proportion(13, 40)
    for bound in (part["low"], part["high"]):
        assert abs((13 / 40 - bound) ** 2 - 9 * bound * (1 - bound) / 40) < 1e-12


def test_the_rate_of_half_divergence(rng):
    rates = np.linspace(0.1, 0.3, 21)
    law = 1 / (1 + np.exp(-(rates - 0.2) / 0.01))
    found = measure.half_diverged(rates, rng.random((21, 400)) < law[:, None], rng, 200)
    assert abs(found.value - 0.2) < 4 * found.error
    assert found.n == 400
    # the share's deviation, 1/2 over the root of 400, over the slope of the law between the points beside the middle
    slope = (law[11] - law[9]) / 0.02
    assert found.error == pytest.approx(0.5 / np.sqrt(400) / slope, rel=0.25)
    assert measure.first_half(rates, np.zeros(21)) == rates[-1]
    assert measure.first_half(rates, np.ones(21)) == rates[0]
    for share, where in (
        ([0, 0.25, 0.75, 1], 2),
        ([0, 1, 1, 1], 0.5),
        ([0, 0.5, 0.5, 1], 1),
        ([0.5, 0.5, 1, 1], 0),
        ([0, 0, 0.1, 0.9], 3.5),
        ([0.2, 0.4, 0.7, 0.3], 1 + 2 / 3),
    ):
        assert measure.first_half(np.array([0.0, 1.0, 3.0, 4.0]), np.array(share)) == pytest.approx(where)


class TwoDraws:
    """Instead of random numbers: of four runs at each of three rates, how many diverged in two draws."""

    def binomial(self, runs, shares, size):
        assert (runs, list(shares), size) == (4, [0.0, 0.5, 1.0], (2, 3))
        return np.array([[0, 1, 3], [0, 4, 4]])


def test_the_error_of_half_divergence_is_the_deviation_over_the_draws():
    """1/2 is reached at rate 2.5 of the one draw and at 1.5 of the other."""
    found = measure.half_diverged(
        np.array([1.0, 2.0, 3.0]), np.array([[0, 0, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1]], bool), TwoDraws(), 2
    )
    assert found == Estimate(2.0, pytest.approx(np.sqrt(0.5)), 4)


@pytest.mark.parametrize("predict", [theory.escape_noise, theory.noise_shift, theory.time_per_log])
def test_without_an_escape_there_is_nothing_to_predict(predict):
    for p, p_star, eta_hat in ((2, 1, 0.21), (4, 4, 0.34), (4, 4, 1e6)):
        with pytest.raises(Impossible, match=r"eta_hat = .*: expected below 0\.(2052|3333), for an escape at p = "):
            predict(p, p_star, eta_hat)


@pytest.mark.parametrize(("p", "p_star", "eta_hat"), [(2, 1, 0.1), (3, 2, 0.08), (6, 1, 0.02)])
def test_the_density_of_the_escape_time_has_its_mean_and_variance(p, p_star, eta_hat):
    for shift in (0.0, theory.noise_shift(p, p_star, eta_hat)):
        times, density = theory.escape_density(p, p_star, eta_hat, shift)
        mean = np.trapezoid(times * density, times)
        variance = np.trapezoid((times - mean) ** 2 * density, times)
        assert np.trapezoid(density, times) == pytest.approx(1)
        assert mean == pytest.approx(shift, abs=0.02 * theory.time_per_log(p, p_star, eta_hat))
        assert variance == pytest.approx(theory.escape_variance(p, p_star, eta_hat), rel=0.05)


def test_the_parts_of_the_predicted_variance_add_up():
    parts = theory.variance_parts(2, 1, 0.1)
    assert parts["total"] == theory.escape_variance(2, 1, 0.1)
    assert parts["starts"] + parts["noise"] == pytest.approx(parts["total"])
    assert parts["starts"] / parts["total"] == pytest.approx(theory.predicted_share(2, 1, 0.1)) == parts["start_share"]


def test_mean_times_leave_out_what_did_not_escape():
    sgd, ode = np.array([1.0, 3.0, np.inf, 5.0]), np.array([2.0, 5.0, 6.0, np.inf, 11.0])
    np.testing.assert_array_equal(measure.escaped(sgd, ode), [True, True, False, False])
    found = measure.mean_times(sgd, ode)
    assert (found.sgd.value, found.shift.value, found.ode.value) == (2.0, -1.5, 6.0)
    assert (found.sgd.n, found.shift.n, found.ode.n) == (2, 2, 4)


def test_the_mean_over_laws_has_the_errors_of_independent_estimates():
    found = measure.over_laws([Estimate(2.0, 0.3, 5), Estimate(9.0, 0.8, 7)], [2.0, 10.0])
    assert found.value == pytest.approx((1.0 + 0.9) / 2)
    assert found.error == pytest.approx(np.hypot(0.15, 0.08) / 2)
    assert found.n == 12


def test_a_line_in_size_goes_through_the_sizes_that_are_large_enough():
    sizes = (10, 100, 1000, 10000)
    estimates = {N: Estimate(99.0 if N == 10 else 2 + 3 * np.log(N), 0.1, 5) for N in sizes}
    intercept, slope = measure.line_in_size(np.log(sizes), estimates, 100)
    assert (intercept.value, slope.value) == (pytest.approx(2), pytest.approx(3))
    assert measure.line_in_size(np.log(sizes), estimates, 1000) is None


def test_the_limit_of_the_ode_parts_bounded_runs_from_others():
    p, p_star, N, t_max = 2, 1, 100, 4.0
    limit = measure.ode_limit(p, p_star, N, t_max, 1e-8)
    start = Start(np.sqrt(p / N) * np.eye(p, p_star), np.eye(p))

    def diverges(rate):
        return np.isfinite(spectral.simulate(start, p * rate, np.array([0.0, t_max / rate]), 1e-8).diverged_at[0])

    assert not diverges(limit)
    assert diverges(limit + 2e-4)


def test_repeated_runs_are_complete_without_the_starts_from_which_one_did_not_escape():
    sgd = np.array([[1.0, 2.0], [np.inf, 2.0], [3.0, 4.0], [5.0, 6.0]])
    runs = measure.Repeated(sgd, np.array([1.0, 2.0, np.inf, 4.0]), np.array([7.0, np.inf]))
    complete = runs.complete()
    np.testing.assert_array_equal(complete.sgd, sgd[[0, 3]])
    np.testing.assert_array_equal(complete.ode, [1.0, 4.0])
    np.testing.assert_array_equal(complete.one_start, [7.0])
