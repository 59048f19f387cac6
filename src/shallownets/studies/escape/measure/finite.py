"""Estimators for SGD at finite N: escape times and their spread over starts and noise, and where runs diverge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import WIDTH, Estimate, bootstrap, line_through, mean
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.model import Array, Mask
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau

PARTS = ("starts", "noise", "total", "start_share")  # of the variance of a time
_TO = 1e-4  # of η̂ to which the ODE's limit is found


@dataclass(frozen=True)
class MeanTimes:
    """Mean escape times, in the unit of the times that were given.

    Attributes:
        sgd: of SGD.
        ode: of the ODE, from as many starts as there are.
        shift: of SGD less the ODE from the same start.
    """

    sgd: Estimate
    ode: Estimate
    shift: Estimate


def escaped(sgd: Array, ode: Array) -> Mask:
    """(R,) whether both SGD, (R,) times, and the ODE, (S,) times of which the first R are from its starts, escaped."""
    return np.isfinite(sgd) & np.isfinite(ode[: len(sgd)])


def mean_times(sgd: Array, ode: Array) -> MeanTimes:
    """Mean escape times from those of SGD, (R,), and of the ODE, (S,), the first R of them from the starts of SGD.

    Inf says that nothing escaped. Such a run is left out, of SGD together with the ODE from its start.

    Raises:
        ValueError: fewer than two starts from which both escaped.
    """
    both = escaped(sgd, ode)
    shift = mean((sgd - ode[: len(sgd)])[both])
    return MeanTimes(mean(sgd[both]), mean(ode[np.isfinite(ode)]), shift)


def line_in_size(x: Array, estimates: Mapping[int, Estimate], least: int) -> tuple[Estimate, ...] | None:
    """(intercept, slope) of a straight line through estimates at several N; None from fewer than three of them.

    Args:
        x: (n,) the abscissa at each N.
        estimates: n of them, by N.
        least: the smallest N that is used.
    """
    used = np.array(list(estimates)) >= least
    if used.sum() < 3:
        return None
    return line_through(x[used], [one for N, one in estimates.items() if least <= N]).coefficients


def over_laws(found: Sequence[Estimate], laws: Sequence[float]) -> Estimate:
    """Mean of what independent estimates are over their laws, one law for each."""
    value = float(np.mean([one.value / law for one, law in zip(found, laws, strict=True)]))
    error = float(np.linalg.norm([one.error / law for one, law in zip(found, laws, strict=True)]) / len(laws))
    return Estimate(value, error, sum(one.n for one in found))


@dataclass(frozen=True)
class Repeated:
    """Escape times of several runs of SGD from each of several starts, and of the ODE; inf for never, samples/N.

    Attributes:
        sgd: (S, K) of K runs from each of S starts.
        ode: (S,) from the same starts.
        one_start: (n,) of n further runs of SGD, all from the start whose ODE escapes at the median time.
    """

    sgd: Array
    ode: Array
    one_start: Array

    @property
    def kept(self) -> Mask:
        """(S,) whether SGD each time, and the ODE, escaped from a start."""
        return np.isfinite(self.sgd).all(1) & np.isfinite(self.ode)

    @property
    def shift(self) -> Estimate:
        """Mean over starts of SGD's mean time less that of the ODE, where everything escaped."""
        return mean(self.sgd.mean(1) - self.ode)

    def complete(self) -> "Repeated":
        """Without the starts from which something did not escape."""
        return Repeated(self.sgd[self.kept], self.ode[self.kept], self.one_start[np.isfinite(self.one_start)])


def variance_parts(times: Array, rng: Generator, resamples: int) -> dict[str, Estimate]:
    """Variance of a time over starts and noise, and its parts, by one-way analysis of variance.

    Args:
        times: (S, K) times of K >= 2 runs from each of S starts.
        rng, resamples: of the bootstrap over starts.

    Returns:
        ``noise``, the variance over runs from one start; ``starts``, the variance over starts of the mean over noise;
        ``total``, their sum; ``start_share``, the share of the starts. Unbiased but for the share.
    """
    runs = times.shape[1]
    moments = np.column_stack([times.mean(1), times.var(1, ddof=1)])

    def parts(sample: Array) -> tuple[float, float]:
        noise = sample[:, 1].mean()
        return sample[:, 0].var(ddof=1) - noise / runs, noise

    return {
        "starts": bootstrap(moments, lambda sample: parts(sample)[0], rng, resamples),
        "noise": bootstrap(moments, lambda sample: parts(sample)[1], rng, resamples),
        "total": bootstrap(moments, lambda sample: sum(parts(sample)), rng, resamples),
        "start_share": bootstrap(moments, lambda sample: parts(sample)[0] / sum(parts(sample)), rng, resamples),
    }


def proportion(successes: int, n: int) -> dict[str, float]:
    """A fraction as the columns of an estimate: Wilson's interval (JASA 22, 1927) at 3 standard errors.

    Unlike the standard error it does not vanish at 0 and 1. It is an interval as it is: infinite degrees of freedom.
    """
    share, z2 = successes / n, WIDTH**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = WIDTH / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    interval = {"low": min(centre - half, share), "high": max(centre + half, share)}
    return {"estimate": share} | interval | {"n": n, "degrees": np.inf}


def first_half(x: Array, share: Array) -> float:
    """Where a share first reaches 1/2, linear between the points; the last x where it never does."""
    reached = np.flatnonzero(share >= 0.5)
    if reached.size == 0 or reached[0] == 0:
        return float(x[-1] if reached.size == 0 else x[0])
    after = reached[0]
    part = (0.5 - share[after - 1]) / (share[after] - share[after - 1])
    return float(x[after - 1] + part * (x[after] - x[after - 1]))


def half_diverged(eta: Array, diverged: Array, rng: Generator, resamples: int) -> Estimate:
    """Learning rate at which half of the runs diverge, with a bootstrap over the runs at each rate.

    Args:
        eta: (E,) learning rates, increasing.
        diverged: (E, R) whether a run diverged.
        rng, resamples: of the bootstrap.
    """
    runs = diverged.shape[1]
    counts = rng.binomial(runs, diverged.mean(1), size=(resamples, len(eta)))
    draws = [first_half(eta, count / runs) for count in counts]
    return Estimate(first_half(eta, diverged.mean(1)), float(np.std(draws, ddof=1)), runs)


def ode_limit(p: int, p_star: int, N: int, t_max: float, tolerance: float) -> float:
    """Largest η̂, to 1e-4, at which the ODE is bounded to t = η̂ α = t_max from the typical start at N.

    That start has Q = I and singular values (p/N)^(1/2) of M.
    """
    start = Start(np.sqrt(p / N) * np.eye(p, p_star), np.eye(p))
    low, high = _TO, 2 * plateau.last_plateau(p, p_star)
    while high - low > _TO:
        middle = (low + high) / 2
        run = spectral.simulate(start, p * middle, np.array([0.0, t_max / middle]), tolerance)
        low, high = (middle, high) if np.isinf(run.diverged_at[0]) else (low, middle)
    return low
