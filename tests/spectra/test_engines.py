"""The model and its samples, the matrix and its weights: certificates, other solvers, differences, and each other."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numpy.random import default_rng

from shallownets.errors import Impossible
from shallownets.studies.spectra import model, starts
from shallownets.studies.spectra.engines import lasso, nuclear, weights
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.quadratic import Quadratic
from tests.spectra.drawn import matrices, vectors

# The model and its samples


def test_outputs_are_those_of_the_model():
    rng = default_rng(6203)
    x, W, S = rng.standard_normal((9, 5)), rng.standard_normal((5, 3)), rng.standard_normal((5, 5))
    operator, Z = starts.Squares(x), model.features(x)
    S = S + S.T
    np.testing.assert_allclose(operator.of(S), np.einsum("nij,ij->n", Z, S))
    np.testing.assert_allclose(model.quadratic_output(W, x), operator.of(model.matrix(W)))
    np.testing.assert_allclose(operator.of_factor(W), operator.of(W @ W.T))
    a, w = rng.standard_normal((2, 5))
    expected = [(a * w / np.sqrt(5)) @ row for row in x]
    np.testing.assert_allclose(model.diagonal_output(a, w, x), expected)


@pytest.mark.parametrize("kind", ["inputs", "gaussian", "apart"])
def test_both_directions_of_an_operator_are_adjoint(kind):
    operator = matrices(kind=kind).operator
    rng = default_rng(6204)
    S, r = rng.standard_normal((16, 16)), rng.standard_normal(150)
    S = S + S.T
    assert operator.of(S) @ r == pytest.approx((S * operator.back(r)).sum())
    V = rng.standard_normal((16, 3))
    np.testing.assert_allclose(operator.of_factor(V), operator.of(V @ V.T))
    np.testing.assert_allclose(operator.back(r), operator.back(r).T)


@pytest.mark.parametrize("kind", ["inputs", "gaussian", "apart"])
def test_risks_are_mean_squares_over_new_inputs(kind):
    rng = default_rng(6205)
    S, d = rng.standard_normal((6, 6)), 6
    S = S + S.T
    teacher = np.sqrt(d) * model.powers(1.0, d)
    new = starts.matrices(1.0, d, 200_000, 0.0, rng, kind)
    squares = (new.operator.of(S) - new.y) ** 2
    assert squares.mean() == pytest.approx(model.quadratic_risk(S, teacher), abs=5 * squares.std() / np.sqrt(200_000))
    assert model.quadratic_risk(0 * S, teacher) == pytest.approx(2)
    assert model.diagonal_risk(np.zeros(6), model.powers(1.0, 6)) == pytest.approx(1)


@pytest.mark.parametrize("d", [12, 80])
def test_a_weighted_sum_is_one_in_few_and_in_many_dimensions(d):
    rng = default_rng(6204)
    x, r = rng.standard_normal((30, d)), rng.standard_normal(30)
    np.testing.assert_allclose(
        starts._weighted(x, r), sum(b * np.outer(a, a) for a, b in zip(x, r, strict=True)), atol=1e-11
    )


def test_labels_have_the_teacher_and_the_noise():
    drawn = vectors(n=20_000)
    assert (drawn.y - drawn.x @ drawn.teacher).var() == pytest.approx(0.5, rel=0.05)
    square = matrices(n=20_000)
    assert (square.y - square.operator.of(np.diag(square.teacher))).var() == pytest.approx(0.5, rel=0.05)
    with pytest.raises(Impossible, match="expected at least 1"):
        starts.vectors(1.0, 5, 0, 0.5, default_rng(1))
    with pytest.raises(Impossible, match="expected at least 1"):
        starts.matrices(1.0, 0, 5, 0.5, default_rng(1))


# The matrix


@pytest.mark.parametrize("kind", ["inputs", "gaussian", "apart"])
@pytest.mark.parametrize("lam", [1 / 16, 1.0])
def test_the_matrix_has_the_slope_that_its_rank_demands(kind, lam):
    drawn, penalty = matrices(kind=kind), nuclear.penalty_of(lam, 16)
    found = nuclear.minimise(drawn, penalty, gap=1e-10)
    slope = 2 * drawn.operator.back(drawn.y - drawn.operator.of(found.S))
    values = np.linalg.eigvalsh(slope)
    assert values[-1] <= penalty * (1 + 1e-4)
    np.testing.assert_allclose(slope @ found.factor, penalty * found.factor, atol=1e-3 * penalty)
    value = ((drawn.y - drawn.operator.of(found.S)) ** 2).sum() + penalty * np.trace(found.S)
    assert found.objective == pytest.approx(value)


@pytest.mark.parametrize(("n", "d"), [(12, 24), (80, 40)])
def test_a_minimum_with_more_entries_than_samples_is_not_the_only_one(n, d):
    """With more samples than dimensions, too: what no sample sees within the range of S costs nothing."""
    drawn, penalty = matrices(n, d, 9201), nuclear.penalty_of(1 / d, d)
    found = nuclear.minimise(drawn, penalty, gap=1e-9)
    V, r = found.factor, found.factor.shape[1]
    pairs = [(a, b) for a in range(r) for b in range(a + 1)]
    assert len(pairs) > n
    entries = np.zeros((len(pairs), r, r))
    for k, (a, b) in enumerate(pairs):
        entries[k, a, b] = entries[k, b, a] = 1
    seen = np.array([drawn.operator.of(V @ one @ V.T) for one in entries]).T
    unseen = np.linalg.svd(seen)[2][-1]  # of these entries, by all samples
    X = np.einsum("k,kab->ab", unseen, entries)
    other = V @ (np.eye(r) + 0.9 * X / np.abs(np.linalg.eigvalsh(X)).max()) @ V.T
    residual = drawn.y - drawn.operator.of(other)
    assert residual @ residual + penalty * np.trace(other) == pytest.approx(found.objective, rel=1e-6)
    risks = [model.quadratic_risk(S, drawn.teacher) for S in (found.S, other)]
    assert abs(risks[0] - risks[1]) > 1e-4


def test_no_other_matrix_is_better_and_the_gap_is_a_bound():
    drawn, penalty = matrices(), nuclear.penalty_of(0.3, 16)
    best = nuclear.minimise(drawn, penalty, gap=1e-11)
    rough = nuclear.minimise(drawn, penalty, gap=1e-2)
    assert 0 <= rough.objective - best.objective <= rough.gap <= 1e-2 * rough.objective
    rng = default_rng(6206)
    for _ in range(20):
        V = best.factor + 0.05 * rng.standard_normal(best.factor.shape)
        assert ((drawn.y - drawn.operator.of_factor(V)) ** 2).sum() + penalty * (V**2).sum() > best.objective


def test_the_minimum_is_that_of_the_alternating_direction_method():
    """By another road: exact least squares in all entries, and a projection, in turn (d = 8)."""
    d, n, penalty, rho = 8, 60, 3.0, 30.0
    drawn = matrices(n, d)
    rows = model.features(drawn.operator.x).reshape(n, -1)
    factor = np.linalg.inv(2 * rows.T @ rows + rho * np.eye(d * d))
    S = U = np.zeros((d, d))
    for _ in range(3000):
        T = (factor @ (2 * rows.T @ drawn.y + rho * (S - U).ravel())).reshape(d, d)
        values, vectors_ = np.linalg.eigh((T + T.T) / 2 + U)
        S = (vectors_ * np.maximum(values - penalty / rho, 0)) @ vectors_.T
        U = U + (T + T.T) / 2 - S
    found = nuclear.minimise(drawn, penalty, gap=1e-11)
    np.testing.assert_allclose(found.S, S, atol=1e-4)


def test_the_gap_of_the_matrix_finds_the_best_multiple():
    rng = default_rng(6207)
    residual, y = rng.standard_normal((2, 30))
    y = y + residual
    best = nuclear.bound(residual, y, 5.0, 3.0)
    dual = [2 * k * residual @ y - k * k * residual @ residual for k in np.linspace(0, 3 / 5, 50)]
    assert best >= max(dual) - 1e-9
    assert best == pytest.approx(max(dual), rel=1e-3)
    assert nuclear.bound(residual, y, 0.0, 3.0) == pytest.approx((residual @ y) ** 2 / (residual @ residual))
    assert nuclear.bound(-residual, y, 5.0, 3.0) == 0  # a trap: the best multiple is below zero, which is not allowed


@pytest.mark.parametrize("lam", [0.003, 0.02])
def test_hardly_any_decay_and_few_samples_are_certified_too(lam):
    """A trap: residuals point away from the labels on the way, and say nothing of the minimum there."""
    d = 24
    for seed in range(4):
        drawn, penalty = matrices(3 * d, d, 6220 + seed), nuclear.penalty_of(lam, d)
        rough, best = nuclear.minimise(drawn, penalty), nuclear.minimise(drawn, penalty, gap=1e-6)
        assert 0 <= best.gap <= 1e-6 * best.objective
        assert best.objective - best.gap <= rough.objective <= best.objective + rough.gap


class Counted:
    """Measurements that are counted, in single precision like in double."""

    def __init__(self, operator, count):
        self.operator, self.count, self.shape = operator, count, operator.shape

    @property
    def single(self):
        return Counted(self.operator.single, self.count)

    def __getattr__(self, name):
        self.count[name] += 1
        return getattr(self.operator, name)


@pytest.mark.parametrize("lam", [1 / 24, 1.0])
def test_the_matrix_takes_half_of_the_measurements_of_training(lam):
    """From N = d on, to the objective at which the certified minimum stops, of L-BFGS on weights of full width."""
    d, n = 24, 576
    drawn, penalty, taken, trained = matrices(n, d), nuclear.penalty_of(lam, d), Counter(), Counter()
    found = nuclear.minimise(replace(drawn, operator=Counted(drawn.operator, taken)), penalty)
    objective = weights.quadratic(replace(drawn, operator=Counted(drawn.operator, trained)), penalty)
    reached = []

    def watched(U):
        value, gradient = objective(U)
        if value <= found.objective:
            reached.append(trained.total())
        return value, gradient

    weights.lbfgs(watched, 0.1 * default_rng(6221).standard_normal((d, d)), tolerance=1e-13)
    assert 2 * taken.total() < reached[0]


@pytest.mark.parametrize("kind", ["inputs", "gaussian", "apart"])
@pytest.mark.parametrize("d", [8, 70])
def test_single_precision_measures_the_same_and_stays_single(kind, d):
    operator, rng = matrices(90, d, kind=kind).operator, default_rng(6222)
    S, r = rng.standard_normal((d, d)), rng.standard_normal(90)
    S = S + S.T
    single = operator.single
    rounding = 100 * np.finfo(np.float32).eps
    for seen, true in [
        (single.of(S.astype(np.float32)), operator.of(S)),
        (single.back(r.astype(np.float32)), operator.back(r)),
    ]:
        assert seen.dtype == np.float32
        np.testing.assert_allclose(seen, true, atol=rounding * np.abs(true).max())


def test_gaussian_measurements_follow_state_evolution():
    d, n, risks = 20, 300, []
    for seed in range(40):
        drawn = matrices(n, d, 6400 + seed, kind="gaussian")
        S = nuclear.minimise(drawn, nuclear.penalty_of(1.0, d), gap=1e-6).S
        risks.append(model.quadratic_risk(S, drawn.teacher))
    theory = evolution.solve(Quadratic(1.0, d, 0.5, d), n, 1.0).risk
    assert np.mean(risks) == pytest.approx(theory, abs=4 * np.std(risks) / np.sqrt(40) + theory / d)


def test_directions_without_data_are_filled_alike():
    """n < d: the same eigenvalue in all of them, and residuals whose sum is what the penalty there demands."""
    d, n = 30, 15
    samples, penalty = matrices(n, d, 6210), nuclear.penalty_of(0.05, d)
    found = nuclear.minimise(samples, penalty, gap=1e-10)
    without = np.linalg.svd(samples.operator.x)[2][n:]
    inside = without @ found.S @ without.T
    np.testing.assert_allclose(inside, inside[0, 0] * np.eye(d - n), atol=1e-6)  # directions are in single precision
    assert inside[0, 0] > 0.01
    residual = samples.y - samples.operator.of(found.S)
    assert residual.sum() == pytest.approx(-penalty * np.sqrt(d) / 2, rel=1e-3)
    apart = nuclear.minimise(matrices(n, d, 6210, "apart"), penalty)
    assert apart.factor.shape[1] < 8 < d - n <= found.factor.shape[1]


# Weights


@pytest.mark.parametrize("kind", ["quadratic", "diagonal"])
def test_gradients_of_the_weights_are_differences(kind):
    rng = default_rng(6208)
    if kind == "quadratic":
        objective, start = weights.quadratic(matrices(), 2.0), rng.standard_normal((16, 3))
    else:
        objective, start = weights.diagonal(vectors(), 0.7), rng.standard_normal((2, 40))
    _, gradient = objective(start)
    direction, h = rng.standard_normal(start.shape), 1e-6
    slope = (objective(start + h * direction)[0] - objective(start - h * direction)[0]) / (2 * h)
    assert (gradient * direction).sum() == pytest.approx(slope, rel=1e-7)


def test_the_objective_of_weights_is_the_papers():
    rng, drawn, lam = default_rng(6209), matrices(), 0.7
    W, p = rng.standard_normal((16, 5)), 5
    paper = ((drawn.y - model.quadratic_output(W, drawn.operator.x)) ** 2).sum() + lam * (W**2).sum()
    U = W / (16 * p) ** 0.25
    assert weights.quadratic(drawn, nuclear.penalty_of(lam, 16, p))(U)[0] == pytest.approx(paper)


@pytest.mark.parametrize("engine", ["lbfgs", "descend"])
@pytest.mark.parametrize("lam", [0.1, 1.0])
def test_weights_of_the_diagonal_network_reach_the_lasso(engine, lam):
    drawn, start = vectors(30), default_rng(6210).standard_normal((2, 40))
    if engine == "lbfgs":
        found = weights.lbfgs(weights.diagonal(drawn, lam), start, tolerance=1e-15)
    else:
        found = weights.descend(weights.diagonal(drawn, lam), start, 1e-4, 20_000)
    convex = lasso.minimise(drawn, lam)
    assert found.objective == pytest.approx(2 * convex.objective, rel=1e-7)
    a, w = found.weights
    np.testing.assert_allclose(a * w / np.sqrt(40), convex.theta, atol=1e-3)


def test_equal_positive_starts_cannot_change_a_sign():
    """A trap: a = w > 0 at the start leaves every product above zero."""
    drawn = vectors(30)
    start = np.abs(default_rng(6211).standard_normal(40))
    stuck = weights.lbfgs(weights.diagonal(drawn, 0.1), np.stack([start, start]))
    assert stuck.objective > 2.02 * lasso.minimise(drawn, 0.1).objective


@pytest.mark.parametrize("engine", ["lbfgs", "descend"])
def test_weights_of_the_quadratic_network_reach_the_convex_minimum_from_the_rank_on(engine):
    drawn, penalty = matrices(80), nuclear.penalty_of(1.0, 16)
    convex = nuclear.minimise(drawn, penalty, gap=1e-13)
    rank = convex.factor.shape[1]
    objective, rng, over = weights.quadratic(drawn, penalty), default_rng(6212), {}
    for p in (rank - 1, rank, 16):
        start = 0.3 * rng.standard_normal((16, p))
        if engine == "lbfgs":
            found = weights.lbfgs(objective, start, tolerance=1e-15)
        else:
            found = weights.descend(objective, start, 1e-4, 4000)
        over[p] = found.objective / convex.objective - 1
    assert over[rank - 1] > 1e-5
    assert abs(over[rank]) < 1e-7
    assert abs(over[16]) < 1e-7


def test_descent_goes_down_and_stops_when_told():
    drawn = matrices()
    objective, seen = weights.quadratic(drawn, 1.0), []

    def watch(count, U):
        seen.append(objective(U)[0])
        return count == 30

    found = weights.descend(objective, 0.1 * default_rng(6213).standard_normal((16, 16)), 1.0, 100, watch)
    assert found.steps == 30
    assert (np.diff(seen) <= 0).all()
    assert weights.descend(objective, 0.1 * np.eye(16), 1e-4, 5).steps == 5


def test_descent_takes_as_many_steps_as_it_says_and_each_at_once_where_nothing_falls():
    """On a slope of 1, along which every rate goes down, and on a plain, where no rate does better than another."""
    values = []

    def slope(x, down):
        values.append(x[0])
        return down * x[0], np.array([down])

    told = []
    found = weights.descend(lambda x: slope(x, 1.0), np.zeros(1), 0.5, 5, lambda count, _: told.append(count))
    assert told == [1, 2, 3, 4, 5]
    assert len(values) == 6
    assert weights.descend(lambda x: slope(x, 1.0), np.zeros(1), 0.5, 5).weights == found.weights == min(values)
    values.clear()
    assert weights.descend(lambda x: slope(x, 0.0), np.ones(1), 0.5, 5).weights == 1.0
    assert len(values) == 6


def test_with_fewer_samples_than_dimensions_the_minimum_fixes_only_a_trace():
    """Phase Ia. On the d - n directions without data every measurement is -1/√d: any part of one trace is a minimum."""
    d, n, rng = 16, 8, default_rng(6310)
    samples = starts.matrices(1.0, d, n, 0.5, rng)
    penalty = nuclear.penalty_of(1 / d, d)
    found = nuclear.minimise(samples, penalty, gap=1e-10)
    x = samples.operator.x
    kernel = np.linalg.svd(x)[2][n:].T
    held = np.trace(kernel.T @ found.S @ kernel)
    assert held > 0.1 * np.trace(found.S)
    seen = np.eye(d) - kernel @ kernel.T
    other = seen @ found.S @ seen + held * np.outer(kernel[:, 0], kernel[:, 0])
    values, vectors = np.linalg.eigh(other)
    factor = vectors * np.sqrt(np.maximum(values, 0))
    residual = samples.y - samples.operator.of_factor(factor)
    assert residual @ residual + penalty * np.trace(other) == pytest.approx(found.objective, rel=1e-8)
    assert np.linalg.matrix_rank(other, tol=1e-8) <= n + 1 < found.factor.shape[1]
    risks = [model.quadratic_risk(S, samples.teacher) for S in (found.S, other)]
    assert abs(risks[1] - risks[0]) > 0.01
