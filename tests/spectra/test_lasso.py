"""The LASSO: its certificate, other solvers, its path, and state evolution."""

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import optimize

from shallownets.studies.spectra import model, starts
from shallownets.studies.spectra.engines import lasso, path
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.diagonal import Diagonal
from tests.spectra.drawn import vectors


@pytest.mark.parametrize("n", [20, 40, 60, 400])
@pytest.mark.parametrize("lam", [1 / 40, 1.0, 6.0])
def test_the_minimum_of_the_lasso_has_the_force_that_its_signs_demand(n, lam):
    drawn = vectors(n)
    found = lasso.minimise(drawn, lam)
    penalty = lam * np.sqrt(40)
    force = drawn.x.T @ (drawn.y - drawn.x @ found.theta)
    on = found.theta != 0
    np.testing.assert_allclose(force[on], penalty * np.sign(found.theta[on]), atol=1e-5 * penalty)
    assert (np.abs(force) <= penalty * (1 + 1e-5)).all()
    assert found.gap <= lasso.GAP * found.objective
    value = ((drawn.y - drawn.x @ found.theta) ** 2).sum() / 2 + penalty * np.abs(found.theta).sum()
    assert found.objective == pytest.approx(value, rel=1e-9)


def test_the_minimum_of_the_lasso_is_that_of_a_general_solver():
    """By another road: θ = u - v with both parts above zero, L-BFGS with bounds."""
    drawn, penalty = vectors(30), 0.3 * np.sqrt(40)

    def split(parts):
        residual = drawn.y - drawn.x @ (parts[:40] - parts[40:])
        force = drawn.x.T @ residual
        return residual @ residual / 2 + penalty * parts.sum(), penalty + np.concatenate([-force, force])

    other = optimize.minimize(
        split,
        np.zeros(80),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * 80,
        options={"ftol": 1e-15, "gtol": 1e-10},
    )
    found = lasso.minimise(drawn, 0.3)
    assert found.objective == pytest.approx(other.fun, rel=1e-8)
    np.testing.assert_allclose(found.theta, other.x[:40] - other.x[40:], atol=1e-4)


def test_a_sweep_takes_each_weight_to_its_own_minimum_and_keeps_the_force():
    """Weight after weight by a scalar search; a weight without data stays, and later sweeps leave zeros as they are."""
    drawn, penalty = vectors(30, 12), 4.0
    drawn.x[:, 5] = 0
    theta, by_search = default_rng(6203).standard_normal(12), default_rng(6203).standard_normal(12)
    theta[5] = by_search[5] = 0.3

    def objective(value, j):
        moved = np.where(np.arange(12) == j, value, by_search)
        return ((drawn.y - drawn.x @ moved) ** 2).sum() / 2 + penalty * np.abs(moved).sum()

    force = drawn.x.T @ (drawn.y - drawn.x @ theta)
    for sweep in range(2):
        lasso._sweep(drawn.x.T @ drawn.x, penalty, theta, force, 1 + sweep)
        for again in range(1 + sweep):
            for j in np.delete(np.arange(12), 5):
                if not again or by_search[j]:
                    found = optimize.minimize_scalar(objective, (-1.0, 1.0), args=(j,), tol=1e-12).x
                    by_search[j] = found if abs(found) > 1e-6 else 0.0
        np.testing.assert_allclose(theta, by_search, atol=1e-6)
        np.testing.assert_allclose(force, drawn.x.T @ (drawn.y - drawn.x @ theta), atol=1e-11)
    assert 0 < np.count_nonzero(theta) < 12


@pytest.mark.parametrize(("n", "lam"), [(20, 0.01), (40, 1e-3), (60, 0.01)])
def test_the_path_ends_at_the_minimum(n, lam):
    """Where little decay leaves a choice of n weights, up to n = d."""
    drawn = vectors(n)
    gram, moment, penalty = drawn.x.T @ drawn.x, drawn.x.T @ drawn.y, lam * np.sqrt(40)
    theta, arrived = path.follow(gram, moment, penalty, n)
    assert arrived
    assert (theta != 0).sum() <= n
    force = moment - gram @ theta
    assert np.abs(force).max() == pytest.approx(penalty, rel=1e-6)
    np.testing.assert_allclose(force[theta != 0], penalty * np.sign(theta[theta != 0]), rtol=1e-5)
    zero, _ = path.follow(gram, moment, 1.01 * np.abs(moment).max(), n)
    assert not zero.any()


def test_the_path_of_one_sample_has_one_weight_and_arrives_at_any_penalty():
    """It is the weight of the largest input; rounding leaves the end of the last piece beside the penalty."""
    rng = default_rng(6204)
    for _ in range(300):
        x, y = rng.standard_normal(4), rng.standard_normal()
        largest = np.abs(x).argmax()
        penalty = 10 ** rng.uniform(-6, 0) * abs(y * x[largest])
        theta, arrived = path.follow(np.outer(x, x), y * x, penalty, 1)
        assert arrived
        expected = np.zeros(4)
        expected[largest] = np.sign(y * x[largest]) * (abs(y * x[largest]) - penalty) / x[largest] ** 2
        np.testing.assert_allclose(theta, expected, rtol=1e-12)


def test_a_gap_with_the_residual_itself_is_useless_near_interpolation():
    """A trap: k = 1 in place of the best."""
    drawn = vectors(40)
    found = lasso.minimise(drawn, 1e-3)
    residual, penalty = drawn.y - drawn.x @ found.theta, 1e-3 * np.sqrt(40)
    k = min(1, penalty / np.abs(drawn.x.T @ residual).max())
    fixed = found.objective - (k * residual @ drawn.y - k**2 * residual @ residual / 2)
    assert fixed >= found.gap - 1e-14 * found.objective  # rounding of the objective, of which they are differences
    objective, gap, _ = lasso._certify(drawn, 0.999 * found.theta, penalty)
    assert 0 < objective - found.objective <= gap


@pytest.mark.parametrize("n, d", [(6, 200), (12, 200), (18, 200), (9, 45)])
@pytest.mark.parametrize("lam", [1e-2, 1e-3, 1e-4])
def test_few_samples_leave_at_most_as_many_weights_and_no_gap_is_below_zero(n, d, lam):
    """A trap: where residuals point away from the labels, only a multiple of them that is small enough is a bound."""
    for seed in range(20):
        drawn = vectors(n, d, 9000 + seed)
        found = lasso.minimise(drawn, lam)
        assert abs(found.gap) <= lasso.GAP * found.objective
        assert np.count_nonzero(found.theta) <= n
        force, penalty = drawn.x.T @ (drawn.y - drawn.x @ found.theta), lam * np.sqrt(d)
        assert np.abs(force).max() <= penalty * (1 + 1e-3)


def test_the_gap_of_the_lasso_is_a_bound_from_anywhere():
    drawn = vectors(9, 45, 9100)
    least, rng = lasso.minimise(drawn, 1e-3).objective, np.random.default_rng(9101)
    for size in (0.1, 1.0, 10.0, 100.0):
        objective, gap, _ = lasso._certify(drawn, size * rng.standard_normal(45), 1e-3 * np.sqrt(45))
        assert objective - gap <= least * (1 + 1e-9) <= objective


@pytest.mark.parametrize("n", [50, 69])
def test_the_minimum_of_another_decay_has_no_certificate_at_the_weakest(n):
    """A trap: beside |y|^2 any objective is small there, as is the gap of a wrong minimum."""
    drawn = starts.vectors(1.0, 100, n, 100.0, default_rng(9200))
    right, wrong = lasso.minimise(drawn, 1e-8), lasso.minimise(drawn, 1e-4)
    objective, gap, _ = lasso._certify(drawn, wrong.theta, 1e-8 * np.sqrt(100))
    assert right.gap <= lasso.GAP * right.objective
    assert gap >= objective - right.objective > 0.05 * right.objective


def test_every_minimum_of_the_lasso_is_found_and_certified_at_any_decay():
    """A trap: differences of squares round to nothing where the residual is small, and refuse true minima."""
    rng = default_rng(9300)
    for case in range(400):
        d, noise, gamma = int(rng.integers(4, 60)), 10 ** rng.uniform(-6, 2), rng.uniform(0.51, 3)
        lam, n = (1e-8, d) if case % 8 == 0 else (10 ** rng.uniform(-8, 1), int(np.exp(rng.uniform(0, np.log(3 * d)))))
        found = lasso.minimise(starts.vectors(gamma, d, n, noise, rng), lam)
        assert abs(found.gap) <= lasso.GAP * found.objective, case


def test_a_warm_start_is_the_same_minimum():
    drawn = vectors(50)
    cold, warm = lasso.minimise(drawn, 0.2), lasso.minimise(drawn, 0.2, lasso.minimise(drawn, 0.3).theta)
    np.testing.assert_allclose(cold.theta, warm.theta, atol=1e-6)


def test_samples_follow_the_state_evolution_of_the_lasso():
    for n in (30, 150):
        risks = []
        for seed in range(60):
            drawn = vectors(n, 50, 6300 + seed)
            risks.append(model.diagonal_risk(lasso.minimise(drawn, 1.0).theta, drawn.teacher))
        theory = evolution.solve(Diagonal(1.0, 50, 0.5, 50), n, 1.0).risk
        assert abs(np.mean(risks) - theory) < 4 * np.std(risks) / np.sqrt(60)
