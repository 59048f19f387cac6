"""The deterministic equivalent against the exact flow from many starts, and against limits and sums that are known."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import exact
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.theory import emergence, equivalent, scaling

SIZES = [(64, 64, 10**4, 0.25), (64, 32, 10**6, 1.0), (64, 64, 10**6, 0.4), (40, 40, 100, 0.25), (40, 20, 80, 0.0)]
STARTS = 24


def spread(t, lam, N, d):
    return np.array([equivalent.shares(one, lam, N, d).spread for one in t])


@pytest.mark.parametrize(("M_star", "N", "d", "beta"), SIZES)
def test_the_risk_is_that_of_24_starts_of_the_exact_flow(M_star, N, d, beta):
    """Up to four standard errors and what is left out, of relative order 1/S; d down to the least that has room."""
    rng, lam = default_rng(M_star + N), model.spectrum(M_star, beta)
    t = np.array([0, 0.05, 0.3, 0.6, 0.9, 1.3]) * np.log(max(d / N, 10)) / (2 * lam[min(M_star, N) - 1])
    risks = np.array([exact.risks(starts.uniform(M_star, N, d, rng), lam, t) for _ in range(STARTS)])
    error = risks.std(0, ddof=1) / STARTS**0.5
    theory = equivalent.risk(t, lam, N, d)
    off = abs(risks.mean(0) - theory)
    assert (off < 4 * error + theory / spread(t, lam, N, d)).all()
    assert theory[3] < 0.9  # at times at which something is learned


@pytest.mark.parametrize(("M_star", "N", "d", "beta"), SIZES)
def test_overlaps_on_and_off_the_diagonal_are_those_of_many_starts(M_star, N, d, beta):
    """G_jj, G_ij^2 and what lies outside the teacher's span, at one time at which most directions are half learned."""
    rng, lam, n = default_rng(7), model.spectrum(M_star, beta), 100
    t = 0.7 * np.log(max(d / N, 10)) / (2 * lam[min(M_star, N) - 1])
    found = [next(exact.overlaps(starts.uniform(M_star, N, d, rng), lam, [t])) for _ in range(n)]
    G = np.array([Z @ Z.T for Z in found])
    of = equivalent.shares(t, lam, N, d)
    diagonal = np.diagonal(G, axis1=1, axis2=2)
    error = diagonal.std(0, ddof=1) / n**0.5
    # q is chi^2 over its n = S - v degrees of freedom: E 1/q = (1/kappa) n/(n - 2), which moves 1 - g the most
    left_out = 2 * of.v / (of.spread - of.v - 2)
    assert (abs(diagonal.mean(0) - of.g) < 4.5 * error + left_out + 1e-14).all()
    pairs = (G**2).sum((1, 2)) - (diagonal**2).sum(1)
    theory = (of.v.sum() ** 2 - (of.v**2).sum()) / of.spread
    assert pairs.mean() == pytest.approx(theory, abs=4 * pairs.std(ddof=1) / n**0.5 + 3 * theory / of.spread)
    outside = N - diagonal.sum(1)
    assert outside.mean() == pytest.approx(of.outside, abs=4 * outside.std(ddof=1) / n**0.5 + 1)


@pytest.mark.parametrize(("M_star", "N", "d", "beta"), SIZES)
def test_the_trace_of_the_riccati_equation_gives_the_same_risk(M_star, N, d, beta):
    """R = 1 - tr Λ^2 G + (1/2) d/dt tr Λ G: of the equivalent, and of the exact flow; by finite differences."""
    lam, h = model.spectrum(M_star, beta), 1e-4
    start = starts.uniform(M_star, N, d, default_rng(1))
    for t in np.array([0.2, 0.6, 1.0]) * np.log(max(d / N, 10)) / (2 * lam[min(M_star, N) - 1]):
        of = [equivalent.shares(one, lam, N, d).g for one in (t - h, t, t + h)]
        traced = 1 - (lam**2 * of[1]).sum() + (lam * (of[2] - of[0])).sum() / (4 * h)
        assert equivalent.risk([t], lam, N, d)[0] == pytest.approx(traced, abs=1e-7)
        G = [np.diag(Z @ Z.T) for Z in exact.overlaps(start, lam, [t - h, t, t + h])]
        traced = 1 - (lam**2 * G[1]).sum() + (lam * (G[2] - G[0])).sum() / (4 * h)
        assert exact.risks(start, lam, [t])[0] == pytest.approx(traced, abs=1e-7)


@pytest.mark.parametrize(("M_star", "N", "d", "beta"), SIZES)
def test_the_trace_is_the_width_from_a_random_start_to_the_best_risk(M_star, N, d, beta):
    lam = model.spectrum(M_star, beta)
    for t in (0.0, 3.0, 30.0, 1e5):
        of = equivalent.shares(t, lam, N, d)
        assert of.g.sum() + of.outside == pytest.approx(N, rel=1e-12)
        v_outside = of.outside * (1 - of.outside / (d - M_star))
        assert of.spread == pytest.approx(of.v.sum() + v_outside, rel=1e-9)
        # P^2 = P: what a direction has of all others is v, as sum of v_i v_j/S
        assert of.v * (of.v.sum() + v_outside) / max(of.spread, 1e-300) == pytest.approx(of.v, rel=1e-9)
    assert equivalent.shares(0.0, lam, N, d).g == pytest.approx(N / d)
    assert equivalent.risk([1e7], lam, N, d)[0] == pytest.approx(model.best_risk(lam, N), abs=1e-12)


def test_a_student_as_wide_as_the_input_knows_all_and_one_of_no_width_nothing():
    lam = model.spectrum(20, 0.3)
    assert equivalent.risk([0.0, 5.0], lam, 10**6 - 1, 10**6) == pytest.approx([0, 0], abs=1e-5)
    assert equivalent.risk([0.0, 5.0], lam, 1, 10**14) == pytest.approx([1, 1], abs=1e-9)
    late = equivalent.shares(1000.0, lam, 20, 10**4)  # beyond where e^{2 t lam} overflows: t lam_1 = 395
    assert 0 < late.missed.max() < 1e-60 and np.isfinite(equivalent.risk([1000.0], lam, 20, 10**4)).all()


def test_the_decoupled_sum_is_the_limit_of_directions_far_apart():
    """Each is half learned at log(d/(N - j + 1/2))/(2 λ_j), and the risk is the sum of their logistic curves."""
    lam, N, d = np.array([1.0, 1e-1, 1e-2, 1e-3]), 4, 10**12
    half = np.log(d / (N - np.arange(4) - 0.5)) / (2 * lam)
    for j in range(4):
        assert equivalent.shares(half[j], lam, N, d).g[j] == pytest.approx(0.5, abs=1e-5)
        for t in half[j] * np.array([0.95, 1.05]):  # κ is what is left over d, and falls as the direction takes its own
            g = equivalent.shares(t, lam, N, d).g[j]
            assert np.log((N - j - g) / d) + 2 * t * lam[j] == pytest.approx(np.log(g / (1 - g)), abs=1e-6)
    between = np.sqrt(half[:-1] * half[1:])  # times between two of them
    left = (lam**2).sum() - np.cumsum(lam**2)[:3]
    assert equivalent.risk(between, lam, N, d) == pytest.approx(left, rel=1e-4)


def test_one_direction_alone_has_the_law_of_deflation():
    for N, d in ((5, 10**8), (40, 10**5)):
        of = equivalent.emergence(np.ones(1), N, d, 0)
        mean, deviation = emergence.deflated_times(np.ones(1), N, d)
        assert of.time == pytest.approx(mean[0], abs=N / d)
        assert of.deviation == pytest.approx(deviation[0], rel=2 * N / d)
        assert of.slope == 1


def test_directions_far_apart_have_the_law_of_deflation():
    lam, N, d = np.array([1.0, 1e-2, 1e-4, 1e-6]), 12, 10**10
    mean, deviation = emergence.deflated_times(lam, N, d)
    for j in range(4):
        of = equivalent.emergence(lam, N, d, j)
        assert (of.time, of.deviation) == pytest.approx((mean[j], deviation[j]), rel=1e-7)
        assert of.freedom == pytest.approx(N - j, rel=1e-7)


def test_the_times_of_neighbours_that_emerge_together():
    """M* = 32, N = 16, d = 10^8: where deflation, and decoupled slopes, are off by more than five standard errors."""
    M_star, N, d, n = 32, 16, 10**8, 60
    rng, lam, chosen = default_rng(3), model.spectrum(M_star, 1.0), np.array([1, 5, 9, 11])
    t = np.geomspace(5, 1000, 130)
    found, slopes = [], []
    for _ in range(n):
        G = np.array([(Z[chosen] ** 2).sum(1) for Z in exact.overlaps(starts.uniform(M_star, N, d, rng), lam, t)])
        times, slope = curves.crossings(t, np.clip(G, 1e-300, 1 - 1e-15))
        found.append(times)
        slopes.append(slope / (2 * lam[chosen]))
    times, slopes = np.array(found), np.array(slopes)
    of = [equivalent.emergence(lam, N, d, j) for j in chosen]
    error = times.std(0, ddof=1) / n**0.5
    left_out = np.array([1 / one.freedom / (2 * lam[j] * one.slope) for one, j in zip(of, chosen, strict=True)])
    assert (abs(times.mean(0) - [one.time for one in of]) < 4 * error + left_out).all()
    assert times.std(0, ddof=1) == pytest.approx([one.deviation for one in of], rel=0.25)
    assert slopes.mean(0) == pytest.approx([one.slope for one in of], abs=0.02)
    assert slopes[:, 3].mean() < 1 - 5 * slopes[:, 3].std() / n**0.5


def test_where_nothing_is_left_for_a_direction_it_has_no_such_law():
    lam = model.spectrum(64, 1.0)
    assert equivalent.emergence(lam, 32, 10**8, 30).freedom > 2
    assert np.isnan(equivalent.emergence(lam, 32, 10**8, 31).time)
    # learned to more than a half at the start
    assert np.isnan(equivalent.emergence(model.spectrum(3, 1.0), 14, 17, 0).time)


@pytest.mark.parametrize("guess", [0.02, 1.0, 50.0])
def test_the_time_to_a_risk_has_that_risk(guess):
    lam, N, d = model.spectrum(30, 0.25), 30, 10**5
    t = equivalent.time_to_risk(0.5, lam, N, d, 30 * guess)
    assert equivalent.risk([t], lam, N, d)[0] == pytest.approx(0.5)


def test_the_light_law_is_its_limit():
    """As log(d/N) grows at N = M*, R at x = k^β/M*^β tends to [1 - x^((1-2β)/β)]_+, from above, as 1/log(d/N)."""
    M_star, beta = 2000, 0.25
    lam, x = model.spectrum(M_star, beta), np.array([0.5, 0.8, 1.0])
    off = []
    for power in (50, 100, 200):
        d = 10.0**power
        t = x * scaling.unit_of_light(M_star, beta, M_star, d) / 2
        off.append(equivalent.risk(t, lam, M_star, d) - scaling.law(t, M_star, beta, M_star, d))
    off = np.array(off)
    assert (off > 0).all() and (np.diff(off[:, 2]) < 0).all()
    limit = 2 * off[2] - off[1]  # what is left as 1/log d -> 0: the correction of a finite M*
    assert (abs(limit) < M_star ** (2 * beta - 1)).all()
