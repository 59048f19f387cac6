"""Both engines of SGD: one step by finite differences, the chain in R^d, laws, small steps, lost runs, step sizes."""

from itertools import combinations

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng
from scipy import integrate, stats

from shallownets.errors import Impossible
from shallownets.numerics import normals, triangle
from shallownets.studies.emergence import model, simulate, starts
from shallownets.studies.emergence.engines import chain, deflated, direct, flow, looks, sgd, walk
from shallownets.studies.emergence.engines.step_sizes import Steps

MIXED = model.mixture({3: 0.8, 4: 0.6})
ENGINES = [chain, direct]


def by_hand(W, a, link, samples, eta, noises):
    """SGD in R^d, written out: w += η (y - f) ∇f, where f = sum |w|^2 σ(w.x/|w|)."""
    W = W.copy()
    for x, noise in zip(samples, noises, strict=True):
        norm = np.linalg.norm(W, axis=1)
        z = W @ x / norm
        error = a @ link.sigma(x[: a.size]) + noise - norm**2 @ link.sigma(z)
        slope = np.polynomial.polynomial.polyval(z, link.derivative)
        move = (2 * link.sigma(z) - z * slope)[:, None] * W + (norm * slope)[:, None] * x
        W += eta * error * move
    return W


def drawn(stream, numbers, calls=1):
    """The normals of a run, as so many calls of an engine draw them: (calls, numbers)."""
    state, words = normals.seed(stream), normals.scratch()
    z = np.empty((calls, numbers))
    for row in z:
        normals.fill(state, words, row)
    return z


def test_a_step_is_down_the_gradient():
    """The step of ``by_hand`` against differences of f."""
    rng, link, h = default_rng(1), MIXED, 1e-6
    W, x, a = rng.standard_normal((2, 5)), rng.standard_normal(5), model.strengths(2, 1.0)

    def f(W):
        norm = np.linalg.norm(W, axis=1)
        return norm**2 @ link.sigma(W @ x / norm)

    step = (by_hand(W, a, link, [x], 1e-3, [0.3]) - W) / 1e-3
    error = a @ link.sigma(x[:2]) + 0.3 - f(W)
    for i in range(2):
        for j in range(5):
            moved = np.zeros_like(W)
            moved[i, j] = h
            assert step[i, j] == pytest.approx(error * (f(W + moved) - f(W - moved)) / (2 * h), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("link", [model.hermite(2), model.hermite(3), model.hermite(4), MIXED])
@pytest.mark.parametrize("noise", [0.0, 0.5])
@pytest.mark.parametrize(("d", "eta"), [(9, 2e-3), (1100, 5e-5)])
def test_direct_steps_as_by_hand(link, noise, d, eta):
    """Steps that fill no whole group of samples before a record, and pass a look; coordinates of several parts."""
    N, P, steps = 3, 2, 70
    a, start = model.strengths(P, 1.0), starts.uniform(N, P, d, 0.1, default_rng(2))
    run = direct.simulate(start, a, link, Steps(eta), [0, 3, steps], SeedSequence(3), noise)
    # a sample takes whole grains of normals
    numbers = drawn(SeedSequence(3), -(-(d + 1) // normals.GRAIN) * normals.GRAIN, steps)
    W = by_hand(start.weights(), a, link, numbers[:, :d], eta, noise * numbers[:, d])
    r = (W**2).sum(1)
    np.testing.assert_allclose(run.r[2], r, rtol=1e-12)
    np.testing.assert_allclose(run.M[2], W[:, :P] / np.sqrt(r)[:, None], atol=1e-12)
    U = W / np.sqrt(r)[:, None]
    assert run.loss[2] == pytest.approx(2 * model.risk(U[:, :P], U @ U.T, r, a, link), rel=1e-12)
    np.testing.assert_allclose(run.M[0], start.M, atol=1e-15)


@pytest.mark.parametrize("link", [model.hermite(2), model.hermite(3), model.hermite(4), MIXED])
@pytest.mark.parametrize("noise", [0.0, 0.5])
@pytest.mark.parametrize("d", [5, 6, 9, 10, 11, 1000])
def test_the_chain_steps_as_by_hand(link, noise, d):
    """In R^{P + 2 N}, whose axes are the chain's columns: what a sample has beside them lies along the next axis.

    At d = 10 = P + 2 N and above, columns are brought back to N; from 6 to 9 they are added until all d are there; at 5
    the neurons outnumber the coordinates that the teacher leaves.
    """
    N, P, steps, eta = 4, 2, 14, 2e-3
    a, start = model.strengths(P, 1.0), starts.uniform(N, P, d, 0.1, default_rng(4))
    run = chain.simulate(start, a, link, Steps(eta), [steps], SeedSequence(5), noise)
    rows = P + min(2 * N, d - P)
    numbers = drawn(SeedSequence(5, spawn_key=(0,)), normals.GRAIN * (rows + 1)).reshape(-1, rows + 1)[:steps]
    freedom = d - rows
    rest = default_rng(SeedSequence(5, spawn_key=(1,))).chisquare(freedom, steps) if freedom else np.zeros(steps)
    W, have = np.zeros((N, rows)), P + start.rest.shape[1]
    W[:, :have] = (
        start.weights()[:, :have] if d < 1000 else np.hstack([start.M, start.rest]) * np.sqrt(start.r)[:, None]
    )
    for z, left in zip(numbers, rest, strict=True):
        x = z[:rows].copy()
        x[have:] = 0
        if have < rows:
            x[have] = np.sqrt((z[have:rows] ** 2).sum() + left)
            have += 1
        W = by_hand(W, a, link, [x], eta, [noise * z[rows]])
        if have == rows and d >= P + 2 * N:
            triangle.compress(W, P, rows, np.empty(2 * N))
            have = P + N
    r = (W**2).sum(1)
    np.testing.assert_allclose(run.r[0], r, rtol=1e-12)
    np.testing.assert_allclose(run.M[0], W[:, :P] / np.sqrt(r)[:, None], atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_labels_have_no_noise_unless_it_is_asked_for(engine):
    a, start = model.strengths(2, 1.0), starts.uniform(2, 2, 12, 0.1, default_rng(5))
    plain, without, noisy = (
        engine.simulate(start, a, model.hermite(3), Steps(1e-3), [20], SeedSequence(6), **noise).M
        for noise in ({}, {"noise": 0.0}, {"noise": 1.0})
    )
    np.testing.assert_array_equal(plain, without)
    assert np.abs(plain - noisy).max() > 1e-4


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("enough", [None, 0])
def test_progress_adds_up_to_the_last_record_also_where_a_run_ends_before(engine, enough):
    a, start, told = model.strengths(2, 1.0), starts.uniform(2, 2, 12, 0.1, default_rng(5)), []
    engine.simulate(
        start, a, model.hermite(3), Steps(1e-3), [7, 50], SeedSequence(6), enough=enough, progress=told.append
    )
    assert sum(told) == 50


@pytest.mark.parametrize("learned", [0, 1])
@pytest.mark.parametrize(("count", "since"), [(3 * looks.LOOK, looks.LOOK), (2 * looks.LOOK + 9, 9)])
def test_a_crossing_between_two_looks_is_on_the_line_between_them(count, since, learned):
    """From a share of 0.2 to 0.8, half-way; at the start a direction is learned at once."""
    link, a = model.hermite(3), np.array([0.7])
    M, r = np.array([[0.1], [0.9]]), np.array([1e-9, 0.8 * 0.7 / link.phi(0.9)])
    for now, after in ((count, count - since / 2), (0, 0.0)):
        before, found, owner, counts = np.array([0.2]), np.array([np.inf]), np.array([-1]), np.array([now, learned])
        seen = np.array([np.inf])
        looks.look(M, r, a, link.squares, before, found, seen, owner, counts)
        assert seen[0] == pytest.approx(after)
        assert (before[0], found[0], owner[0]) == (pytest.approx(0.8), now, 1)
        assert counts.tolist() == [now, learned + 1]


@pytest.mark.slow
@pytest.mark.parametrize("link", [model.hermite(2), model.hermite(3), model.hermite(4), MIXED])
def test_chain_and_direct_have_one_law(link):
    """All overlaps and norms after 100 steps, by Kolmogorov and Smirnov at 1 % over all of them (Bonferroni)."""
    N, P, d, runs = 2, 2, 12, 400
    a, start = model.strengths(P, 1.0), starts.uniform(N, P, d, 0.3, default_rng(7))
    found = []
    for number, engine in enumerate(ENGINES):
        streams = SeedSequence([8, number]).spawn(runs)
        ends = [engine.simulate(start, a, link, Steps(1e-3), [100], stream, 0.2) for stream in streams]
        assert all(one.lost_at == np.inf for one in ends)
        found.append(np.array([np.append(one.M[0].ravel(), one.r[0]) for one in ends]))
    chances = [stats.ks_2samp(x, y).pvalue for x, y in zip(found[0].T, found[1].T, strict=True)]
    assert min(chances) * len(chances) > 0.01
    assert np.all(found[0].std(0) > 1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_small_steps_follow_the_flow(engine):
    """Against an integration of the flow of M, G and r by SciPy, and its times at shares of 1/2."""
    link, N, P, d, eta = model.hermite(3), 3, 2, 8, 2e-5
    a, start = model.strengths(P, 1.0), starts.uniform(N, P, d, 0.05, default_rng(11))
    U = np.hstack([start.M, start.rest])

    def slope(_, y):
        W = y.reshape(N, -1)
        r = (W**2).sum(1)
        u = W / np.sqrt(r)[:, None]
        M, G = u[:, :P], u @ u.T
        pull = link.dphi(M) * a
        move = pull @ np.eye(P, W.shape[1]) - (link.dphi(G) * r) @ u
        across = move - (move * u).sum(1)[:, None] * u
        along = 2 * (link.phi(M) @ a - link.phi(G) @ r)
        return (np.sqrt(r)[:, None] * (across + along[:, None] * u)).ravel()

    def share(m):
        def half(_, y):
            W = y.reshape(N, -1)
            r = (W**2).sum(1)
            return float(r @ link.phi(W[:, m] / np.sqrt(r))) / a[m] - 0.5

        return half

    begin = (U * np.sqrt(start.r)[:, None]).ravel()
    end = 16.0
    flow = integrate.solve_ivp(slope, (0, end), begin, events=[share(0), share(1)], rtol=1e-9, atol=1e-12)
    times = [event[0] for event in flow.t_events]
    runs = [
        engine.simulate(start, a, link, Steps(eta), [int(end / eta)], stream) for stream in SeedSequence(12).spawn(4)
    ]
    # noise is of the order sqrt(eta), bias of the order eta: six standard errors of four runs hold both
    found = np.array([run.times for run in runs])
    assert np.all(abs(found.mean(0) / times - 1) < 6 * found.std(0, ddof=1) / times / 2)
    assert np.all(found.std(0) / times < 0.1)
    r = (flow.y[:, -1].reshape(N, -1) ** 2).sum(1)
    assert np.mean([run.r[0] for run in runs], 0) == pytest.approx(r, abs=0.02)


@pytest.mark.parametrize("engine", ENGINES)
def test_records_and_blocks_change_nothing(engine):
    N, P, d = 3, 2, 20
    a, start, link = model.strengths(P, 1.0), starts.uniform(N, P, d, 0.2, default_rng(13)), model.hermite(3)
    whole = engine.simulate(start, a, link, Steps(1e-3), [20_000], SeedSequence(14))
    cut = engine.simulate(start, a, link, Steps(1e-3), [0, 1, 17, 64, 5000, 20_000], SeedSequence(14))
    # samples go through the weights in groups, which a record cuts
    np.testing.assert_allclose(whole.M[-1], cut.M[-1], rtol=0, atol=1e-11)
    np.testing.assert_allclose(whole.learned_after, cut.learned_after, rtol=1e-9)
    np.testing.assert_allclose(cut.t, 1e-3 * cut.samples, rtol=1e-15)
    again = SeedSequence(14)
    for _ in range(2):  # a stream stays as it is
        assert np.array_equal(engine.simulate(start, a, link, Steps(1e-3), [20_000], again).M[-1], whole.M[-1])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_direction_is_learned_by_its_share(engine):
    """Where r φ(M) passes a/2, not where M is large: norms are still small when M is close to 1."""
    a, start, link = model.strengths(1, 1.0), starts.uniform(2, 1, 10, 1e-3, default_rng(3)), model.hermite(3)
    records = np.arange(0, 40_000, 20)
    run = engine.simulate(start, a, link, Steps(1e-3), records, SeedSequence(4))
    (after,) = run.learned_after
    first = int(np.argmax(run.shares[:, 0] >= 0.5))
    assert abs(records[first] - after) <= 20 + looks.LOOK
    assert run.times[0] == pytest.approx(1e-3 * after)
    assert run.owner[0] == np.argmax(run.r[first])
    aligned = int(np.argmax(run.M[:, run.owner[0], 0] > 0.9))
    assert 0 < aligned < first
    assert run.shares[aligned, 0] < 0.3
    # and so it ends, as soon as enough is learned
    ended = engine.simulate(start, a, link, Steps(1e-3), records, SeedSequence(4), enough=1)
    assert ended.learned_after[0] == after
    assert after <= ended.steps < after + looks.LOOK + 1
    assert np.isnan(ended.loss[-1])
    assert np.array_equal(ended.loss[: first - 4], run.loss[: first - 4])
    assert ended.lost_at == np.inf


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("eta", [0.05, 1e3])
def test_a_run_that_is_lost_says_so(engine, eta):
    """No exception and no number afterwards: a rare sample at a large step, and infinite weights at once."""
    a, start, link = model.strengths(2, 1.0), starts.uniform(3, 2, 30, 1e-2, default_rng(5)), model.hermite(4)
    with np.errstate(all="raise"):
        run = engine.simulate(start, a, link, Steps(eta), [0, 100_000, 200_000], SeedSequence(6))
    assert np.isfinite(run.lost_at)
    assert run.lost_at == run.steps < 100_000
    assert np.isnan(run.loss[1:]).all()
    assert np.isnan(run.M[1:]).all()
    assert np.isfinite(run.loss[0])


@pytest.mark.parametrize("engine", ENGINES)
def test_norms_do_not_drift(engine):
    """|w|^2 by recursion gathers rounding errors: after many steps that grow and shrink, it is still the sum."""
    a, start, link = model.strengths(2, 1.0), starts.uniform(3, 2, 30, 1e-3, default_rng(7)), model.hermite(3)
    weights = engine.walk(start, a, link, 0.5, SeedSequence(8))
    sgd.follow(weights, Steps(2e-4), [200_000], 3, lambda amount: None)
    assert not weights.lost
    np.testing.assert_allclose(weights.q, weights.overlaps()[2], rtol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("end", [40, 63, 100])
def test_what_is_learned_after_the_last_whole_look_is_seen_at_the_end(engine, end):
    """A run that ends between two looks has one more: its last share and its times agree."""
    a, link = np.ones(1), model.hermite(2)
    learned = 0
    for seed in range(30):
        start = starts.uniform(2, 1, 3, 1e-2, default_rng(seed))
        run = engine.simulate(start, a, link, Steps(0.05), [0, end], SeedSequence(seed))
        if run.lost_at < np.inf:
            continue
        looked = engine.simulate(start, a, link, Steps(0.05), np.arange(end + 1), SeedSequence(seed))
        assert looked.learned_after[0] == pytest.approx(run.learned_after[0], rel=1e-9)
        late = looked.shares[end - end % looks.LOOK :, 0]
        if late[0] < 0.5 <= late[-1]:
            learned += 1
            assert end - end % looks.LOOK <= run.learned_after[0] <= end
            assert run.owner[0] == np.argmax(run.r[-1] * link.phi(run.M[-1][:, 0]))
        elif looked.shares[:, 0].max() < 0.5:
            assert np.isinf(run.learned_after[0])
    assert learned > 0


@pytest.mark.parametrize("strengths", [np.ones(2), np.ones(4), np.ones((3, 1)), np.ones(())])
def test_as_many_strengths_as_directions(strengths):
    start, link = starts.uniform(2, 3, 10, 1e-2, default_rng(1)), model.hermite(4)
    for run in (
        lambda a: chain.simulate(start, a, link, Steps(1e-3), [10], SeedSequence(1)),
        lambda a: direct.simulate(start, a, link, Steps(1e-3), [10], SeedSequence(1)),
        lambda a: flow.simulate(start, a, link, 1.0),
        lambda a: deflated.simulate(start, a, link, 1.0),
        lambda a: simulate.decoupled(start, a, link),
    ):
        with pytest.raises(
            Impossible, match=r"a has the shape \(.*\): expected \(3,\), a strength for each column of M"
        ):
            run(strengths)


@pytest.mark.parametrize("samples", [[], [-1], [3, 3], [0.5], [5, 2], [[1, 2]], [np.inf], [1e300]])
def test_numbers_of_samples_that_are_none(samples):
    start = starts.uniform(2, 1, 10, 1e-2, default_rng(1))
    with pytest.raises(Impossible, match="expected rising whole numbers"):
        chain.simulate(start, np.ones(1), MIXED, Steps(1e-3), samples, SeedSequence(1))


@pytest.mark.parametrize("steps", [Steps(1e-3), Steps(1e-3, 2.0)])
def test_step_sizes_add_up_to_the_time(steps):
    sizes = np.append(steps.sizes(0, 60_000), steps.sizes(60_000, 40_000))
    assert np.array_equal(sizes, steps.sizes(0, 100_000))
    for n in (1, 1000, 100_000):
        assert steps.time(n) == pytest.approx(sizes[:n].sum(), abs=1e-3)
        assert steps.samples(steps.time(n)) == pytest.approx(n)
    np.testing.assert_allclose(sizes, steps.first / (1 + steps.time(np.arange(100_000)) / steps.scale), rtol=1e-12)
    assert np.isinf(steps.time(np.inf))


@pytest.mark.parametrize(("first", "scale"), [(0.0, 1.0), (np.inf, 1.0), (-1.0, 1.0), (1.0, 0.0), (1.0, np.nan)])
def test_step_sizes_that_are_none(first, scale):
    with pytest.raises(Impossible, match="expected a step size and a time above 0"):
        Steps(first, scale)


def test_the_chain_keeps_a_start_with_more_columns_than_neurons():
    """Only products matter: the same run in law, and here the same products at the start."""
    rng, a = default_rng(15), model.strengths(1, 1.0)
    rows = rng.standard_normal((2, 7))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    start = starts.Start(rows[:, :1], rows[:, 1:], np.array([0.1, 0.2]), 40)
    run = chain.simulate(start, a, MIXED, Steps(1e-3), [0, 10], SeedSequence(1))
    assert run.loss[0] == pytest.approx(2 * model.risk(start.M, start.G, start.r, a, MIXED), rel=1e-12)
    assert np.isfinite(run.loss[1])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_direction_is_found_before_it_is_learned(engine):
    """By the overlaps at every look: found when the first passes one half; its norm needs longer."""
    a, start = np.ones(1), starts.uniform(6, 1, 40, 1e-4, default_rng(12))
    records = np.arange(0, 64 * 120, 64)
    run = engine.simulate(start, a, model.hermite(3), Steps(5e-4), records, SeedSequence(13))
    largest = run.M[:, :, 0].max(1)
    assert run.found_after[0] == run.samples[(largest >= looks.FOUND).argmax()]
    assert 0 < run.found_after[0] < run.learned_after[0] < np.inf
    # looks are at the same samples whatever is recorded
    odd = engine.simulate(start, a, model.hermite(3), Steps(5e-4), [1, records[-1]], SeedSequence(13))
    assert odd.found_after == run.found_after
    assert odd.learned_after == pytest.approx(run.learned_after)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("d", [9, 60])
def test_the_arrays_of_a_step_share_no_memory(engine, d, monkeypatch):
    """As its kernel promises, whose results would be wrong without a word."""
    given = []

    def advance(*arguments):
        given.extend(one for one in arguments if isinstance(one, np.ndarray))
        return 8

    monkeypatch.setattr(walk, "_advance", advance)
    a, start = model.strengths(2, 1.0), starts.uniform(3, 2, d, 0.1, default_rng(2))
    engine.simulate(start, a, MIXED, Steps(1e-3), [8], SeedSequence(3))
    assert len(given) > 20
    assert not any(np.may_share_memory(*pair) for pair in combinations(given, 2))
