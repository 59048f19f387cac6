"""The landscape by second roads: finite differences, brute-force eigenvalues, group actions, known limits."""

import numpy as np
import pytest

from shallownets.studies.escape import model, starts
from shallownets.studies.escape.measure import hessian as brute
from shallownets.studies.escape.measure import manifolds
from shallownets.studies.escape.theory import landscape

SIZES = [(1, 1, 6), (1, 3, 6), (2, 2, 8), (3, 1, 8), (4, 2, 9), (3, 3, 9), (2, 4, 9), (5, 3, 11), (6, 3, 9)]


def random_weights(p, p_star, N, rng):
    start = starts.orthonormal(p, p_star, N, rng)
    return start.W @ (np.eye(N) + 0.4 * rng.standard_normal((N, N))), start.W_star


@pytest.mark.parametrize(("p", "p_star", "N"), SIZES)
def test_the_risk_of_weights_is_that_of_their_overlaps(p, p_star, N, rng):
    W, W_star = random_weights(p, p_star, N, rng)
    expected = model.population_risk(W @ W_star.T / N, W @ W.T / N)
    assert landscape.risk(W, W_star) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("p", "p_star", "N"), SIZES)
def test_gradient_and_hessian_are_derivatives_of_the_risk(p, p_star, N, rng):
    """Central differences; the risk is a quartic, so that their error is the square of the step times order one."""
    W, W_star = random_weights(p, p_star, N, rng)
    step = 1e-4

    def moved(direction):
        return W + np.sqrt(N) * step * direction

    gradient = landscape.gradient(W, W_star)
    block = landscape.hessian(W, W_star)
    for _ in range(5):
        U, V = rng.standard_normal((2, p, N)) / np.sqrt(p * N)
        slope = (landscape.risk(moved(U), W_star) - landscape.risk(moved(-U), W_star)) / (2 * step)
        assert (gradient * U).sum() == pytest.approx(slope, rel=1e-6, abs=1e-7)
        bent = (landscape.gradient(moved(U), W_star) - landscape.gradient(moved(-U), W_star)) / (2 * step)
        assert V.ravel() @ block @ U.ravel() == pytest.approx((V * bent).sum(), rel=1e-6, abs=1e-7)


def test_the_gradient_is_the_drift_of_the_overlaps(rng):
    """dW/dα = -η g, so that dM/dα = -η g W*^T/√N: the landscape and the dynamics have the same sign and scale."""
    W, W_star = random_weights(4, 2, 9, rng)
    M, Q = W @ W_star.T / 9, W @ W.T / 9
    expected = -landscape.gradient(W, W_star) @ W_star.T / 3
    np.testing.assert_allclose(model.drift_M(M, Q, 1.0), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("p", "p_star", "N"), SIZES)
def test_every_stationary_point_has_no_gradient_and_the_spectrum_of_the_formula(p, p_star, N, rng):
    points = landscape.all_points(p, p_star)
    assert {(point.k_t, point.k_o) for point in points} >= {(0, 0), (0, p), (min(p, p_star), 0)}
    for point in points:
        W, W_star = brute.weights(point, N, rng)
        assert np.linalg.norm(landscape.gradient(W, W_star)) < 1e-13
        assert landscape.risk(W, W_star) == pytest.approx(point.risk, rel=1e-12, abs=1e-25)
        levels = point.levels(N)
        assert sum(level.count for level in levels) == p * N
        expected = np.repeat([level.value for level in levels], [level.count for level in levels])
        np.testing.assert_allclose(np.linalg.eigvalsh(landscape.hessian(W, W_star)), expected, atol=1e-12)


@pytest.mark.parametrize(("p", "p_star", "N"), SIZES)
def test_the_number_of_negative_and_positive_directions(p, p_star, N, rng):
    for point in landscape.all_points(p, p_star):
        k_t, k_o, k = point.k_t, point.k_o, point.rank
        levels = point.levels(N)
        negative = sum(level.count for level in levels if level.value < 0)
        positive = sum(level.count for level in levels if level.value > 0)
        assert positive == k * (k + 1) // 2 + k_t * (N - p_star - k_o)
        if point.tau < 0:
            assert negative == (p - k) * (N - k) + k_o * (p_star - k_t)
        else:
            assert negative == 0
        assert (negative == 0) == (k_t == min(p, p_star))  # no spurious local minimum


def test_special_cases_are_the_rows_of_the_paper():
    plateau = landscape.StationaryPoint(4, 2, 0, 4)
    assert plateau.s_o == pytest.approx(model.plateau_norm(4))
    assert plateau.risk == pytest.approx(model.plateau_risk(4, 2))
    assert landscape.StationaryPoint(4, 2, 2, 0).s_t == pytest.approx(4 / 2)
    assert landscape.StationaryPoint(4, 3, 1, 0).s_t == pytest.approx(4 * (3 + 2) / (3 * 3))
    assert landscape.StationaryPoint(4, 2, 0, 1).s_o == pytest.approx(4 / 3)
    # For p* = 1 "all aligned to one teacher" is the solution and has no name of its own.
    assert "aligned to a teacher" not in landscape.named_points(3, 1)


@pytest.mark.parametrize(("k_t", "k_o"), [(3, 0), (2, 1), (0, 5)])
def test_what_is_no_stationary_point_is_refused(k_t, k_o):
    with pytest.raises(ValueError, match="no stationary point"):
        landscape.StationaryPoint(4, 2, k_t, k_o)


def test_levels_of_equal_value_are_one():
    """At p* = 3 two levels of the point with all students along one orthogonal direction are both -4/(3p)."""
    levels = {level.name: level for level in landscape.StationaryPoint(3, 3, 0, 1).levels(10)}
    assert len(levels) == 4
    (merged,) = (level for name, level in levels.items() if " + " in name)
    assert merged.value == pytest.approx(-4 / 9)
    assert merged.count == 2 * 6 + 3


def test_signs_and_clusters_of_a_known_spectrum(rng):
    values = np.repeat([-2.0, 0.0, 1.0, 1.5], [3, 4, 2, 1])
    turn = brute.orthogonal(10, rng)
    found = np.linalg.eigvalsh(turn @ np.diag(values) @ turn.T)
    assert brute.signs(found) == brute.Signs(3, 4, 3)
    assert [len(cluster) for cluster in brute.clusters(found)] == [3, 4, 2, 1]


def test_the_measurement_finds_a_wrong_formula(rng, monkeypatch):
    point = landscape.StationaryPoint(4, 2, 0, 4)
    monkeypatch.setattr(landscape.StationaryPoint, "levels", lambda self, N: [landscape.Level("one", 1.0, 4 * N)])
    with pytest.raises(ArithmeticError, match="levels measured"):
        brute.measure(point, 9, rng)


@pytest.mark.parametrize(("p_star", "N"), [(1, 7), (2, 8), (4, 9)])
def test_the_ratio_on_the_plateau(p_star, N, rng):
    ratios = []
    for p in range(1, N - p_star + 1):
        count = brute.plateau_signs(p, p_star, N, rng)
        ratios.append(count.negative / count.zero)
        assert ratios[-1] == pytest.approx(landscape.plateau_ratio(p, p_star, N), rel=1e-14)
    assert np.all(np.diff(ratios) > 0)


@pytest.mark.parametrize("N", [1, 3, 6])
def test_expressivity_is_a_rank_and_saturates(N, rng):
    for p in range(1, N + 3):
        W = rng.standard_normal((p, N))
        assert manifolds.expressivity_rank(W) == landscape.expressivity(p, N)
        # The student's other degrees of freedom are the rotations that leave W^T W as it is.
        assert p * N - manifolds.orbit_rank(W) == landscape.expressivity(p, N)
    assert landscape.expressivity(N, N) == landscape.expressivity(N + 5, N) == N * (N + 1) // 2


@pytest.mark.parametrize(("p", "p_star"), [(1, 1), (2, 1), (2, 2), (5, 1), (4, 3), (6, 2), (5, 5)])
def test_dimension_of_the_solutions(p, p_star, rng):
    formula = p * p_star - p_star * (p_star + 1) // 2
    assert landscape.manifold_dimension(p, p_star) == formula
    assert manifolds.solution_ranks(p, p_star, p + 2, rng) == manifolds.Ranks(formula, formula)


@pytest.mark.parametrize(("p", "p_star", "N"), [(1, 1, 4), (2, 2, 8), (3, 1, 8), (4, 2, 9), (5, 3, 9)])
def test_null_directions_at_a_solution(p, p_star, N, rng):
    at = manifolds.random_solution(p, p_star, N, rng)
    assert len(at.tangent) == landscape.manifold_dimension(p, p_star)
    assert len(at.extra) == landscape.extra_null_directions(p, p_star, N)
    assert len(at.null) == len(at.tangent) + len(at.extra)
    assert len(at.null) + len(at.positive) == p * N
    assert at.angle < 1e-12
    flat = at.tangent.reshape(-1, p * N)
    np.testing.assert_allclose(flat @ flat.T, np.eye(len(flat)), atol=1e-13)
    for move in at.tangent:  # V^T dV + dV^T V = 0: zero error to first order
        change = at.W.T @ move
        np.testing.assert_allclose(change + change.T, 0, atol=1e-13)


def test_the_angle_sees_a_wrong_tangent_space(rng):
    at = manifolds.random_solution(4, 2, 9, rng)
    wrong = manifolds.Solution(at.W, at.W_star, np.concatenate([at.tangent[1:], at.positive[:1]]))
    assert wrong.angle == pytest.approx(np.pi / 2)


def test_risk_along_null_directions(rng):
    p, p_star = 4, 2
    at = manifolds.random_solution(p, p_star, 9, rng)
    extra, tangent, positive = (manifolds.unit(basis, rng) for basis in (at.extra, at.tangent, at.positive))
    for step in (1e-2, 0.1, 1.0):
        for direction in (extra, tangent):
            expected = landscape.quartic_coefficient(direction) * step**4
            assert at.straight(direction, step) == pytest.approx(expected, rel=1e-9)
    for step in (1e-2, 0.1):
        relaxed = at.relaxed(extra, step)
        assert relaxed == pytest.approx(landscape.relaxed_quartic_coefficient(extra, p_star) * step**4, rel=1e-9)
        assert 0 < relaxed < at.straight(extra, step)
        assert at.turned(manifolds.generator(at.W, rng), step) < 1e-28
    curvature = positive.ravel() @ landscape.hessian(at.W, at.W_star) @ positive.ravel()
    assert at.straight(positive, 1e-4) == pytest.approx(curvature / 2 * 1e-8, rel=1e-3)


def test_the_relaxed_risk_is_the_least_of_all(rng):
    """No other way of following found at random is lower."""
    at = manifolds.random_solution(4, 2, 9, rng)
    extra = manifolds.unit(at.extra, rng)
    least = at.relaxed(extra, 0.1)
    for size in np.geomspace(1e-4, 1e-1, 7):
        for _ in range(20):
            along = 0.1 * extra + size * manifolds.unit(at.positive, rng)
            assert at.straight(along, 1.0) >= least


def test_rotations_move_at_unit_speed_on_the_manifold(rng):
    at = manifolds.random_solution(5, 2, 9, rng)
    X = manifolds.generator(at.W, rng)
    np.testing.assert_allclose(X, -X.T, rtol=0, atol=0)
    assert np.linalg.norm(X @ at.W) == pytest.approx(np.sqrt(9), rel=1e-12)
    move = (X @ at.W).ravel() / 3  # a tangent direction
    flat = at.tangent.reshape(len(at.tangent), -1)
    assert np.linalg.norm(flat @ move) == pytest.approx(1, rel=1e-12)


def test_the_risk_rises_with_a_power_of_its_own_along_each_kind_of_way(rng):
    found = manifolds.rises(manifolds.random_solution(4, 2, 9, rng), np.geomspace(1e-3, 1e-2, 5), rng)
    for kind, rise in found.items():
        if rise.power:
            assert rise.exponent == pytest.approx(rise.power, abs=0.05), kind
        else:
            assert rise.risks.max() < 1e-28
    ratios = {kind: rise.ratio for kind, rise in found.items() if rise.ratio is not None}
    assert ratios == pytest.approx(dict.fromkeys(("tangent, straight", "extra, straight", "extra, relaxed"), 1.0))


@pytest.mark.parametrize(
    ("k_t", "k_o", "family"), [(0, 0, "tabula rasa"), (0, 2, "uncorrelated"), (2, 0, "correlated"), (1, 1, "mixed")]
)
def test_every_stationary_point_belongs_to_a_class(k_t, k_o, family):
    assert landscape.StationaryPoint(4, 2, k_t, k_o).family == family


def test_a_power_law_has_its_exponent():
    risks, slope = manifolds.power_law(lambda step: 3 * step**4, np.geomspace(1e-3, 1e-1, 5))
    assert slope == pytest.approx(4, rel=1e-12)
    assert risks[0] == pytest.approx(3e-12)


@pytest.mark.parametrize(("p", "p_star", "N"), [(4, 2, 8), (2, 3, 7), (3, 1, 6)])
def test_the_eigenvectors_of_every_stationary_point_are_a_basis_of_those_of_the_hessian(p, p_star, N, rng):
    for point in landscape.all_points(p, p_star):
        assert brute.eigenvector_error(point, N, rng) < 1e-12
        values, vectors = landscape.eigenvectors(point, np.eye(p), np.eye(N))
        flat = vectors.reshape(p * N, -1)
        np.testing.assert_allclose(flat @ flat.T, np.eye(p * N), atol=1e-13)
        levels = np.concatenate([np.full(level.count, level.value) for level in point.levels(N)])
        np.testing.assert_allclose(np.sort(values), np.sort(levels), atol=1e-13)


def test_a_hessian_of_another_scale_is_caught(rng, monkeypatch):
    point = landscape.StationaryPoint(3, 2, 0, 3)
    assert brute.curvature_error(point, 8, rng, 1e-4) < 1e-6
    monkeypatch.setattr(brute, "hessian", lambda W, W_star: 1.1 * landscape.hessian(W, W_star))
    assert brute.curvature_error(point, 8, rng, 1e-4) > 1e-2
    assert brute.derivative_errors(3, 2, 6, rng, 1e-4)[1] > 1e-2
