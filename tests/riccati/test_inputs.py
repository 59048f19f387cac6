"""What the engines take and refuse, and starts whose overlaps depend on each other."""

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from shallownets.errors import Impossible
from shallownets.studies.riccati import model, starts
from shallownets.studies.riccati.engines import exact, integration, stiefel
from shallownets.studies.riccati.starts import Start

LAM = np.array([1.0, 0.7, 0.3, 0.1])


@pytest.fixture
def start():
    return starts.uniform(4, 2, 50, default_rng(1))


def from_overlaps(Z):
    return Start(Z, np.linalg.cholesky(np.eye(Z.shape[1]) - Z.T @ Z).T)


def test_whole_numbers_and_lists_are_numbers():
    whole, real = Start([[1, 0], [0, 1]], [[0, 0], [0, 0]]), Start(np.eye(2), np.zeros((2, 2)))
    for ours, theirs in zip(exact.overlaps(whole, [2, 1], [0, 1]), exact.overlaps(real, LAM[:2], [0, 1]), strict=True):
        np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-14)
    ours = stiefel.simulate(whole, np.array([2, 1]), 9, 0.1, [0, 3], SeedSequence(1))
    theirs = stiefel.simulate(real, np.array([2.0, 1.0]), 9, 0.1, [0.0, 3.0], SeedSequence(1))
    np.testing.assert_array_equal(ours.Z, theirs.Z)


@pytest.mark.parametrize("samples", [[10, 5], [-1, 5], [0.5], [np.nan], [np.inf]])
def test_samples_are_whole_numbers_that_rise(samples, start):
    with pytest.raises(Impossible, match=r"^samples = .*: expected rising whole numbers of at least 0$"):
        stiefel.simulate(start, LAM, 50, 0.01, samples, SeedSequence(1))


@pytest.mark.parametrize("lam", [LAM[:2], LAM[::-1], -LAM, LAM * np.nan, [1, 1, 1, 0]])
def test_eigenvalues_are_above_0_and_do_not_rise(lam, start):
    words = r"^lam = .*: expected M\* = 4 numbers above 0 that do not rise$"
    with pytest.raises(Impossible, match=words):
        stiefel.simulate(start, lam, 50, 0.01, [5], SeedSequence(1))
    with pytest.raises(Impossible, match=words):
        next(exact.overlaps(start, lam, np.array([1.0])))
    with pytest.raises(Impossible, match=words):
        next(exact.weights(start, 1.0, lam, np.array([1.0])))


@pytest.mark.parametrize("times", [[-1.0], [np.nan], [np.inf], [[1.0]]])
def test_times_are_numbers_of_at_least_0(times, start):
    words = r"^times = .*: expected finite numbers of at least 0$"
    for use in (
        lambda: next(exact.overlaps(start, LAM, times)),
        lambda: next(exact.weights(start, 1.0, LAM, times)),
        lambda: integration.overlaps(start.Z @ start.Z.T, LAM, times, 1e-8),
    ):
        with pytest.raises(Impossible, match=words):
            use()


def test_scale_tolerance_and_overlaps_are_numbers(start):
    for scale in (0.0, -1.0, np.nan):
        with pytest.raises(Impossible, match=rf"^scale = {scale}: expected a finite number above 0$"):
            next(exact.weights(start, scale, LAM, np.array([1.0])))
    for G, tolerance in ((start.Z @ start.Z.T, np.nan), (start.Z @ start.Z.T, 0.0), (np.full((4, 4), np.nan), 1e-8)):
        with pytest.raises(Impossible, match="expected finite numbers to start from and a tolerance above 0"):
            integration.overlaps(G, LAM, np.array([0.0, 1.0]), tolerance)


def test_directions_without_overlap_are_never_learned():
    """Rows of Z that vanish, at times at which the first eigenvalue has grown by e^2000 beyond the next."""
    Z = np.zeros((4, 2))
    Z[1, 0], Z[2, 1] = 0.3, 0.2
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    plain = from_overlaps(Z)
    for start in (plain, Start(Z @ turn, plain.rest @ turn)):
        *early, late = exact.overlaps(start, LAM, np.array([0.0, 5.0, 20.0, 2e4]))
        theirs = integration.overlaps(Z @ Z.T, LAM, np.array([0.0, 5.0, 20.0]), 1e-12)
        for ours, G in zip(early, theirs, strict=True):
            np.testing.assert_allclose(ours @ ours.T, G, atol=1e-9)
        np.testing.assert_allclose(late @ late.T, np.diag([0.0, 1.0, 1.0, 0.0]), atol=1e-12)


def test_two_students_of_rank_one_learn_one_direction():
    """Z = u v^T: G = g g^T with g = e^(t Λ) u, normalised as one student from the overlap u would be."""
    u = np.array([0.5, 0.3, 0.2, 0.1])
    two = from_overlaps(np.outer(u, [0.6, 0.8]))
    one = Start(u[:, None], [[np.sqrt(1 - u @ u)]])
    times = np.array([0.0, 1.0, 20.0, 200.0, 2000.0])
    for ours, theirs in zip(exact.overlaps(two, LAM, times), exact.overlaps(one, LAM, times), strict=True):
        np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-13)
    for ours, theirs in zip(exact.weights(two, 0.5, LAM, times), exact.weights(one, 0.5, LAM, times), strict=True):
        np.testing.assert_allclose(ours[:4] @ ours[:4].T, theirs[:4] @ theirs[:4].T, atol=1e-13)


def test_the_risk_is_never_below_0():
    rng = default_rng(1)
    frames = np.linalg.qr(rng.standard_normal((300, 4, 4)))[0]
    for risk in (model.risk(frames, model.spectrum(4, 1.0)), model.plain_risk(frames, np.full(4, 0.5))):
        assert np.all(risk >= 0)
        assert risk.max() < 1e-14
