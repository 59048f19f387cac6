"""Solutions without error: theory by second roads, estimators on known input, figures from made-up tables."""

import numpy as np
import pandas as pd
import pytest
from numpy.random import default_rng
from scipy.optimize import minimize

from shallownets.drawing import style
from shallownets.numerics.statistics import Estimate, power_law_through
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.figures import convergence, fig3, fig4
from shallownets.studies.escape.measure import fluctuations, selection, solution_set
from shallownets.studies.escape.measure import solutions as measure
from shallownets.studies.escape.theory import finite, late
from shallownets.studies.escape.theory import solutions as theory
from shallownets.studies.escape.theory.landscape import StationaryPoint
from shallownets.studies.escape.trajectory import Trajectory

WIDTHS = [(1, 1), (2, 1), (3, 3), (5, 2)]


@pytest.mark.parametrize(("p", "p_star"), WIDTHS)
def test_solutions_have_no_risk_and_the_overlaps_of_their_weights(p, p_star, rng):
    start = starts.orthonormal(p, p_star, 30, rng)
    R = measure.random_frames(1, p, p_star, rng)[0]
    np.testing.assert_allclose(R.T @ R, np.eye(p_star), atol=1e-14)
    W = np.sqrt(p / p_star) * R @ start.W_star
    M, Q = theory.overlaps(R)
    np.testing.assert_allclose(W @ start.W_star.T / 30, M, atol=1e-13)
    np.testing.assert_allclose(W @ W.T / 30, Q, atol=1e-13)
    assert abs(model.population_risk(M, Q)) < 1e-14
    distance = ((start.W - W) ** 2).sum() / 30
    assert theory.squared_distance(start.M, start.Q, R) == pytest.approx(distance, rel=1e-12)


@pytest.mark.parametrize(("p", "p_star"), [(2, 1), (3, 3), (5, 2)])
def test_a_free_minimisation_finds_no_closer_solution_than_the_polar_factor(p, p_star, rng):
    """BFGS over R = polar factor of any matrix, from several points."""
    start = starts.gaussian(p, p_star, 50, rng)

    def distance(flat):
        return theory.squared_distance(start.M, start.Q, model.polar_factor(flat.reshape(p, p_star)))

    best = min(minimize(distance, rng.standard_normal(p * p_star)).fun for _ in range(12))
    assert best == pytest.approx(distance(start.M.ravel()), abs=1e-8)
    assert theory.selectivity(start.M, model.polar_factor(start.M)) == pytest.approx(1)


@pytest.mark.parametrize(("p", "p_star"), [(1, 2), (2, 3), (2, 5), (3, 4)])
def test_the_least_risk_of_a_narrow_student_is_found_by_free_minimisation(p, p_star, rng):
    def risk(flat):
        """The risk with W of shape (p, p* + 1): one direction beyond the teacher's."""
        W = flat.reshape(p, p_star + 1)
        return model.population_risk(W[:, :p_star], W @ W.T)

    found = min(minimize(risk, rng.standard_normal(p * (p_star + 1))).fun for _ in range(5))
    assert StationaryPoint(p, p_star, p, 0).risk == pytest.approx(found, abs=1e-8)
    assert found == pytest.approx((p_star - p) * (p_star + 2) / (p_star**2 * (p + 2)), abs=1e-8)


@pytest.mark.parametrize(("p", "p_star", "eta"), [(2, 1, 0.2), (4, 2, 0.4), (5, 3, 0.1), (8, 2, 1.2)])
def test_the_late_tail_is_that_of_the_ode(p, p_star, eta):
    """Corrections are of relative order q_0: halving q_0 halves them."""
    start = starts.Start(0.3 * np.eye(p, p_star), np.eye(p))
    alpha = np.array([0.0, 2000.0, 4000.0]) * p / eta
    run = ode.simulate(start, eta, alpha, 1e-11)
    errors = []
    for M, Q in zip(run.M[0, 1:], run.Q[0, 1:], strict=True):
        q_0 = np.linalg.eigvalsh(Q)[0]
        M_inf, Q_inf = theory.overlaps(model.polar_factor(start.M))
        M_tail, Q_tail = late.late_deviation(p, p_star, q_0)
        errors.append(
            [
                np.linalg.norm(M - M_inf) / M_tail - 1,
                np.linalg.norm(Q - Q_inf) / Q_tail - 1,
                model.population_risk(M, Q) / late.late_risk(p, p_star, eta, q_0) - 1,
            ]
        )
    errors = np.abs(errors)
    assert errors[1].max() < 0.01
    assert np.all(errors[1] < 0.6 * errors[0])
    slope = np.diff([1 / np.linalg.eigvalsh(Q)[0] for Q in run.Q[0, 1:]])[0] / np.diff(alpha[1:])[0]
    assert 1 / slope == pytest.approx(late.excess_norm(p, p_star, eta, 1.0), rel=5e-3)


@pytest.mark.slow
@pytest.mark.parametrize(("p", "p_star"), [(2, 1), (4, 2), (3, 3)])
def test_the_plateau_noise_is_that_of_sampled_gradients(p, p_star, rng):
    """c by Monte Carlo along the norms' ODE, summed by the trapezium rule over time."""
    eta, draws = 1.0, 100_000
    t = np.linspace(0, 5 * p_star, 300)

    def norm(t):
        return p / (p + 2) / (1 - 2 / (p + 2) * np.exp(-4 * t))

    q, h = norm(t), 1e-5
    # the norm's equation [9] at M = 0: dq/dt = 4 (-(q - 1) q - 2 q^2/p)
    np.testing.assert_allclose((norm(t + h) - norm(t - h)) / (2 * h), 4 * (-(q - 1) * q - 2 * q**2 / p), atol=1e-7)
    teacher, student = rng.standard_normal((draws, p_star)), rng.standard_normal((draws, p))
    y, z = (teacher**2).mean(1), (student**2).mean(1)
    # every pair (i, r) has the same mean; all are averaged
    both = (student**2).mean(1) * (teacher**2).mean(1)
    c = np.stack([(y - value * z) ** 2 * value * both for value in q], 1)
    growth = np.exp(8 * t / p_star) * q
    samples = 4 * eta / p * np.trapezoid(c / growth, t, axis=1)
    error = samples.std() / np.sqrt(draws)
    step = abs(np.trapezoid(1 / growth, t) - np.trapezoid(1 / growth[::2], t[::2])) * 4 * eta / p * c.mean(0).max()
    assert abs(samples.mean() - finite.plateau_noise(p, p_star, eta)) < 4 * error + step
    assert finite.plateau_selectivity(p, p_star, 1e-9) == pytest.approx(1)


def test_the_selectivity_of_noisy_overlaps(rng):
    """Polar factor of M_0 + sqrt(ν) noise by sampling."""
    p, p_star, eta_hat = 4, 2, 0.2
    M, G = rng.standard_normal((2, 20_000, p, p_star))
    noisy = model.polar_factor(M + np.sqrt(finite.escape_noise(p, p_star, eta_hat)) * G)
    got, closest = (noisy * M).sum((1, 2)), (model.polar_factor(M) * M).sum((1, 2))
    predicted = finite.plateau_selectivity(p, p_star, eta_hat)
    residual = got - predicted * closest
    assert abs(residual.mean()) < 4 * residual.std() / np.sqrt(len(got))


@pytest.mark.parametrize(("p", "p_star"), [(2, 1), (4, 2), (3, 3)])
def test_random_solutions_are_as_far_apart_as_said(p, p_star, rng):
    M, Q = theory.overlaps(measure.random_frames(20_000, p, p_star, rng))
    distances = theory.squared_distance(M, Q, measure.random_frames(20_000, p, p_star, rng))
    mean, sd = theory.mutual_distance(p, p_star)
    assert abs(distances.mean() - mean) < 4 * sd / np.sqrt(20_000)
    squares = (distances - mean) ** 2
    assert abs(squares.mean() - sd**2) < 4 * squares.std() / np.sqrt(20_000)


def test_gaussian_vectors_have_possible_overlaps_of_the_right_law(rng):
    draws = [starts.gaussian_vectors(3, 2, 50, rng) for _ in range(400)]
    M, Q = (np.array([getattr(start, name) for start in draws]) for name in ("M", "Q"))
    assert abs((50 * M**2).mean() - 1) < 4 * np.sqrt(2 / M.size)
    assert abs(np.trace(Q, axis1=1, axis2=2).mean() - 3) < 4 * np.sqrt(2 * 3 / 50 / 400)


def test_drifts_and_commutators_of_known_matrices(rng):
    M = rng.standard_normal((4, 2))
    Q = M @ M.T @ M @ M.T + np.eye(4)
    assert measure.commutator(M, Q) < 1e-12
    assert measure.commutator(M, np.diag([1.0, 2, 3, 4])) > 0.1
    assert measure.frame_drift(M @ (M.T @ M), model.polar_factor(M)) < 1e-12
    assert measure.singular_vector_drift(Q @ M, M) < 1e-12
    assert measure.singular_vector_drift(M + 0.1 * rng.standard_normal(M.shape), M) > 1e-3


def test_the_deviation_and_its_root(rng):
    alpha = np.array([0.0, 1.0])
    zero = Trajectory(alpha, np.zeros((1, 2, 2, 1)), np.zeros((1, 2, 2, 2)), np.array([np.inf]))
    run = Trajectory(alpha, np.full((3, 2, 2, 1), 3.0), np.full((3, 2, 2, 2), 3.0), np.full(3, np.inf))
    squares = measure.deviation(run, zero)
    np.testing.assert_allclose(squares, 9)
    assert measure.root_mean(squares, rng) == Estimate(3.0, 0.0, 3)


def test_exponents_of_made_up_power_laws(rng):
    N = np.array([100, 1000, 10_000])
    slope = power_law_through(N, [Estimate(5 * n**-0.5, 0.01 * n**-0.5, 10) for n in N]).coefficients[1]
    assert slope.value == pytest.approx(-0.5)
    assert 0 < slope.error < 0.01
    samples = [n**-1.5 * rng.lognormal(sigma=0.3, size=200) for n in N]
    slope = measure.log_exponent(N, samples)
    assert abs(slope.value + 1.5) < 4 * slope.error < 0.1


def test_the_law_of_fluctuations_goes_through_estimates_that_follow_it():
    points = {N: Estimate(5 * N**-0.5, 0.01 * N**-0.5, 10) for N in (100, 1000, 10_000)}
    law = fluctuations.root_law(points)
    assert law.exponent.value == pytest.approx(-0.5)
    assert law.at(400) == pytest.approx(0.25)
    assert fluctuations.root_law({N: points[N] for N in (100, 1000)}) is None


@pytest.mark.parametrize(("p", "p_star"), [(2, 2), (5, 2)])
def test_the_slope_along_the_solutions_is_that_of_the_formula(p, p_star, rng):
    """d^2 changes by -2 sqrt(p/p*) tr(dR^T M) [17]; only at the closest solution it does not."""
    start = starts.gaussian(p, p_star, 50, rng)
    R = measure.random_frames(1, p, p_star, rng)[0]
    turn = rng.standard_normal((p, p))
    turn -= turn.T
    along = turn @ R / max(np.linalg.norm(turn @ R), 1.0)
    expected = -2 * np.sqrt(p / p_star) * (along * start.M).sum()
    assert solution_set.slope_along(start, R, turn) == pytest.approx(expected, abs=1e-7)
    assert abs(expected) > 1e-4
    assert abs(solution_set.slope_along(start, model.polar_factor(start.M), turn)) < 1e-7


@pytest.fixture
def drawn():
    style.apply()


@pytest.mark.usefixtures("drawn")
def test_figure_3_draws_every_curve_once():
    times = np.arange(5.0)
    kinds = [("matching", 0), ("other", 1), ("other", 2), ("SGD", 3), ("theory", -1)]
    columns = {"alpha": times, "distance": 1.0, "risk": 0.5}
    frame = pd.concat([pd.DataFrame({"kind": kind, "curve": curve} | columns) for kind, curve in kinds])
    parameters = {"p": 4, "p_star": 2, "eta": 0.1, "N": 100, "others": 2, "replicates": 1}
    distances, risks = fig3.draw(frame, parameters).axes
    assert len(risks.lines) == len(kinds)
    assert len(distances.lines) == len(kinds) + 1  # and the level of random solutions
    black = [line for line in risks.lines if line.get_color() == "black"]
    assert len(black) == 1
    np.testing.assert_array_equal(black[0].get_xdata(), times[1:])
    assert len(risks.get_legend().get_texts()) == 4


@pytest.mark.usefixtures("drawn")
def test_figure_4_shows_each_element_for_both_sizes_and_the_ode():
    engines = ["ODE", "SGD, N = 64", "SGD, N = 512", "SGD, N = 512, small", "ODE, small"]
    index = pd.MultiIndex.from_product([engines, [1, 2], [1], [0.0, 1.0]])
    frame = index.to_frame(index=False, name=["engine", "i", "r", "alpha"]).assign(value=0.3)
    figure = fig4.draw(frame, {"p": 2, "p_star": 1, "eta": 0.2})
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["$N=64$", "$N=512$", "$N=512$, $M_0\\sim N^{-1/2}$"]
    assert [len(axes.lines) for axes in figure.axes] == [4, 4, 4]


@pytest.mark.usefixtures("drawn")
def test_the_figure_of_convergence_names_the_exponents():
    rows = []
    for quantity in ("deviation from the ODE", "late drift of R", "root of the excess distance"):
        for N in (64, 256):
            value = {"quantity": quantity, "N": N, "estimate": N**-0.5, "low": 0.9 * N**-0.5, "high": 1.1 * N**-0.5}
            rows += [value | {"kind": kind} for kind in ("chain", "theory", "direct")]
        rows.append({"quantity": quantity, "kind": "exponent", "N": 64, "estimate": -0.5, "low": -0.6, "high": -0.4})
    figure = convergence.draw(pd.DataFrame(rows), {"p": 4, "p_star": 2, "eta": 0.2})
    texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert len(texts) == 3
    assert all(r"-0.500 \pm 0.100" in text for text in texts)


def test_what_is_left_at_the_end_is_the_tail_of_the_late_law():
    """For p > p*: up to the order of the excess norm, as claims have it."""
    begun = [starts.orthonormal(4, 2, 10_000, default_rng(n)) for n in range(3)]
    found = selection.Ends.of(begun, 0.1, np.linspace(0, 4000, 9), 1e-10).tails
    excess = found["excess norm"]
    assert excess == pytest.approx(4**2 * (2 + 2) / (8 * (4 + 2) * 0.1 * 4000), rel=0.2)
    for name in ("deviation of M over its tail", "deviation of Q over its tail", "risk over its tail"):
        assert found[name] == pytest.approx(1, abs=2 * excess), name
