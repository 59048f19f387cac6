"""Estimators for SGD at finite N: what starts and noise contribute to a spread, and where runs begin to diverge."""

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import WIDTH, Estimate, bootstrap
from shallownets.studies.escape.model import Array


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
    """A fraction as the columns estimate, low, high, n: Wilson's interval (JASA 22, 1927) at 3 standard errors.

    Unlike the standard error it does not vanish at 0 and 1.
    """
    share, z2 = successes / n, WIDTH**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = WIDTH / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return {"estimate": share, "low": min(centre - half, share), "high": max(centre + half, share), "n": n}


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
