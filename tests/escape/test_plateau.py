"""Norm learning, the plateau and the escape from it: each formula by a second road, each estimator on known data."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import ode, spectral
from shallownets.studies.escape.measure import escape_law as law_measure
from shallownets.studies.escape.measure import escape_time as times_measure
from shallownets.studies.escape.measure import growth, norms, optimum
from shallownets.studies.escape.measure import plateau as measure
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau as theory

WIDTHS = [(1, 1), (2, 1), (4, 2), (3, 5), (8, 4)]


@pytest.mark.parametrize(("p", "p_star"), WIDTHS)
def test_rates_are_the_derivatives_of_the_drift(p, p_star, rng):
    """Central differences of the drift at the plateau, with eta = 1 and hence eta_hat = 1/p."""
    still, step = model.plateau_norm(p) * np.eye(p), 1e-5
    nothing = np.zeros((p, p_star))

    def along(M, Q):
        ahead, behind = (
            (model.drift_M(s * M, still + s * Q, 1.0), model.drift_Q(s * M, still + s * Q, 1.0)) for s in (step, -step)
        )
        return [(a - b) / (2 * step) for a, b in zip(ahead, behind, strict=True)]

    M = rng.standard_normal((p, p_star))
    np.testing.assert_allclose(along(M, 0 * still)[0], theory.overlap_rate(p_star) / p * M, rtol=1e-7)
    mean = along(nothing, np.eye(p))[1]
    np.testing.assert_allclose(mean, -theory.MEAN_NORM_RATE / p * np.eye(p), rtol=1e-7, atol=1e-10)
    traceless = rng.standard_normal((p, p))
    traceless = traceless + traceless.T
    traceless -= np.trace(traceless) / p * np.eye(p)
    decay = along(nothing, traceless)[1]
    np.testing.assert_allclose(decay, -theory.norm_difference_rate(p) / p * traceless, rtol=1e-7, atol=1e-9)
    source = model.drift_Q(M, still, 1.0) - model.drift_Q(nothing, still, 1.0)
    np.testing.assert_allclose(source, 8 / p_star / p * M @ M.T, rtol=1e-12)


@pytest.mark.parametrize("norm", [0.2, 1.0, 2.0])
def test_equal_norms_follow_the_logistic_function(norm):
    t = np.linspace(0, 3, 7)
    run = ode.simulate(Start(np.zeros((3, 2)), norm * np.eye(3)), 3.0, t, 1e-11, gradient_flow=True)
    np.testing.assert_allclose(run.Q[0, :, 0, 0], theory.equal_norms(t, 3, norm), rtol=1e-8)


@pytest.mark.parametrize(("p", "p_star"), WIDTHS)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_the_plateau_at_finite_rate_is_stationary_and_grows_as_said(p, p_star, share, rng):
    eta_hat = share * theory.last_plateau(p, p_star)
    still = model.plateau_norm(p) * float(theory.relative_norm(p, p_star, eta_hat)) * np.eye(p)
    M = 1e-7 * rng.standard_normal((p, p_star))
    dM, dQ = model.drift(M, still, p * eta_hat)
    np.testing.assert_allclose(dQ, 0, atol=1e-12)
    np.testing.assert_allclose(dM, eta_hat * float(theory.finite_overlap_rate(p, p_star, eta_hat)) * M, rtol=1e-7)


@pytest.mark.parametrize(("p", "p_star"), WIDTHS)
def test_the_norms_grow_by_twice_the_plateau_risk_to_first_order(p, p_star):
    small = 1e-5
    slope = (float(theory.relative_norm(p, p_star, small)) - 1) / small
    assert slope == pytest.approx(2 * model.plateau_risk(p, p_star), rel=1e-3)


@pytest.mark.parametrize(("p", "p_star"), WIDTHS)
def test_no_norms_are_stationary_beyond_the_last_plateau(p, p_star):
    last = theory.last_plateau(p, p_star)
    norms = np.linspace(0.01, 20, 4001)[:, None, None] * np.eye(p)

    def slowest(eta_hat):
        return model.drift(np.zeros((len(norms), p, p_star)), norms, p * eta_hat)[1][:, 0, 0].min()

    assert slowest(0.98 * last) < 0 < slowest(1.02 * last)
    assert np.isnan(theory.relative_norm(p, p_star, 1.001 * last))


@pytest.mark.parametrize(("p", "p_star"), [(2, 1), (1, 2), (4, 2), (3, 3), (8, 4), (2, 5), (30, 8)])
def test_beyond_the_last_escape_no_overlap_grows_on_the_plateau(p, p_star):
    last = theory.last_escape(p, p_star)
    assert last <= theory.last_plateau(p, p_star) + 1e-15
    M = 1e-7 * np.eye(p, p_star)

    def growth(eta_hat):
        """Growth of M by the drift, on norms that are stationary there; NaN where none are."""
        norm = model.plateau_norm(p) * theory.relative_norm(p, p_star, eta_hat)
        return model.drift_M(M, norm * np.eye(p), p * eta_hat)[0, 0]

    assert growth(0.999 * last) > 0
    assert not growth(1.001 * last) > 0
    if p_star > 2:
        assert growth(1.001 * last) < 0
    if p == p_star:
        assert last == pytest.approx(theory.last_convergence(p_star), rel=1e-14)


def test_the_last_plateau_tends_to_its_limit_for_wide_students():
    assert theory.last_plateau(10**7, 3) == pytest.approx(np.sqrt(3 / 8), rel=1e-5)


@pytest.mark.parametrize(("p", "p_star"), [(1, 1), (4, 1), (8, 4)])
def test_the_fastest_rate_is_a_maximum(p, p_star):
    best = theory.fastest_eta_hat(p, p_star)
    speeds = [x * float(theory.finite_overlap_rate(p, p_star, x)) for x in (0.98 * best, best, 1.02 * best)]
    assert speeds[1] == max(speeds)


@pytest.mark.parametrize(("p", "p_star"), [(1, 1), (3, 1), (2, 2), (6, 4)])
def test_solutions_are_stable_up_to_the_last_rate_of_convergence(p, p_star):
    """From just beside a solution the risk falls below the limit and rises above it."""
    s2 = p / p_star
    M = np.sqrt(s2) * np.eye(p, p_star)
    beside = Start(M, M @ M.T + 1e-6 * np.diag(np.diag(M @ M.T)))
    for share, falls in ((0.97, True), (1.03, False)):
        eta_hat = share * theory.last_convergence(p_star)
        run = spectral.simulate(beside, p * eta_hat, np.array([0.0, 80 / eta_hat]), 1e-11)
        risk = model.population_risk(run.M, run.Q)[0]
        assert (risk[1] < risk[0]) == falls  # NaN, diverged, is not below


@pytest.mark.parametrize(("p", "p_star"), [(1, 1), (4, 2), (8, 4)])
def test_the_escape_law_is_the_mean_over_starts(p, p_star):
    """Monte Carlo over Gaussian starts: three standard errors, and the theory's next order, the reduction itself."""
    rng, sigma = np.random.default_rng(1), 1e-4
    t = np.array([0.0, 0.5, 1.0]) * p_star
    found = []
    for _ in range(300):
        onset = Start(sigma * rng.standard_normal((p, p_star)), model.plateau_norm(p) * np.eye(p))
        run = spectral.simulate(onset, p, t, 1e-11, gradient_flow=True)
        risk = model.population_risk(run.M, run.Q)[0]
        found.append((risk[0] - risk[1:]) / risk[0])
    law = theory.loss_reduction(t[1:], p, p_star, sigma**2)
    error = np.std(found, axis=0, ddof=1) / np.sqrt(300)
    assert np.all(np.abs(np.mean(found, 0) - law) < 3 * error + 10 * law**2)
    assert np.all(law < 0.01)


@pytest.mark.parametrize("k", [1, 2, 7])
def test_the_mean_logarithm_of_chi_square(k):
    samples = np.log((np.random.default_rng(2).standard_normal((200_000, k)) ** 2).mean(1))
    assert theory.mean_log_chi_square(k) == pytest.approx(samples.mean(), abs=4 * samples.std() / np.sqrt(200_000))


def test_the_prefactor_grows_with_p_and_saturates():
    values = [theory.escape_prefactor(p, 3) for p in (3, 4, 10, 10**8)]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(6.0, rel=1e-6)


def test_growth_is_fitted_exactly():
    t = np.linspace(0.1, 2, 30)
    fit = measure.fit_growth(t, 3e-7 * np.expm1(4.2 * t), 3.0)
    assert (fit.rate, fit.prefactor) == (pytest.approx(4.2, rel=1e-9), pytest.approx(3e-7, rel=1e-8))
    slow = measure.fit_growth(100 * t, 3e-7 * np.expm1(4.2 * t), 0.03)  # the same in another unit of time
    assert (slow.rate, slow.prefactor) == (pytest.approx(0.042, rel=1e-9), pytest.approx(3e-7, rel=1e-8))


def test_growth_is_the_least_squares_fit_of_the_logarithm(rng):
    t = np.linspace(0.1, 2, 30)
    y = 0.2 * np.expm1(1.5 * t) * np.exp(0.05 * rng.standard_normal(30))
    (level, rate), _ = curve_fit(lambda t, a, b: a + np.log(np.expm1(b * t)), t, np.log(y), [-1.0, 1.0], xtol=1e-12)
    fit = measure.fit_growth(t, y, 1.0)
    assert (fit.rate, fit.prefactor) == (pytest.approx(rate, rel=1e-6), pytest.approx(np.exp(level), rel=1e-6))


def test_the_initial_slope_is_that_of_a_quartic_fitted_to_the_ratio(rng):
    t = np.linspace(0, 2, 12)
    y = t * (3 - 2 * t + rng.standard_normal(12))
    quartic = np.polynomial.Polynomial.fit(t[1:], y[1:] / t[1:], 4)
    assert measure.initial_slope(t, y[:, None])[0] == pytest.approx(quartic(0), rel=1e-9)


def test_slopes_are_exact():
    t = np.linspace(0, 1, 9)
    np.testing.assert_allclose(measure.log_slope(t, np.exp(np.outer(t, [-2.0, 3.0])) * [1, -4]), [-2, 3], rtol=1e-12)
    np.testing.assert_allclose(measure.initial_slope(t, np.outer(t, [1.0, 2.0]) + (t**3)[:, None]), [1, 2], rtol=1e-9)


def test_the_first_time_below_a_level():
    """Below between records, from the start, never, never with NaN, after the first record, and not where just met."""
    alpha = np.array([0.0, 1.0, 3.0, 7.0])
    rows = [[4.0, 3.0, 1.0, 5.0], [1.0] * 4, [4.0] * 4, [4.0, 3.0, np.nan, np.nan], [4.0, 0.0, 0.0, 0.0], [3, 2, 2, 1]]
    found = measure.first_below(alpha, np.array(rows), 2.0)
    np.testing.assert_array_equal(found, [2.0, 0.0, np.inf, np.inf, 0.5, 3.0])


def test_the_optimum_lies_between_the_grid_points_and_censored_rates_are_ruled_out(rng):
    eta = np.linspace(0.1, 1.0, 10)
    times = 5 + (eta[:, None] - 0.43) ** 2 + 0 * rng.standard_normal(20)
    assert optimum.optimum(eta, times, rng, 10).value == pytest.approx(0.43, abs=1e-12)
    times[3:, 4] = np.inf
    found = optimum.optimum(eta, times, rng, 50)
    assert found.value == pytest.approx(0.3)
    assert found.error >= 0.1 / np.sqrt(12)
    times[:, 4] = np.inf
    with pytest.raises(ValueError, match="did every start escape"):
        optimum.optimum(eta, times, rng, 10)


def test_alignments_are_ordered_and_agree_for_one_element(rng):
    sizes = times_measure.alignments(rng.standard_normal((50, 4, 3)))
    assert np.all(sizes["element"] <= sizes["node"])
    assert np.all(sizes["node"] <= sizes["singular"] + 1e-12)
    assert np.all(sizes["singular"] ** 2 <= sizes["squares"] + 1e-12)
    one = times_measure.alignments(np.array([[[0.3]]]))
    assert one["squares"][0] == pytest.approx(one["node"][0] ** 2) == pytest.approx(one["singular"][0] ** 2)


def test_the_law_of_the_optimum_is_exact_for_a_parabola_and_a_power():
    p = np.array([2.0, 4.0, 8.0, 16.0])
    law = optimum.optimum_law(p, 0.1 + 0.2 * p + 0.03 * p**2, np.full(4, 0.01), np.full(4, 9))
    assert law.quadratic.value == pytest.approx(0.03)
    line = optimum.optimum_law(p, 0.1 + 0.2 * p, np.full(4, 0.01), np.full(4, 9))
    assert (line.intercept.value, line.slope.value) == (pytest.approx(0.1), pytest.approx(0.2))
    assert line.chi2.value == pytest.approx(0, abs=1e-12)
    power = optimum.optimum_law(p, 0.3 * p**0.7, np.full(4, 0.01) * 0.3 * p**0.7, np.full(4, 9))
    assert power.exponent.value == pytest.approx(0.7)
    assert power.exponent.error == pytest.approx(np.hypot(0.01, 0.01) / np.log(4))
    assert [optimum.exponent_from(np.array(p)) for p in ([1, 2, 3], [1, 2, 4, 8, 16], [2, 4, 16])] == [1, 2, 1]


def test_the_slope_of_the_rate_in_log_p_is_exact():
    p = np.array([1, 2, 8])
    slope = law_measure.slope_in_log_p(p, 8 / 3 * (1 + 0.01 * np.log(p)), np.full(3, 1e-3), np.full(3, 9), 3)
    assert slope.value == pytest.approx(0.01)
    assert slope.error == pytest.approx(1e-3 * 3 / 8 / (np.std(np.log(p)) * np.sqrt(3)))


def test_norms_alone_relax_as_theory_says():
    t = np.linspace(0, 4, 41)
    found = norms.relaxation(np.array([0.5, 1.0, 1.5]), 2, t, 1e-11)
    np.testing.assert_allclose(found.equal, found.equal_theory, atol=1e-8)
    late = t > 2
    np.testing.assert_allclose(found.differences[late], found.differences_theory[late], rtol=2e-2)
    np.testing.assert_allclose(found.norms[-1].mean(), model.plateau_norm(3), rtol=1e-3)
    np.testing.assert_allclose(found.differences[0], np.std([0.5, 1.0, 1.5]) / model.plateau_norm(3))


def test_a_projection_and_its_mean_rate_are_exact(rng):
    M0 = rng.standard_normal((3, 2))
    across = rng.standard_normal((3, 2))
    across -= (across * M0).sum() / (M0**2).sum() * M0
    np.testing.assert_allclose(growth.projection(np.array([M0, 2 * M0 + across]), M0), [1, 2])
    rate = growth.mean_rate(2.0, np.full(5, np.exp(3.0)), rng, 10)
    assert (rate.value, rate.error, rate.n) == (pytest.approx(1.5), pytest.approx(0, abs=1e-12), 5)


def test_slopes_in_log_are_those_of_the_upper_half():
    N = [10, 10**3, 10**5, 10**7]
    times = np.outer(np.log(N), [1.0, 2.5])
    times[0] += 7  # the lower half does not count
    np.testing.assert_allclose(times_measure.slopes_in_log(N, times), [1.0, 2.5], rtol=1e-12)


@pytest.mark.slow
def test_norms_are_learned_when_they_stay_close_to_the_plateau():
    p, p_star, eta_hat = 3, 2, 0.01
    alpha = times_measure.norm_time(p, p_star, eta_hat, 1e-10)
    run = ode.simulate(Start(np.zeros((p, p_star)), np.eye(p)), p * eta_hat, np.array([0, alpha - 1, alpha]), 1e-10)
    left = run.Q[0, :, 0, 0] / theory.finite_norm(p, p_star, eta_hat) - 1
    assert left[1] > 0.1 > left[2]
    assert times_measure.norm_time(100, 2, 1e-4, 1e-8) == 0  # p/(p+2) is within a tenth of 1


def test_a_size_that_fixes_the_order_of_escapes_has_rank_one(rng):
    M = rng.standard_normal((40, 3, 2))
    nodes = times_measure.alignments(M)["node"]
    found = times_measure.strengths(M, 5 - nodes, rng, 20)
    assert found["node"].rank.value == pytest.approx(1)
    assert found["squares"].beyond_squares is None
    assert found["node"].beyond_squares.value == pytest.approx(1 - found["squares"].rank.value)
    assert times_measure.strengths(M, nodes, rng, 5)["node"].rank.value == pytest.approx(-1)


def test_starts_on_the_plateau_escape_after_the_predicted_mean_time():
    """Monte Carlo of the mean time to a small loss reduction, against the mean over chi-square starts."""
    p, p_star, sigma, reduction = 2, 1, 1e-4, 1e-3
    rng = np.random.default_rng(3)
    found = []
    for _ in range(200):
        start = Start(starts.gaussian(p, p_star, round(sigma**-2), rng).M, model.plateau_norm(p) * np.eye(p))
        level = (1 - reduction) * model.plateau_risk(p, p_star)
        found.append(spectral.escape_time(start, p, level, 100.0, 1e-11, gradient_flow=True))
    expected = theory.mean_escape_time(reduction, p, p_star, sigma**2)
    assert np.mean(found) == pytest.approx(expected, abs=3 * np.std(found) / np.sqrt(200))


def test_norms_one_end_on_the_smaller_root_and_at_equal_widths_one_up_to_a_sixth():
    """The larger root of the norms' equation repels: norms 1 are below it wherever there is a plateau, but at p = 1."""
    for p in range(1, 61):
        for p_star in range(1, p + 1):
            last = theory.last_plateau(p, p_star)
            double = np.sqrt((1 + last * (1 + 2 / p_star)) / (last * (p + 4) / (p + 2)))
            # the proof's step; at p = p* = 2 the double root is where norms 1 are
            assert (last <= (1 + 1e-12) * p / 8) == (p > 1), (p, p_star)
            assert (double >= (1 - 1e-12) * (p + 2) / p) == (p > 1), (p, p_star)
    start = Start(np.zeros((1, 1)), np.eye(1))
    below, above = (spectral.simulate(start, rate, np.array([0.0, 2000.0]), 1e-10) for rate in (0.166, 0.168))
    assert below.Q[0, -1, 0, 0] == pytest.approx(theory.finite_norm(1, 1, 0.166), rel=1e-6)
    assert not above.valid[0, -1]
