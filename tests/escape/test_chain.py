"""The chain is SGD in law: two-sample tests against the direct engine, and the facts that it rests on."""

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.random import SeedSequence
from scipy import stats

from shallownets.numerics import normals
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain, direct, lanes, ode, rotations, samples
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.trajectory import recording_times

# widths, dimension, learning rate and replicates; N = p + p* and p + p* + 1 leave no or one further direction
CASES = [
    (4, 2, 60, 0.4, 8_000),
    (4, 2, 7, 0.1, 8_000),
    (2, 3, 5, 0.1, 8_000),
    (3, 1, 30, 0.4, 8_000),
    (1, 1, 3, 0.05, 8_000),
    (2, 2, 200, 0.3, 3_000),
    (8, 2, 40, 0.8, 4_000),
]


@pytest.mark.slow
@pytest.mark.parametrize(("p", "p_star", "N", "eta", "replicates"), CASES)
def test_every_order_parameter_has_the_law_of_direct_sgd(p, p_star, N, eta, replicates, rng):
    start = starts.orthonormal(p, p_star, max(N, 12), rng)
    alpha = recording_times(3.0, 2, N)
    runs = [
        engine.simulate(start, N, eta, alpha, SeedSequence(seed).spawn(replicates))
        for engine, seed in ((chain, 1), (direct, 2))
    ]
    a, b = (
        np.concatenate([run.M[:, -1].reshape(replicates, -1), run.Q[:, -1].reshape(replicates, -1)], 1) for run in runs
    )
    # at the smallest N a few runs diverge: they count as one more value, the same for all
    a, b = (np.where(run.valid[:, -1:], values, 1e9) for run, values in zip(runs, (a, b), strict=True))
    assert all(run.valid[:, -1].mean() > 0.9 for run in runs)
    pvalues = [stats.ks_2samp(a[:, i], b[:, i]).pvalue for i in range(a.shape[1])]
    assert min(pvalues) > 1e-3 / len(pvalues)
    # joint law, through products of pairs
    together = [part[part[:, 0] < 1e9] for part in (a, b)]
    for i, j in [(0, 1), (0, a.shape[1] - 1)]:
        x, y = (part[:, i] * part[:, j] for part in together)
        assert abs(x.mean() - y.mean()) < 4 * np.sqrt((x.var() + y.var()) / replicates)


def test_one_step_from_random_numbers_that_are_known():
    """One sample by the kernel against the same sample on weights: any orthonormal frame gives the same overlaps."""
    p, p_star, N, eta = 3, 2, 50, 0.7
    root = np.random.default_rng(3).standard_normal((p, p_star + p)) * 0.5
    start = Start(root[:, :p_star].copy(), root @ root.T)
    L = start.residual_factor()
    np.testing.assert_allclose(L @ L.T, start.Q - start.M @ start.M.T, atol=1e-14)
    assert np.allclose(L, np.tril(L))
    numbers = np.random.default_rng(4).standard_normal((p_star + p + 1, samples.BLOCK, 2))
    numbers[-1] = np.abs(numbers[-1]) * 7
    M2, L2 = (np.repeat(part[:, :, None], 2, axis=2) for part in (start.M, L))
    work = np.empty((p, p + 1, 2)), np.empty((p, 2)), np.empty((4, 2))
    chain._side_by_side(M2, L2, *work, numbers, 0, 1, 0, 2 * eta / (N * p), 1e6, np.full(2, -1))
    for s in range(2):
        V = np.hstack([start.M, L, np.zeros((p, 1))])
        x = numbers[:, 0, s]
        lam, lam_star = V @ x, x[:p_star]
        V = V + eta / N * (2 / p) * ((lam_star**2).mean() - (lam**2).mean()) * np.outer(lam, x)
        np.testing.assert_allclose(M2[:, :, s], V[:, :p_star], atol=1e-14)
        Q = M2[:, :, s] @ M2[:, :, s].T + L2[:, :, s] @ L2[:, :, s].T
        np.testing.assert_allclose(Q, V @ V.T, atol=1e-13)
        assert np.abs(np.triu(L2[:, :, s], 1)).max() == 0


@pytest.mark.parametrize("freedom", [0, 1, 2, 3, 10, 1000, 10**9])
def test_the_rest_of_a_sample_is_chi_distributed(freedom):
    n = 2**16
    state = normals.seed(SeedSequence(7))
    words, z, more = np.empty(n, np.uint64), np.empty(n), np.empty(n, np.uint64)
    normals.draw_words(state, more)
    normals.box_muller(more, z)
    normals.draw_words(state, words)
    spares = SeedSequence(8).generate_state(4 * 64, np.uint64).reshape(64, 4)
    k = np.empty(n)
    samples._rest(words, z, spares, freedom, k)
    if freedom == 0:
        assert np.all(k == 0)
        return
    assert stats.kstest(k**2, stats.chi2(freedom).cdf).pvalue > 1e-3
    assert abs((k**2).mean() - freedom) < 4 * np.sqrt(2 * freedom / n)


@pytest.mark.parametrize("freedom", [2, 3, 40, 41, 1000, 10**5])
def test_without_a_logarithm_only_those_are_accepted_that_it_accepts(freedom):
    """By the logarithm of each in more digits; words where both differ are as common as any other."""
    rng, n = np.random.default_rng(freedom), 2**16
    d = freedom / 2 - 1 / 3
    z = rng.uniform(-6.66, 6.66, n)  # up to the largest that is ever drawn
    words = ((1 - 10 ** rng.uniform(-14, 0, n)) * 2.0**52).astype(np.uint64) << normals.UNUSED
    spares = SeedSequence(8).generate_state(4 * 64, np.uint64).reshape(64, 4)
    k = np.empty(n)
    samples._rest(words, z, spares, freedom, k)
    y = z.astype(np.longdouble) / np.sqrt(np.longdouble(9 * d))
    u = (np.right_shift(words, normals.UNUSED) + np.longdouble(0.5)) * 2.0**-52
    with np.errstate(invalid="ignore", divide="ignore"):
        room = 3 * d * (np.log1p(y) - y + y**2 / 2 - y**3 / 3) - np.log(u)
    room[y <= -1] = -np.inf
    sure = np.abs(room) > 1e-14 * d
    assert sure.mean() > 0.95
    kept = np.isclose(k, np.sqrt(2 * d * np.maximum(1 + y, 0) ** 3).astype(float), rtol=1e-12)
    np.testing.assert_array_equal(kept[sure], room[sure] > 0)
    assert 0.05 < kept.mean() < 0.98


@pytest.mark.parametrize("p", [3, rotations.FROM])
def test_results_do_not_depend_on_grouping_threads_or_recording(p, rng, monkeypatch):
    start = starts.orthonormal(p, 2, 40, rng)
    streams = SeedSequence(1).spawn(70)
    rare, often = recording_times(4.0, 3, 40), recording_times(4.0, 81, 40)
    reference = chain.simulate(start, 40, 0.3, rare, streams)
    np.testing.assert_array_equal(chain.simulate(start, 40, 0.3, often, streams, threads=3).Q[:, ::40], reference.Q)
    for first, last in ((0, 1), (33, 34), (66, 70)):
        few = chain.simulate(start, 40, 0.3, rare, streams[first:last])
        np.testing.assert_array_equal(few.M, reference.M[first:last])
        np.testing.assert_array_equal(few.Q, reference.Q[first:last])
    monkeypatch.setattr(chain, "SIDE", 7)
    np.testing.assert_array_equal(chain.simulate(start, 40, 0.3, rare, streams).Q, reference.Q)


def test_few_replicates_are_side_by_side_where_they_are_moved_so_anyway(rng):
    for p, groups in ((rotations.FROM - 1, 4), (rotations.FROM, 1)):
        start = starts.orthonormal(p, 2, 40, rng)
        assert len(chain._groups(start, 40, 0.3, SeedSequence(1).spawn(4), 10)) == groups


@pytest.mark.parametrize(
    ("p", "p_star", "N", "eta", "replicates", "diverge"),
    [
        (1, 1, 2, 0.02, 9, False),
        (4, 2, 40, 0.4, 70, False),
        (2, 4, 30, 0.2, 17, False),
        (4, 4, 1000, 0.4, 6, False),
        (4, 2, 60, 1.9, 20, True),
    ],
)
def test_widths_that_the_compiler_knows_give_the_same_bytes(p, p_star, N, eta, replicates, diverge, monkeypatch):
    """Lanes, some of them idle, threads, records within a block of samples, and runs that diverge between them."""
    rng = np.random.default_rng(6)
    start = [starts.orthonormal_overlaps(p, p_star, max(N, p + p_star), rng) for _ in range(replicates)]
    streams, alpha = SeedSequence(2).spawn(replicates), recording_times(20.0, 41, N)
    runs, escapes = [], []
    for worth in (np.inf, 0):
        monkeypatch.setattr(lanes, "_WORTH", worth)
        runs.append(chain.simulate(start, N, eta, alpha, streams, threads=2))
        escapes.append(chain.escape_times(start, N, eta, 0.3, alpha, streams))
    for name in ("M", "Q", "diverged_at"):
        np.testing.assert_array_equal(*(getattr(run, name) for run in runs), err_msg=name)
    np.testing.assert_array_equal(*escapes)
    assert np.isfinite(runs[0].diverged_at).any() == diverge


def test_at_huge_N_it_follows_the_ode():
    start = Start(0.4 * np.eye(3, 2), np.eye(3))
    N = 10**7
    alpha = np.array([0.0, 0.05])
    limit = ode.simulate(start, 0.5, alpha, 1e-11)
    runs = chain.simulate(start, N, 0.5, alpha, SeedSequence(1).spawn(16), threads=2)
    for ours, theirs in ((runs.M, limit.M), (runs.Q, limit.Q)):
        gap = ours[:, -1] - theirs[:, -1]
        error = gap.std(0) / 4
        assert np.all(np.abs(gap.mean(0)) < 5 * error + 1e-12)
        assert np.abs(gap).max() < 10 / np.sqrt(N)


def test_it_stays_exact_at_a_solution_where_the_residual_is_singular():
    M = np.sqrt(2.0) * np.eye(4, 2)
    start = Start(M, M @ M.T)
    result = chain.simulate(start, 100, 0.3, np.array([0.0, 50.0]), SeedSequence(1).spawn(3))
    np.testing.assert_allclose(result.M[:, -1], np.repeat(M[None], 3, 0), atol=1e-10)
    assert np.all(model.population_risk(result.M, result.Q) < 1e-18)


def test_divergence_is_reported_like_that_of_direct_sgd(rng):
    start = starts.orthonormal(2, 1, 100, rng)
    alpha = recording_times(2.0, 21, 100)
    times = []
    for engine in (chain, direct):
        run = engine.simulate(start, 100, 8.0, alpha, SeedSequence(5).spawn(600))
        np.testing.assert_array_equal(np.isfinite(run.M).all((2, 3)), alpha < run.diverged_at[:, None])
        times.append(run.diverged_at)
    assert np.all(times[0] < 2)
    assert stats.ks_2samp(*times).pvalue > 1e-3
    alone = chain.simulate(start, 100, 8.0, alpha, SeedSequence(5).spawn(600)[:1])
    assert alone.diverged_at[0] == times[0][0]


def test_too_small_a_dimension_is_refused(rng):
    with pytest.raises(ValueError, match="too small"):
        chain.simulate(starts.gaussian(4, 2, 100, rng), 5, 0.1, np.array([0.0, 1.0]), SeedSequence(1).spawn(1))


SMALL = """
import numpy as np
from numpy.random import SeedSequence, default_rng
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain
np.seterr(over="ignore")
start = starts.orthonormal(2, 1, 12, default_rng(1))
for streams in (SeedSequence(1).spawn(2), SeedSequence(1).spawn(1)):
    run = chain.simulate(start, 12, 0.3, np.array([0.0, 1.0, 6.0]), streams)
    print(*run.M.ravel(), *run.Q.ravel())
"""


@pytest.mark.slow
def test_compiled_and_plain_python_agree():
    def values(**environment):
        done = subprocess.run(
            [sys.executable, "-c", SMALL], env=os.environ | environment, capture_output=True, text=True, check=True
        )
        return np.array(done.stdout.split(), float)

    np.testing.assert_allclose(values(NUMBA_DISABLE_JIT="1"), values(), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("p", [1, 2, 9])
def test_rotations_keep_a_triangle_through_a_step(p, rng):
    side = 3
    L = np.ascontiguousarray(np.tril(rng.standard_normal((side, p, p))).transpose(1, 2, 0))
    a, x = rng.standard_normal((p, side)), rng.standard_normal((p + 1, side))
    x[:, 0] = 0.0  # a sample that moves nothing
    L[:, -1, 1] = 0.0  # students that span less
    x[1:, 2] = 0.0
    numbers = np.zeros((p + 3, 4, side))
    numbers[2:, 1] = x
    moved = np.concatenate([L, np.zeros((p, 1, side))], axis=1) + a[:, None] * x
    scratch = np.full((p, p + 1, side), np.nan)
    rotations.rotate(L, scratch, a, numbers, 2, 1, np.empty((2, side)))
    np.testing.assert_allclose(
        np.einsum("ijs,kjs->iks", L, L), np.einsum("ijs,kjs->iks", moved, moved), rtol=0, atol=1e-13 * p**2
    )
    assert not L[np.triu_indices(p, 1)].any()
