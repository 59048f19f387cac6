"""Speed of SGD on the Stiefel manifold, by chain and in R^d, beside NumPy with each retraction, in one run."""

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import chain, stiefel

M_STAR = 32
SIZES = [(1_000, 16), (10_000, 16), (1_000, 64)]


def svd(W, q, move):
    U, _, V = np.linalg.svd(W + np.outer(move, q), full_matrices=False)
    return U @ V


def qr(W, q, move):
    Q, R = np.linalg.qr(W + np.outer(move, q))
    return Q * np.sign(np.diag(R))


def closed_form(W, q, move):
    square = q @ q
    g = 1 / np.sqrt(1 + (move @ move) * square)
    W += np.outer((g - 1) / square * (W @ q) + g * move, q)
    return W


RETRACTIONS = {"NumPy, SVD": svd, "NumPy, QR": qr, "NumPy, closed form": closed_form}
ENGINES = {"stiefel": stiefel, "chain": chain}


def by_numpy(retract, W, lam, eta, samples, rng):
    d, N = W.shape
    for _ in range(samples):
        x = rng.standard_normal(d)
        q = W.T @ x
        y = lam @ (x[: lam.size] ** 2 - 1)
        W = retract(W, q, eta * (y - (q @ q - N) / np.sqrt(N)) * (x - W @ q))
    return W


@pytest.mark.parametrize(("d", "N"), SIZES)
@pytest.mark.parametrize("name", [*RETRACTIONS, *ENGINES])
def test_stiefel(benchmark, name, d, N):
    samples = 4_000 if name in ENGINES else 100
    lam, start, eta = model.spectrum(M_STAR, 1.0), starts.uniform(M_STAR, N, d, default_rng(1)), 0.02 / d
    benchmark.group = f"SGD on the Stiefel manifold, d = {d}, N = {N}: a step"
    benchmark.extra_info.update(name=name, units=samples)
    if name in ENGINES:
        benchmark(ENGINES[name].simulate, start, lam, d, eta, [samples], SeedSequence(1))
    else:
        benchmark(by_numpy, RETRACTIONS[name], start.weights(d), lam, eta, samples, default_rng(2))
