import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.random import SeedSequence

from shallownets.numerics import normals
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import direct, ode
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.trajectory import recording_times


def streams(count, seed=1):
    return SeedSequence(seed).spawn(count)


def by_numpy(start, N, eta, alpha, stream):
    """SGD as the paper writes it [4, 5], sample by sample, on the same samples."""
    W, W_star = start.weights(N)
    p = len(start.M)
    state, words = normals.seed(stream), normals.scratch()
    x = np.empty(-(-N // normals.GRAIN) * normals.GRAIN)
    M, Q = [], []
    for sample in range(round(alpha[-1] * N) + 1):
        if sample / N in alpha:
            M.append(W @ W_star.T / N)
            Q.append(W @ W.T / N)
        normals.fill(state, words, x)
        lam, lam_star = W @ x[:N] / np.sqrt(N), W_star @ x[:N] / np.sqrt(N)
        a = (2 / p) * ((lam_star**2).mean() - (lam**2).mean()) * lam
        W += eta / np.sqrt(N) * np.outer(a, x[:N])
    return np.array(M), np.array(Q)


@pytest.mark.parametrize(("p", "p_star", "N"), [(4, 2, 60), (1, 1, 2), (2, 3, 200), (3, 3, 1100)])
def test_it_is_sgd_as_the_paper_writes_it_and_labels_times_rightly(p, p_star, N, rng):
    start = starts.orthonormal(p, p_star, N, rng)
    alpha = recording_times(1.0, min(N + 1, 5), N)
    M, Q = by_numpy(start, N, 0.3, alpha, streams(1)[0])
    result = direct.simulate(start, N, 0.3, alpha, streams(1))
    np.testing.assert_allclose(result.M[0], M, rtol=0, atol=1e-12)
    np.testing.assert_allclose(result.Q[0], Q, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(result.alpha, alpha)


def test_nothing_beside_its_arrays_is_written(rng):
    """Compiled code does not look where an array ends: what lies behind each of them stays."""
    p, p_star, N = 3, 2, 60
    sizes = [(p, N), (p_star, N), (normals.BLOCK,), (2, normals.GRAIN), (2, p + p_star)]
    rooms = [np.zeros(4 * np.prod(size), np.uint64 if len(size) == 1 else float) for size in sizes]
    W, W_star, words, X, work = (room[: np.prod(size)].reshape(size) for room, size in zip(rooms, sizes, strict=True))
    W[:], W_star[:] = rng.standard_normal((p, N)), rng.standard_normal((p_star, N))
    for room, size in zip(rooms, sizes, strict=True):
        room[np.prod(size) :] = 7
    assert direct._advance(W, W_star, normals.seed(SeedSequence(1)), words, X, work, 0.1, 20, 1e9) == 20
    assert all(np.all(room[np.prod(size) :] == 7) for room, size in zip(rooms, sizes, strict=True))


def test_a_replicate_depends_on_its_own_stream_alone(rng):
    start = starts.orthonormal(3, 2, 40, rng)
    alpha = recording_times(3, 4, 40)
    together = direct.simulate(start, 40, 0.3, alpha, streams(3))
    for replicate, stream in enumerate(streams(3)):
        alone = direct.simulate(start, 40, 0.3, alpha, [stream])
        np.testing.assert_array_equal(alone.Q[0], together.Q[replicate])
    assert np.abs(np.diff(together.Q[:, -1], axis=0)).min() > 0


def test_recording_more_often_changes_nothing(rng):
    start = starts.orthonormal(3, 2, 50, rng)
    rare = direct.simulate(start, 50, 0.3, recording_times(4, 3, 50), streams(1))
    often = direct.simulate(start, 50, 0.3, recording_times(4, 201, 50), streams(1))
    np.testing.assert_array_equal(rare.M[0], often.M[0, ::100])


@pytest.mark.slow
def test_the_deviation_from_the_ode_falls_as_the_root_of_N():
    """From overlaps of order one: single runs deviate as N^(-1/2), and their mean is the ODE up to its error."""
    start = Start(0.4 * np.eye(3, 2), np.eye(3))
    sizes, eta = np.array([64, 256, 1024, 4096]), 0.5
    deviations, errors = [], []
    for N, replicates in zip(sizes, (100, 100, 100, 16), strict=True):
        alpha = recording_times(6.0, 5, N)[[0, -1]]
        limit = ode.simulate(start, eta, alpha, 1e-10)
        runs = direct.simulate(start, N, eta, alpha, streams(replicates, N))
        gaps = [(runs.M - limit.M)[:, -1], (runs.Q - limit.Q)[:, -1]]
        gap = np.concatenate([part.reshape(replicates, -1) for part in gaps], axis=1)
        square = (gap**2).mean(1)
        deviations.append(np.log(square.mean()) / 2)
        errors.append(square.std() / np.sqrt(replicates) / square.mean() / 2)
        # the mean itself is off by O(1/N), so that only at large N is it the ODE's within its standard error
        if sizes[-1] == N:
            assert np.abs(gap.mean(0) / (gap.std(0) / np.sqrt(replicates))).max() < 4
    x, w = np.log(sizes) - np.log(sizes).mean(), 1 / np.square(errors)
    x -= (w * x).sum() / w.sum()
    slope, error = (w * x * deviations).sum() / (w * x**2).sum(), (w * x**2).sum() ** -0.5
    assert error < 0.04
    assert abs(slope + 0.5) < 3 * error


def test_divergence_is_reported_with_its_time_and_spares_the_others(rng):
    start = starts.orthonormal(2, 1, 100, rng)
    alpha = recording_times(2.0, 21, 100)
    result = direct.simulate(start, 100, 30.0, alpha, streams(2))
    assert np.all(result.diverged_at < 2.0)
    np.testing.assert_array_equal(np.isfinite(result.M).all((2, 3)), alpha < result.diverged_at[:, None])
    again = direct.simulate(start, 100, 30.0, recording_times(2.0, 201, 100), streams(2))
    np.testing.assert_array_equal(again.diverged_at, result.diverged_at)
    calm = direct.simulate(start, 100, 0.1, alpha, streams(2))
    assert np.all(np.isinf(calm.diverged_at))


def test_too_small_a_dimension_is_refused(rng):
    with pytest.raises(ValueError, match="too small"):
        direct.simulate(starts.gaussian(4, 2, 100, rng), 5, 0.1, np.array([0.0, 1.0]), streams(1))


def test_progress_adds_up_to_all_the_work(rng):
    alpha = recording_times(3.0, 7, 30)
    for eta in (0.1, 50.0):
        told = []
        direct.simulate(starts.orthonormal(2, 1, 30, rng), 30, eta, alpha, streams(3), told.append)
        assert sum(told) == pytest.approx(9.0)


SMALL = """
import numpy as np
from numpy.random import SeedSequence, default_rng
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import direct, ode
np.seterr(over="ignore")
start = starts.orthonormal(2, 1, 12, default_rng(1))
alpha = np.array([0.0, 0.5, 1.0])
sgd = direct.simulate(start, 12, 0.3, alpha, [SeedSequence(1)])
limit = ode.simulate(start, 0.3, alpha, 1e-6)
print(*np.concatenate([sgd.M.ravel(), sgd.Q.ravel(), limit.M.ravel(), limit.Q.ravel()]))
"""


@pytest.mark.slow
def test_compiled_and_plain_python_agree():
    def values(**environment):
        done = subprocess.run(
            [sys.executable, "-c", SMALL], env=os.environ | environment, capture_output=True, text=True, check=True
        )
        return np.array(done.stdout.split(), float)

    np.testing.assert_allclose(values(NUMBA_DISABLE_JIT="1"), values(), rtol=1e-12, atol=1e-14)
