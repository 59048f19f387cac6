"""The search as a first passage: moments by Monte Carlo, the equation by known laws, the whole by the chain."""

import numpy as np
import pytest
from numpy.polynomial.polynomial import polyval
from numpy.random import SeedSequence, default_rng
from scipy import special, stats

from shallownets.studies.emergence import model, starts
from shallownets.studies.emergence.engines import chain
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.theory import first_passage, noise, times
from shallownets.studies.emergence.theory.first_passage import Noise

H3, H4 = model.hermite(3), model.hermite(4)
MIXED = model.mixture({3: 0.8, 4: 0.6})


@pytest.mark.parametrize("link", [H3, H4, MIXED])
def test_moments_by_steps_in_space(link):
    """The exact change of M and log r of one neuron by one step in R^d, over many samples and small η."""
    d, M, r, n, batches, eta = 12, 0.5, 0.3, 100_000, 16, 1e-6
    rng, of = default_rng(1), Noise(0.8, 0.2)
    u = np.zeros(d)
    u[0], u[1] = M, np.sqrt(1 - M**2)
    first, second = [], []
    for _ in range(batches):
        x = rng.standard_normal((n, d))
        z = x @ u
        slope = polyval(z, link.derivative)
        e = of.a * link.sigma(x[:, 0]) - r * link.sigma(z) + np.sqrt(of.others) * rng.standard_normal(n)
        # both signs of the step: their difference is of the first order, their sum of the second
        changes = []
        for sign in (1, -1):
            step = sign * eta * e
            w = (1 + step * (2 * link.sigma(z) - z * slope))[:, None] * u + (step * slope)[:, None] * x
            square = (w**2).sum(1)
            changes.append(np.array([w[:, 0] / np.sqrt(square) - M, np.log(square), square - 1]))
        plus, minus = changes
        first.append(((plus - minus) / (2 * eta)).mean(1))
        second.append([*((plus + minus) / (2 * eta**2)).mean(1), ((plus[0] - minus[0]) ** 2).mean() / (4 * eta**2)])
    found = np.hstack([first, second])
    here = first_passage.moments(np.array([M]), of, d, link, r)
    grown, mean = here.log_growth(1.0) - here.growth, here.mean_growth(1.0) - here.growth
    said = np.array([here.drift, here.growth, here.growth, -here.back, grown, mean, here.spread])[:, 0]
    errors = found.std(0, ddof=1) / np.sqrt(batches)
    t = (found.mean(0) - said) / errors
    assert np.all(abs(t) < stats.t.isf(5e-4 / said.size, batches - 1))
    assert np.all(errors < 0.4 * abs(said) + 0.05)


@pytest.mark.parametrize("link", [H3, H4, MIXED])
@pytest.mark.parametrize("M", [-0.6, 0.1, 0.5, 0.9])
def test_drift_and_spread_in_other_coordinates(link, M):
    """To first order in η, M moves by η e σ'(z) (x_1 - z M): its mean and square over x_1 and another axis."""
    of, r = Noise(0.8, 0.2), 0.3
    x, weight = np.polynomial.hermite_e.hermegauss(40)
    first, other = np.meshgrid(x, x, indexing="ij")
    weight = np.outer(weight, weight) / (2 * np.pi)
    z = M * first + np.sqrt(1 - M**2) * other
    e, across = of.a * link.sigma(first) - r * link.sigma(z), polyval(z, link.derivative) * (first - z * M)
    here = first_passage.moments(np.array([M]), of, 12, link, r)
    assert here.drift[0] == pytest.approx((weight * e * across).sum(), rel=1e-9)
    assert here.spread[0] == pytest.approx((weight * (e**2 + of.others) * across**2).sum(), rel=1e-9)


@pytest.mark.parametrize("k", [3, 4])
def test_moments_at_the_equator(k):
    """The numbers of the leading order: drift a φ' (1 - M^2), noise k ν E e^2, and k d E e^2/2 of M turned back."""
    of, d = Noise(0.7, 0.4), 1e6
    link, M = model.hermite(k), np.array([1e-4])
    here = first_passage.moments(M, of, d, link)
    nu = 1 + 2 * k * of.a**2 / of.error
    assert here.drift[0] == pytest.approx(of.a * k * M[0] ** (k - 1) * (1 - M[0] ** 2), rel=1e-9, abs=1e-15)
    assert here.spread[0] == pytest.approx(k * nu * of.error, rel=1e-5)
    assert here.back[0] == pytest.approx(k * d * of.error * M[0] / 2, rel=1e-4)
    assert here.across[0] == pytest.approx(k * d * of.error, rel=1e-4)


def test_why_the_leading_order_misses():
    """Noise grows with M: E h_k^2(x) h_k'^2(z) = k (1 + 12 M^2 ..) for k = 3, and 24 for k = 4, by He_2 alone."""
    z, weight = np.polynomial.hermite_e.hermegauss(40)
    weight = weight / weight.sum()
    for k, expected in ((3, 12.0), (4, 24.0)):
        link, M = model.hermite(k), 1e-2
        second = (z**2 - 1) / np.sqrt(2)
        by_hand = weight @ (link.sigma(z) ** 2 * second) * (weight @ (polyval(z, link.derivative) ** 2 * second)) / k
        assert by_hand == pytest.approx(expected, rel=1e-10)
        one, zero = (first_passage.moments(np.array([m]), Noise(1.0), 1e9, link).across[0] for m in (M, 0.0))
        assert (one / zero - 1) / M**2 == pytest.approx(expected, rel=0.02)


def test_the_equation_by_a_known_first_passage():
    """Brownian motion with drift from 0 to 1: the inverse Gaussian law."""
    edges = np.linspace(-6, 1, 1401)
    begin = np.zeros(1400)
    begin[1199:1201] = 0.5  # the two cells beside 0
    drift, spread = 0.7, 0.5
    ones = np.ones(1400)
    clock = 2.0
    found = first_passage.survival(edges, drift * ones, spread * ones, clock * ones, begin, 3.0, 0.05)
    t = found.t[1:] / clock
    law = special.ndtr((1 - drift * t) / np.sqrt(spread * t)) - np.exp(2 * drift / spread) * special.ndtr(
        -(1 + drift * t) / np.sqrt(spread * t)
    )
    np.testing.assert_allclose(found.left[1:], law, atol=2e-3)
    # reflected at the first edge, absorbed at the last: without drift, the mean time from the first is L^2/spread
    edges, ones = np.linspace(0, 1, 401), np.ones(400)
    begin = np.zeros(400)
    begin[0] = 1
    found = first_passage.survival(edges, 0 * ones, spread * ones, ones, begin, 1.0, 1e-6)
    assert np.trapezoid(found.left, found.t) == pytest.approx(1 / spread, rel=5e-3)


def test_where_drift_outdoes_spread_chances_stay_chances_and_times_those_of_the_drift():
    """Cells twice as long as what spreads: central differences would oscillate, those against the drift diffuse."""
    edges, ones, begin = np.linspace(0, 1, 51), np.ones(50), np.zeros(50)
    begin[25] = 1
    found = first_passage.survival(edges, ones, 0.01 * ones, ones, begin, 0.5, 1e-9)
    assert np.all(np.diff(found.left) <= 1e-12)
    assert -1e-9 <= found.left.min() <= found.left.max() <= 1 + 1e-12
    # 0.49 by the drift; against the drift a cell's length times the drift adds to what spreads
    assert np.trapezoid(found.left, found.t) == pytest.approx(0.49, abs=0.005)
    smeared = 2 * np.trapezoid(found.left * found.t, found.t) - np.trapezoid(found.left, found.t) ** 2
    assert smeared == pytest.approx(0.49 * (0.02 + 0.01), rel=0.02)
    # away from the end nobody arrives
    found = first_passage.survival(edges, -ones, 0.01 * ones, ones, begin, 0.5, 1e-9)
    np.testing.assert_allclose(found.left, 1, atol=1e-9)


@pytest.mark.parametrize("k", [3, 4])
def test_small_steps_search_as_the_flow(k):
    """κ to 0: the quantile of the largest of N overlaps decides, by the formula for one neuron and one direction."""
    link, d, N, r0, kappa = model.hermite(k), 30, 8, 1e-4, 1e-4
    levels = (0.25, 0.5, 0.75)
    found = first_passage.samples(Noise(1.0), d, kappa, N, link, r0, levels)
    chance = (1 - np.array(levels)) ** (1 / N)  # of a neuron to be slower
    law = stats.beta(0.5, (d - 1) / 2)
    M0 = np.sqrt(law.ppf(chance if k % 2 == 0 else np.maximum(2 * chance - 1, 0)))
    T = times.phase(M0, link) + np.log(1 / r0) / 4
    np.testing.assert_allclose(found * kappa * d ** (k / 2 - 1), T, rtol=3e-3)


def test_the_time_after_the_cut_by_the_flow():
    """Without noise, mean paths take Φ(CUT) + log(a/r0)/4 to the share of 1/2, up to r0/a."""
    for link in (H3, H4, MIXED):
        found = first_passage.finish(Noise(0.5), 1e6, 1e-30, link, 1e-6)
        expected = (times.phase(np.array(first_passage.CUT), link) + np.log(0.5 / 1e-6) / 4) / 0.5
        assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("k", [3, 4])
@pytest.mark.parametrize("kappa", [0.1, 1.0])
def test_large_dimensions_have_the_limit(k, kappa):
    """Corrections of the search are of order d^{1 - k/2} and of 1/d; the rest of the time is taken off."""
    link, r0 = model.hermite(k), 1e-4
    limit = first_passage.limit(kappa, 8, k)
    d = 10**6
    eta = kappa * d ** (-k / 2)
    rest = first_passage.finish(Noise(1.0), d, eta, link, r0) / (eta * d ** (k - 1.0))
    assert np.all(abs((first_passage.samples(Noise(1.0), d, kappa, 8, link, r0) - rest) / limit - 1) < 0.02)


def test_the_limit_by_simulation():
    """Euler and Maruyama's method on dx, first passages of N = 4 neurons."""
    k, kappa, N, runs, step = 3, 4.0, 4, 4000, 1e-3
    rng = default_rng(2)
    x = rng.standard_normal((runs, N))
    nu = 1 + 2 * k
    found = np.full(runs, np.inf)
    for n in range(2000):
        found = np.where((x.max(1) > 8) & np.isinf(found), n * step, found)
        x = np.where(np.isinf(found)[:, None], x, 0.0)
        drift = k * x ** (k - 1) - kappa * k * x / 2
        x = x + drift * step + np.sqrt(kappa * k * nu * step) * rng.standard_normal(x.shape)
    said = (first_passage.limit(kappa, N, k) * kappa) - 1 / (k * 8.0)
    shares = [(found <= time).mean() for time in said]
    for share, level in zip(shares, (0.25, 0.5, 0.75), strict=True):
        # the step lets paths pass unseen: of the order of the root of the step over a passage's length
        assert abs(share - level) < 3 * np.sqrt(level * (1 - level) / runs) + 0.03


@pytest.mark.parametrize(("k", "kappa", "d"), [(3, 0.25, 60), (4, 0.0625, 24)])
def test_the_whole_by_the_chain(k, kappa, d):
    """Shares of runs that have learned by the quartiles of theory, at dimensions where the leading order is off."""
    link, N, r0, runs = model.hermite(k), 8, 1e-4, 120
    said = first_passage.samples(Noise(1.0), d, kappa, N, link, r0)
    eta = kappa * d ** (-k / 2)
    longest = [int(8 * d ** (k - 1))]
    found, searched = [], []
    for run in range(runs):
        start = starts.uniform(N, 1, d, r0, default_rng([3, k, run]))
        one = chain.simulate(start, np.ones(1), link, Steps(eta), longest, SeedSequence([4, k, run]), enough=1)
        found.append(one.learned_after[0] / d ** (k - 1))
        searched.append((one.found_after[0] - 32) / d ** (k - 1))  # seen at the end of 64 samples
    for time, level in zip(first_passage.search(Noise(1.0), d, kappa, N, link), (0.25, 0.5, 0.75), strict=True):
        assert abs(np.mean(np.array(searched) <= time) - level) < 3 * np.sqrt(level * (1 - level) / runs)
    for time, level in zip(said, (0.25, 0.5, 0.75), strict=True):
        assert abs(np.mean(np.array(found) <= time) - level) < 3 * np.sqrt(level * (1 - level) / runs)
    # with noise as at the equator, theory is early: too few have learned by its quartiles
    early = first_passage.leading(Noise(1.0), d, kappa, N, link, r0)
    assert np.all(early < said)
    shares = [np.mean(np.array(found) <= time) for time in early]
    assert np.mean(shares) < 0.5 - 1.5 * np.sqrt(0.25 / runs)


def test_where_a_run_is_lost():
    """The largest step that holds a direction, by the mean path to it, by its numbers, and by runs on both sides."""
    z, weight = np.polynomial.hermite_e.hermegauss(30)
    for link, fourth in ((H3, 135), (H4, 1488)):
        assert polyval(z, link.derivative) ** 4 @ weight / weight.sum() == pytest.approx(fourth)
        d = 10_000
        eta = noise.largest_step(0.5, d, link)
        assert eta == pytest.approx(2 * link.exponent / (0.5 * d * fourth))
        assert np.isfinite(first_passage.finish(Noise(0.5), d, 0.7 * eta, link, 1e-4))
        assert np.isinf(first_passage.finish(Noise(0.5), d, 1.5 * eta, link, 1e-4))
    d, largest = 100, noise.largest_step(1.0, 100, H3)
    for factor, least, most in ((0.4, 0, 0), (3.0, 9, 12)):
        runs = [
            chain.simulate(
                starts.uniform(8, 1, d, 1e-4, default_rng([5, run])),
                np.ones(1),
                H3,
                Steps(factor * largest),
                [200_000],
                SeedSequence([6, run]),
                enough=1,
            )
            for run in range(12)
        ]
        assert least <= sum(np.isfinite(run.lost_at) for run in runs) <= most
    assert np.all(np.isinf(first_passage.samples(Noise(1.0), d, 3 * largest * d**1.5, 8, H3, 1e-4)))


def test_mean_growth_of_norms():
    """Neurons of the chain before they search far, against the mean growth; its error over runs."""
    d, N, runs, link = 400, 8, 150, H3
    eta = 0.8 * d**-1.5
    n = int(0.1 / (eta**2 * 3 * d))
    start = [starts.uniform(N, 1, d, 1e-4, default_rng([7, run])) for run in range(runs)]
    found = [
        chain.simulate(start[run], np.ones(1), link, Steps(eta), [n], SeedSequence([8, run])).r[0].mean() / 1e-4
        for run in range(runs)
    ]
    said = noise.growth(Noise(1.0), d, eta, link, eta * n)
    wide = noise.growth(Noise(1.0), 10**5, 0.01 * 10**-7.5, link, 0.1 / (0.01 * 10**-2.5 * 3))
    assert wide == pytest.approx(np.exp(0.1), rel=2e-3)  # η k d E e^2 t = 0.1, up to 16/d of it
    # the spread of the rates over M adds half of its variance: 12 M^2 of 0.1, M^2 = 1/d +- sqrt(2)/d
    left_out = (0.1 * 12 * np.sqrt(2) / d) ** 2
    assert abs(np.mean(found) - said) < 3 * np.std(found, ddof=1) / np.sqrt(runs) + left_out * said


@pytest.mark.parametrize("k", [3, 4])
def test_floor_of_a_learned_neuron(k):
    """One neuron from its direction, with label noise, against rest of the means; blocks far longer than its memory."""
    link, d, a, variance = model.hermite(k), 100, 1.0, 0.5
    eta = 2e-5
    start = starts.Start(np.array([[1 - 1e-12]]), np.array([[np.sqrt(1 - (1 - 1e-12) ** 2)]]), np.ones(1), d)
    memory = 1 / (2 * k * a * eta)
    records = np.arange(10, 410) * int(memory)
    run = chain.simulate(start, np.ones(1), link, Steps(eta), records, SeedSequence(9), np.sqrt(variance))
    blocks = (1 - run.M[:, 0, 0] ** 2).reshape(20, -1).mean(1)
    said = noise.floor(Noise(a, variance), d, eta, link)
    assert abs(blocks.mean() - said) < 3 * blocks.std(ddof=1) / np.sqrt(20) + said / d
    leading = eta * d * variance / (2 * a) / (1 - eta / noise.largest_step(a, d, link))
    assert said == pytest.approx(leading, rel=0.03)


def test_noise_falls_as_directions_are_learned():
    a = model.strengths(100, 1.5)
    found = noise.kappas(2e-5, 400, 3, a)
    assert found[0] == pytest.approx(2e-5 * 400**1.5 * (a @ a))
    assert found[-1] == pytest.approx(2e-5 * 400**1.5 * a[-1])
    noisy = noise.kappas(2e-5, 400, 3, a, a @ a)
    slopes = np.log(found[40] / found[10]) / np.log(41 / 11), np.log(noisy[40] / noisy[10]) / np.log(41 / 11)
    assert slopes[0] == pytest.approx(1 - 1.5, abs=0.2)
    assert slopes[1] == pytest.approx(1.5, abs=0.05)
