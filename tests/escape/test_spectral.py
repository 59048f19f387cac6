import numpy as np
import pytest

from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import ode, spectral
from shallownets.studies.escape.starts import Start

TIMES = np.linspace(0, 60, 31)


@pytest.mark.parametrize(("p", "p_star"), [(4, 2), (2, 2), (5, 1), (2, 3), (7, 4), (1, 1)])
@pytest.mark.parametrize("gradient_flow", [False, True])
def test_it_agrees_with_the_matrix_ode(p, p_star, gradient_flow, rng):
    for Q in (np.eye(p), 0.5 * np.eye(p)):
        start = Start(starts.gaussian(p, p_star, 200, rng).M, Q)
        ours = spectral.simulate(start, 0.08 * p, TIMES, 1e-12, gradient_flow)
        theirs = ode.simulate(start, 0.08 * p, TIMES, 1e-12, gradient_flow)
        np.testing.assert_allclose(ours.M, theirs.M, rtol=0, atol=1e-9)
        np.testing.assert_allclose(ours.Q, theirs.Q, rtol=0, atol=1e-9)


def test_starts_that_do_not_stay_closed_are_refused(rng):
    M = starts.gaussian(3, 2, 100, rng).M
    with pytest.raises(ValueError, match="diagonal along the singular vectors"):
        spectral.simulate(Start(M, np.diag([1.0, 0.9, 0.8])), 0.1, TIMES, 1e-8)


def test_the_escape_time_is_where_the_risk_crosses_the_level(rng):
    start = starts.gaussian(4, 2, 10_000, rng)
    level = 0.5 * model.plateau_risk(4, 2)
    time = spectral.escape_time(start, 0.4, level, 1000.0, 1e-11)
    run = ode.simulate(start, 0.4, np.array([0.0, time - 1e-6, time + 1e-6]), 1e-11)
    before, after = model.population_risk(run.M[0], run.Q[0])[1:]
    assert before > level > after


def test_a_run_that_does_not_escape_has_no_escape_time(rng):
    start = starts.gaussian(4, 2, 10_000, rng)
    level = 0.5 * model.plateau_risk(4, 2)
    assert spectral.escape_time(start, 0.4, level, 5.0, 1e-8) == np.inf
    assert spectral.escape_time(start, 4.0, level, 1000.0, 1e-8) == np.inf


def test_many_starts_and_levels_at_once_have_the_times_that_each_has_by_itself(rng):
    """Among them a start of students that coincide, which has other scalars than the rest."""
    drawn = [starts.gaussian(2, 1, 10_000, rng) for _ in range(3)]
    drawn.insert(1, Start(drawn[0].M[[0, 0]], np.ones((2, 2))))
    levels = np.array([0.5, 0.02]) * model.plateau_risk(2, 1)
    etas = [0.1, 0.3]
    for eta, times in zip(etas, spectral.escape_times(drawn, etas, levels, 300.0, 1e-8), strict=True):
        alone = [[spectral.escape_time(start, eta, level, 300.0, 1e-8) for level in levels] for start in drawn]
        np.testing.assert_array_equal(times, alone)
        assert (times[:, 0] < times[:, 1]).any()


def test_levels_that_do_not_fall_are_refused(rng):
    start = starts.gaussian(2, 1, 100, rng)
    for levels in ([], [0.1, 0.1], [0.1, 0.2]):
        with pytest.raises(ValueError, match="levels"):
            next(spectral.escape_times([start], [0.1], levels, 10.0, 1e-8))


def test_divergence_is_reported_as_by_the_matrix_ode(rng):
    start = starts.gaussian(2, 1, 100, rng)
    ours, theirs = (engine.simulate(start, 4.0, TIMES, 1e-9) for engine in (spectral, ode))
    assert ours.diverged_at[0] == pytest.approx(theirs.diverged_at[0], rel=1e-2)
    np.testing.assert_array_equal(ours.valid, theirs.valid)
