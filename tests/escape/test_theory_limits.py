"""What docs/escape.md states beyond single functions: limits, orders of magnitude, a table, a solution in matrices."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from shallownets.studies.escape import model
from shallownets.studies.escape.engines import ode, spectral
from shallownets.studies.escape.starts import Start, gaussian_vectors
from shallownets.studies.escape.theory import finite, frames, landscape, late, plateau, solutions


@pytest.mark.parametrize(("p", "p_star", "eta_hat"), [(2, 1, 0.05), (4, 2, 0.15), (3, 3, 0.1)])
def test_the_escape_time_of_the_ode_grows_by_the_time_per_log(p, p_star, eta_hat, rng):
    shape = rng.standard_normal((p, p_star))
    level = plateau.plateau_level(p, p_star, 0.5)
    times = [
        spectral.escape_time(Start(shape / np.sqrt(N), np.eye(p)), p * eta_hat, level, 1e4, 1e-11) for N in (1e10, 1e14)
    ]
    assert np.diff(times)[0] / np.log(1e4) == pytest.approx(finite.time_per_log(p, p_star, eta_hat), rel=1e-4)


@pytest.mark.parametrize(("p", "p_star"), [(1, 1), (4, 1), (4, 2), (32, 4), (3, 5)])
def test_the_escape_rate_is_right_up_to_the_reduction_times_a_known_number(p, p_star, rng):
    """Gradient flow from overlaps so small that Q has answered them long before the reduction is 1e-4 to 1e-3."""
    start = Start(1e-7 * rng.standard_normal((p, p_star)), model.plateau_norm(p) * np.eye(p))
    t = p_star / 8 * np.linspace(np.log(1e6), np.log(1e12), 400)
    run = spectral.simulate(start, p, np.append(0.0, t), 1e-12, gradient_flow=True)
    reduction = 1 - model.population_risk(run.M, run.Q)[0] / model.plateau_risk(p, p_star)
    rates = np.gradient(np.log((run.M[0] ** 2).sum((1, 2)))[1:], t, edge_order=2)
    chosen = (reduction[1:] > 1e-4) & (reduction[1:] < 1e-3)
    assert chosen.sum() > 20
    missing = 1 - rates[chosen] * p_star / 8
    assert np.all(missing > 0)
    assert np.all(missing < 1.02 * (p_star / 2 + 1) * reduction[1:][chosen])


@pytest.mark.parametrize(("p", "p_star"), [(1, 1), (2, 1), (8, 2), (3, 5)])
def test_the_overlaps_grow_at_the_rate_of_the_second_order_in_the_learning_rate(p, p_star):
    first = 1 + p_star / (p + 2)
    missing = [
        1 - first * x - plateau.finite_overlap_rate(p, p_star, x) / plateau.overlap_rate(p_star) for x in (1e-3, 5e-4)
    ]
    np.testing.assert_allclose(missing[0], first * 4 / (p + 2) * 1e-6, rtol=0.03)
    assert missing[0] / missing[1] == pytest.approx(4, rel=0.03)


@pytest.mark.parametrize(
    ("p", "p_star", "eta_hat"), [(2, 1, 0.1), (4, 2, 0.1), (5, 3, 0.02), (8, 2, 0.1), (12, 4, 0.0)]
)
def test_the_next_order_of_the_late_tail_is_known_and_below_the_tolerance(p, p_star, eta_hat):
    start = Start(0.3 * np.eye(p, p_star), np.eye(p))
    last = 2000.0 / (eta_hat or 1.0)
    eta = p * (eta_hat or 1.0)
    run = spectral.simulate(start, eta, np.array([0.0, last / 2, last]), 1e-12, gradient_flow=not eta_hat)
    M, Q = run.M[0, -1], run.Q[0, -1]
    q_0 = np.linalg.eigvalsh(Q)[0]
    M_inf, Q_inf = solutions.overlaps(model.polar_factor(start.M))
    M_tail, Q_tail = late.late_deviation(p, p_star, q_0)
    eta *= bool(eta_hat)
    tail = (p - p_star) * q_0
    distance = np.trace(Q) + p - 2 * np.sqrt(p / p_star) * np.trace(model.polar_factor(start.M).T @ M)
    found = {
        "M": np.linalg.norm(M - M_inf) / M_tail,
        "Q": np.linalg.norm(Q - Q_inf) / Q_tail,
        "distance": distance / tail,
        "risk": model.population_risk(M, Q) / late.late_risk(p, p_star, eta, q_0),
    }
    a = (p - p_star) / (p_star + 2)
    b = 2 * a * p_star * (p + 2) / (p * (p_star + 2) ** 2)
    kappa = eta / (1 - 4 * eta / (p * p_star)) * late.late_risk(p, p_star, eta, 1.0)
    known = {"M": (b + kappa) / a + a * p_star / (4 * p), "Q": a * b * p_star / (p - p_star + a**2 * p_star)}
    for name, coefficient in known.items():
        assert (found[name] - 1) / q_0 == pytest.approx(coefficient, rel=0.05), name
    for name, value in found.items():
        assert abs(value - 1) < 1.06 * q_0, name


@pytest.mark.parametrize(("p", "p_star"), [(2, 1), (4, 2), (1, 3)])
def test_norm_learning_shrinks_the_overlaps_by_the_root_of_the_norm(p, p_star, rng):
    M = 1e-7 * rng.standard_normal((p, p_star))
    t = np.linspace(0, 2, 9)
    run = ode.simulate(Start(M, np.eye(p)), p, t, 1e-11, gradient_flow=True)
    expected = np.exp(4 * t / p_star) * np.sqrt(plateau.equal_norms(t, p, 1.0))
    np.testing.assert_allclose(run.M[0], expected[:, None, None] * M, rtol=1e-6)


@pytest.mark.parametrize("p_star", [1, 2, 5])
def test_the_fastest_rate_of_wide_students_has_its_limit(p_star):
    assert plateau.fastest_eta_hat(10**7, p_star) == pytest.approx(1 / (2 * np.sqrt(1 + 2 / p_star)), rel=1e-4)


@pytest.mark.parametrize(("p_star", "first"), [(1, 2), (2, 8), (4, 25), (8, 83)])
def test_wide_students_meet_the_limit_of_convergence_first(p_star, first):
    limit = plateau.last_convergence(p_star)
    assert plateau.fastest_eta_hat(first - 1, p_star) < limit < plateau.fastest_eta_hat(first, p_star)


@pytest.mark.parametrize(("p", "p_star"), [(4, 2), (2, 3)])
def test_the_riccati_formula_holds_for_weights_that_are_not_orthogonal(p, p_star, rng):
    """S(u) from g, the integral of g and that of g e^{2Au}, at the end of a flow of the overlaps."""
    N, end = 7, 3.0
    V = 0.6 * rng.standard_normal((p, N))
    A, B = 4 / (p * p_star), 4 / p**2
    inside = np.diag(np.arange(N) < p_star).astype(float)

    def second_moment(u, y):
        g, rest, teacher = y
        E = np.eye(N) + np.expm1(A * u) * inside
        Phi = rest * (np.eye(N) - inside) + teacher * inside
        return g * E @ V.T @ np.linalg.solve(np.eye(p) + 2 * B * V @ Phi @ V.T, V @ E)

    def slope(u, y):
        tau = np.trace(second_moment(u, y)) / p - 1
        return [-4 / p * tau * y[0], y[0], y[0] * np.exp(2 * A * u)]

    y = solve_ivp(slope, (0, end), [1.0, 0.0, 0.0], rtol=1e-11, atol=1e-13).y[:, -1]
    S = second_moment(end, y)
    M, Q = V[:, :p_star], V @ V.T
    run = ode.simulate(Start(M, Q), 1.0, np.array([0.0, end]), 1e-12, gradient_flow=True)
    M, Q = run.M[0, 1], run.Q[0, 1]
    np.testing.assert_allclose(S[:p_star, :p_star], M.T @ M, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(np.trace(S @ S), (Q**2).sum(), rtol=1e-8)
    delta = S / p - inside / p_star
    assert (delta**2).sum() + np.trace(delta) ** 2 / 2 == pytest.approx(model.population_risk(M, Q), rel=1e-7)


@pytest.mark.parametrize(("p", "p_star", "N"), [(2, 2, 7), (4, 3, 11), (6, 2, 13)])
def test_the_table_of_named_points_is_that_of_the_levels(p, p_star, N):
    """Rows [26], [28], [30] of the paper and the two aligned ones, as docs/escape.md prints them."""
    both = p * p_star
    table = {
        "tabula rasa": [
            (-2 / p * (1 + 2 / p_star), both),
            (-2 / p, p * (N - p_star)),
        ],
        "plateau": [
            (-4 / both, both),
            (0, p * (N - p - p_star) + p * (p - 1) // 2),
            (8 / (p * (p + 2)), p * (p + 1) // 2 - 1),
            (4 / p, 1),
        ],
        "solution": [
            (0, both - p_star * (p_star + 1) // 2 + (p - p_star) * (N - p_star)),
            (4 / both, p_star * (N - p_star)),
            (8 / both, p_star * (p_star + 1) // 2 - 1),
            (4 * (2 + p_star) / both, 1),
        ],
        "aligned to a teacher": [
            (-4 * (p_star + 2) / (3 * both), (p - 1) * (p_star - 1)),
            (-4 * (p_star - 1) / (3 * both), (p - 1) * (N - p_star)),
            (0, p - 1 + p_star - 1),
            (4 / both, N - p_star),
            (4 * (p_star + 2) / both, 1),
        ],
        "aligned orthogonally": [
            (-4 / p * (1 / 3 + 1 / p_star), (p - 1) * p_star),
            (-4 / (3 * p), (p - 1) * (N - p_star - 1)),
            (-4 / both, p_star),
            (0, p - 1 + N - p_star - 1),
            (4 / p, 1),
        ],
    }
    points = landscape.named_points(p, p_star)
    for name, rows in table.items():
        found = np.repeat(*zip(*[(level.value, level.count) for level in points[name].levels(N)], strict=True))
        stated = np.sort(np.repeat(*zip(*rows, strict=True)))
        np.testing.assert_allclose(found, stated, atol=1e-13, err_msg=name)


def test_gaussian_students_drift_by_the_inverse_root_of_the_dimension():
    """The predicted drift of R from Q_0 - I of order N^(-1/2), over fifty starts at two sizes."""
    rng = np.random.default_rng(11)
    sizes = []
    for N in (400, 40_000):
        drawn = [gaussian_vectors(3, 2, N, rng) for _ in range(50)]
        drifts = [np.linalg.norm(frames.reached_frame(s.M, s.Q) - model.polar_factor(s.M)) for s in drawn]
        sizes.append((np.mean(drifts), np.std(drifts) / np.sqrt(50)))
    ratio = sizes[0][0] / sizes[1][0]
    error = ratio * np.hypot(sizes[0][1] / sizes[0][0], sizes[1][1] / sizes[1][0])
    assert abs(ratio - 10) < 4 * error
