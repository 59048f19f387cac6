"""Starts whose student vectors depend on each other, or nearly: every engine against the same problem turned.

The output |λ|^2/p is the same for G w as for w with G orthogonal, so that turning the students turns their trajectory.
A start with a zero vector stays exact in floating point; turned, its vectors are linearly dependent.
"""

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng
from scipy import stats
from scipy.integrate import solve_ivp

from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain, direct, gradient_flow, ode, spectral
from shallownets.studies.escape.starts import Start

TIMES = np.linspace(0, 1500, 16)
COINCIDING = np.array([[0.6, 0.3, 0.2]] * 2)
RANK_ONE = np.outer([1, 0.37], [0.5, 0.2, -0.1, 0.3, 0.4])


def overlaps(V, p_star):
    return Start(V[:, :p_star].copy(), V @ V.T)


def turned(run, G):
    return G @ run.M, G @ run.Q @ G.T


def dependent(seed):
    """(vectors with zero rows, the same turned by G, G, p*); a third of them lie in the span of the teacher."""
    rng = default_rng(seed)
    p, p_star = rng.integers(2, 6), rng.integers(1, 5)
    rank, outside = rng.integers(1, p), rng.integers(0, 3)
    V = np.zeros((p, p_star + outside))
    V[:rank] = rng.choice([0.05, 0.3, 0.7]) * rng.standard_normal((rank, p_star + outside))
    G = stats.ortho_group.rvs(p, random_state=rng)
    return V, G @ V, G, p_star


@pytest.mark.parametrize("flow", [False, True])
def test_the_ode_turns_with_its_students(flow):
    for seed in range(40):
        V, W, G, p_star = dependent(seed)
        exact, run = (ode.simulate(overlaps(v, p_star), 0.05 * len(V), TIMES, 1e-11, flow) for v in (V, W))
        assert np.array_equal(run.diverged_at, exact.diverged_at)
        for ours, theirs in zip((run.M, run.Q), turned(exact, G), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-8)


def test_a_rank_one_start_is_one_vector_by_its_scalars():
    """[33, 34] for all students along one vector c: m = c.M and q = c.Q c, nothing else is left."""
    p, p_star, eta = 2, 4, 0.1
    scale = np.linalg.norm([1, 0.37])

    def slope(_, y):
        m, q = y[:4], y[4]
        tau, C = q / p - 1, m @ m
        risk = q**2 / p**2 - 2 * C / (p * p_star) + 1 / p_star + tau**2 / 2
        gap, square = q**2 / p - C / p_star, q**3 / p**2 - 2 * q * C / (p * p_star) + C / p_star**2
        noise = 4 * eta**2 / p**2 * (2 * risk * q + 4 * tau * gap + 8 * square)
        dm = 2 * eta / p * (2 / p_star - tau - 2 * q / p) * m
        return np.append(dm, 4 * eta / p * (-tau * q - 2 * gap) + noise)

    y = np.append(scale * RANK_ONE[0, :4], (scale * RANK_ONE[0]) @ (scale * RANK_ONE[0]))
    times = np.linspace(0, 600, 13)
    truth = solve_ivp(slope, (0, 600), y, method="DOP853", rtol=1e-12, atol=1e-14, t_eval=times).y.T
    run = ode.simulate(overlaps(RANK_ONE, 4), eta, times, 1e-12)
    np.testing.assert_allclose((run.M[0] ** 2).sum(1), truth[:, :4] ** 2, atol=1e-9)
    np.testing.assert_allclose(np.trace(run.Q[0], axis1=1, axis2=2), truth[:, 4], atol=1e-9)
    assert model.population_risk(run.M, run.Q)[0, -1] == pytest.approx(0.39706, abs=1e-5)


def test_teacher_vectors_without_overlap_stay_without():
    """M of less rank than its sizes let it: turning the teacher vectors turns the overlaps."""
    rng = default_rng(3)
    for p, p_star, rank in [(4, 2, 1), (4, 3, 2), (3, 3, 1), (2, 3, 1)]:
        M, G = np.zeros((p, p_star)), stats.ortho_group.rvs(p_star, random_state=rng)
        M[:, :rank] = 0.03 * rng.standard_normal((p, rank))
        plain, start = Start(M, np.eye(p)), Start(M @ G.T, np.eye(p))
        exact = ode.simulate(plain, 0.1 * p, TIMES, 1e-11)
        for engine in (ode, spectral):
            np.testing.assert_allclose(engine.simulate(start, 0.1 * p, TIMES, 1e-11).M, exact.M @ G.T, atol=1e-9)
        flow = ode.simulate(plain, 0.1 * p, TIMES, 1e-11, gradient_flow=True)
        ours = gradient_flow.simulate(start, 0.1 * p, TIMES, 1e-11)
        np.testing.assert_allclose(ours.M, flow.M @ G.T, atol=1e-9)


@pytest.mark.parametrize("distance", [1e-5, 1e-8, 1e-9, 1e-11])
def test_students_that_nearly_coincide_part_as_their_weights_do(distance):
    """In the teacher's span Q = M M^T: gradient flow on weights alone, their sum and difference as two vectors."""
    V = np.array([[0.7, 0.3], [0.2 * distance, -0.5 * distance]])
    G, eta = np.array([[1, 1], [1, -1]]) / np.sqrt(2), 0.2

    def slope(_, y):
        M = y.reshape(2, 2)
        return model.drift_M(M, M @ M.T, eta).ravel()

    times = np.linspace(0, 400, 9)
    flow = solve_ivp(slope, (0, 400), V.ravel(), method="DOP853", rtol=1e-12, atol=1e-26, t_eval=times)
    M = G @ flow.y.T.reshape(-1, 2, 2)
    run = ode.simulate(overlaps(G @ V, 2), eta, times, 1e-11, gradient_flow=True)
    # the difference of the vectors is known to rounding of the vectors, which shifts the time at which they part
    np.testing.assert_allclose(run.M[0], M, rtol=0, atol=max(1e-8, 1e-15 / distance))
    np.testing.assert_allclose(run.Q[0], M @ M.swapaxes(1, 2), rtol=0, atol=max(1e-8, 1e-15 / distance))


def test_coinciding_students_stay_together_in_every_engine():
    start, streams = overlaps(COINCIDING, 2), SeedSequence(1).spawn(6)
    for engine in (ode, spectral):
        run = engine.simulate(start, 0.2, np.array([0.0, 400.0]), 1e-10)
        np.testing.assert_allclose(run.M[:, :, 0], run.M[:, :, 1], atol=1e-14)
        assert model.population_risk(run.M, run.Q)[0, -1] == pytest.approx(0.40741, abs=1e-5)
    for engine in (chain, direct):
        run = engine.simulate(start, 200, 0.2, np.array([0.0, 100.0, 300.0]), streams)
        np.testing.assert_allclose(run.M[:, :, 0], run.M[:, :, 1], atol=1e-13)
        # one vector cannot learn two
        assert np.all(model.population_risk(run.M, run.Q)[:, -1] > 0.3)


@pytest.mark.slow
def test_both_engines_of_sgd_agree_in_law_on_dependent_students():
    rng = default_rng(8)
    V = rng.standard_normal((3, 2)) @ rng.standard_normal((2, 4)) * 0.3
    start, alpha = overlaps(V, 2), np.array([0.0, 2.0])
    null = np.linalg.svd(V)[0][:, 2]
    ends = []
    for engine, seed in ((chain, 1), (direct, 2)):
        run = engine.simulate(start, 60, 0.1, alpha, SeedSequence(seed).spawn(6000))
        np.testing.assert_allclose(run.M[:, 0], np.repeat(start.M[None], 6000, 0), atol=1e-13)
        assert np.abs(null @ run.M[:, -1]).max() < 1e-13
        assert np.abs(null @ run.Q[:, -1]).max() < 1e-13
        ends.append(np.hstack([run.M[:, -1].reshape(6000, -1), run.Q[:, -1].reshape(6000, -1)]))
    pvalues = [stats.ks_2samp(a, b).pvalue for a, b in zip(*(end.T for end in ends), strict=True)]
    assert min(pvalues) > 1e-3 / len(pvalues)


def test_dependent_and_independent_students_share_a_batch_of_the_chain():
    dependent, alpha = overlaps(COINCIDING, 2), np.array([0.0, 1.0, 5.0])
    usual, streams = starts.gaussian(2, 2, 100, default_rng(1)), SeedSequence(3).spawn(10)
    together = chain.simulate([dependent, usual] * 5, 50, 0.2, alpha, streams)
    for number in (0, 1):
        alone = chain.simulate([dependent, usual][number], 50, 0.2, alpha, streams[number : number + 1])
        np.testing.assert_allclose(together.M[number], alone.M[0], rtol=0, atol=1e-13)
        np.testing.assert_allclose(together.Q[number], alone.Q[0], rtol=0, atol=1e-13)
    times = chain.escape_times([dependent, usual] * 5, 50, 0.2, 0.42, alpha, streams)
    risk = model.population_risk(together.M, together.Q)
    np.testing.assert_array_equal(np.isfinite(times), (risk < 0.42).any(1))


def test_the_spectral_ode_takes_dependent_students_or_says_why_not():
    """Solutions, coinciding vectors and what is closed within the students' span: as by matrices; else refused."""
    taken = 0
    for seed in range(60):
        V, W, _, p_star = dependent(seed)
        start, eta = overlaps(W, p_star), 0.05 * len(V)
        try:
            run = spectral.simulate(start, eta, TIMES, 1e-11)
        except ValueError as refused:
            assert "needs a Q that is diagonal along the singular vectors of M" in str(refused)
            continue
        taken += 1
        exact = ode.simulate(start, eta, TIMES, 1e-11)
        np.testing.assert_allclose(run.M, exact.M, rtol=0, atol=1e-8)
        np.testing.assert_allclose(run.Q, exact.Q, rtol=0, atol=1e-8)
    assert 10 < taken < 60
    M = np.sqrt(2.0) * model.polar_factor(default_rng(1).standard_normal((4, 2)))
    run = spectral.simulate(Start(M, M @ M.T), 0.4, TIMES, 1e-10)
    assert model.population_risk(run.M, run.Q).max() < 1e-14


def test_nothing_to_start_from_stays_nothing():
    for engine in (ode, spectral):
        run = engine.simulate(Start(np.zeros((2, 1)), np.zeros((2, 2))), 0.1, np.array([0.0, 50.0]), 1e-8)
        assert np.all(run.Q == 0)
        assert np.all(run.M == 0)


def test_the_residual_factor_takes_rounding_for_nothing():
    """Singular values of 1e-8 from rounding of 1e-16; a short vector beside a long one is none of it."""
    rng = default_rng(0)
    for _ in range(50):
        V = rng.standard_normal((4, 2)) @ rng.standard_normal((2, 6))
        L = overlaps(V, 1).residual_factor()
        values = np.linalg.svd(L, compute_uv=False)
        assert np.all((values > 1e-3) | (values < 1e-14))
        np.testing.assert_allclose(L @ L.T, V[:, 1:] @ V[:, 1:].T, atol=1e-12)
    short = Start(np.zeros((3, 1)), np.diag([1.0, 1e-14, 0.0])).residual_factor()
    np.testing.assert_allclose(short, np.diag([1.0, 1e-7, 0.0]), rtol=1e-12)


def test_coordinates_are_orthogonal_and_graded():
    rng = default_rng(2)
    rows = np.vstack([rng.standard_normal((2, 5)), np.zeros((1, 5))])
    rows[2] = 2 * rows[0] - rows[1]
    basis, moved, values = starts.coordinates(1e3 * rows)
    np.testing.assert_allclose(basis @ basis.T, np.eye(3), atol=1e-14)
    np.testing.assert_allclose(basis @ moved, 1e3 * rows, atol=1e-11)
    assert np.all(moved[2] == 0)
    assert np.count_nonzero(values) == 2
    near = np.vstack([rows[0], rows[0] + 1e-9 * rows[1]])
    _, moved, values = starts.coordinates(near)
    assert 1e-11 < values[1] < 1e-7
    assert np.linalg.norm(moved[1]) < 1e-8
