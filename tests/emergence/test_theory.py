"""Predictions by a second road: quadrature, integration, draws and brute force."""

import numpy as np
import pytest
import scipy
from numpy.random import default_rng
from scipy import integrate, stats

from shallownets.errors import Impossible
from shallownets.studies.emergence import model, simulate, starts
from shallownets.studies.emergence.engines import correlation, decoupled, flow
from shallownets.studies.emergence.measure import curves, envelope, kept, laws, shares
from shallownets.studies.emergence.theory import coverage, crowding, frontiers, scaling, sequential, times

PURE = [2, 3, 4]
MIXED = ["0.8 h4 + 0.6 h6", "0.3 h2 + h4", "h3 + h4", "h5"]


@pytest.mark.parametrize("name", [f"h{k}" for k in PURE] + MIXED)
@pytest.mark.parametrize("M0", [1e-4, 0.03, 0.4, 0.9])
def test_the_length_of_the_search_by_quadrature(name, M0):
    link = model.named(name)

    def slope(y):
        M = np.exp(-y)
        return (1 - link.phi(M)) / (link.dphi(M) * (1 - M**2)) * M

    value, error = scipy.integrate.quad(slope, 1e-12, -np.log(M0), limit=400, epsabs=0, epsrel=1e-11)
    assert times.phase(M0, link) == pytest.approx(value, rel=1e-8, abs=1e-10 + error)


def test_the_sign_of_an_overlap_counts_at_odd_degrees_alone():
    assert times.phase(-0.1, model.hermite(4)) == times.phase(0.1, model.hermite(4))
    assert np.isinf(times.phase([-0.1, 0.0], model.hermite(3))).all()
    assert np.isinf(times.phase(0.0, model.hermite(4)))
    with pytest.raises(Impossible, match="both signs"):
        times.phase(0.1, model.named("h2 + h3"))


@pytest.mark.parametrize(
    ("name", "M0", "r0"), [("h2", 0.05, 1e-6), ("h3", 0.05, 1e-4), ("h4", 0.1, 1e-6), ("h4", 0.02, 1e-3)]
)
def test_a_single_neuron_by_integration(name, M0, r0):
    """The time of a half, and the logistic curve around it; at the last r0 the norm has decayed to a third before."""
    link, a = model.named(name), 0.7

    def slopes(_, y):
        M, log_r = y
        return a * link.dphi(M) * (1 - M**2), 4 * (a * link.phi(M) - np.exp(log_r))

    T = float(times.learning_time(a, M0, r0, link))
    at = np.array([T - 1, T, T + 1])
    found = scipy.integrate.solve_ivp(slopes, (0, T + 1), [M0, np.log(r0)], "DOP853", at, rtol=1e-10, atol=1e-12)
    share = np.exp(found.y[1]) * link.phi(found.y[0]) / a
    np.testing.assert_allclose(share, scipy.special.expit(4 * a * (at - T)), atol=10 * r0 / a)


def test_leading_times():
    M0 = 1e-4
    for k in (3, 4):
        exact = times.learning_time(0.5, M0, 1e-6, model.hermite(k))
        assert times.leading_time(0.5, M0 * 1e3, 1e6, k) == pytest.approx(exact, rel=0.02)


def test_losses_of_sharp_and_smooth_steps():
    a, T = model.strengths(6, 1.0), np.array([5.0, 30.0, np.inf, 9.0, 100.0, 60.0])
    t = np.linspace(0, 120, 25)
    brute = [(a[time < T] ** 2).sum() for time in t]
    np.testing.assert_allclose(times.steps_loss(t, T, a), brute)
    # the smooth loss has the area of the sharp one, and that between them is the corners'
    fine = np.linspace(0, 100, 200_001)
    for a in (0.3, 1.0):
        left = scipy.special.expit(-4 * a * (fine - 50.0)) ** 2
        step = times.sharp(np.array([50.0]), np.array([a]))[0]
        assert scipy.integrate.trapezoid(left, fine) == pytest.approx(step, rel=1e-6)
        between = scipy.integrate.trapezoid(np.abs(left - (fine < step)), fine)
        assert between == pytest.approx(times.corners(np.array([a]))[0], abs=1e-3)


def brute_greedy(score):
    score, owner = score.copy(), np.full(score.shape[1], -1)
    while score.max(initial=0.0) > 0:
        i, m = np.unravel_index(score.argmax(), score.shape)
        owner[m] = i
        score[i], score[:, m] = -1, -1
    return owner


@pytest.mark.parametrize("shape", [(5, 5), (9, 4), (4, 9), (40, 30)])
@pytest.mark.parametrize("k", [3, 4])
def test_greedy_choice_by_brute_force(shape, k):
    M = np.random.default_rng(shape).standard_normal(shape) / 30
    a = model.strengths(shape[1], 0.7)
    found = decoupled.greedy(M, a, k)
    x = np.abs(M) if k == 4 else np.maximum(M, 0)
    np.testing.assert_array_equal(found.neuron, brute_greedy(a * x ** (k - 2)))
    known = found.neuron >= 0
    np.testing.assert_array_equal(found.M0[known], M[found.neuron[known], known.nonzero()[0]])
    assert not found.M0[~known].any()


def test_directions_do_not_decouple_at_k_2():
    with pytest.raises(Impossible, match="information exponent above 2"):
        decoupled.greedy(np.ones((2, 2)), np.ones(2), 2)
    start = starts.uniform(6, 3, 100, 1e-6, np.random.default_rng(0))
    assert np.isfinite(simulate.decoupled(start, model.strengths(3, 1.0), model.hermite(2)).times).all()


@pytest.mark.parametrize("k", [3, 4])
def test_the_decoupled_run_is_the_flow_where_dimensions_are_many(k):
    """Owners, times, shares and loss; directions without a neuron stay."""
    a, link = model.strengths(6, 1.0), model.hermite(k)
    start = starts.uniform(5 if k == 4 else 24, 6, 10**8, 1e-6, np.random.default_rng(9))
    T = simulate.decoupled(start, a, link).times
    t = np.linspace(0, 2 * T[np.isfinite(T)].max(), 4001)
    found = simulate.decoupled(start, a, link, t, follow=6)
    run = flow.simulate(start, a, link, t[-1], tolerance=1e-5, freeze=1e-3, follow=6)
    np.testing.assert_array_equal(found.owner, run.owner)
    np.testing.assert_allclose(found.times, run.times, rtol=1e-3)
    assert found.learned.sum() == min(start.r.size, 6)
    # a time that is off by a thousandth moves the share by 4 a T/4 thousandths
    close = (a * np.where(np.isfinite(T), T, 0.0)).max() * 1e-3
    for m in range(6):
        np.testing.assert_allclose(found.shares[:, m], np.interp(t, run.t, run.shares[:, m]), atol=close + 1e-2)
    np.testing.assert_allclose(found.loss, np.interp(t, run.t, run.loss), atol=2 * (close + 1e-2) * (a @ a))
    assert found.loss[-1] == pytest.approx((a[found.owner < 0] ** 2).sum(), abs=1e-9)


@pytest.mark.parametrize("d", [7, 50, np.inf])
@pytest.mark.parametrize("k", [3, 4])
def test_the_law_of_the_largest_overlap_by_draws(d, k):
    rng = np.random.default_rng([8, k])
    if np.isinf(d):
        x = rng.standard_normal((4000, 5))
    else:
        g = rng.standard_normal((4000, 5, d))
        x = np.sqrt(d) * g[..., 0] / np.linalg.norm(g, axis=2)
    best = (np.abs(x) if k == 4 else x).max(1)
    assert stats.kstest(sequential.rank(best, 5, d, k), "uniform").pvalue > 1e-3
    known = best > 0
    ranks = sequential.rank(best[known], 5, d, k)
    np.testing.assert_allclose(sequential.largest(ranks, 5, d, k), best[known], rtol=1e-6)


def test_the_largest_of_very_many():
    """Where F(x) is one up to rounding: its upper tail is used."""
    x = sequential.largest(np.array([0.5]), 1e12)
    assert 2 * stats.norm.sf(x) * 1e12 == pytest.approx(np.log(2), rel=1e-6)


def test_the_expected_loss_by_draws():
    """The sequential law's mean is that of losses with drawn times, of smooth steps."""
    N, P, d, r0, link = 12, 8, 100, 1e-6, model.hermite(4)  # where a step is not short beside the times
    a = model.strengths(P, 0.8)
    rng, runs = np.random.default_rng(3), 12_000
    t = np.geomspace(11, 170, 10)
    draws = []
    for _ in range(runs):
        x = sequential.largest(rng.random(P), N - np.arange(P), d)
        T = times.learning_time(a, x / np.sqrt(d), r0, link)
        draws.append(scipy.special.expit(-4 * a * (t[:, None] - T)) ** 2 @ a**2)
    mean, error = np.mean(draws, 0), np.std(draws, 0) / np.sqrt(runs)
    # a step in place of a smooth curve moves the time by less than 1/(4 a) where the chance bends
    assert np.all(np.abs(sequential.loss(t, a, N, d, r0, link) - mean) < 4 * error + 0.01 * mean)


def test_drawn_losses_have_the_mean_of_the_law_and_median_times():
    """Sharp steps leave the same integral over time, and half of all first times are below their median."""
    N, d, r0, link = 12, 100, 1e-6, model.hermite(4)
    a, rng = model.strengths(16, 0.8), np.random.default_rng(3)
    t = np.geomspace(11, 170, 10)
    draws = np.array([sequential.drawn_loss(t, a, N, d, r0, link, rng) for _ in range(6000)])
    error = draws.std(0) / np.sqrt(len(draws))
    law = sequential.loss(t, a, N, d, r0, link)
    assert np.all(np.abs(law - draws.mean(0)) < 4 * error + 0.01 * law)
    median = sequential.median_times(a, N, d, r0, link)
    assert median.size == N
    largest = [np.abs(starts.uniform(N, 1, d, r0, rng).M).max() for _ in range(2000)]
    sooner = times.learning_time(a[0], largest, r0, link) < median[0]
    assert abs(np.mean(sooner) - 0.5) < 4 * 0.5 / np.sqrt(sooner.size)


def test_directions_beyond_the_width_are_never_learned():
    a = model.strengths(9, 1.0)
    late = sequential.loss(np.array([1e9]), a, 4, 100, 1e-6, model.hermite(4))
    assert late[0] == pytest.approx((a[4:] ** 2).sum(), rel=0.02)


@pytest.mark.parametrize(("N", "error"), [(400, 1e-12), (20_000, 1e-3)])
def test_the_limit_of_infinite_size_with_and_without_bins(N, error):
    s, m = np.geomspace(0.1, 1e3, 9), np.arange(1, N + 1)
    x = (8 * m**-0.8 * s[:, None]) ** -0.5
    brute = sequential.rank(x, N + 1 - m) @ m**-1.6 + scipy.special.zeta(1.6, N + 1)
    np.testing.assert_allclose(sequential.limit_loss(s, 0.8, N), brute, rtol=error)


def test_scaling_by_random_times():
    """Loss and tail of T_m = m^β τ, against its amplitude and exponent."""
    beta, P = 0.8, 200_000
    tau = np.random.default_rng(1).gamma(4.0, size=P)
    m = np.arange(1, P + 1)
    a = m**-beta
    t = np.array([2000.0, 20000.0])
    loss = times.steps_loss(t, m**beta * tau, a) + scaling.tail(P, beta)
    np.testing.assert_allclose(loss, scaling.amplitude(tau, beta) * t ** scaling.in_time(beta), rtol=0.03)
    assert scaling.in_compute(beta) == pytest.approx(scaling.in_width(beta) * scaling.best_width(beta))
    for of in (scaling.tail, scaling.amplitude):
        with pytest.raises(Impossible, match="above 1/2"):
            of(np.ones(3) if of is scaling.amplitude else 3, 0.5)


def test_zeta():
    for s in (0.2, 0.5, 0.8):
        reflected = 2**s * np.pi ** (s - 1) * np.sin(np.pi * s / 2) * scipy.special.gamma(1 - s) * scaling.zeta(1 - s)
        assert scaling.zeta(s) == pytest.approx(reflected, rel=1e-12)
    assert scaling.zeta(0.5) == pytest.approx(-1.4603545088095868, rel=1e-13)
    beta = 0.3
    a = model.strengths(10_000, beta)
    n = 3000
    left = np.array([(a[n:] ** 2).sum()])
    expected = n ** (1 - 2 * beta) / (1 - 2 * beta) / (a @ a)
    assert scaling.learned_light(left, a, beta)[0] == pytest.approx(expected, rel=1e-3)


def test_the_frontier_of_exact_power_laws():
    """Envelope of N^{1-2β} + (t)^{(1-2β)/β} over widths."""
    beta, t = 0.8, np.geomspace(1, 1e6, 600)
    widths = np.unique(np.geomspace(4, 4000, 80).astype(int))
    losses = {int(N): (t, N ** (1 - 2 * beta) + t ** ((1 - 2 * beta) / beta)) for N in widths}
    found = envelope.frontier(losses, 1000)
    C, loss = found.between(4, 4000)
    assert curves.power(C, loss) == pytest.approx(scaling.in_compute(beta), abs=2e-3)
    C, narrower, wider = found.passages()
    assert curves.power(C, np.sqrt(narrower * wider)) == pytest.approx(scaling.best_width(beta), abs=5e-3)
    slope, width = found.slope(4, 4000), found.best_width(4000)
    compute, _ = found.between(4, 4000)
    assert slope.exponent == pytest.approx(scaling.in_compute(beta), abs=2e-3)
    assert slope.length == pytest.approx(np.log(compute[-1] / compute[0]))
    assert width.exponent == pytest.approx(scaling.best_width(beta), abs=5e-3)
    # while the curve of the narrower width goes on, and up to the widest that counts
    half = found.best_width(200, t_end=C[C.size // 4] / narrower[C.size // 4])
    assert half.length < found.best_width(200).length < width.length
    np.testing.assert_allclose(found.loss_at(found.compute), found.loss)


@pytest.mark.parametrize("ratio", [1.3, 2.0, 4.0])
def test_passages_of_the_best_width_do_not_depend_on_the_list_of_widths(ratio):
    """Curves of one shape, N^{1-2β} + t^{(1-2β)/β}, cross at computes in the ratio of their widths to the power 1+β."""
    beta, t = 0.8, np.geomspace(1, 1e6, 600)
    widths = 16 * ratio ** np.arange(5)
    losses = {N: (t, N ** (1 - 2 * beta) + t ** ((1 - 2 * beta) / beta)) for N in widths}
    C, narrower, wider = envelope.frontier(losses, 4000).passages()
    np.testing.assert_array_equal((narrower, wider), (widths[:-1], widths[1:]))
    spacing = np.log(16 * ratio**4 * 1e6 / 16) / 4000
    np.testing.assert_allclose(np.diff(np.log(C)), (1 + beta) * np.log(ratio), atol=spacing + 1e-3)
    with_tail = {N: (t, loss + 0.3) for N, (t, loss) in losses.items()}
    np.testing.assert_array_equal(envelope.frontier(with_tail, 4000).passages()[0], C)


def test_a_frontier_that_is_too_short_has_no_exponent():
    found = envelope.Frontier(np.arange(1.0, 4), np.ones(3), np.array([8.0, 8.0, 32.0]))
    assert np.isnan(found.slope(32, 64)).all()
    assert np.isnan(found.best_width(32)).all()
    assert envelope.scatter([1.0, np.nan, 3.0]) == (2.0, pytest.approx(np.sqrt(2)))
    assert np.isnan(envelope.scatter([1.0, np.nan])).all()


def test_a_frontier_of_infinite_size_lies_on_the_losses_of_its_widths():
    found = envelope.infinite(0.8, 16, 512)
    assert (found.width.min(), found.width.max()) == (16, 512)
    for place in (300, 700, 1100):
        N, C = found.width[place], found.compute[place : place + 1]
        assert found.loss[place] == pytest.approx(sequential.limit_loss(C / N, 0.8, int(N))[0], rel=1e-4)


def test_the_last_passage_counts():
    width = np.array([4.0, 8, 4, 4, 8, 32, 16, 32])
    C, narrower, wider = envelope.Frontier(np.exp2(np.arange(8)), np.ones(8), width).passages()
    np.testing.assert_array_equal(narrower, [4, 8, 16])
    np.testing.assert_array_equal(wider, [8, 16, 32])
    np.testing.assert_allclose(np.log2(C), [3.5, 4.5, 6.5])


@pytest.mark.parametrize("beta", [0.6, 0.8, 1.5])
@pytest.mark.parametrize("log_N", [100.0, 200.0, 400.0])
def test_the_exponent_of_the_best_width_by_elasticities(beta, log_N):
    """At the best width of a compute C = N t, the loss changes alike with log N at fixed t and with log t at fixed N.

    The loss is an integral over n = m/N; what is left out is nearer to ξ^3 than to ξ^2.
    """
    log_n = (np.arange(20_000) - 19_999.5) / 40_000
    n = np.exp(log_n)
    learned_later = n ** (1 - 2 * beta) / 40_000

    def log_loss(log_N, log_t):
        N = np.exp(log_N)
        x = np.exp((beta * (log_N + log_n) - np.log(8) - log_t) / 2)
        rest = sequential.rank(x, N * (1 - n)) @ learned_later + 1 / (2 * beta - 1)
        return np.log(rest) + (1 - 2 * beta) * log_N

    def log_compute(log_N):
        x = float(sequential.largest(0.5, np.exp(log_N)))
        unit, h = beta * log_N - np.log(8 * x**2), 1e-3

        def uneven(log_t):
            in_width = log_loss(log_N + h, log_t) - log_loss(log_N - h, log_t)
            return in_width - (log_loss(log_N, log_t + h) - log_loss(log_N, log_t - h))

        xi = frontiers.growth(np.exp(log_N))
        return log_N + scipy.optimize.brentq(uneven, unit - 2 * xi, unit + 20 * xi)

    exponent = 0.6 / (log_compute(log_N + 0.3) - log_compute(log_N - 0.3))
    xi = frontiers.growth(np.exp(log_N))
    assert exponent == pytest.approx(frontiers.best_width(beta, np.exp(log_N)), abs=xi**2.5)
    assert abs(exponent - 1 / (1 + beta - xi)) > xi**2.5


def test_the_growth_of_the_largest_overlap():
    N = 1e6
    x = float(sequential.largest(np.array([0.5]), N)[0])
    assert frontiers.growth(N) == pytest.approx(2 / (x**2 + 1), rel=0.03)
    assert frontiers.slope(0.8, 1e300) == pytest.approx(scaling.in_compute(0.8), rel=2e-3)
    assert frontiers.slope(0.8, 100) < frontiers.slope(0.8, 1e6) < scaling.in_compute(0.8)


def test_coverage_by_draws():
    a = model.strengths(12, 1.0)
    p = coverage.chances(a)
    assert p.sum() == pytest.approx(1, abs=1e-10)
    x = np.random.default_rng(4).standard_normal((200_000, 12))
    counts = np.bincount((a * x**2).argmax(1), minlength=12)
    assert stats.chisquare(counts, p * counts.sum()).pvalue > 1e-3
    hits = [np.unique((a * x[i : i + 20] ** 2).argmax(1)).size for i in range(0, 200_000, 20)]
    assert np.mean(hits) == pytest.approx(coverage.covered(p, 20), abs=4 * np.std(hits) / 100)
    assert np.std(hits) <= coverage.spread(p, 20)
    assert coverage.covered(coverage.chances(model.strengths(256, 1.0)), 1e10) == pytest.approx(227, abs=0.5)
    with pytest.raises(Impossible, match="even information exponent"):
        coverage.chances(a, 3)


def test_the_width_that_covers_half():
    p = coverage.chances(model.strengths(64, 1.0))
    assert coverage.covered(p, coverage.width_for_half(p)) == pytest.approx(32)
    assert coverage.width_for_half(np.full(8, 1 / 8)) == pytest.approx(np.log(0.5) / np.log(7 / 8))


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "k"), [(0.5, 4), (1.0, 4), (1.5, 4), (1.0, 6)])
def test_the_rarest_direction(beta, k):
    """Local exponents of -log p_P come to 2 β/(2 β + k - 2), nearer with each doubling of P."""
    sizes = np.array([32, 64, 128, 256, 512])
    rare = [-np.log(coverage.chances(model.strengths(P, beta), k)[-1]) for P in sizes]
    off = np.diff(np.log(rare)) / np.log(2) - coverage.rarest(beta, k)
    assert np.all(np.diff(np.abs(off)) < 0)
    assert abs(off[-1]) < 0.05


@pytest.mark.parametrize("k", [3, 4, 6])
def test_neurons_of_the_correlation_loss_go_to_the_largest(k):
    """Where the flow on the sphere ends, by SciPy and by the engine, is where a_m |M_m|^{k-2} is the largest."""
    rng, a = default_rng(5), model.strengths(6, 0.7)
    M = rng.standard_normal((400, 9))
    M = (M / np.linalg.norm(M, axis=1)[:, None])[:, :6]
    M = np.abs(M) if k % 2 else M
    drawn = a * np.abs(M) ** (k - 2)
    taken = correlation.simulate(M, a, k)
    # the midpoint rule may miss near ties
    assert np.mean(taken == drawn.argmax(1)) > 0.99
    assert np.all(drawn[np.arange(len(M)), taken] > 0.97 * drawn.max(1))

    def slope(_, y):
        force = k * a * y ** (k - 1)
        return force - y * (force @ y)

    for row in range(10):
        end = integrate.solve_ivp(slope, (0, 300), M[row], rtol=1e-6, atol=1e-9, method="LSODA").y[:, -1]
        assert np.abs(end).argmax() == taken[row]
        assert np.abs(end).max() > 0.999


@pytest.mark.parametrize("k", [3, 4, 6])
def test_neurons_far_from_every_direction_go_to_the_same(k):
    """Overlaps a billion times smaller: a search is long in time, but not in steps, and has no other end."""
    M, a = np.abs(default_rng(8).standard_normal((200, 6))) / 10, model.strengths(6, 0.7)
    near = correlation.simulate(M, a, k)
    far = correlation.simulate(1e-9 * M, a, k)
    assert np.mean(near == far) > 0.97
    assert np.mean(far == (a * M ** (k - 2)).argmax(1)) > 0.97


def test_crowding_against_the_flow():
    """First order in m/d: what is left of the delays is of second order."""
    a, link = model.strengths(24, 1.0), model.hermite(4)
    left = []
    for seed in range(4):
        start = starts.uniform(48, 24, 4096, 1e-6, np.random.default_rng([6, seed]))
        expected = simulate.decoupled(start, a, link)
        run = flow.simulate(start, a, link, 3 * float(expected.times.max()), tolerance=1e-5, freeze=1e-3, acting=0.0)
        delay = crowding.delays(start.M, a, expected.owner, expected.times)
        left.append(np.nanmedian((run.times - expected.times)[6:] / delay[6:]))
    assert np.mean(left) == pytest.approx(1, abs=0.06)


def test_a_neuron_that_almost_took_another_direction_has_no_small_delay():
    M = np.array([[0.1, 0.12], [0.0, 0.13]])
    a = np.ones(2)
    found = decoupled.greedy(M, a, 4)
    T = times.learning_time(a, found.M0, 1e-6, model.hermite(4))
    np.testing.assert_array_equal(np.isnan(crowding.delays(M, a, found.neuron, T)), [True, False])


def test_rates_of_a_logistic_curve():
    t = np.linspace(0, 40, 2001)
    share = scipy.special.expit(2 * (t - 20.0))
    assert shares.rate(t, share, 0.25, 0.75) == pytest.approx(2, rel=1e-9)
    assert shares.rate(t, share, 0.97, 0.997, of_rest=True) == pytest.approx(2, rel=0.03)
    assert np.isnan(shares.rate(t[::200], share[::200], 0.4, 0.6))
    # three steps are enough, and those at the ends do not count
    few = scipy.special.expit(np.array([-1.0, -0.5, 0.0, 0.5, 1.0]))
    assert shares.rate(np.array([-9.0, 1, 2, 3, 19]), few, few[0], few[-1]) == pytest.approx(0.5)


def test_the_median_of_ratios_and_what_is_not_known_of_them():
    theory = np.array([1.0, 2.0, 4.0, 8.0, np.nan])
    found = laws.median_ratio(np.array([1.0, 3.0, 8.0, np.inf, 1.0]), theory)
    assert (found.value, found.low, found.high, found.n, found.left_out) == (1.5, 1.0, 2.0, 5, 2)
    assert laws.median_ratio(np.array([1.0, np.inf, np.inf]), np.ones(3)) is None


def test_what_greedy_choice_leaves():
    a, M = model.strengths(3, 1.0), np.array([[0.1, 0.5, 0.2], [0.4, 0.3, 0.1]])
    rest = np.sqrt(1 - (M**2).sum(1))[:, None] * np.eye(2)
    assert laws.left_by_greedy(starts.Start(M, rest, np.full(2, 1e-6), 9), a, model.hermite(4)) == a[2] ** 2


def test_runs_of_different_lengths_come_back_from_arrays():
    link, a = model.hermite(4), model.strengths(3, 1.0)
    begin = starts.uniform(5, 3, 200, 1e-6, default_rng(1))
    runs = [flow.simulate(begin, a, link, t_end) for t_end in (5.0, 300.0)]
    assert runs[0].t.size != runs[1].t.size
    for one, other in zip(runs, kept.unpacked(kept.packed(runs)), strict=True):
        for name in ("t", "loss", "times", "owner", "steps"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert other.shares.shape == (one.t.size, 0)


def test_wilson_by_its_definition():
    """At its ends the observed share is three standard errors off."""
    for hits, n in ((0, 10), (7, 10), (640, 640)):
        for end in laws.wilson(hits, n):
            if 0 < end < 1:
                assert abs(hits / n - end) == pytest.approx(3 * np.sqrt(end * (1 - end) / n))
