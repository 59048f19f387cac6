"""Minima beside those of well-kept libraries, the optional group `oracles`: scikit-learn's LASSO, cvxpy with SCS."""

import warnings

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.studies.spectra import model, starts
from shallownets.studies.spectra.engines import lasso, nuclear


@pytest.mark.parametrize("n", [30, 60, 240])
@pytest.mark.parametrize("lam", [1 / 60, 1.0, 4.0])
def test_the_lasso_is_that_of_scikit_learn(n, lam):
    """Each objective lies above the least one by its own duality gap at most."""
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed: make oracles")
    samples, penalty = starts.vectors(1.0, 60, n, 0.5, default_rng(6601)), lam * np.sqrt(60)
    found = lasso.minimise(samples, lam)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # near interpolation its gap stays above its tolerance, and it says so
        other = linear.Lasso(penalty / n, fit_intercept=False, tol=1e-8, max_iter=10**6).fit(samples.x, samples.y)

    def objective(theta):
        return ((samples.y - samples.x @ theta) ** 2).sum() / 2 + penalty * np.abs(theta).sum()

    rounding = 1e-12 * (samples.y @ samples.y)
    assert objective(found.theta) <= objective(other.coef_) + found.gap + rounding
    assert objective(other.coef_) <= objective(found.theta) + n * abs(other.dual_gap_) + rounding
    assert n * abs(other.dual_gap_) < 1e-4 * objective(found.theta)
    np.testing.assert_allclose(found.theta, other.coef_, atol=1e-3)


@pytest.mark.parametrize("lam", [1 / 24, 1.0])
def test_the_matrix_is_that_of_a_general_conic_solver(lam):
    """cvxpy states the problem in its own words, SCS solves it as a semidefinite program: d = 24, n = 240.

    Its S, with eigenvalues below zero cut off, is a trial matrix like any other: never below the certified minimum. SCS
    stops at residuals of 1e-6, for which its objective is above the least one by about as much of itself.
    """
    cvxpy = pytest.importorskip("cvxpy", reason="cvxpy is not installed: make oracles")
    pytest.importorskip("scs", reason="scs is not installed: make oracles")
    d, n = 24, 240
    samples, penalty = starts.matrices(1.0, d, n, 0.5, default_rng(6602)), nuclear.penalty_of(lam, d)
    found = nuclear.minimise(samples, penalty, gap=1e-8)
    S = cvxpy.Variable((d, d), PSD=True)
    outputs = model.features(samples.operator.x).reshape(n, -1) @ cvxpy.vec(S, order="C")
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(samples.y - outputs) + penalty * cvxpy.trace(S)))
    problem.solve(solver=cvxpy.SCS, eps_abs=1e-6, eps_rel=1e-6, max_iters=50_000)
    assert problem.status == "optimal"
    values, vectors = np.linalg.eigh(S.value)
    trial = (vectors * np.maximum(values, 0)) @ vectors.T
    objective = ((samples.y - samples.operator.of(trial)) ** 2).sum() + penalty * np.trace(trial)
    assert found.objective <= objective + found.gap
    assert objective == pytest.approx(found.objective, rel=1e-4)
    assert model.quadratic_risk(trial, samples.teacher) == pytest.approx(
        model.quadratic_risk(found.S, samples.teacher), rel=0.01
    )
