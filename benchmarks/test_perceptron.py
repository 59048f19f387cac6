"""Speed of the perceptron's solver and flow beside SciPy's root on NumPy quadrature and NumPy's products."""

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import optimize, special

from shallownets.studies.perceptron import starts
from shallownets.studies.perceptron.engines import descend
from shallownets.studies.perceptron.theory import saddle

CASES = [(2.0, 3.0), (100.0, 30.0)]


def by_scipy(alpha, lam, start):
    """The saddle point by scipy.optimize.root on the same kind of quadrature."""
    x, w = np.polynomial.legendre.leggauss(14)

    def gap(y):
        R, chi = np.tanh(y[0]), np.exp(y[1])
        s, kappa = 1 / np.cosh(y[0]), np.log(2 * chi) / (2 * lam)
        edges = np.concatenate([[0], s * np.array([-9.5, -3, -1, 1, 3, 9.5]), [1, 3, 9.5]])
        edges = np.unique(np.concatenate([edges, max(kappa, 0) + np.array([-15, -6, -1.5, 1.5, 6, 15]) / lam]))
        edges = edges[(edges >= -9.5 * s) & (edges <= 9.5)]
        half = np.diff(edges)[:, None] / 2
        t, weight = (edges[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()
        v = np.minimum(np.log(2 * chi), np.log(np.maximum(kappa - t, 0) + 1 / lam))
        for _ in range(30):
            u, z = np.exp(v), 2 * lam * (t + np.exp(v))
            step = (v + np.logaddexp(0, z) - np.log(2 * chi)) / (1 + 2 * lam * u * special.expit(z))
            v -= step
            if np.abs(step).max() < 1e-12:
                break
        u = np.exp(v)
        p = 2 * weight * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi) * special.ndtr(R / s * t)
        second = (weight * np.exp(-(t**2) / (2 * s * s)) * u).sum()
        return np.log(alpha * (p * u * u).sum()) - 2 * np.log(s), np.log(alpha / (np.pi * s) * second) - np.log(R)

    return optimize.root(gap, start, tol=1e-12).x


@pytest.mark.parametrize(("alpha", "lam"), CASES)
@pytest.mark.parametrize("name", ["SciPy's root on NumPy", "saddle"])
def test_saddle(benchmark, name, alpha, lam):
    points = lam * np.geomspace(1, 1.5, 50)
    benchmark.group = f"The saddle point at alpha = {alpha:g}: a norm"
    if name == "saddle":
        benchmark.extra_info.update(name=name, units=points.size)
        benchmark(saddle.solve, alpha, points)
    else:
        benchmark.extra_info.update(name=name, units=1)
        near = saddle.solve(alpha, lam)  # the solution at the norm before
        benchmark(by_scipy, alpha, points[1], [np.arctanh(near.R[0]), near.log_chi[0]])


@pytest.mark.parametrize(("N", "P"), [(200, 1000), (1000, 2000)])
@pytest.mark.parametrize("name", ["NumPy, two products", "descend"])
def test_force(benchmark, name, N, P):
    drawn, out = starts.draw(N, P, default_rng(1)), np.empty(N)
    W = 0.1 * default_rng(2).standard_normal(N)
    benchmark.group = f"A slope of the perceptron's flow at N = {N}, P = {P}"
    benchmark.extra_info.update(name=name, units=1)
    if name == "NumPy, two products":
        benchmark(lambda: drawn.z.T @ (2 / (1 + np.exp(2 * drawn.z @ W))))
    else:
        benchmark(descend.force, drawn.z, W, out)
