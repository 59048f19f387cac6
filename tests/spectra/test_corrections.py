"""What the leading order leaves out, against state evolution itself: never more, and of the same order."""

from math import log, sqrt

import numpy as np
import pytest

from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.theory import corrections, evolution, law, peak, phases
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.levels import levels
from shallownets.studies.spectra.theory.quadratic import Quadratic

NETWORKS = [Diagonal, Quadratic]


@pytest.mark.parametrize("Network", NETWORKS)
@pytest.mark.parametrize("gamma", [0.75, 1.5])
def test_places_in_the_middle_of_a_phase_are_as_far_from_both_ends(Network, gamma):
    """Ends of II and III along the decay, by bisection of what phase a decay is in."""
    d, quadratic = 10**8, Network is Quadratic

    def end(N, lam, name, step):
        inside, outside = lam, lam * 1e30**step
        for _ in range(200):
            half = sqrt(inside * outside)
            inside, outside = (
                (half, outside) if phases.phase(quadratic, gamma, d, N, half).name == name else (inside, half)
            )
        return log(outside / lam)

    checked = []
    for name, N, lam in phases.middles(quadratic, gamma, d):
        if phases.phase(quadratic, gamma, d, N, lam).name == name and name in ("II", "III"):
            assert end(N, lam, name, 1) == pytest.approx(-end(N, lam, name, -1), rel=1e-9)
            checked.append(name)
    assert {"II", "III"} == set(checked)
    line = phases.on_one_line(gamma, d)
    assert [phases.phase(quadratic, gamma, d, N, lam).name for _, N, lam in line] == [name for name, *_ in line]


@pytest.mark.parametrize("Network", NETWORKS)
@pytest.mark.parametrize(("name", "share", "decays"), [("III", 1.5, (1e-2, 1.0)), ("VIb", 1.0, (1e4, 1e5))])
def test_corrections_in_a_phase_are_of_the_size_of_what_is_off(Network, name, share, decays):
    """Both change with the decay by a factor of hundreds, their ratio by less than three."""
    gamma, d = 1.0, 10**6
    network, N = Network(gamma, d, 0.5), d ** (2 * gamma + share)
    scale = sqrt(sqrt(N / d) * N * d ** (-gamma - 0.5)) if name == "III" else 1.0
    ratios, orders = [], []
    for decay in decays:
        state = evolution.solve(network, N * network.samples, decay * scale)
        phase = phases.phase(Network is Quadratic, gamma, d, N, decay * scale)
        assert phase.name == name
        orders.append(corrections.in_phase(network, name, state))
        ratios.append(abs(state.by_lam - phase.by_lam) / orders[-1])
    assert max(orders) > 30 * min(orders)
    assert min(ratios) > 0.02
    assert max(ratios) < min(1.0, 3 * min(ratios))


@pytest.mark.parametrize("Network", NETWORKS)
def test_the_prefactor_of_the_last_phases(Network):
    """Half of the noise on all d levels, all of it where features stand out: both limits, and state evolution."""
    gamma, d = 1.0, 10**6
    network = Network(gamma, d, 0.5)
    last = [peak.last(network, name, v) for name, v in (("VIa", 1e30), ("VIb", 1e-30))]
    assert last == ([0.25, 0.5] if Network is Quadratic else [1.0, 1.0])
    if Network is Quadratic:
        assert peak.last(network, "VIa", 1e-30) == pytest.approx(0.5)
    for name, N in (("VIa", d**1.4), ("VIb", d**3.5)):
        state = evolution.solve(network, N * network.samples, 1e-3)
        measured = state.risk * state.N / (d * network.noise)
        order = corrections.of_prefactor(network, name, state)
        assert abs(measured - peak.last(network, name, state.v)) <= order < 0.3


@pytest.mark.parametrize("Network", NETWORKS)
def test_exponents_without_noise_and_of_the_best_decay_are_off_by_no_more_than_their_corrections(Network):
    for d in (10**6, 10**9):
        grid = np.geomspace(1000, 10_000, 6)
        network = Network(1.5, d, 0.0)
        states = curves.along_samples(network, grid, 1e-8)
        scale = 1 / grid if Network is Quadratic else np.log(d / grid) / grid
        off = curves.power(grid, np.array([one.risk for one in states])) - 2 * curves.power(grid, scale)
        order = corrections.noiseless(network, states)
        assert abs(off) <= order < 1
        noisy = Network(1.5, d, 0.5)
        best = [evolution.best(noisy, N * noisy.samples) for N in np.geomspace(d / 1000, d / 10, 6)]
        sizes = np.array([one.N for one in best])
        orders = corrections.best(noisy, best)
        by_risk = curves.power(sizes, np.array([one.risk for one in best])) + 2 / 3
        by_decay = curves.power(sizes, np.array([one.lam for one in best])) - 0.5
        assert abs(by_risk) <= orders.risk
        assert abs(by_decay) <= orders.decay


@pytest.mark.parametrize("Network", NETWORKS)
def test_a_peak_is_that_of_noise_alone_within_its_corrections(Network):
    quadratic, noise, d = Network is Quadratic, 0.5, 10**6
    network, tops = Network(3.0, d, noise), {}
    for lam in (1e-3, 3e-3):
        alone = peak.peak(quadratic, lam, noise)
        tops[lam] = top = curves.peak(network, alone.position * d, lam)
        orders = corrections.peak(network, lam, top, alone)
        assert abs(top.risk / alone.risk - 1) <= orders.risk
        assert abs(top.N / d / peak.POSITION[quadratic] - 1) <= orders.position + (lam / sqrt(noise)) ** (2 / 3)
    slope = log(tops[3e-3].risk / tops[1e-3].risk) / log(3)
    assert abs(slope + 2 / 3) <= corrections.of_peaks_exponent(network, 1e-3, 3e-3) < 0.3
    q = 0.3 * peak.POSITION[quadratic]
    state = evolution.solve(network, q * d * network.samples, 1e-9)
    harm = peak.harm(quadratic, q, noise)
    order = corrections.before_peak(network, state, harm)
    assert abs(state.risk / harm - 1) <= order < 0.3


def test_shares_and_means_of_levels_and_the_rank_that_is_left():
    of = levels(1.0, 1000, 1000)
    assert of.mean == pytest.approx(of.value.mean())
    assert of.above(of.value[9]) == pytest.approx(9 / 1000)
    network = Quadratic(1.0, 30, 0.5, 30)
    drawn = network.spectra(0.3, 0.4, 400, np.random.default_rng(6435))
    counts = (drawn > 0).sum(1)
    assert network.rank(0.3, 0.4) == pytest.approx(counts.mean(), abs=4 * counts.std() / 20 + 0.1)


def test_spikes_of_the_law_are_those_of_draws():
    """Eigenvalues of S* + noise that stand apart, and how much of S* their eigenvectors have learned."""
    d, v, rng = 200, 1e-4, np.random.default_rng(6436)
    of = levels(1.5, d, d)
    spikes = law.law(of, v, 0.1).spikes(d)
    values, learned = [], []
    for _ in range(20):
        noise = rng.standard_normal((d, d))
        at, vectors = np.linalg.eigh(np.diag(of.value) + np.sqrt(v / (2 * d)) * (noise + noise.T))
        values.append(at[::-1][:3])
        learned.append((vectors[:, ::-1][:, :3] ** 2 * of.value[:, None]).sum(0))
    for n, (place, overlap) in enumerate(spikes[:3]):
        error = 4 * np.sqrt(2 * v / d / 20)
        assert np.mean(values, 0)[n] == pytest.approx(place, abs=error)
        assert np.mean(learned, 0)[n] == pytest.approx(overlap, abs=error + 1e-4)
    assert 3 <= len(spikes) < d
