"""What every engine takes and refuses alike: numbers, times, sizes from 1e-300 to 1e4."""

import re

import numpy as np
import pytest
from numpy.random import SeedSequence, default_rng

from shallownets.errors import Impossible
from shallownets.numerics import memory
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain, direct, gradient_flow, ode, spectral
from shallownets.studies.escape.simulate import ENGINES, LIMITS, SGD, simulate
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.trajectory import recording_times, require_run, sample_numbers

N = 40


def run(engine, start, eta=0.1, alpha=(0.0, 1.0, 2.0), **more):
    return simulate(start, engine, eta, alpha, N=N, streams=SeedSequence(1).spawn(2), **more)


@pytest.mark.parametrize("engine", ENGINES)
def test_whole_numbers_are_numbers(engine):
    whole = Start([[1, 0], [0, 0]], [[1, 0], [0, 1]])
    real = Start(np.array([[1.0, 0.0], [0.0, 0.0]]), np.eye(2))
    ours, theirs = run(engine, whole, 1, [0, 1, 2]), run(engine, real, 1.0)
    np.testing.assert_array_equal(ours.M, theirs.M)
    np.testing.assert_array_equal(ours.Q, theirs.Q)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("eta", [np.nan, np.inf, -0.1])
def test_a_learning_rate_is_a_number_of_at_least_0(engine, eta):
    with pytest.raises(Impossible, match=rf"^eta = {eta}: expected a finite number of at least 0$"):
        run(engine, Start(np.zeros((2, 1)), np.eye(2)), eta)
    assert np.isfinite(run(engine, Start(np.zeros((2, 1)), np.eye(2)), 0).Q).all()


TIMES = [[], [-1.0, 0.0], [0.0, np.nan], [0.0, np.inf], [0.0, 1.0, 1.0], [1.0, 0.0], [[0.0, 1.0]]]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("alpha", TIMES)
def test_times_rise_from_0_on(engine, alpha):
    with pytest.raises(Impossible, match=r"^alpha = .*: expected rising times of at least 0$") as refused:
        run(engine, Start(np.zeros((2, 1)), np.eye(2)), alpha=alpha)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["M", "Q", "W"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, "x", 1j])
def test_overlaps_and_weights_are_finite_numbers(name, wrong):
    values = {"M": [[0.0]], "Q": [[1.0]], "W": np.ones((1, 4)).tolist(), "W_star": np.ones((1, 4)).tolist()}
    values[name][0][0] = wrong
    with pytest.raises(Impossible, match=rf"^{name} = .*: expected a matrix of finite numbers$"):
        Start(**values)


def test_weights_of_one_kind_or_another_shape_are_refused():
    M, Q, W = np.zeros((2, 1)), np.eye(2), np.ones((2, 9))
    for W_star in (None, np.ones((2, 9))):
        with pytest.raises(Impossible, match="W and W_star belong together"):
            Start(M, Q, W, W_star)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_begins_at_0_and_need_not_record_it(engine):
    start = starts.gaussian(3, 2, 400, default_rng(1))
    whole, late = run(engine, start, 0.3, [0.0, 1.5, 4.0]), run(engine, start, 0.3, [1.5, 4.0])
    np.testing.assert_allclose(late.M, whole.M[:, 1:], rtol=0, atol=1e-9 if engine in LIMITS else 0)
    np.testing.assert_allclose(late.Q, whole.Q[:, 1:], rtol=0, atol=1e-9 if engine in LIMITS else 0)
    assert np.abs(late.Q[:, 0] - start.Q).max() > 0.01


@pytest.mark.parametrize("engine", SGD)
def test_times_between_samples_do_not_add_up(engine):
    """A quarter of time is two and a half samples at N = 10, and eighty of them are 200."""
    start, streams = starts.gaussian(2, 1, 400, default_rng(1)), SeedSequence(2).spawn(2)
    fine = simulate(start, engine, 0.05, np.arange(0, 20.01, 0.25), N=10, streams=streams)
    ends = simulate(start, engine, 0.05, [0.0, 10.0, 20.0], N=10, streams=streams)
    np.testing.assert_array_equal(fine.Q[:, [0, 40, 80]], ends.Q)
    np.testing.assert_array_equal(fine.alpha[:5], [0.0, 0.2, 0.5, 0.8, 1.0])
    with pytest.raises(Impossible, match="at N = 10: expected times at least a sample, 1/N, apart"):
        simulate(start, engine, 0.05, [0.0, 0.01, 1.0], N=10, streams=streams)


def test_samples_are_counted_exactly_or_not_at_all():
    times = recording_times(3.0, 7, 10)
    np.testing.assert_array_equal(np.diff(sample_numbers(require_run(0.1, times), 10)), np.rint(np.diff(times) * 10))
    with pytest.raises(Impossible, match=r"at most 9e\+15 samples"):
        sample_numbers(np.array([0.0, 1e6]), 10**12)
    with pytest.raises(Impossible, match=r"at most 9e\+15 samples"):
        recording_times(1e6, 11, 10**12)


@pytest.mark.parametrize("exponent", [9.5, 12, 30, 100, 250, 290])
def test_the_escape_of_tiny_overlaps_comes_at_its_time(exponent):
    """While M is small the ODE is linear in it: each decade less delays the escape by the same time."""
    p, p_star, eta = 4, 2, 0.4
    level = model.plateau_risk(p, p_star) / 2

    def start(k):
        M = 10.0**-k * np.array([[1.0, 0.3], [-0.2, 0.7], [0.1, 0.1], [0.5, -0.9]])
        return Start(M, np.eye(p))

    at_4, at_6 = (spectral.escape_time(start(k), eta, level, 1e4, 1e-12) for k in (4, 6))
    expected = at_6 + (exponent - 6) * (at_6 - at_4) / 2
    assert spectral.escape_time(start(exponent), eta, level, 1e6, 1e-10) == pytest.approx(expected, rel=3e-8)
    times = np.array([expected - 0.01, expected + 0.01])
    for engine in (ode, spectral):
        found = engine.simulate(start(exponent), eta, times, 1e-10)
        before, after = model.population_risk(found.M, found.Q)[0]
        assert before > level > after
    times = np.linspace(0, 2 * expected, 9)
    flows = [
        gradient_flow.simulate(start(exponent), eta, times, 1e-10),
        ode.simulate(start(exponent), eta, times, 1e-10, gradient_flow=True),
    ]
    np.testing.assert_allclose(flows[0].M, flows[1].M, rtol=0, atol=1e-7)


def test_overlaps_with_each_teacher_vector_have_errors_of_their_own():
    M = np.array([[1e-2, 1e-25], [2e-2, 3e-25], [0.0, 1e-25]])
    times = np.linspace(0, 3000, 31)
    ours, theirs = (engine.simulate(Start(M, np.eye(3)), 0.3, times, 1e-11).M for engine in (ode, spectral))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-8)


@pytest.mark.parametrize("small", [1e-14, 1e-16, 1e-18])
def test_singular_values_that_rounding_mixes_are_refused(small):
    start = Start(1e-2 * default_rng(1).standard_normal((5, 3)) * [1.0, 1.0, small], np.eye(5))
    times = np.array([0.0, 1.0])
    assert ode.simulate(start, 0.3, times, 1e-8).M.shape == (1, 2, 5, 3)
    with pytest.raises(Impossible, match="singular values of M that rounding does not mix"):
        spectral.simulate(start, 0.3, times, 1e-8)


@pytest.mark.parametrize("norm", [1e-8, 1e-3, 100.0, 1e4, 1e7])
def test_norms_of_any_size_are_judged_by_their_own_rounding(norm):
    rng = default_rng(5)
    for _ in range(20):
        V = norm * rng.standard_normal((4, 7))
        noise = 1e-15 * norm**2 * rng.standard_normal((4, 4))
        Start(V[:, :2].copy(), V @ V.T + noise)
        with pytest.raises(Impossible, match="not symmetric"):
            Start(V[:, :2].copy(), V @ V.T + 1e6 * noise)
        with pytest.raises(Impossible, match="negative eigenvalue"):
            Start(V[:, :2].copy(), V[:, :2] @ V[:, :2].T - 1e-6 * norm**2 * np.eye(4))
    start = Start(np.zeros((3, 2)), norm**2 * np.eye(3))
    eta, alpha = min(0.1, norm**-2), np.array([0.0, 1.0])
    ours, theirs = (engine.simulate(start, eta, alpha, 1e-10) for engine in (spectral, ode))
    np.testing.assert_allclose(ours.Q, theirs.Q, rtol=1e-9)
    np.testing.assert_array_equal(ours.diverged_at < np.inf, [norm**2 > model.DIVERGED])


def test_the_risk_is_never_below_0():
    rng = default_rng(7)
    R = model.polar_factor(rng.standard_normal((500, 5, 3)))
    M = np.sqrt(5 / 3) * R
    risk = model.population_risk(M, M @ M.swapaxes(1, 2))
    assert np.all(risk >= 0)
    assert risk.max() < 1e-14
    assert (risk == 0).any()


def test_memory_is_asked_for_before_it_is_taken(monkeypatch):
    start, stream = starts.gaussian(4, 2, 100, default_rng(1)), SeedSequence(1).spawn(1)
    huge = 999_999_999_999_999
    words = re.escape(f"N = {huge}: weights of 4 + 2 vectors need 9.6e+07 GB of memory; expected at most the ")
    for use in (
        lambda: direct.simulate(start, huge, 0.1, [0.0, 1 / huge], stream),
        lambda: start.weights(huge),
        lambda: starts.orthonormal(4, 2, huge, default_rng(1)),
    ):
        with pytest.raises(Impossible, match=f"^{words}.* GB that are free$"):
            use()
    with pytest.raises(Impossible, match="GB of memory"):
        starts.gaussian_vectors(4, 2, huge, default_rng(1))
    # the chain's cost does not grow with N
    assert np.isfinite(chain.simulate(start, huge, 0.1, [0.0, 4 / huge], stream).Q).all()
    memory.require(1e3, "few bytes")
    monkeypatch.setattr(memory, "free", lambda: 10)
    with pytest.raises(Impossible, match=r"^few bytes need 1e-06 GB of memory; expected at most the 1e-08 GB that"):
        memory.require(1e3, "few bytes")
