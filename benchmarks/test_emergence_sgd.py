"""Speed of SGD on the two-homogeneous student: chain and SGD in R^d, with the same normals, beside NumPy."""

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from shallownets.studies.emergence import model, starts
from shallownets.studies.emergence.engines import chain, direct
from shallownets.studies.emergence.engines.step_sizes import Steps

N, P, ETA = 16, 8, 1e-7
LINK = model.hermite(3)


def by_numpy(W, a, samples, rng):
    """What one writes first, |w|^2 by the same recursion."""
    q = (W**2).sum(1)
    for _ in range(samples):
        x = rng.standard_normal(W.shape[1])
        p, root = W @ x, np.sqrt(q)
        z, z_star = p / root, x[: a.size]
        h, slope = (z**3 - 3 * z) / 6**0.5, (3 * z**2 - 3) / 6**0.5
        e = ETA * (a @ ((z_star**3 - 3 * z_star) / 6**0.5) - q @ h)
        D, c = 1 + e * (2 * h - z * slope), e * root * slope
        W *= D[:, None]
        W += np.outer(c, x)
        q = D * (D * q + 2 * c * p) + c**2 * (x @ x)


@pytest.mark.parametrize("d", [256, 1_000, 10_000])
@pytest.mark.parametrize("name", ["NumPy, outer product", "direct", "chain"])
def test_sgd(benchmark, name, d):
    a, start = model.strengths(P, 1.0), starts.uniform(N, P, d, 1e-6, default_rng(1))
    samples = {"NumPy, outer product": 500_000 // d, "direct": 10_000_000 // d, "chain": 100_000}[name]
    benchmark.group = f"SGD on a student of N = {N} neurons, P = {P}, d = {d}: a step"
    benchmark.extra_info.update(name=name, units=samples)
    if name == "NumPy, outer product":
        benchmark(by_numpy, start.weights(), a, samples, default_rng(2))
    else:
        engine = chain if name == "chain" else direct
        benchmark(engine.simulate, start, a, LINK, Steps(ETA), [samples], SeedSequence(1))


@pytest.mark.parametrize(("neurons", "directions"), [(8, 4), (32, 16), (64, 64)])
def test_sizes(benchmark, neurons, directions):
    a = model.strengths(directions, 1.0)
    start = starts.uniform(neurons, directions, 10**6, 1e-6, default_rng(1))
    samples = 2_000_000 // neurons**2
    benchmark.group = "The chain of the two-homogeneous student at any d: a step"
    benchmark.extra_info.update(name=f"N = {neurons}, P = {directions}", units=samples)
    benchmark(chain.simulate, start, a, LINK, Steps(ETA), [samples], SeedSequence(1))
