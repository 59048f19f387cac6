import numpy as np
import pytest

from shallownets.studies.escape.trajectory import Trajectory, concatenate, recording_times


def arrays(replicates=2, times=4, p=3, p_star=2):
    alpha = np.linspace(0, 1.5, times)
    never = np.full(replicates, np.inf)
    return alpha, np.zeros((replicates, times, p, p_star)), np.ones((replicates, times, p, p)), never


def test_recording_times_are_whole_numbers_of_samples():
    times = recording_times(2.0, 5, 7)
    np.testing.assert_array_equal(times, np.array([0, 4, 7, 10, 14]) / 7)
    np.testing.assert_array_equal(recording_times(2.0, 5), [0, 0.5, 1, 1.5, 2])
    with pytest.raises(ValueError, match="need more than 14 samples"):
        recording_times(2.0, 20, 7)


def test_numbers_that_are_not_finite_must_be_announced_as_divergence():
    alpha, M, Q, never = arrays()
    M[1, 2:] = Q[1, 2:] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        Trajectory(alpha, M, Q, never)
    announced = Trajectory(alpha, M, Q, np.array([np.inf, 0.7]))
    np.testing.assert_array_equal(announced.valid, [[True] * 4, [True, True, False, False]])
    with pytest.raises(ValueError, match="not finite"):
        Trajectory(alpha, M, Q, np.array([0.2, 0.7]))


def test_shapes_and_order_are_checked():
    alpha, M, Q, never = arrays()
    with pytest.raises(ValueError, match="increasing"):
        Trajectory(alpha[::-1], M, Q, never)
    with pytest.raises(ValueError, match="disagree"):
        Trajectory(alpha, M, Q[:, :, :2, :2], never)


def test_parts_are_joined_in_order_and_only_at_the_same_times():
    alpha, M, Q, never = arrays()
    joined = concatenate([Trajectory(alpha, M, Q, never), Trajectory(alpha, M + 1, Q, never)])
    np.testing.assert_array_equal(joined.M[:, 0, 0, 0], [0, 0, 1, 1])
    with pytest.raises(ValueError, match="same times"):
        concatenate([Trajectory(alpha, M, Q, never), Trajectory(alpha + 1, M, Q, never)])
