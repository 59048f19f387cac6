"""Speed of the emergence study's flows beside NumPy's Heun with the same overlaps, to the same time."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.studies.emergence import model, starts
from shallownets.studies.emergence.engines import decoupled, deflated, flow

N, P, D, T_END, BETA = 256, 64, 256, 600.0, 1.0
STEP = 0.15  # of Heun's method, below its limit of stability, 2/(4 a_1)
H4 = model.hermite(4)


def slope(U, r, a):
    """The exact flow's slopes, all neurons acting, by matrix products."""
    M = U[:, :P]
    G = U @ U.T
    cube, among = M * M * M, G * G * G  # ten times as fast as powers
    s = (cube * M) @ a - (among * G) @ r
    force = -(4 * among * r) @ U
    force[:, :P] += 4 * cube * a
    return force - (force * U).sum(1)[:, None] * U, 4 * r * s


def heun(start, a, t_end):
    """Heun's method with the largest step that is stable and accurate to a percent."""
    U, r = np.hstack([start.M, start.rest]), start.r.copy()
    for _ in range(round(t_end / STEP)):
        dU, dr = slope(U, r, a)
        dU2, dr2 = slope(U + STEP * dU, r + STEP * dr, a)
        U = U + STEP / 2 * (dU + dU2)
        r = r + STEP / 2 * (dr + dr2)
        U /= np.linalg.norm(U, axis=1)[:, None]
    return U, r


@pytest.mark.parametrize("name", ["NumPy, Heun", "flow", "deflated"])
def test_flow(benchmark, name):
    start, a = starts.uniform(N, P, D, 1e-6, default_rng(1)), model.strengths(P, BETA)
    benchmark.group = f"Gradient flow of N = {N}, P = {P}, d = {D} to t = {T_END:g}"
    benchmark.extra_info.update(name=name, units=1)
    if name == "NumPy, Heun":
        benchmark.pedantic(heun, (start, a, T_END), rounds=1)
    else:
        engine = flow if name == "flow" else deflated
        benchmark.pedantic(engine.simulate, (start, a, H4, T_END), rounds=3)


@pytest.mark.parametrize("size", [1024])
def test_greedy(benchmark, size):
    start, a = starts.uniform(size, size, 2 * size, 1e-6, default_rng(1)), model.strengths(size, 0.8)
    benchmark.group = f"Greedy choice at N = P = {size}"
    benchmark.extra_info.update(name="decoupled", units=1)
    benchmark(decoupled.greedy, start.M, a, 4)
