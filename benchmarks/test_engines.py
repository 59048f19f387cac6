"""Speed of the engines beside baselines that anyone can install. Ratios within one run hold; absolute times don't.

Each benchmark's ``unit`` says what one unit of work is, and ``units`` how many a call does; report.py divides by it.
"""

import numpy as np
import pytest
from numba import njit
from numpy.random import SeedSequence, default_rng
from scipy.integrate import solve_ivp

from shallownets.numerics import products
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain, direct, gradient_flow, ode, rotations, spectral
from shallownets.studies.escape.trajectory import recording_times

P, P_STAR, ETA = 4, 2, 0.1
SIZES = [1_000, 10_000]
STEP = "SGD, p = 4, p* = 2, N = {N}: a step"
TRAJECTORY = "ODE, p = 4, p* = 2: a trajectory to α = 140, tolerance 1e-10"
TOLERANCE = 1e-10


def prepared(N):
    return starts.orthonormal(P, P_STAR, N, default_rng(1))


_dot = products.dot.compiled  # what numba may call by itself


def timed(benchmark, group, name, units, function, *arguments):
    benchmark.group = group
    benchmark.extra_info.update(name=name, units=units)
    benchmark(function, *arguments)


@njit
def plain_numba(W, W_star, eta, samples):
    """The obvious loop: one call of the generator a coordinate."""
    p, N = W.shape
    p_star = W_star.shape[0]
    x = np.empty(N)
    lam = np.empty(p)
    for _ in range(samples):
        for j in range(N):
            x[j] = np.random.standard_normal()  # noqa: NPY002 (what one writes first)
        y = 0.0
        for r in range(p_star):
            dot = 0.0
            for j in range(N):
                dot += W_star[r, j] * x[j]
            y += dot**2 / N
        f = 0.0
        for i in range(p):
            dot = 0.0
            for j in range(N):
                dot += W[i, j] * x[j]
            lam[i] = dot / np.sqrt(N)
            f += lam[i] ** 2
        for i in range(p):
            step = eta / np.sqrt(N) * (2 / p) * (y / p_star - f / p) * lam[i]
            for j in range(N):
                W[i, j] += step * x[j]


@njit
def update_only(W, W_star, x, overlap, eta, samples):
    """The update of ``direct`` on one and the same sample: what is left when random numbers cost nothing."""
    p, N = W.shape
    p_star = W_star.shape[0]
    rate = (eta / N) * (2.0 / p)
    for _ in range(samples):
        y = 0.0
        for r in range(p_star):
            y += _dot(W_star[r], x) ** 2
        f = 0.0
        for i in range(p):
            overlap[i] = _dot(W[i], x)
            f += overlap[i] ** 2
        gap = y / (N * p_star) - f / (N * p)
        for i in range(p):
            w = W[i]
            step = rate * gap * overlap[i]
            for j in range(N):
                w[j] += step * x[j]


def plain_numpy(W, W_star, eta, samples, rng):
    N, p = W.shape[1], len(W)
    for _ in range(samples):
        x = rng.standard_normal(N)
        lam, lam_star = W @ x / np.sqrt(N), W_star @ x / np.sqrt(N)
        a = (2 / p) * ((lam_star**2).mean() - (lam**2).mean()) * lam
        W += eta / np.sqrt(N) * np.outer(a, x)


@pytest.mark.parametrize("N", SIZES)
@pytest.mark.parametrize("name", ["plain numba", "NumPy", "PyTorch", "update only", "direct"])
def test_direct(benchmark, name, N):
    samples = 2_000_000 // N
    W, W_star = prepared(N).weights(N)
    group = STEP.format(N=N)
    if name == "plain numba":
        timed(benchmark, group, name, samples, plain_numba, W, W_star, ETA, samples)
    elif name == "update only":
        x = default_rng(2).standard_normal(N)
        timed(benchmark, group, name, samples, update_only, W, W_star, x, np.empty(P), 1e-9, samples)
    elif name == "NumPy":
        timed(benchmark, group, name, samples, plain_numpy, W, W_star, ETA, samples, default_rng(2))
    elif name == "PyTorch":
        torch = pytest.importorskip("torch")
        torch.set_num_threads(1)

        def loop(w, t):
            for _ in range(samples):
                x = torch.randn(N, dtype=w.dtype)
                lam, lam_star = w @ x / N**0.5, t @ x / N**0.5
                a = (2 / P) * ((lam_star**2).mean() - (lam**2).mean()) * lam
                w.addr_(a, x, alpha=ETA / N**0.5)

        timed(benchmark, group, name, samples, loop, torch.from_numpy(W), torch.from_numpy(W_star))
    else:
        alpha = recording_times(samples / N, 2, N)
        timed(benchmark, group, name, samples, direct.simulate, prepared(N), N, ETA, alpha, [SeedSequence(1)])


@pytest.mark.parametrize("N", [*SIZES, 10**9])
@pytest.mark.parametrize("replicates", [1, 128])
def test_chain(benchmark, replicates, N):
    samples = 100_000 if replicates == 1 else 40_000  # of many replicates so long that the widths are known
    alpha = recording_times(samples / N, 2, N)
    start = starts.gaussian(P, P_STAR, 1000, default_rng(1))
    name = "chain, one run" if replicates == 1 else f"chain, {replicates} replicates, each"
    streams = SeedSequence(1).spawn(replicates)
    timed(benchmark, STEP.format(N=N), name, samples * replicates, chain.simulate, start, N, ETA, alpha, streams)


def test_many_trajectories(benchmark):
    rng = default_rng(1)
    many = [starts.gaussian(P, P_STAR, 10_000, rng) for _ in range(32)]
    times = np.array([0.0, 140.0])
    name = "ode, 32 starts and learning rates, each"
    timed(benchmark, TRAJECTORY, name, 32, ode.simulate_all, many, [ETA] * 32, times, TOLERANCE)


@pytest.mark.parametrize("name", ["SciPy DOP853", "ode", "spectral", "gradient-flow"])
def test_limits(benchmark, name):
    start = starts.gaussian(P, P_STAR, 10_000, default_rng(1))
    times = np.array([0.0, 140.0])
    if name != "SciPy DOP853":
        engine = {"ode": ode, "spectral": spectral, "gradient-flow": gradient_flow}[name]
        timed(benchmark, TRAJECTORY, name, 1, engine.simulate, start, ETA, times, TOLERANCE)
        return

    def flat(_, y):
        M, Q = y[: P * P_STAR].reshape(P, P_STAR), y[P * P_STAR :].reshape(P, P)
        return np.concatenate([part.ravel() for part in model.drift(M, Q, ETA)])

    y0 = np.concatenate([start.M.ravel(), start.Q.ravel()])

    def solve():
        return solve_ivp(flat, times, y0, method="DOP853", rtol=TOLERANCE, atol=TOLERANCE * 1e-3)

    timed(benchmark, TRAJECTORY, name, 1, solve)


TRIANGLE = "The chain's triangle through a sample, p = {p}, 32 replicates, each"


def triangle_by_qr(L, a, x):
    """[L, 0] + a x^T, of each replicate, as a triangle again."""
    p = a.shape[1]
    moved = np.zeros((len(a), p, p + 1))
    moved[:, :, :p] = L
    moved += a[:, :, None] * x[:, None, :]
    return np.linalg.qr(moved.transpose(0, 2, 1), mode="r").transpose(0, 2, 1)


@pytest.mark.parametrize("p", [8, 32])
@pytest.mark.parametrize("name", ["NumPy, QR", "rotations"])
def test_triangle(benchmark, p, name):
    rng, replicates = default_rng(1), 32
    L = np.tril(rng.standard_normal((replicates, p, p)))
    a, x = 1e-3 * rng.standard_normal((replicates, p)), rng.standard_normal((replicates, p + 1))
    if name == "rotations":  # they destroy the sample, so that the next call has another, of the same length
        L, a = np.ascontiguousarray(np.moveaxis(L, 0, -1)), np.ascontiguousarray(a.T)
        numbers, work = np.ascontiguousarray(x.T[:, None, :]), np.empty((2, replicates))
        arguments = rotations.rotate.compiled, L, np.empty((p, p + 1, replicates)), a, numbers, 0, 0, work
    else:
        arguments = triangle_by_qr, L, a, x
    timed(benchmark, TRIANGLE.format(p=p), name, replicates, *arguments)
