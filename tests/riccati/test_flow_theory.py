"""Emergence and scaling laws against the exact flow, and against sums and limits that are known."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import logit, zeta

from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.theory import emergence, scaling


def test_decoupled_overlaps_solve_their_equation():
    lam, shares = np.array([0.7, 0.2]), np.array([1e-3, 0.05])
    t = np.linspace(0, 20, 5)
    run = solve_ivp(lambda _, g: 2 * lam * g * (1 - g), (0, 20), shares, t_eval=t, rtol=1e-10, atol=1e-14)
    assert np.allclose(emergence.logistic(t, lam, shares), run.y.T, rtol=1e-7)
    assert (emergence.logistic(t, lam, np.array([0.0, 0.1]))[:, 0] == 0).all()


def test_the_decoupled_time_is_half_way_and_the_end_is_the_best_risk():
    lam = model.spectrum(10, 1.0)
    N, d = 4, 10**6
    for shares in (emergence.equal_shares(10, N, d), emergence.deflated_shares(10, N, d)):
        end = emergence.additive_risk(emergence.logistic(np.array([1e5]), lam, shares), lam)
        assert end == pytest.approx(model.best_risk(lam, N))
    T = emergence.times(lam, N, d)
    g = emergence.logistic(T, lam, emergence.equal_shares(10, N, d))
    assert np.allclose(np.diag(g)[:N], 0.5, atol=2 * N / d)  # log(d/N) in place of log(d/N - 1)


@pytest.mark.parametrize("g", [0.1, 0.5, 0.9])
def test_the_time_to_a_risk_is_found_from_a_guess_within_a_factor_of_10(g):
    """One slow direction from a share s is learned to g at (logit g - logit s)/(2 λ), some thousands."""
    lam, share = np.array([1e-3]), 1e-4
    time = (logit(g) - logit(share)) / (2 * lam[0])
    (level,) = emergence.additive_risk(np.array([[g]]), lam)
    for guess in (time / 9, time, 9 * time):
        assert emergence.time_to_risk(level, lam, np.array([share]), guess) == pytest.approx(time)


def test_one_direction_alone_is_exactly_decoupled(rng):
    """M* = 1: the law of T_1 is that of -log(chi^2_N/d)/(2 λ), whatever d."""
    N, d, n = 5, 10**10, 400
    lam = np.ones(1)
    T = []
    for _ in range(n):
        start = starts.uniform(1, N, d, rng)
        t = np.linspace(8, 16, 60)
        g = np.array([(Z**2).sum(1) for Z in exact.overlaps(start, lam, t)])
        assert np.allclose(g[:, 0], emergence.logistic(t, lam, (start.Z**2).sum(1))[:, 0], atol=1e-13)
        crossing, slope = curves.crossings(t, np.clip(g, 1e-300, 1 - 1e-15))
        assert slope[0] == pytest.approx(2, rel=1e-6)
        T.append(crossing[0])
    mean, deviation = emergence.deflated_times(lam, N, d)
    assert np.mean(T) == pytest.approx(mean[0], abs=4 * deviation[0] / np.sqrt(n))
    assert np.std(T) == pytest.approx(deviation[0], rel=0.2)


def test_each_direction_learned_uses_up_one_of_the_students(rng):
    """At a huge d the third of three directions sees N - 2 = 1 left, not 3: five standard errors apart."""
    lam = np.array([1.0, 0.5, 0.25]) / np.sqrt(1.3125)
    d, n = 10**14, 150
    T = [
        curves.first_time(starts.uniform(3, 3, d, rng), lam, lambda Z: Z[2] @ Z[2] - 0.5, emergence.times(lam, 3, d)[2])
        for _ in range(n)
    ]
    mean, deviation = emergence.deflated_times(lam, 3, d)
    error = deviation[2] / np.sqrt(n)
    assert np.mean(T) == pytest.approx(mean[2], abs=4 * error)
    assert np.mean(T) > emergence.times(lam, 3, d)[2] + 5 * error


def test_the_power_part_is_the_risk_with_the_tail_that_is_cut_off():
    for beta in (0.75, 1.0, 2.0):
        squares = np.arange(1, 51) ** (-2 * beta)
        R = model.best_risk(model.spectrum(50, beta), 12)
        tail = zeta(2 * beta, 51) / squares.sum()
        assert scaling.power_part(R, 50, beta) == pytest.approx(R + tail)
    for beta in (0.25, 0.4, 0.75, 1.5):  # a power of k, with corrections of order k^-2β
        k = np.array([100, 400])
        R = np.array([model.best_risk(model.spectrum(2000, beta), n) for n in k])
        part = scaling.power_part(R, 2000, beta) * model.norm(2000, beta) ** 2
        assert np.allclose(part, k ** (1 - 2 * beta) / abs(1 - 2 * beta), rtol=1 / k[0])


@pytest.mark.parametrize("beta", [0.25, 1.0, 1.25])
def test_the_law_is_the_step_function_of_decoupled_times(beta):
    """With d -> infinity all directions with T_j < t are learned and no other; then M* -> infinity."""
    M_star, d = 200_000, 10**14
    lam = model.spectrum(M_star, beta)
    T = emergence.times(lam, M_star, d)
    t = T[[500, 5_000, 50_000]] * 1.0001
    steps = np.array([(lam[time < T] ** 2).sum() for time in t])
    # corrections: of order 1/k for a heavy tail, M*^(2β-1) for a light one
    tolerance = {"rtol": 3e-3, "atol": 0} if beta > 0.5 else {"rtol": 0, "atol": M_star ** (2 * beta - 1)}
    if beta > 0.5:
        steps = scaling.power_part(steps, M_star, beta)
    assert np.allclose(scaling.law(t, M_star, beta, M_star, d), steps, **tolerance)
    assert scaling.learned(t, M_star, beta, M_star, d) == pytest.approx([501, 5001, 50001], rel=0.01)


def test_the_times_of_scaling_are_where_decoupled_directions_stand():
    """The window begins and ends at times T_j; a light tail is learned at half its unit; then nothing but e^-40 is."""
    d, M_star = 10**6, 10
    lam = model.spectrum(M_star, 0.25)
    assert scaling.window(lam, M_star, d, 1, 1.0) == pytest.approx(emergence.times(lam, M_star, d)[[0, 9]])
    assert scaling.window(lam, 6, d, 2, 0.5) == pytest.approx(np.log(d / 6) / (2 * lam[[1, 2]]))
    for first, share in ((0, 1.0), (5, 0.5), (6, 0.5), (2, 1.2)):
        with pytest.raises(ValueError, match="is none"):
            scaling.window(lam, M_star, d, first, share)
    end = scaling.unit_of_light(M_star, 0.25, 4, d) / 2
    assert scaling.learned(end, M_star, 0.25, 4, d) == pytest.approx(M_star)
    assert scaling.law(end * np.array([0.9, 2.0]), M_star, 0.25, 4, d) == pytest.approx([1 - 0.9**2, 0])
    for N, gap in ((4, lam[3] - lam[4]), (9, lam[8] - lam[9]), (10, lam[9]), (12, lam[9])):
        assert 2 * gap * scaling.settled(lam, N, d) - np.log(d) == pytest.approx(40)


def test_the_exponent_of_decoupled_directions_is_asymptotic_at_any_dimension():
    """The sum of logistic curves from equal shares, in the window, at large M*: its law has no finite-d correction."""
    for beta in (0.75, 1.0, 1.5):
        M_star = 4000
        lam = model.spectrum(M_star, beta)
        for d in (10**6, 10**12):
            t = np.geomspace(*scaling.window(lam, M_star, d, 20, 0.05), 40)
            g = emergence.logistic(t, lam, emergence.equal_shares(M_star, M_star, d))
            part = scaling.power_part(emergence.additive_risk(g, lam), M_star, beta)
            assert curves.power(t, part) == pytest.approx(scaling.exponent(beta), abs=2e-3)


def test_the_exact_exponent_at_a_dimension_of_10_to_the_8(rng):
    M_star, beta, d = 128, 1.0, 10**8
    lam = model.spectrum(M_star, beta)
    t = np.geomspace(*scaling.window(lam, M_star, d, 8, 0.25), 12)
    R = np.array([model.risk(Z, lam) for Z in exact.overlaps(starts.uniform(M_star, M_star, d, rng), lam, t)])
    assert curves.power(t, scaling.power_part(R, M_star, beta)) == pytest.approx(-1, abs=1 / np.log(d / M_star))


def test_the_measurements_of_known_curves():
    t = np.linspace(0, 10, 300)
    shares = np.array([1e-3, 1e-9, 0.7])
    g = emergence.logistic(t, np.ones(3), shares)
    T, slope = curves.crossings(t, g)
    assert T[0] == pytest.approx(np.log(999) / 2, abs=1e-6)
    assert slope[0] == pytest.approx(2)
    assert np.isnan(T[1:]).tolist() == [True, True]  # not yet; begins above
    assert curves.power(t[1:], 3 * t[1:] ** -0.4) == pytest.approx(-0.4)


def test_the_risk_never_rises(rng):
    lam = model.spectrum(10, 0.3)
    start = starts.uniform(10, 4, 60, rng)
    R = [model.risk(Z, lam) for Z in exact.overlaps(start, lam, np.linspace(0, 100, 400))]
    assert (np.diff(R) < 1e-14).all()
    level = 0.5 * (R[0] + R[-1])
    T = curves.first_time(start, lam, lambda Z: model.risk(Z, lam) - level, 10.0)
    (Z,) = exact.overlaps(start, lam, [T])
    assert model.risk(Z, lam) == pytest.approx(level, rel=1e-6)
    with pytest.raises(ValueError, match="is none"):
        scaling.window(lam, 4, 60, 1, 0.25)
    assert np.isnan(curves.first_time(start, lam, lambda Z: model.risk(Z, lam) + 1, 10.0))
