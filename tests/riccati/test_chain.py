"""The chain of SGD on the Stiefel manifold: its steps written out, its law beside SGD in R^d, and very large d."""

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng
from scipy import stats
from scipy.linalg import polar

from shallownets.errors import Impossible
from shallownets.numerics import normals
from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import chain, exact, stiefel
from shallownets.studies.riccati.theory import finite_step


@pytest.mark.parametrize(
    ("N", "d"), [(4, d) for d in (9, 13, 14, 15, 10**6)] + [(3, d) for d in (8, 11, 12)] + [(6, 18), (1, 10**6)]
)
def test_a_step_is_that_of_the_manifold_in_the_coordinates_of_the_chain(N, d):
    """Polar factors by SVD, and B by QR; as many coordinates as M* + 2 N, fewer and more, and numbers of neurons that
    are no whole fours."""
    M_star, samples, eta = 5, 30, 0.4 / d
    lam, start = model.spectrum(M_star, 0.5), starts.uniform(M_star, N, d, default_rng(3))
    run = chain.simulate(start, lam, d, eta, [0, samples], SeedSequence(8))
    can = min(M_star + 2 * N, d)
    state, words = normals.seed(SeedSequence(8, spawn_key=(0,))), normals.scratch()
    numbers = np.empty((normals.GRAIN, can))
    normals.fill(state, words, numbers.reshape(-1))
    freedom = d - can
    rest = default_rng(SeedSequence(8, spawn_key=(1,))).chisquare(freedom, samples) if freedom else np.zeros(samples)
    W = start.weights(can)
    have = M_star + N if freedom else can
    for x, left in zip(numbers[:samples], rest, strict=True):
        if have < can:
            x[have] = np.sqrt((x[have:] ** 2).sum() + left)
            have += 1
            x[have:] = 0
        q = W.T @ x
        y, f = lam @ (x[:M_star] ** 2 - 1), (q @ q - N) / np.sqrt(N)
        W, _ = polar(W + eta * (y - f) * np.outer(x - W @ q, q))
        if freedom and have == can:
            R = np.linalg.qr(W[M_star:])[1]
            # the sign of a reflection is that of the column's head turned round, which NumPy's is, too
            W[M_star:] = 0
            W[M_star : M_star + N] = R
            have = M_star + N
    np.testing.assert_allclose(run.Z[1], W[:M_star], rtol=0, atol=1e-11)
    np.testing.assert_allclose(run.W.T @ run.W, np.eye(N), rtol=0, atol=1e-13)
    np.testing.assert_array_equal(run.Z[0], start.Z)


def test_one_law_of_the_chain_and_of_sgd_in_all_dimensions():
    """Just above d = M* + 2 N, where the rest has few degrees of freedom, at a step size far from the flow."""
    M_star, N, d, eta, runs = 3, 2, 9, 0.02, 400
    lam, start = model.spectrum(M_star, 1.0), starts.uniform(M_star, N, d, default_rng(2))
    records = [20, 100]
    found = {
        engine: np.array([engine.simulate(start, lam, d, eta, records, s).Z for s in SeedSequence(seed).spawn(runs)])
        for engine, seed in ((chain, 5), (stiefel, 6))
    }
    for record in range(len(records)):
        for quantity in (lambda Z: model.risk(Z, lam), lambda Z: Z[:, 0, 0], lambda Z: (Z**2).sum(-1)[:, 1]):
            ours, theirs = (quantity(found[engine][:, record]) for engine in (chain, stiefel))
            assert stats.ks_2samp(ours, theirs).pvalue > 1e-4  # six of them


def test_at_large_d_it_follows_the_flow_at_finite_step_and_not_the_flow():
    """From the middle of learning at d = 10^5, for a unit of time; what both leave out is of the order of N/d."""
    M_star, N, d, samples = 6, 3, 10**5, 10**6
    lam = model.spectrum(M_star, 1.0)
    begun = next(exact.overlaps(starts.uniform(M_star, N, d, default_rng(4)), lam, [8.0]))
    start = starts.Start(begun, np.linalg.cholesky(np.eye(N) - begun.T @ begun).T)
    eta = 0.05 / d
    run = chain.simulate(start, lam, d, eta, [samples], SeedSequence(1))
    finite = finite_step.overlaps(begun, lam, d, lambda t: eta, np.array([0.0, run.t[0]]))[-1]
    flow = next(exact.overlaps(start, lam, run.t))
    # a sample moves Z by eta e g q, where e, g and q are of order one, so that a run is off by some eta samples^(1/2)
    noise = eta * np.sqrt(samples)
    assert np.abs(run.Z[0] - finite).max() < 8 * noise
    assert np.abs(run.Z[0] - flow).max() > 16 * noise


def test_records_do_not_change_a_run_and_its_stream_stays_as_it_is(rng):
    lam, start, stream = model.spectrum(4, 1.0), starts.uniform(4, 3, 300, rng), SeedSequence(7)
    once = chain.simulate(start, lam, 300, 1e-4, [20_000], stream)
    often = chain.simulate(start, lam, 300, 1e-4, [0, 1, 777, 16_384, 20_000], stream)
    np.testing.assert_array_equal(often.W, once.W)
    assert stream.n_children_spawned == 0


def test_divergence_and_dimensions_without_room_are_told(rng):
    lam, start = model.spectrum(3, 1.0), starts.uniform(3, 2, 100, rng)
    records = np.arange(0, 501, 50)
    run = chain.simulate(start, lam, 100, 0.2, records, SeedSequence(2))
    assert 0 < run.diverged_at < 500
    np.testing.assert_array_equal(np.isfinite(run.Z).all((1, 2)), records <= run.diverged_at)
    with pytest.raises(Impossible, match="d = 4: expected at least"):
        chain.simulate(start, lam, 4, 0.1, [1], SeedSequence(1))
