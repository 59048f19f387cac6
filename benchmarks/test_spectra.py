"""Speed of the spectra study's engines beside baselines: L-BFGS on W, plain FISTA, and iterating on draws."""

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.studies.spectra import starts
from shallownets.studies.spectra.engines import lasso, nuclear, weights
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic

GAP = 1e-4  # of the objective
MATRICES = [
    (24, 120, 1.0),
    (24, 240, 1.0),
    (24, 576, 1.0),
    (24, 576, 1 / 24),
    (24, 2400, 1.0),
    (40, 1600, 1 / 40),
    (60, 900, 1 / 60),
    (60, 3600, 1 / 60),
    (60, 12_000, 1 / 60),
    (100, 10_000, 0.01),
]
ROUNDS = {
    24: 9,
    40: 5,
    60: 3,
    100: 1,
}  # the first round finds cold caches, which at few dimensions take as long as the run


def plain(samples, penalty, goal):
    """FISTA without restart, at the step of the largest singular value by power iteration, to an objective."""
    operator, y = samples.operator, samples.y
    d = operator.shape[1]
    S = default_rng(1).standard_normal((d, d))
    S = S + S.T
    for _ in range(30):
        S = operator.back(operator.of(S / np.linalg.norm(S)))
    step, momentum = 1 / (2 * np.linalg.norm(S)), 1.0
    old = new = np.zeros((d, d))
    for _ in range(20_000):
        after = 0.5 + np.sqrt(0.25 + momentum**2)
        Y = new + (momentum - 1) / after * (new - old)
        values, vectors = np.linalg.eigh(Y + 2 * step * operator.back(y - operator.of(Y)))
        old, new, momentum = new, (vectors * np.maximum(values - step * penalty, 0)) @ vectors.T, after
        residual = y - operator.of(new)
        if residual @ residual + penalty * np.trace(new) <= goal:
            return


def descend(samples, penalty, goal):
    """L-BFGS on weights of full width, to an objective."""
    d = samples.operator.shape[1]
    objective = weights.quadratic(samples, penalty)

    class Reached(Exception):
        pass

    def watched(U):
        value, gradient = objective(U)
        if value <= goal:
            raise Reached
        return value, gradient

    try:
        weights.lbfgs(watched, 0.1 * default_rng(2).standard_normal((d, d)), tolerance=0.0)
    except Reached:
        return


@pytest.mark.parametrize(("d", "n", "lam"), MATRICES)
@pytest.mark.parametrize("name", ["L-BFGS on W", "plain FISTA", "nuclear"])
def test_matrix(benchmark, name, d, n, lam):
    samples, penalty = starts.matrices(1.0, d, n, 0.5, default_rng(n)), nuclear.penalty_of(lam, d)
    goal = nuclear.minimise(samples, penalty, gap=GAP).objective  # the baselines are told where to stop
    benchmark.group = f"The minimum over matrices at d = {d}, n = {n}, lam = {lam:.3g}"
    benchmark.extra_info.update(name=name, units=1)
    run = {
        "L-BFGS on W": lambda: descend(samples, penalty, goal),
        "plain FISTA": lambda: plain(samples, penalty, goal),
        "nuclear": lambda: nuclear.minimise(samples, penalty, gap=GAP),
    }[name]
    benchmark.pedantic(run, rounds=ROUNDS[d], warmup_rounds=1 if d == 24 else 0)


@pytest.mark.parametrize(("n", "lam"), [(200, 1.0), (200, 1 / 400), (400, 1 / 400), (800, 1 / 400)])
@pytest.mark.parametrize("name", ["L-BFGS on a, w", "lasso"])
def test_lasso(benchmark, name, n, lam):
    samples = starts.vectors(1.0, 400, n, 0.5, default_rng(n))
    least = 2 * lasso.minimise(samples, lam).objective
    objective = weights.diagonal(samples, lam)
    benchmark.group = f"The LASSO at d = 400, n = {n}, lam = {lam:.3g}"
    benchmark.extra_info.update(name=name, units=1)
    start = default_rng(3).standard_normal((2, 400))
    if name == "lasso":
        benchmark.pedantic(lambda: lasso.minimise(samples, lam), rounds=3, iterations=1)
    else:
        found = benchmark.pedantic(lambda: weights.lbfgs(objective, start), rounds=1, iterations=1)
        benchmark.extra_info.update(excess=found.objective / least - 1)


def by_draws(d, n, lam):
    """State evolution by 80 damped steps, each with the eigenvalues of a draw of S* + noise."""
    network, rng = Quadratic(1.0, d, 0.5, d), default_rng(4)
    v, x = network.scale * 2.5 / n, lam * network.penalty / n
    teacher = np.diag(network.levels.value)
    for _ in range(80):
        noise = rng.standard_normal((d, d))
        noise = (noise + noise.T) / np.sqrt(2 * d)
        values, vectors = np.linalg.eigh(teacher + np.sqrt(v) * noise)
        made = (vectors * np.maximum(values - x, 0)) @ vectors.T
        freedom = (noise * made).sum() * d / 2 / np.sqrt(v)
        v = 0.7 * v + 0.3 * network.scale * (0.5 + 2 * ((made - teacher) ** 2).sum() / d) / n
        x = 0.7 * x + 0.3 * lam * network.penalty / max(n - freedom, 0.05 * n)


@pytest.mark.parametrize("name", ["80 damped steps with draws", "evolution"])
def test_state_evolution(benchmark, name):
    d, n, lam = 400, 40_000, 0.3
    benchmark.group = f"State evolution of the quadratic network at d = {d}: a point"
    benchmark.extra_info.update(name=name, units=1)
    if name == "evolution":
        benchmark(evolution.solve, Quadratic(1.0, d, 0.5, d), n, lam)
    else:
        benchmark.pedantic(lambda: by_draws(d, n, lam), rounds=1, iterations=1)


@pytest.mark.parametrize("of_model", [Diagonal, Quadratic])
def test_phase_diagram(benchmark, of_model):
    network = of_model(1.0, 10_000, 0.5)
    decays = np.geomspace(1e5, 1e-5, 61)

    def column():
        near = None
        for lam in decays:
            near = evolution.solve(network, 300 * network.samples, float(lam), near)

    benchmark.group = f"A column of 61 points of the phase diagram, d = 10000, {of_model.__name__.lower()}: a point"
    benchmark.extra_info.update(name="evolution", units=61)
    benchmark(column)
