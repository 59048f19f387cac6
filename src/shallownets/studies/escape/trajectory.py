"""What every engine returns: the order parameters against time."""

from dataclasses import dataclass

import numpy as np

from shallownets.errors import Impossible, in_short
from shallownets.studies.escape.model import Array

_COUNTABLE = 2**53  # samples; beyond, a float does not tell a number from the next


@dataclass(frozen=True)
class Trajectory:
    """Order parameters of R replicates at T times.

    Attributes:
        alpha: (T,) time, samples over N, after exactly that many samples; increasing.
        M: (R, T, p, p*) student-teacher overlaps.
        Q: (R, T, p, p) student-student overlaps.
        diverged_at: (R,) time at which a replicate was found diverged; inf where it never was. From that time on
            its M and Q are NaN, and they are finite everywhere else.

    Raises:
        Impossible: shapes that do not fit, or NaN and inf that ``diverged_at`` does not announce.
    """

    alpha: Array
    M: Array
    Q: Array
    diverged_at: Array

    def __post_init__(self) -> None:
        replicates, times, p, _ = self.M.shape
        if self.alpha.shape != (times,) or np.any(np.diff(self.alpha) <= 0):
            raise Impossible("alpha must be increasing and as long as M and Q")
        if self.Q.shape != (replicates, times, p, p) or self.diverged_at.shape != (replicates,):
            raise Impossible("M, Q and diverged_at disagree in their replicates, times or width")
        for overlap in (self.M, self.Q):
            if not np.array_equal(np.isfinite(overlap).all((-2, -1)), self.valid):
                raise Impossible("an overlap is not finite where the run had not diverged, or finite where it had")

    @property
    def valid(self) -> np.ndarray:
        """(R, T) whether a replicate had not diverged by then."""
        return self.alpha < self.diverged_at[:, None]


def require_run(eta: float, alpha: Array) -> Array:
    """The recording times of a run, as floats; every run begins at time 0 and need not be recorded there.

    Args:
        eta: learning rate.
        alpha: (T,) times.

    Raises:
        Impossible: a learning rate that is not a finite number of at least 0, or times that are not finite numbers of
            at least 0, at least one, each above the one before.
    """
    if not 0 <= eta < np.inf:
        raise Impossible(f"eta = {eta}: expected a finite number of at least 0")
    times = np.asarray(alpha, float)
    if times.ndim != 1 or not times.size or not np.isfinite(times).all() or times[0] < 0 or np.any(np.diff(times) <= 0):
        raise Impossible(f"alpha = {in_short(alpha)}: expected rising times of at least 0")
    return times


def sample_numbers(alpha: Array, N: int) -> Array:
    """(T,) whole numbers of samples by the recording times: the nearest ones, where alpha N is not whole.

    Raises:
        Impossible: two times that are the same sample, or samples too many to be counted one by one.
    """
    samples = np.rint(alpha * N)
    if samples[-1] > _COUNTABLE:
        raise Impossible(f"alpha = {alpha[-1]:g} at N = {N}: expected at most {_COUNTABLE:.0e} samples, alpha N")
    if np.any(np.diff(samples) < 1):
        raise Impossible(f"alpha = {in_short(alpha)} at N = {N}: expected times at least a sample, 1/N, apart")
    return samples.astype(np.int64)


def recording_times(alpha_max: float, points: int, N: int | None = None) -> Array:
    """Equally spaced times from 0 to alpha_max; with N, each is a whole number of samples over N.

    Raises:
        Impossible: alpha_max N is too small for so many different times, or too large to be counted.
    """
    times = np.linspace(0.0, alpha_max, points)
    if N is None:
        return times
    if points - 1 > alpha_max * N:
        raise Impossible(f"{points} times up to alpha_max = {alpha_max:g} need more than {alpha_max * N:g} samples")
    return sample_numbers(times, N) / N


def concatenate(parts: list[Trajectory]) -> Trajectory:
    """Join the replicates of several trajectories in order.

    Raises:
        Impossible: they were not recorded at the same times.
    """
    if any(not np.array_equal(part.alpha, parts[0].alpha) for part in parts):
        raise Impossible("the parts were not recorded at the same times")
    return Trajectory(
        parts[0].alpha,
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("M", "Q", "diverged_at")),
    )
