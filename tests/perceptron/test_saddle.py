"""The replica-symmetric solution against quadrature of the equations themselves, its limits, and its traps."""

import numpy as np
import pytest
from scipy import integrate, optimize, special

from shallownets.errors import Impossible
from shallownets.studies.perceptron import model
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.theory import laws, limits, saddle, times


@pytest.mark.parametrize("noise", [0.0, 1e-6, 0.05, 0.49])
@pytest.mark.parametrize("alpha", [0.01, 0.02, 0.05, 0.1, 1.0, 1e4, 1e8])
def test_every_norm_that_the_command_takes_is_solved(alpha, noise):
    """Without noise the distance from maximum stability is of order 1/λ: at the largest norms none of ten digits."""
    curve = saddle.solve(alpha, np.array([1e-3, 1.0, 1e3, 1e5, 1e6]), noise)
    assert np.isfinite(curve.error).all()
    if noise == 0 and alpha <= 1:
        error, kappa = limits.stability(alpha)
        assert abs(curve.error[-2:] / error - 1) == pytest.approx(0, abs=1 / (kappa * 1e5))
        assert curve.error[-1] == pytest.approx(error, rel=1 / (kappa * 1e6))
        assert curve.log_chi[-1] == pytest.approx(2e6 * kappa, rel=1e-4)


def prox(t, chi, lam):
    """u of u = χ f(t + u), by bisection."""
    return optimize.brentq(lambda u: u - chi * model.force(t + u, lam), 0, 2 * chi, xtol=1e-15, rtol=1e-14)


def density(t, R, p0):
    a = R / np.sqrt(1 - R**2)
    return 2 * np.exp(-t * t / 2) / np.sqrt(2 * np.pi) * ((1 - p0) * special.ndtr(a * t) + p0 * special.ndtr(-a * t))


def integral(of, *breaks):
    return integrate.quad(of, -9, 9, points=sorted(breaks), limit=400, epsabs=1e-13, epsrel=1e-12)[0]


@pytest.mark.parametrize(("alpha", "lam", "p0"), [(2, 3, 0), (0.5, 1, 0), (20, 8, 0), (5, 1.3, 0.1)])
def test_the_solution_solves_the_equations_as_they_are_written(alpha, lam, p0):
    curve = saddle.solve(alpha, lam, p0)
    (R,), (s,), chi = curve.R, curve.s, float(np.exp(curve.log_chi[0]))
    assert R**2 + s**2 == pytest.approx(1, abs=1e-14)
    breaks = (-3 * s, 0, 3 * s, -chi, np.log(2 * chi) / (2 * lam))
    first = alpha * integral(lambda t: density(t, R, p0) * prox(t, chi, lam) ** 2, *breaks)
    second = integral(lambda t: np.exp(-t * t / (2 * s * s)) * prox(t, chi, lam), *breaks)
    assert first == pytest.approx(s**2, rel=1e-9)
    assert (1 - 2 * p0) * alpha / (np.pi * s) * second == pytest.approx(R, rel=1e-9)
    multiplier = (
        alpha / chi * integral(lambda t: density(t, R, p0) * prox(t, chi, lam) * (t + prox(t, chi, lam)), *breaks)
    )
    assert curve.multiplier[0] == pytest.approx(multiplier, rel=1e-8)
    below = integrate.quad(density, -9, -chi, args=(R, p0), epsabs=1e-13)[0]
    assert curve.training_error[0] == pytest.approx(below, abs=1e-11)

    def slope_squared(t):
        h = 1e-5
        return density(t, R, p0) * ((prox(t + h, chi, lam) - prox(t - h, chi, lam)) / (2 * h)) ** 2

    assert curve.stability[0] == pytest.approx(alpha * integral(slope_squared, *breaks), rel=1e-5)


@pytest.mark.parametrize("noise", [0.0, 0.05])
@pytest.mark.parametrize("alpha", [0.02, 0.1, 0.5, 1, 2, 5, 20, 1000])
def test_all_that_is_solved_is_right_to_ten_digits(alpha, noise):
    """Also multiplier and stability, which Newton's last step moves by far more."""
    lam = np.geomspace(0.01, 40 * max(alpha, 1), 30)
    found, fine = saddle.solve(alpha, lam, noise), saddle.solve(alpha, lam, noise, nodes=48)
    np.testing.assert_allclose(found.error, fine.error, rtol=5e-11)
    np.testing.assert_allclose(found.log_chi, fine.log_chi, rtol=5e-11, atol=5e-11)
    np.testing.assert_allclose(found.stability, fine.stability, rtol=0, atol=5e-11)
    held = np.abs(fine.multiplier) > 1e-200
    np.testing.assert_allclose(found.multiplier[held], fine.multiplier[held], rtol=1e-10)


@pytest.mark.parametrize("alpha", [0.1, 0.5, 2, 20])
def test_what_newtons_last_step_leaves_is_corrected(alpha):
    """By another road to the same norm: alone and at the end of a curve the last step is another one."""
    lam = np.geomspace(0.03, 10 * max(alpha, 1), 25)
    curve = saddle.solve(alpha, lam)
    for n in range(0, 25, 4):
        alone = saddle.solve(alpha, lam[: n + 1 : max(n, 1)])
        assert alone.stability[-1] == pytest.approx(curve.stability[n], abs=1e-11)
        assert alone.multiplier[-1] == pytest.approx(curve.multiplier[n], rel=1e-10)


@pytest.mark.parametrize(("alpha", "noise"), [(5, 0.05), (20, 0.05), (1000, 0.05), (10, 0.2)])
def test_turned_labels_are_solved_at_large_norms_or_refused(alpha, noise):
    """A trap: where u is flat, y runs over thousands, and the panels around 0 must be as short as ever."""
    lam = np.array([1.0, 20, 200, 800, 3000])
    found, fine = saddle.solve(alpha, lam, noise), saddle.solve(alpha, lam, noise, nodes=48)
    np.testing.assert_allclose(found.error, fine.error, rtol=1e-10)
    np.testing.assert_allclose(found.multiplier, fine.multiplier, rtol=1e-10)
    np.testing.assert_allclose(found.stability, fine.stability, atol=1e-10)


def test_turned_labels_end_in_replica_symmetry_that_is_not_stable():
    """As λ -> infinity u = 2 χ below -2 χ, -t from there to 0, and 0 above: the equations with that u."""
    curve = saddle.solve(10, [1e5], 0.2)
    (R,), (s,), chi = curve.R, curve.s, float(np.exp(curve.log_chi[0]))

    def u(t):
        return min(2 * chi, max(-t, 0.0))

    assert 10 * integral(lambda t: density(t, R, 0.2) * u(t) ** 2, -2 * chi, 0) == pytest.approx(s**2, rel=1e-4)
    slope = 10 * integrate.quad(density, -2 * chi, 0, args=(R, 0.2))[0]
    assert curve.stability[0] == pytest.approx(slope, rel=2e-3)
    assert slope > 1


def test_gauss_and_hermite_would_miss_the_scales():
    """A trap: at alpha = 100 the integrand of the first equation lives on a hundredth of the Gaussian's width."""
    curve = saddle.solve(100, 80)
    chi, s, R = np.exp(curve.log_chi[0]), curve.s[0], curve.R[0]
    t, w = np.polynomial.hermite_e.hermegauss(200)
    u = np.array([prox(one, chi, 80) for one in t])
    wrong = 100 * (w * np.sqrt(2 / np.pi) * special.ndtr(R / s * t) * u**2).sum()
    assert abs(wrong / s**2 - 1) > 0.5


def test_a_norm_is_solved_the_same_alone_and_in_a_curve():
    lam = np.geomspace(0.1, 50, 30)
    np.testing.assert_allclose(saddle.solve(5, lam[17]).error[0], saddle.solve(5, lam).error[17], rtol=1e-12)


def test_norms_far_beyond_where_chi_overflows_are_solved():
    """A trap: χ = exp(2 λ κ)/2 is no number beyond 2 λ κ = 709; here only its logarithm appears."""
    error, kappa = limits.stability(2)
    curve = saddle.solve(2, [1000 / kappa])
    assert curve.log_chi[0] > 1900
    assert curve.error[0] == pytest.approx(error, rel=1e-3)
    assert curve.multiplier[0] == 0


@pytest.mark.parametrize("alpha", [0.5, 3, 50])
def test_hebb_and_its_slope(alpha):
    """d log tan(π ε)/dλ = -√(2/π) R0 at λ = 0, by Richardson's extrapolation of differences from Hebb's rule."""
    start = np.log(np.tan(np.pi * limits.hebb(alpha)))
    lam = np.array([0.001, 0.002])
    one, two = (np.log(np.tan(np.pi * saddle.solve(alpha, lam).error)) - start) / lam
    R0 = np.cos(np.pi * limits.hebb(alpha))
    assert 2 * one - two == pytest.approx(-np.sqrt(2 / np.pi) * R0, rel=1e-5)
    assert limits.hebb_slope(alpha) == pytest.approx(-np.sqrt(2 / np.pi) * R0, rel=1e-12)
    assert saddle.solve(alpha, [1e-6], 0.1).error[0] == pytest.approx(limits.hebb(alpha, 0.1), rel=1e-6)


@pytest.mark.parametrize("alpha", [0.02, 0.1, 1, 20])
def test_maximum_stability_is_the_end_of_the_curve_and_worse_than_bayes(alpha):
    """A trap: at small alpha its two equations have another root, with an error below Bayes."""
    error, kappa = limits.stability(alpha)
    assert error > limits.bayes(alpha)
    lam = np.array([2000.0, 4000.0]) / kappa
    curve = saddle.solve(alpha, lam)
    far = 2 * curve.error[1] - curve.error[0]  # the distance falls as 1/λ
    assert far == pytest.approx(error, rel=1e-6)
    np.testing.assert_allclose(curve.log_chi[1] / (2 * lam[1]), kappa, rtol=2e-3)


@pytest.mark.parametrize("alpha", [0.1, 1, 5, 100])
def test_bayes_solves_its_equation_and_no_norm_is_better(alpha):
    error = limits.bayes(alpha)
    q = np.cos(np.pi * error) ** 2
    right = integrate.quad(
        lambda t: np.exp(-t * t * (1 + q) / 2) / np.sqrt(2 * np.pi) / special.ndtr(-np.sqrt(q) * t), -9, 9, epsrel=1e-12
    )[0]
    assert q / np.sqrt(1 - q) == pytest.approx(alpha / np.pi * right, rel=1e-9)
    assert (saddle.solve(alpha, np.geomspace(0.1, 30, 20)).error > error).all()


@pytest.mark.parametrize("values", [(0, 1, 0), (1, 0, 0), (1, [2, 1], 0), (1, 1, 0.5), (1, np.nan, 0), (np.inf, 1, 0)])
def test_values_without_a_meaning_are_refused(values):
    with pytest.raises(Impossible):
        saddle.solve(values[0], values[1], values[2])


def test_the_error_is_the_angle_over_pi():
    assert model.test_error([0, 1, -1, np.cos(0.3 * np.pi)]) == pytest.approx([0.5, 0, 1, 0.3])


def test_the_force_is_the_slope_of_the_loss():
    margin, h = np.array([-800.0, -1.2, 0.0, 0.7, 800.0]), 1e-6
    slope = (model.loss(margin + h, 1.7) - model.loss(margin - h, 1.7)) / (2 * h)
    np.testing.assert_allclose(model.force(margin, 1.7), -slope, atol=1e-8)


# The laws


def test_constants_of_both_laws():
    assert pytest.approx(0.5551741, abs=1e-7) == laws.GHAT
    assert pytest.approx(0.2214824, abs=1e-7) == laws.PHI
    assert pytest.approx(0.328117, abs=1e-6) == laws.RATE
    assert laws.ghat(1e4) * 100 == pytest.approx(laws.GHAT, rel=1e-6)
    ell = np.array([1e-3])
    assert saddle.scaled(ell).error[0] * np.sqrt(ell[0]) / laws.PHI - 1 == pytest.approx(laws.SECOND * ell[0], rel=1e-2)
    assert saddle.scaled(ell).rate[0] * ell[0] ** 2 == pytest.approx(laws.RATE, rel=1e-2)
    tangent, _ = limits.maximum_stability(0.0)
    assert tangent / np.pi == pytest.approx(0.50048893, abs=1e-8)


def test_what_follows_both_asymptotes_and_the_exponents_in_time():
    """The coefficients by the averages themselves at large norms, and by the solution's rate."""
    for lam, tolerance in ((50.0, 3e-3), (200.0, 5e-4)):
        z, w = laws.half_normal(lam)
        assert lam**2 * (laws.ghat(lam) * np.sqrt(lam) / laws.GHAT - 1) == pytest.approx(laws.GHAT_NEXT, rel=tolerance)
        pull = w @ (z * model.force(z, lam))
        assert lam**2 * (pull * lam**2 / laws.RATE - 1) == pytest.approx(laws.RATE_NEXT, rel=tolerance)
    ell = np.array([1e-3, 2e-3])
    one, two = (saddle.scaled(ell, nodes=24).rate * ell**2 / laws.RATE - 1) / ell
    assert abs(2 * one - two) < 1e-6  # no term in λ/α
    lam = np.array([30.0, 31.0])  # local exponents, where λ/α is small and the term in 1/λ^2 is left
    curve, t = times.times(1e6, 60.0)
    slope = np.diff(np.log(lam))[0] / np.log(curves.value_at(curve.lam, t, 31.0) / curves.value_at(curve.lam, t, 30.0))
    assert slope - 1 / 3 == pytest.approx(laws.in_time(30.5**-2, 0.0)[0], rel=0.05)
    error = [curves.value_at(curve.lam, curve.error, one) for one in lam]
    fall = -np.log(error[1] / error[0]) / np.log(lam[1] / lam[0]) * slope
    early, both = laws.in_time(30.5**-2, 0.0)[1], laws.in_time(30.5**-2, 30.5e-6)[1]
    assert 1 / 6 - fall == pytest.approx(2 * (both - early) - both, rel=0.05)  # they have opposite signs


def test_ghat_by_samples():
    z = np.random.default_rng(11).standard_normal(400_000)
    square = model.force(np.abs(z), 1.5) ** 2
    assert laws.ghat(1.5) ** 2 == pytest.approx(square.mean(), abs=4 * square.std() / np.sqrt(z.size))


@pytest.mark.parametrize("lam", [0.3, 1.0, 3.0])
def test_the_first_order_at_fixed_norm(lam):
    alphas = np.array([1000.0, 2000.0])
    order = [a * (saddle.solve(a, lam).error[0] / limits.hebb(a) / laws.ghat(lam) - 1) for a in alphas]
    assert 2 * order[1] - order[0] == pytest.approx(laws.first_correction(lam), rel=1e-4)


def test_what_the_uniform_formula_leaves_out_rises_to_its_supremum_and_never_reaches_it():
    lam = np.append(np.geomspace(0.01, 1e4, 60), 1e5)
    left = np.array([laws.first_correction(one) - laws.SECOND * one for one in lam])
    assert np.all(np.diff(left) > 0) and left[0] > 0
    assert np.all(left < laws.UNIFORM) and left[-1] == pytest.approx(laws.UNIFORM, abs=1e-5)


def test_the_optimum_and_its_series():
    """A trap: from derivatives at the minimum the coefficient of the norm was wrong in its third digit."""
    ell, Phi = laws.optimum_series()
    assert (ell[0], Phi[0]) == (pytest.approx(0.883585, abs=1e-6), pytest.approx(0.44197792, abs=1e-8))
    assert Phi[0] / limits.bayes_limit() == pytest.approx(1.00062910, abs=1e-8)
    near = np.array([laws.scaled_optimum(delta) for delta in (1e-4, 2e-4)])
    for n, series in enumerate((ell, Phi)):
        slopes = (near[:, n] - series[0]) / (1e-4, 2e-4)
        assert 2 * slopes[0] - slopes[1] == pytest.approx(series[1], rel=1e-4)
        assert laws.scaled_optimum(0.01)[n] == pytest.approx(series @ (1, 0.01, 1e-4), abs=abs(series[2]) * 5e-5)


@pytest.mark.parametrize("ell", [0.5, 3.0])
def test_what_follows_the_first_orders(ell):
    at = np.array([ell])
    rest = 400 * (400 * (saddle.scaled(at, 1 / 400).error - saddle.scaled(at).error) - laws.by_delta(at))
    assert laws.next_by_delta(at) == pytest.approx(rest, rel=0.05)
    alpha = 400.0
    ratio = saddle.solve(alpha, ell).error[0] / limits.hebb(alpha) / laws.ghat(ell) - 1
    order = alpha * (alpha * ratio - laws.first_correction(ell))
    assert laws.second_correction(ell) == pytest.approx(order, rel=0.03)


def test_the_best_norm_of_turned_labels_is_a_root_of_the_examples():
    """Its prefactor has no closed form: the norm times the width of the layer at zero stays of order one."""
    far = np.array([1e5, 4e5, 1.6e6])
    v = np.array([curves.optimum(alpha, 0.05)[0] for alpha in far]) / np.sqrt(far)
    limit = 2 * v[1:] - v[:-1]
    assert limit == pytest.approx([0.55, 0.55], abs=3e-4)


def test_the_second_law_is_the_solution_at_any_size():
    assert saddle.scaled([0.5], 1 / 400).error[0] == pytest.approx(20 * saddle.solve(20, 10).error[0], rel=1e-12)
    step = (saddle.scaled([0.5], 1e-4).error - saddle.scaled([0.5]).error) / 1e-4
    assert laws.by_delta(np.array([0.5])) == pytest.approx(step, rel=1e-3)


def test_the_flow_in_a_large_sample_of_margins():
    """Its equation by another road: explicit steps on a grid of |z|."""
    z = (np.arange(4000) + 0.5) / 4000 * 8
    w = np.exp(-z * z / 2) * np.sqrt(2 / np.pi) * 8 / 4000
    V, steps = np.zeros(z.size), 4000
    for n in range(steps):
        f = model.force(z, (n + 0.5) * 0.66 / steps)
        V += 0.66 / steps * (f - (w @ (f * (2 - f))) * V) / (w @ (f * z))
    found = laws.flow([0.3, 0.66])
    assert found[1] == pytest.approx(np.sqrt(2 / np.pi * (w @ V**2)) / 0.66, rel=1e-3)
    assert found[1] / laws.ghat(0.66) == pytest.approx(1.1482, abs=1e-4)
    assert laws.flow([8.0])[0] / laws.ghat(8.0) == pytest.approx(1.003, abs=5e-4)
    assert 40.0**2 * (laws.flow([40.0])[0] / laws.ghat(40.0) - 1) == pytest.approx(laws.FLOW_NEXT, rel=2e-4)


def test_free_training_stops_where_labels_are_wrong():
    lam, shift = laws.last_norm(0.05)
    assert lam == pytest.approx(1.82354, abs=1e-5)
    ends = [
        optimize.brentq(lambda v, a=a: saddle.solve(a, v, 0.05).multiplier[0], 1, 3, xtol=1e-12) for a in (1000, 2000)
    ]
    order = [a * (end - lam) for a, end in zip((1000, 2000), ends, strict=True)]
    assert 2 * order[1] - order[0] == pytest.approx(shift, rel=1e-3)
