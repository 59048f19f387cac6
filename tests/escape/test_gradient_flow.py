import numpy as np
import pytest

from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import gradient_flow, ode
from shallownets.studies.escape.simulate import ENGINES, simulate
from shallownets.studies.escape.starts import Start


@pytest.mark.parametrize(("p", "p_star"), [(4, 2), (2, 2), (8, 3), (2, 3), (1, 1), (6, 1)])
def test_it_agrees_with_the_matrix_ode_far_into_the_late_phase(p, p_star, rng):
    times = np.linspace(0, 3000, 31)
    start = starts.gaussian(p, p_star, 300, rng)
    ours = gradient_flow.simulate(start, 0.1 * p, times, 1e-12)
    theirs = ode.simulate(start, 0.1 * p, times, 1e-12, gradient_flow=True)
    np.testing.assert_allclose(ours.M, theirs.M, rtol=0, atol=1e-9)
    np.testing.assert_allclose(ours.Q, theirs.Q, rtol=0, atol=1e-9)


def test_starts_that_are_not_orthonormal_are_refused(rng):
    M = starts.gaussian(3, 2, 100, rng).M
    with pytest.raises(ValueError, match="orthonormal"):
        gradient_flow.simulate(Start(M, 0.9 * np.eye(3)), 0.1, np.array([0.0, 1.0]), 1e-8)


def test_one_function_reaches_every_engine(rng):
    start = starts.orthonormal(3, 2, 200, rng)
    alpha = np.array([0.0, 1.0, 2.0])
    runs = {
        engine: simulate(start, engine, 0.05, alpha, N=200, streams=np.random.SeedSequence(1).spawn(50))
        for engine in ENGINES
    }
    for engine, run in runs.items():
        assert run.M.shape[0] == (50 if engine in ("direct", "chain") else 1)
        np.testing.assert_allclose(run.Q.mean(0), runs["ode"].Q[0], atol=0.05)
    with pytest.raises(ValueError, match="'fast': expected one of direct, chain, ode, spectral, gradient-flow"):
        simulate(start, "fast", 0.05, alpha)
    with pytest.raises(ValueError, match="needs N and at least one stream"):
        simulate(start, "chain", 0.05, alpha)
