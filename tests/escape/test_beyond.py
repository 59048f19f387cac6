"""Late times, paths between stationary points, frames: theory by second roads, and figures from made-up tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from shallownets.drawing import labels, style
from shallownets.errors import OutOfReach
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import gradient_flow, ode, spectral
from shallownets.studies.escape.figures import late_times, not_orthogonal, stationary_map
from shallownets.studies.escape.measure import frames as measured_frames
from shallownets.studies.escape.measure import late as measure
from shallownets.studies.escape.measure import solutions, staircase, stationary
from shallownets.studies.escape.theory import frames, late, plateau
from shallownets.studies.escape.theory.landscape import StationaryPoint


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("eta_hat", [0.0, 0.05, 0.15])
def test_the_late_rate_is_the_slowest_eigenvalue_of_the_linearised_ode(p, eta_hat):
    """Finite differences of model.drift at a solution, restricted to M and Q that are diagonal."""
    eta = eta_hat * p or 1e-9

    def drift(y):
        dM, dQ = model.drift(np.diag(y[:p]), np.diag(y[p:]), eta)
        return np.concatenate([np.diag(dM), np.diag(dQ)]) / eta

    h = 1e-5
    jacobian = np.array([(drift(1 + h * e) - drift(1 - h * e)) / (2 * h) for e in np.eye(2 * p)]).T
    slowest = np.linalg.eigvals(jacobian).real.max()
    assert late.decay_rate(p, eta if eta_hat else 0.0) == pytest.approx(-slowest, rel=1e-6)


def test_equal_widths_lose_stability_where_the_late_rate_vanishes():
    p = 2
    edge = p**2 / (2 * (p + 2))
    assert late.decay_rate(p, edge) == pytest.approx(0, abs=1e-14)
    start = starts.Start(0.9 * np.eye(p), np.eye(p))
    ends = [spectral.simulate(start, factor * edge, np.array([0.0, 600.0]), 1e-10) for factor in (0.95, 1.05)]
    below, above = (model.population_risk(run.M[0, -1], run.Q[0, -1]) for run in ends)
    assert below < 1e-6
    assert not above < 1e-3  # not a number where it diverged


@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_late_prefactor_is_that_of_the_matrix_ode(p, rng):
    start = starts.gaussian(p, p, 50, rng)
    t = np.array([0.0, p**2 / 8 * np.log(late.decay_prefactor(start.M) / 1e-8)])
    run = ode.simulate(start, 1.0, t, 1e-12, gradient_flow=True)
    risk = model.population_risk(run.M[0, -1], run.Q[0, -1])
    assert risk == pytest.approx(1e-8, rel=2e-3)


def test_rates_exponents_and_lines_of_known_decays():
    t = np.linspace(0, 30, 301)
    assert measure.decay_rate(t, 3 * np.exp(-0.7 * t), (1e-8, 1e-3)) == pytest.approx(0.7, rel=1e-10)
    t = np.geomspace(1, 1e4, 200)
    assert measure.late_exponent(t, 5 * t**-2.5) == pytest.approx(-2.5, rel=1e-10)
    assert measure.late_line(t, 5 / (t + 3) ** 2) == (pytest.approx(5, rel=1e-8), pytest.approx(-3, rel=1e-4))
    assert measure.span([1.0, 2.0, 6.0]) == {"estimate": 3.0, "low": 1.0, "high": 6.0, "n": 3, "degrees": np.inf}
    with pytest.raises(ArithmeticError, match="three points"):
        measure.decay_rate(t, np.exp(-t), (1e-300, 1e-299))


@pytest.mark.parametrize(("p", "p_star"), [(2, 1), (4, 2)])
def test_overlapping_students_reach_the_predicted_frame_as_their_overlap_with_the_teacher_vanishes(p, p_star, rng):
    remainders = []
    for N in (1e4, 1e8):
        start = starts.equal_overlaps(p, p_star, N, 0.6, np.random.default_rng(1))
        found = solutions.end_of(start, 1.0, 200.0 * p, 1e-11, gradient_flow=True)
        assert found["drift"] > 0.02
        assert found["drift"] == pytest.approx(found["predicted drift"], rel=0.1)
        assert found["lost selectivity"] > 0
        assert found["excess distance"] > 0
        remainders.append(found["remainder"])
    measured = np.log(remainders[1] / remainders[0]) / np.log(1e4)
    assert measured == pytest.approx(frames.remainder_exponent(p, p_star), abs=0.03)


def test_at_a_finite_learning_rate_overlapping_students_reach_the_frame_of_the_equations_at_no_overlap(rng):
    """Far better than the power -1/2 of gradient flow, and at no learning rate the same."""
    start, eta_hat = starts.equal_overlaps(3, 2, 1e9, 0.6, rng), 0.1
    end = ode.simulate(start, 3 * eta_hat, np.array([0.0, 3000.0]), 1e-11).M[0, -1]
    R = model.polar_factor(end)
    gaps = [np.linalg.norm(frames.reached_frame(start.M, start.Q, rate) - R) for rate in (0.0, eta_hat)]
    assert gaps[1] < 1e9 ** frames.remainder_exponent(3, 2) * 2 < gaps[0] / 10
    limit = frames.reached_frame(start.M, start.Q, 1e-7)
    np.testing.assert_allclose(limit, frames.reached_frame(start.M, start.Q), atol=1e-6)


def test_growth_until_the_students_are_even_is_that_of_scipys_integration():
    q, p_star, eta_hat = np.array([0.8, 1.0, 1.3]), 2, 0.2
    p = q.size

    def change(_, y):
        now = y[:p]
        tau = now.mean() - 1
        twice_risk = 2 * ((now**2).sum() / p**2 + 1 / p_star) + tau**2
        pull = -tau - 2 * now / p
        noise = twice_risk + 4 * tau * now / p + 8 * now**2 / p**2
        return np.concatenate([4 * now * (pull + eta_hat * noise), 2 * pull])

    end = solve_ivp(change, (0, 40), np.append(q, np.zeros(p)), "DOP853", rtol=1e-12, atol=1e-14).y[p:, -1]
    np.testing.assert_allclose(frames._growth(tuple(q), p_star, eta_hat), end - end.mean(), rtol=0, atol=1e-9)


def test_students_that_diverge_reach_no_frame(rng):
    start = starts.equal_overlaps(3, 2, 1e6, 0.1, rng)
    with pytest.raises(OutOfReach, match=r"eta_hat = 1: the students diverge"):
        frames.reached_frame(start.M, start.Q, 1.0)


def test_orthonormal_students_reach_the_closest_solution(rng):
    start = starts.gaussian(3, 2, 100, rng)
    np.testing.assert_allclose(frames.reached_frame(start.M, start.Q), model.polar_factor(start.M), atol=1e-13)
    found = solutions.end_of(start, 0.3, 1000.0, 1e-10, gradient_flow=False)
    assert found["drift"] < 1e-8
    assert abs(found["lost selectivity"]) < 1e-12


def test_powers_of_a_matrix_and_the_overlaps_of_correlated_students(rng):
    start = starts.equal_overlaps(4, 2, 200, 0.3, rng)
    assert start.Q[0, 1] == pytest.approx(0.3)
    np.testing.assert_allclose(np.diag(start.Q), 1)
    half = model.matrix_power(start.Q, 0.5)
    np.testing.assert_allclose(half @ half, start.Q, atol=1e-13)
    np.testing.assert_allclose(model.matrix_power(start.Q, -1.0) @ start.Q, np.eye(4), atol=1e-12)
    W, W_star = start.weights(10)
    np.testing.assert_allclose(W @ W_star.T / 10, start.M, atol=1e-12)


def test_a_path_stops_at_the_stationary_points_in_order():
    p, p_star, N = 3, 2, 7
    start = starts.Start(np.diag([1e-2, 1e-6])[[0, 1, 1]] * np.array([[1], [1], [0]]), np.eye(p))
    run = gradient_flow.simulate(start, 1.0, np.linspace(0, 40, 201), 1e-11)
    path = staircase.along(run, N)
    stops = [staircase.nearest(run.M[0, at], run.Q[0, at]) for at in path.stops()]
    assert [(point.k_t, point.k_o) for point in stops] == [(0, 3), (1, 2)]
    np.testing.assert_allclose(path.risk[path.stops()], [point.risk for point in stops], atol=1e-3)
    assert list(path.index[path.stops()]) == [(p - k) * (p_star - k) for k in (0, 1)]
    # the squared gradient is the rate at which the flow lowers the risk
    rate = -np.gradient(path.risk, run.alpha)
    np.testing.assert_allclose(path.gradient[20:180] ** 2, rate[20:180], atol=2e-3)


@pytest.mark.parametrize(
    ("lost", "expected"),
    [([0, 0, 0.005, 0.015], 0.55), ([0, 0, 0, 0], 0.7), ([0.02, 0.03, 0.04, 0.05], 0.1), ([0, 0.02, 0.03, 0.04], 0.2)],
)
def test_the_overlap_of_loss_is_where_the_mean_passes_one_percent(lost, expected):
    spread = np.array([[0.5], [1.5]]) * np.array(lost)  # two starts with this mean
    assert measured_frames.overlap_of_loss(np.array([0.1, 0.3, 0.4, 0.7]), spread) == pytest.approx(expected)


def test_the_overlap_of_loss_over_the_predicted_one_has_no_error_where_all_starts_agree(rng):
    overlaps = np.array([0.1, 0.3, 0.4, 0.7])
    lost, predicted = np.tile([0, 0, 0.005, 0.015], (5, 1)), np.tile([0, 0.02, 0.03, 0.04], (5, 1))
    found = measured_frames.loss_over_predicted(overlaps, lost, predicted, rng)
    assert (found.value, found.error, found.n) == (pytest.approx(0.55 / 0.2), pytest.approx(0, abs=1e-12), 5)


def test_small_overlaps_grow_by_a_factor_in_the_time_that_theory_says():
    start = starts.Start(1e-6 * np.eye(3, 2), 3 / 5 * np.eye(3))  # norms of the plateau
    last = plateau.growth_time(3, 2, 50.0)
    run = ode.simulate(start, 1.0, np.array([0.0, last]), 1e-11, gradient_flow=True)
    assert run.M[0, 1, 0, 0] / run.M[0, 0, 0, 0] == pytest.approx(50, rel=1e-6)


def test_a_path_stops_at_the_points_that_have_learned_none_and_one_of_the_teachers():
    run = staircase.descent(2, 2, [1e-2, 1e-5], 101, 1e-10)
    path = staircase.along(run, 6)
    stops = staircase.stops(run, path)
    assert [stop.at for stop in stops] == path.stops().tolist()
    assert [(stop.point.k_t, stop.point.k_o) for stop in stops] == [(0, 2), (1, 1)]


def test_the_slowest_of_several_runs_is_the_one_of_the_largest_exponent():
    t = np.geomspace(1, 100, 50)
    found = measure.slowest(t, np.array([t**-3.0, t**-2.0, t**-2.5]))
    assert found.exponent == pytest.approx(-2)


def test_the_formula_of_a_stationary_point_beside_weights_there(rng):
    found = stationary.beside(StationaryPoint(3, 2, 1, 1), 7, rng)
    assert found.agrees
    assert found.measured_risk == pytest.approx(found.point.risk)
    assert found.lowest < 0 < found.index
    assert not replace(found, positive=found.positive + 1).agrees
    levels = [abs(level.value) for level in found.point.levels(7) if level.value]
    assert stationary.softest(found.point, 7) == pytest.approx(min(levels))


@pytest.mark.parametrize("eta_hat", [0.0, 0.1])
def test_the_law_of_an_exponential_decay_meets_the_risk_in_the_window(eta_hat):
    p, window = 2, (1e-9, 1e-5)
    start = starts.gaussian(p, p, 500, np.random.default_rng(3))
    t = measure.until_decayed(start, eta_hat * p, window[0], 400)
    risk = measure.limit_risk(start, eta_hat, t, 1e-11)
    assert risk[-1] < window[0]
    found = measure.exponential(start, eta_hat * p, t, risk, window)
    assert found.rate == pytest.approx(late.decay_rate(p, eta_hat * p), rel=1e-3)
    inside = (risk > window[0]) & (risk < window[1])
    np.testing.assert_allclose(found.law[inside], risk[inside], rtol=0.02)


@pytest.mark.parametrize(("k_t", "k_o"), [(0, 0), (0, 4), (1, 2), (2, 0)])
def test_a_stationary_point_is_nearest_to_itself(k_t, k_o, rng):
    point = StationaryPoint(4, 2, k_t, k_o)
    axes = np.linalg.qr(rng.standard_normal((9, 9)))[0]
    W = point.weights(np.linalg.qr(rng.standard_normal((4, 4)))[0], axes[:2], axes[2:])
    M, Q = W @ axes[:2].T / 3, W @ W.T / 9
    assert staircase.nearest(M, Q) == point


def test_large_powers_of_ten_are_written_as_such():
    assert [labels.whole(N) for N in (512, 10000, 1000000, 2000000)] == ["512", "10000", "10^{6}", "2000000"]


@pytest.fixture
def drawn():
    style.apply()


@pytest.mark.usefixtures("drawn")
def test_the_figure_of_late_times_shows_every_curve_and_its_law():
    t = np.geomspace(1, 1e3, 50)
    widths = ((1, 1, "gradient flow"), (2, 2, "chain"), (2, 1, "spectral ODE"), (2, 1, "chain"))
    rows = [
        pd.DataFrame({"p": p, "p_star": q, "engine": engine, "eta_hat": hat, "t": t, "risk": 2 / t**2, "law": t**-2})
        for p, q, engine in widths
        for hat in [0.0 if engine == "gradient flow" else 0.1]
    ]
    parameters = {"window": [1e-10, 1e-5], "eta_hat": 0.1, "N": 100, "replicates": 3}
    left, right = late_times.draw(pd.concat(rows), parameters).axes
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["$1,1$", "$2,2$"]
    assert right.get_xscale() == right.get_yscale() == "log"
    curves = [line for line in left.lines if len(line.get_xdata()) > 2]
    assert len(curves) == 3  # two engines and the law of one of them
    over = [line.get_ydata() for line in right.lines if len(line.get_xdata()) > 2]
    assert len(over) == 2
    assert all(np.allclose(one, 2) for one in over)  # the risk over its law


@pytest.mark.usefixtures("drawn")
def test_the_map_shows_every_point_and_the_stops():
    point = {"kind": "point", "p": 2, "p_star": 1, "N": 5, "measured_risk": 0.5, "measured_index": 2, "k_o": 0}
    rows = [point | {"k_t": k, "risk": 0.5, "index": 2} for k in (0, 1)]
    path = {"kind": "path", "p": 2, "p_star": 1, "N": 5, "measured_risk": 0.5, "measured_index": 2}
    rows += [path | {"t": time} for time in (0.0, 1.0)] + [
        path | {"kind": "stop", "k_t": 0, "k_o": 2, "risk": 0.5, "t": 1}
    ]
    parameters = {"sizes": [[2, 1, 5]], "values": [0.01]}
    chart, stairs = stationary_map.draw(pd.DataFrame(rows), parameters).axes
    assert len(chart.get_legend().get_texts()) == 2
    assert [text.get_text() for text in stairs.texts] == ["$(0,2)$"]


@pytest.mark.usefixtures("drawn")
def test_the_figure_of_frames_shows_predictions_as_lines():
    names = ("drift", "predicted drift", "remainder", "lost selectivity", "excess distance")
    value = {"estimate": 0.1, "low": 0.09, "high": 0.11, "n": 3}
    rows = [
        {"quantity": name, "start": start, "N": N, "overlap": overlap, "eta_hat": hat} | value
        for name in names
        for start, N, overlap in (("Gaussian", 100, 0.0), ("Gaussian", 200, 0.0), ("equal overlaps", 100, 0.5))
        for hat in (0.0, 0.1)
    ]
    parameters = {"widths": [4, 2], "N": 100, "starts": 3, "eta_hat": 0.1}
    figure = not_orthogonal.draw(pd.DataFrame(rows), parameters)
    legends = [[text.get_text() for text in axes.get_legend().get_texts()] for axes in figure.axes]
    assert [len(texts) for texts in legends] == [2, 2, 2, 2]
    assert legends[0] == legends[1] != legends[2] == legends[3]
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 2]
    assert len(lines) == 1
