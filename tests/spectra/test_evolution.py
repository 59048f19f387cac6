"""State evolution of both networks: against quadrature, draws, slow iterations and known limits."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import integrate, stats

from shallownets.errors import Impossible
from shallownets.studies.spectra.theory import evolution, law, peak, phases
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic

BOTH = [Diagonal, Quadratic]


@pytest.mark.parametrize(("v", "x"), [(0.5, 0.3), (20.0, 9.0), (1e-4, 0.02)])
def test_soft_thresholding_is_its_integral_over_the_noise(v, x):
    network = Diagonal(1.0, 12, 0.5)
    risk = freedom = 0.0
    for y in network.levels.value:

        def square(z, y=y):
            seen = y + np.sqrt(v) * z
            return stats.norm.pdf(z) * (np.sign(seen) * max(abs(seen) - x, 0) - y) ** 2

        kinks = sorted(np.clip([(side * x - y) / np.sqrt(v) for side in (-1, 1)], -12, 12))
        edges = np.unique([-12, *kinks, 12])
        risk += sum(integrate.quad(square, a, b, epsabs=1e-13)[0] for a, b in pairwise(edges)) / 12
        freedom += stats.norm.sf((x - y) / np.sqrt(v)) + stats.norm.sf((x + y) / np.sqrt(v))
    found = network.at(v, x)
    assert found.risk == pytest.approx(risk, rel=1e-9)
    assert found.freedom == pytest.approx(freedom, rel=1e-12)


@pytest.mark.parametrize("Network", BOTH)
@pytest.mark.parametrize(("v", "x"), [(1.3, 0.7), (100.0, 25.0), (1e-3, 0.01)])
def test_derivatives_of_a_response_are_differences(Network, v, x):
    network, h = Network(1.0, 10_000, 0.5), 1e-5
    found = network.at(v, x)
    by_v = network.at(v * (1 + h), x), network.at(v * (1 - h), x)
    by_x = network.at(v, x * (1 + h)), network.at(v, x * (1 - h))
    for name in ("risk", "freedom"):
        for (up, down), size, which in ((by_v, v, "v"), (by_x, x, "x")):
            difference = (getattr(up, name) - getattr(down, name)) / (2 * h * size)
            assert getattr(found, f"{name}_{which}") == pytest.approx(difference, rel=1e-6)


def test_the_thresholded_matrix_is_that_of_draws():
    """40 draws at d = 200: the error, and the divergence by Stein's identity, which needs no derivative."""
    d, v, x, rng = 200, 0.8, 1.1, default_rng(6101)
    network = Quadratic(1.0, d, 0.5, d)
    teacher, errors, freedom = np.diag(network.levels.value), [], []
    for _ in range(40):
        noise = rng.standard_normal((d, d))
        noise = (noise + noise.T) / np.sqrt(2 * d)
        values, vectors = np.linalg.eigh(teacher + np.sqrt(v) * noise)
        made = (vectors * np.maximum(values - x, 0)) @ vectors.T
        errors.append(2 * ((made - teacher) ** 2).sum() / d)
        freedom.append((noise * made).sum() * d / 2 / np.sqrt(v))  # E G f = variance times divergence, entry by entry
    found = network.at(v, x)
    assert np.mean(errors) == pytest.approx(found.risk, abs=4 * np.std(errors) / np.sqrt(40) + found.risk / d)
    assert np.mean(freedom) == pytest.approx(found.freedom, abs=4 * np.std(freedom) / np.sqrt(40))


@pytest.mark.parametrize("Network", BOTH)
@pytest.mark.parametrize(("N", "lam"), [(10, 1.0), (100, 0.3), (1e4, 0.1), (1e6, 1e-3)])
def test_the_solution_is_that_of_a_slow_damped_iteration(Network, N, lam):
    network = Network(1.0, 1000, 0.5)
    n = N * network.samples
    v, x = network.scale * 1.0 / n, lam * network.penalty / n
    for _ in range(1500):
        found = network.at(v, x)
        v = 0.7 * v + 0.3 * network.scale * (0.5 + found.risk) / n
        x = 0.7 * x + 0.3 * lam * network.penalty / max(n - found.freedom, 0.05 * n)
    solved = evolution.solve(network, n, lam)
    assert (solved.v, solved.x) == (pytest.approx(v, rel=1e-9), pytest.approx(x, rel=1e-9))


@pytest.mark.parametrize("Network", BOTH)
@pytest.mark.parametrize("gamma", [0.75, 1.5])
def test_solutions_solve_both_equations_everywhere(Network, gamma):
    """Traps: n = d (damped iterations stall), and weak decay, where one noise has two solutions."""
    network = Network(gamma, 1000, 0.5)
    peak_at = 1000 if Network is Diagonal else 250
    for N in (0.3, 8, 0.99 * peak_at, peak_at, 1.01 * peak_at, 1e5, 1e9):
        for lam in (1e-6, 1e-3, 1.0, 30.0):
            found = evolution.solve(network, N * network.samples, lam)
            response = network.at(found.v, found.x)
            assert found.v * found.n == pytest.approx(network.scale * (0.5 + response.risk), rel=1e-9)
            assert found.x * (found.n - response.freedom) == pytest.approx(lam * network.penalty, rel=1e-7)
            assert (found.N, found.lam) == (pytest.approx(N), pytest.approx(lam, rel=1e-7))
            again = evolution.solve(network, N * network.samples, lam, found)
            assert again.risk == pytest.approx(found.risk, rel=1e-9)


@pytest.mark.parametrize("Network", BOTH)
def test_the_explicit_map_is_the_inverse_of_the_solution(Network):
    network = Network(1.0, 1000, 0.5)
    there = evolution.state(network, 3.0, 4.0)
    back = evolution.solve(network, there.n, there.lam)
    assert (back.v, back.x) == (pytest.approx(3, rel=1e-9), pytest.approx(4, rel=1e-9))


@pytest.mark.parametrize("Network", BOTH)
def test_local_exponents_are_differences_at_fixed_decay_and_fixed_samples(Network):
    """A trap: exponents at a fixed threshold are others."""
    network, h = Network(1.0, 1000, 0.5), 1e-4
    n, lam = 50 * network.samples, 0.4
    found = evolution.solve(network, n, lam)
    for name, up, down in (
        ("by_n", (n * (1 + h), lam), (n / (1 + h), lam)),
        ("by_lam", (n, lam * (1 + h)), (n, lam / (1 + h))),
    ):
        slope = np.log(evolution.solve(network, *up).risk / evolution.solve(network, *down).risk) / (2 * np.log1p(h))
        assert getattr(found, name) == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("Network", BOTH)
@pytest.mark.parametrize("N", [10, 300, 1000, 1e5])
def test_no_weight_decay_is_better_than_the_best(Network, N):
    network = Network(1.0, 1000, 0.5)
    best = evolution.best(network, N * network.samples)
    assert (best.N, best.by_lam) == (pytest.approx(N, rel=1e-9), pytest.approx(0, abs=1e-9))
    for share in (0.5, 0.9, 1.1, 2.0):
        assert evolution.solve(network, best.n, share * best.lam).risk > best.risk


@pytest.mark.parametrize(
    ("gamma", "d", "N", "noise"), [(1.7736, 40, 0.66139, 0.054322), (1.13672, 15483, 0.932843, 0.160115)]
)
def test_the_best_of_two_minima_close_together_is_found(gamma, d, N, noise):
    """Where the first feature is about to be learned."""
    network = Quadratic(gamma, d, noise)
    best = evolution.best(network, N * d)
    for share in (0.3, 0.8, 1.25, 3.0):
        assert evolution.solve(network, N * d, share * best.lam).risk >= best.risk * (1 - 1e-9)


@pytest.mark.parametrize("noise", [0.5, 0.05])
@pytest.mark.parametrize(
    ("Network", "gamma", "d", "N"),
    [
        (Quadratic, 0.75, 100, 0.3),
        (Quadratic, 0.6, 60, 1.0),
        (Quadratic, 1.5, 1000, 0.1),
        (Quadratic, 0.5000001, 10**6, 0.1),
        (Diagonal, 0.75, 100, 0.3),
        (Diagonal, 1.5, 1000, 1.0),
        (Diagonal, 0.5000001, 10**9, 1e6),
    ],
)
def test_the_best_is_that_of_a_scan_also_where_almost_nothing_is_learned(Network, gamma, d, N, noise):
    network = Network(gamma, d, noise)
    best = evolution.best(network, N * network.samples)
    assert (best.lam > 0, best.N) == (True, pytest.approx(N, rel=1e-6))
    near, least = None, network.zero
    for lam in np.geomspace(1e3, 1e-8, 67):
        near = evolution.solve(network, N * network.samples, float(lam), near)
        least = min(least, near.risk)
    assert best.risk <= least * (1 + 1e-6)


@pytest.mark.slow
def test_the_best_of_little_noise_is_that_of_a_scan_of_decays_above_zero():
    """There the least risk of all thresholds can have Df > n, at lam < 0; of those that a decay allows it is at 0."""
    rng, limits = default_rng(2417), 0
    for Network in 15 * (Quadratic, Quadratic, Diagonal):
        gamma, d, noise = rng.uniform(0.52, 2.5), int(10 ** rng.uniform(1, 3)), 10 ** rng.uniform(-6, -1)
        network = Network(gamma, d, noise)
        n = d ** rng.uniform(0.1, 1.1) * network.samples
        best, near, scanned = evolution.best(network, n), None, []
        for lam in np.geomspace(1e3, 1e-8, 56):
            near = evolution.solve(network, n, float(lam), near)
            scanned.append(near.risk)
        assert best.lam >= 0
        assert best.risk <= min(scanned) * (1 + 1e-6)
        if not best.lam:
            limits += 1
            assert np.argmin(scanned) == len(scanned) - 1
            assert (best.freedom, best.risk) == (pytest.approx(n), pytest.approx(scanned[-1], rel=1e-4))
    assert limits > 3


def test_the_limit_of_vanishing_decay_has_the_slopes_of_decays_that_vanish():
    network, n, h = Quadratic(1.0, 30, 0.01), 150, 1e-4
    best = evolution.best(network, n)
    more, less = (evolution.solve(network, n * share, 1e-9).risk for share in (1 + h, 1 / (1 + h)))
    assert (best.lam, best.by_lam) == (0, 0)
    assert best.by_n == pytest.approx(np.log(more / less) / (2 * np.log1p(h)), abs=1e-6)


def test_samples_that_rounding_hides_are_refused():
    """At n = 1e-12 d^2 risks had an error of a tenth, and Df < 0."""
    network = Quadratic(0.5000001, 10**9, 0.5)
    for solve in (evolution.best, lambda network, n: evolution.solve(network, n, 1.0)):
        with pytest.raises(Impossible, match="expected at least 5e\\+07, below which rounding hides the risk"):
            solve(network, 1e6)
    found = evolution.solve(network, 1e8, 1e9)
    assert found.risk == pytest.approx(2, rel=1e-5)
    assert abs(found.freedom) < 1e-5 * found.n


def test_beside_the_edge_of_a_bulk_nothing_is_left_but_rounding():
    """In 10^9 dimensions, a feature just below the noise: an error of 1e-11 of the mass is one of 0.03 of the risk."""
    network, n = Quadratic(1.0, 10**9, 0.5), 1e9
    v = 1.02 * network.levels.value[0] ** 2
    for k in np.linspace(2.002, 2.7, 100):
        found = network.at(v, k * np.sqrt(v))
        assert found.risk == pytest.approx(2, rel=4 * network.rounding(n))
        assert abs(found.freedom) < 4 * network.rounding(n) * n
    assert evolution.best(network, n).risk >= law.bayes(network, n) * (1 - 4 * network.rounding(n))


def test_random_settings_have_solutions():
    rng = default_rng(6102)
    for Network in 12 * BOTH:
        gamma, d = rng.uniform(0.55, 2.5), int(10 ** rng.uniform(1, 7))
        N, lam = 10 ** rng.uniform(-1, 1 + 2.2 * np.log10(d)), 10 ** rng.uniform(-7, 1.5 * np.log10(d))
        network = Network(gamma, d, 10 ** rng.uniform(-5, 1.5))
        found = evolution.solve(network, N * network.samples, lam)
        total = network.scale * (network.noise + network.at(found.v, found.x).risk)
        assert found.v * found.n == pytest.approx(total, rel=1e-7)
        assert found.lam == pytest.approx(lam, rel=1e-5)


def test_what_has_no_solution_is_refused():
    with pytest.raises(Impossible, match="expected numbers above 0"):
        evolution.solve(Diagonal(1.0, 100, 0.5), 10, 0.0)


def test_risks_at_zero_weights_and_of_many_samples():
    """A trap: the error as a difference of squares has no digits left at R < 1e-8."""
    for Network, zero, last in ((Diagonal, 1, 1), (Quadratic, 2, 0.5)):
        network = Network(1.0, 10_000, 0.5)
        assert evolution.solve(network, 0.1 * network.samples, 1.0).risk == pytest.approx(zero, abs=1e-10)
        for N in (1e11, 1e14):
            found = evolution.solve(network, N * network.samples, 1e-6)
            assert found.risk * N / (10_000 * 0.5) == pytest.approx(last, rel=2e-4)


def test_many_samples_leave_the_risk_of_least_squares():
    """A trap: an error of 1/d passes for physics. Least squares has Δ/n for each of d (d + 1)/2 parameters."""
    for Network, parameters in ((Diagonal, 10), (Quadratic, 55)):
        network = Network(1.0, 10, 0.5, 10)
        found = evolution.solve(network, 1e12, 1e-6)
        assert found.risk * 1e12 / 0.5 == pytest.approx(parameters, rel=1e-6)
        assert found.freedom == pytest.approx(network.full)


@pytest.mark.parametrize("gamma", [0.75, 1.0, 1.5])
def test_the_best_decay_has_the_exponent_of_phase_four(gamma):
    for Network in BOTH:
        network = Network(gamma, 10**8, 0.5)
        fall = evolution.best(network, 1e6 * network.samples).by_n
        phase = phases.phase(Network is Quadratic, gamma, 10**8, 10, 1e-6)
        assert (phase.name, phase.by_n) == ("IV", pytest.approx(fall, abs=1 / np.log(1e6)))


def test_isolated_bands_of_a_million_dimensions():
    """gamma = 1.5, phases VIb and III: each level has a band of its own, narrower than the last digit of the first."""
    network = Quadratic(1.5, 10**6, 0.5)
    last = evolution.solve(network, 1e21 * 1e6, 1e-3)
    assert last.risk * 1e21 / (1e6 * 0.5) == pytest.approx(0.5, rel=2e-6)
    third = evolution.solve(network, 1e25 * 1e6, 1e11)
    assert phases.phase(True, 1.5, 10**6, 1e25, 1e11).name == "III"
    assert third.x == pytest.approx(1e11 * 1e6 / 4e25, rel=1e-9)
    assert third.risk == pytest.approx(2 * third.x**2, rel=1e-2)
    assert (third.by_n, third.by_lam) == (pytest.approx(-2, abs=0.02), pytest.approx(2, abs=0.02))


def test_the_bayes_risk_is_below_the_best_of_training():
    network = Quadratic(1.0, 1000, 0.5)
    for N in (10, 100, 1e3, 1e5):
        n = N * network.samples
        assert 1 < evolution.best(network, n).risk / law.bayes(network, n) < 2.5
        assert law.bayes(network, n, evolution.best(network, n).risk) == pytest.approx(law.bayes(network, n), rel=1e-9)
    small = law.bayes(network, 1e-4 * network.samples)
    assert small == pytest.approx(2 * (1 - (network.levels.weight @ network.levels.value) ** 2), rel=0.02)


@pytest.mark.parametrize("quadratic", [False, True])
def test_the_peak_is_that_of_state_evolution_with_a_short_teacher(quadratic):
    Network = Quadratic if quadratic else Diagonal
    network = Network(6.0, 10_000, 0.5)
    for lam in (0.1, 0.01):
        top = peak.peak(quadratic, lam, 0.5)
        around = [1e4 ** (1 + quadratic) * top.position * share for share in (0.99, 1, 1.01)]
        risks = [evolution.solve(network, n, lam).risk for n in around]
        assert risks[1] == pytest.approx(top.risk, rel=5e-3)
        assert risks[0] < 1.001 * risks[1] > risks[2]


@pytest.mark.parametrize("quadratic", [False, True])
def test_the_peak_has_one_limit_in_both_networks(quadratic):
    values = [peak.peak(quadratic, lam, 0.5).risk / peak.limit(quadratic, lam, 0.5) for lam in (1e-3, 1e-4, 1e-6)]
    assert values[2] == pytest.approx(1, abs=2e-3)
    assert abs(values[0] - 1) > abs(values[1] - 1) > abs(values[2] - 1)
    doubled = peak.peak(quadratic, 0.1 * np.sqrt(2), 1.0)
    assert doubled.risk == pytest.approx(2 * peak.peak(quadratic, 0.1, 0.5).risk, rel=1e-6)
    with pytest.raises(Impossible, match="expected lam from"):
        peak.peak(quadratic, 1.0, 0.5)


@pytest.mark.parametrize("quadratic", [False, True])
def test_the_peak_moves_in_the_second_order_alone(quadratic):
    """The order is the share e of the labels' noise in all noise; an expansion about no threshold has the factor."""
    factor = 3 / 4 - 1 / (8 * peak.POSITIVE[quadratic] ** 2)
    for lam in (1e-4, 1e-5):
        found = peak.peak(quadratic, lam, 0.5)
        e = 0.5 / (0.5 + found.risk)
        assert found.position / peak.POSITION[quadratic] - 1 == pytest.approx(factor * e**2, abs=2 * e**3)


@pytest.mark.parametrize("quadratic", [False, True])
def test_harm_without_a_signal_is_that_of_state_evolution(quadratic):
    Network = Quadratic if quadratic else Diagonal
    network, N = Network(6.0, 10_000, 0.5), 1000
    found = evolution.solve(network, N * network.samples, 1e-9)
    assert found.risk == pytest.approx(peak.harm(quadratic, N / 1e4, 0.5), rel=0.03)
    q = 1e-8 if quadratic else 1e-20  # as q -> 0: a power of q, or its logarithm
    limit = 2 * 0.5 / 7 * (15 * np.pi / 4 * q) ** 0.4 if quadratic else 0.5 / np.log(1 / q)
    assert peak.harm(quadratic, q, 0.5) == pytest.approx(limit, rel=0.05)
    with pytest.raises(Impossible, match="where the peak is"):
        peak.harm(quadratic, 1.5, 0.5)


@pytest.mark.parametrize("Network", BOTH)
@pytest.mark.parametrize(
    ("gamma", "N", "lam"),
    [
        (1.0, 1e3, 1e9),
        (0.75, 1e6, 100.0),
        (1.0, 1e7, 300.0),
        (1.5, 1e8, 1e3),
        (0.75, 1e14, 1.7e5),
        (1.0, 1e9, 1e-3),
        (0.75, 1e12, 1e-3),
    ],
)
def test_exponents_are_those_of_the_phase(Network, gamma, N, lam):
    """At d = 1e6, well inside each phase."""
    network = Network(gamma, 10**6, 0.5, 400)
    found = evolution.solve(network, N * network.samples, lam)
    expected = phases.phase(Network is Quadratic, gamma, 10**6, N, lam)
    assert found.by_n == pytest.approx(expected.by_n, abs=0.12)
    assert found.by_lam == pytest.approx(expected.by_lam, abs=0.12)


@pytest.mark.parametrize("gamma", [0.75, 1.0, 1.5])
def test_noise_begins_to_harm_where_the_powers_of_both_phases_meet(gamma):
    """N^(-1 + 1/(2 gamma)) of what is not learned, and of fitted noise the power with which it grows at few samples."""
    d = 10**6
    N = phases.harmful_from(True, gamma, d)
    before, after = (phases.phase(True, gamma, d, share * N, 1e-9) for share in (0.9, 1.1))
    assert (before.name, after.name) == ("IV", "V")
    assert N**before.by_n == pytest.approx((N / d) ** after.by_n)
    grown = peak.harm(True, 2e-8, 0.5) / peak.harm(True, 1e-8, 0.5)
    assert np.log2(grown) == pytest.approx(after.by_n, abs=2e-3)


@pytest.mark.parametrize(
    ("quadratic", "gamma", "d", "N"),
    [(False, 0.51, 10, 100), (False, 0.6, 1000, 2000), (True, 0.51, 10, 9), (True, 1.0, 400, 150)],
)
def test_no_phase_before_the_peak_lies_beyond_it(quadratic, gamma, d, N):
    assert phases.phase(quadratic, gamma, d, N, 1e-9).name in ("VIa", "VIb")
    assert phases.harmful_from(quadratic, gamma, d) <= phases.peak_at(quadratic, d)
    assert phases.phase(quadratic, gamma, d, 0.99 * phases.peak_at(quadratic, d), 1e-9).name in ("IV", "V")


def test_every_phase_has_its_place():
    named = {
        (0.5, 1e-5): "Ia",
        (0.05, 1.0): "Ia",
        (10, 1.0): "Ib",
        (1e3, 1.0): "II",
        (1e11, 3e3): "III",
        (30, 1e-4): "IV",
        (1e4, 1e-4): "V",
        (1e7, 1e-4): "VIa",
        (1e10, 1e-4): "VIb",
    }
    for (N, lam), name in named.items():
        assert phases.phase(True, 0.75, 10**6, N, lam).name == name


def test_networks_are_what_they_were_made_of():
    """Levels follow from the rest: they are neither compared, which arrays cannot be, nor written out."""
    for Network in BOTH:
        assert Network(1.0, 10, 0.5) == Network(1.0, 10, 0.5)
        assert Network(1.0, 10, 0.5) != Network(1.0, 10, 0.6)
        assert "levels" not in repr(Network(1.0, 10, 0.5))


@pytest.mark.parametrize("quadratic", [False, True])
def test_the_boundaries_are_where_the_phase_changes(quadratic):
    d = 10**6
    lines = phases.boundaries(quadratic, 1.0, d)
    assert max(abs(at) for line in lines for end in line for at in end) == 9  # where those end that go on
    for (x0, y0), (x1, y1) in lines:
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        dx, dy = (1e-3, 0) if x0 == x1 else (0, 1e-3)
        sides = [phases.phase(quadratic, 1.0, d, d ** (x + s * dx), d ** (y + s * dy)).name for s in (-1, 1)]
        assert sides[0] != sides[1]


def test_a_phase_diagram_of_warm_starts_is_that_of_single_solutions():
    for Network in BOTH:
        network, near = Network(1.0, 10_000, 0.5), None
        for lam in np.geomspace(100, 1e-4, 25):
            near = evolution.solve(network, 200 * network.samples, float(lam), near)
        assert near.risk == pytest.approx(evolution.solve(network, 200 * network.samples, 1e-4).risk, rel=1e-9)
