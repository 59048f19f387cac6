"""Speed of the engines beside baselines that anyone can install. Ratios within one run hold; absolute times don't."""

import numpy as np
import pytest
from numba import njit
from numpy.random import SeedSequence, default_rng
from scipy.integrate import solve_ivp

from shallownets.escape import model, starts
from shallownets.escape.engines import direct, ode
from shallownets.escape.trajectory import recording_times

P, P_STAR, ETA = 4, 2, 0.1


@njit(fastmath=True)
def plain_sgd(W, W_star, eta, samples):
    """The obvious numba loop: one call of the generator a coordinate."""
    p, N = W.shape
    p_star = W_star.shape[0]
    x = np.empty(N)
    lam = np.empty(p)
    for _ in range(samples):
        for j in range(N):
            x[j] = np.random.standard_normal()  # noqa: NPY002 (the baseline is what one writes first)
        y = 0.0
        for r in range(p_star):
            y += (W_star[r] @ x) ** 2 / N
        f = 0.0
        for i in range(p):
            lam[i] = (W[i] @ x) / np.sqrt(N)
            f += lam[i] ** 2
        for i in range(p):
            W[i] += eta / np.sqrt(N) * (2 / p) * (y / p_star - f / p) * lam[i] * x


@pytest.mark.benchmark(group="one-pass SGD, a step")
@pytest.mark.parametrize("N", [1_000, 10_000])
@pytest.mark.parametrize("engine", ["direct", "plain numba"])
def test_sgd(benchmark, engine, N):
    start = starts.orthonormal(P, P_STAR, N, default_rng(1))
    samples = 2_000_000 // N
    alpha = recording_times(samples / N, 2, N)
    benchmark.extra_info["steps a call"] = samples
    if engine == "direct":
        benchmark(direct.simulate, start, N, ETA, alpha, [SeedSequence(1)])
    else:
        benchmark(plain_sgd, *start.weights(N), ETA, samples)


@pytest.mark.benchmark(group="ODE, a trajectory to alpha = 140 at tolerance 1e-10")
@pytest.mark.parametrize("engine", ["ode", "SciPy"])
def test_ode(benchmark, engine):
    start = starts.gaussian(P, P_STAR, 10_000, default_rng(1))
    times = np.linspace(0, 140, 2)
    if engine == "ode":
        benchmark(ode.simulate, start, ETA, times, 1e-10)
        return

    def flat(_, y):
        M, Q = y[: P * P_STAR].reshape(P, P_STAR), y[P * P_STAR :].reshape(P, P)
        return np.concatenate([part.ravel() for part in model.drift(M, Q, ETA)])

    y0 = np.concatenate([start.M.ravel(), start.Q.ravel()])
    benchmark(solve_ivp, flat, times, y0, method="DOP853", rtol=1e-10, atol=1e-13)
