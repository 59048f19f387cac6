from itertools import combinations

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng
from scipy.linalg import polar

from shallownets.numerics import normals
from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import chain, exact, stiefel


def by_numpy(W, theta, lam, eta, samples, stream):
    """SGD with a polar retraction by SVD, the teacher's directions given: what the closed form must equal."""
    d, N = W.shape
    state, words = normals.seed(stream), normals.scratch()
    x = np.empty(-(-d // normals.GRAIN) * normals.GRAIN)
    for k in range(samples):
        normals.fill(state, words, x)
        q = W.T @ x[:d]
        y = lam @ ((theta.T @ x[:d]) ** 2 - 1)
        f = (q @ q - N) / np.sqrt(N)
        W, _ = polar(W + eta[k] * (y - f) * np.outer(x[:d] - W @ q, q))
    return W


@pytest.mark.parametrize(("M_star", "N", "d"), [(5, 3, 40), (3, 5, 600), (1, 1, 2)])
def test_the_closed_form_is_the_polar_retraction(M_star, N, d, rng):
    lam, samples = model.spectrum(M_star, 1.0), 50
    start = starts.uniform(M_star, N, d, rng)
    eta = rng.uniform(0, 0.5 / d, samples)
    run = stiefel.simulate(start, lam, d, eta, [0, samples], SeedSequence(1))
    W = by_numpy(start.weights(d), np.eye(d)[:, :M_star], lam, eta, samples, SeedSequence(1))
    np.testing.assert_allclose(run.W, W, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(run.Z[1], run.W[:M_star])
    np.testing.assert_allclose(run.t, [0, 2 * eta.sum()], rtol=1e-14)


def test_a_teacher_on_the_first_axes_costs_no_generality(rng):
    """Rotating teacher, start and samples together rotates the weights: isotropic samples do not tell the two apart."""
    M_star, N, d, samples = 4, 3, 30, 40
    lam, start = model.spectrum(M_star, 0.3), starts.uniform(M_star, N, d, rng)
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0]
    eta = np.full(samples, 0.01)
    run = stiefel.simulate(start, lam, d, 0.01, [samples], SeedSequence(3))
    W = start.weights(d)
    state, words, x = normals.seed(SeedSequence(3)), normals.scratch(), np.empty(128)
    turned = turn @ W
    theta = turn[:, :M_star]
    for k in range(samples):
        normals.fill(state, words, x)
        z = turn @ x[:d]
        q = turned.T @ z
        c = eta[k] * (lam @ ((theta.T @ z) ** 2 - 1) - (q @ q - N) / np.sqrt(N))
        turned, _ = polar(turned + c * np.outer(z - turned @ q, q))
    np.testing.assert_allclose(theta.T @ turned, run.Z[0], rtol=0, atol=1e-12)


def test_orthonormal_after_a_million_samples():
    """At a step size at which rounding alone would have grown beyond all bounds: see the module."""
    M_star, N, d = 8, 4, 64
    lam, start = model.spectrum(M_star, 1.0), starts.uniform(M_star, N, d, default_rng(1))
    run = stiefel.simulate(start, lam, d, 0.02 / d, [0, 123_456, 1_000_000], SeedSequence(1))
    assert np.abs(run.W.T @ run.W - np.eye(N)).max() < 1e-12
    assert np.isfinite(run.Z).all()
    assert model.risk(run.Z[-1], lam) < 0.15


def test_rounding_would_grow_without_polishing():
    """The reason for the step of Newton & Schulz: the formula alone, in NumPy, leaves the manifold within t = 25."""
    M_star, N, d, samples = 8, 4, 32, 20_000
    lam, rng, eta = model.spectrum(M_star, 1.0), default_rng(2), 0.02 / 32
    start = starts.uniform(M_star, N, d, rng)
    W = start.weights(d)
    for x in rng.standard_normal((samples, d)):
        q = W.T @ x
        square = q @ q
        c = eta * (lam @ (x[:M_star] ** 2 - 1) - (square - N) / np.sqrt(N))
        g = (1 + c * c * (x @ x - square) * square) ** -0.5
        W += np.outer((g - 1) / square * (W @ q) + c * g * (x - W @ q), q)
    assert np.abs(W.T @ W - np.eye(N)).max() > 1e-11
    polished = stiefel.simulate(start, lam, d, eta, [samples], SeedSequence(2)).W
    assert np.abs(polished.T @ polished - np.eye(N)).max() < 1e-13


def test_the_mean_step_is_the_flow():
    """Over a time so short that W stands still, the samples' mean step is the population's up to its error."""
    M_star, N, d, samples, time, replicates = 6, 3, 24, 2**15, 1e-4, 24
    lam = model.spectrum(M_star, 0.7)
    begun = starts.uniform(M_star, N, d, default_rng(4))
    Z = next(exact.overlaps(begun, lam, [3.0]))
    start = starts.Start(Z, np.linalg.cholesky(np.eye(N) - Z.T @ Z).T)
    population = (np.eye(M_star) - Z @ Z.T) @ (lam[:, None] * Z)
    eta = time / 2 / samples
    steps = [
        (stiefel.simulate(start, lam, d, eta, [samples], stream).Z[0] - Z) / time
        for stream in SeedSequence(5).spawn(replicates)
    ]
    error = np.std(steps, axis=0, ddof=1) / np.sqrt(replicates)
    assert error.max() < 0.08 * np.abs(population).max()
    # t of 23 degrees of freedom: beyond 5 once in 40,000, for 18 entries
    assert np.abs((np.mean(steps, axis=0) - population) / error).max() < 5


def test_small_steps_follow_the_exact_flow_in_twice_the_sum_of_eta():
    """The gap falls as η: at a twentieth of the step size, between a tenth and a fortieth of the gap is left."""
    M_star, N, d = 8, 4, 64
    lam, start = model.spectrum(M_star, 1.0), starts.uniform(M_star, N, d, default_rng(6))
    times = np.linspace(0, 12, 13)
    flow = model.risk(np.array(list(exact.overlaps(start, lam, times))), lam)
    gaps = []
    for eta in (0.1 / d, 0.005 / d):
        samples = np.rint(times / (2 * eta)).astype(int)
        runs = [model.risk(stiefel.simulate(start, lam, d, eta, samples, s).Z, lam) for s in SeedSequence(7).spawn(6)]
        gaps.append(np.mean(np.mean(runs, axis=0)[4:] / flow[4:] - 1))
    assert 10 < gaps[0] / gaps[1] < 40


def test_schedules_by_number_array_and_function_agree(rng):
    M_star, N, d, samples = 4, 3, 50, 5000
    lam, start = model.spectrum(M_star, 1.0), starts.uniform(M_star, N, d, rng)
    falling = lambda k: 0.1 / d / (1 + k / 1000)  # noqa: E731
    records = [0, 1, 700, samples]
    by_function = stiefel.simulate(start, lam, d, falling, records, SeedSequence(1))
    by_array = stiefel.simulate(start, lam, d, falling(np.arange(samples)), [0, samples], SeedSequence(1))
    np.testing.assert_array_equal(by_function.W, by_array.W)
    assert by_function.t[-1] == pytest.approx(2 * 0.1 / d * 1000 * np.log(6), rel=1e-3)
    constant = [stiefel.simulate(start, lam, d, e, records, SeedSequence(1)).W for e in (0.01, lambda k: 0.01)]
    np.testing.assert_array_equal(*constant)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (np.full(9, 0.1), "fewer step sizes than the run has samples"),
        (-0.1, "at least 0"),
        (lambda k: 1 / (k - 3) - 1 / (k - 3), "at least 0"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(schedule, words, rng):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=words):
        stiefel.simulate(starts.uniform(2, 2, 8, rng), model.spectrum(2, 1.0), 8, schedule, [10], SeedSequence(1))


def test_divergence_is_reported_with_its_sample(rng):
    lam, start = model.spectrum(3, 1.0), starts.uniform(3, 2, 100, rng)
    records, told = np.arange(0, 501, 50), []
    run = stiefel.simulate(start, lam, 100, 0.2, records, SeedSequence(2), told.append)
    assert 0 < run.diverged_at < 500
    np.testing.assert_array_equal(np.isfinite(run.Z).all((1, 2)), records <= run.diverged_at)
    assert sum(told) == 500
    often = stiefel.simulate(start, lam, 100, 0.2, np.arange(501), SeedSequence(2))
    assert often.diverged_at == run.diverged_at
    assert stiefel.simulate(start, lam, 100, 1e-4, records, SeedSequence(2)).diverged_at == np.inf
    assert stiefel.simulate(start, lam, 100, 1e200, records, SeedSequence(2)).diverged_at == 0


def test_it_stops_where_asked(rng):
    lam, start = model.spectrum(3, 1.0), starts.uniform(3, 2, 40, rng)
    records = np.arange(0, 1000, 10)
    whole = stiefel.simulate(start, lam, 40, 1e-3, records, SeedSequence(2))
    level = model.risk(whole.Z[40], lam)
    part = stiefel.simulate(start, lam, 40, 1e-3, records, SeedSequence(2), until=lambda Z: model.risk(Z, lam) <= level)
    np.testing.assert_array_equal(part.Z, whole.Z[: len(part.Z)])
    risks = model.risk(part.Z, lam)
    assert risks[-1] <= level < risks[:-1].min()


def test_a_sample_that_no_neuron_sees_moves_nothing():
    """One neuron that has learned all, and a sample whose first coordinate is 0: one of 10^7 normals is."""
    lam = model.spectrum(1, 1.0)
    walk = stiefel.Walk(np.eye(3, 1), 3, 0, 4, lam, SeedSequence(1))
    numbers, place = walk._random[2], walk._place
    numbers[:, :3], place[3] = [0.0, 1.0, -2.0], 0
    assert walk.advance(np.full(4, 0.1)) == 4
    np.testing.assert_array_equal(walk.W, np.eye(3, 1))


@pytest.mark.parametrize(("simulate", "d"), [(stiefel.simulate, 40), (chain.simulate, 40), (chain.simulate, 12)])
def test_the_arrays_of_a_step_share_no_memory(simulate, d, monkeypatch):
    """As its kernel promises, whose results would be wrong without a word."""
    given = []

    def advance(*arguments):
        given.extend(one for one in arguments if isinstance(one, np.ndarray))
        return arguments[-2].size

    monkeypatch.setattr(stiefel, "_advance", advance)
    simulate(starts.uniform(5, 3, d, default_rng(1)), model.spectrum(5, 1.0), d, 0.01, [8], SeedSequence(1))
    assert len(given) == 13
    assert not any(np.may_share_memory(*pair) for pair in combinations(given, 2))
