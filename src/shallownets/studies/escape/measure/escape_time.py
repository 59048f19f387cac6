"""What sets the escape time: the input dimension, norm learning before it, and how large the initial overlaps are."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, bootstrap
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau

_SETTLED = 0.1  # norms count as learned within this of their plateau value, relatively


def slopes_in_log(N: list[int], times: Array) -> Array:
    """(S,) slope of each start's escape time in log N, by least squares over the upper half of log N.

    Args:
        N: dimensions, from the least on. At the lower end the overlaps are no longer small.
        times: (len(N), S) escape times.
    """
    x = np.log(N)
    upper = x >= (x[0] + x[-1]) / 2
    centred = x[upper] - x[upper].mean()
    return centred @ times[upper] / (centred @ centred)


def norm_time(p: int, p_star: int, eta_hat: float, tolerance: float) -> float:
    """Time α after which norms that begin at 1 stay close to their value on the plateau; 0 where they begin there."""
    alpha = np.linspace(0, 3 / eta_hat, 3001)
    run = spectral.simulate(Start(np.zeros((p, p_star)), np.eye(p)), p * eta_hat, alpha, tolerance)
    norm = plateau.finite_norm(p, p_star, eta_hat)
    far = np.abs(np.trace(run.Q[0], axis1=1, axis2=2) / p / norm - 1) > _SETTLED
    return float(alpha[np.flatnonzero(far)[-1] + 1]) if far.any() else 0.0


def narrow_over_wide(narrow: Array, wide: Array, rng: Generator, resamples: int) -> Estimate:
    """Mean escape time (S,) of the narrowest student over that of the widest, with a bootstrap over the starts."""
    pairs = np.column_stack([narrow, wide])
    return bootstrap(pairs, lambda some: some[:, 0].mean() / some[:, 1].mean(), rng, resamples)


def alignments(M: Array) -> dict[str, Array]:
    """Sizes (S,) of the initial overlaps that may set the escape time, for a stack M of shape (S, p, p*).

    ``squares`` ΣM², ``singular`` the largest singular value, ``node`` the largest |M_i| of a student vector,
    ``element`` the largest |M_ir|.
    """
    return {
        "squares": (M**2).sum((1, 2)),
        "singular": np.linalg.norm(M, 2, axis=(1, 2)),
        "node": np.linalg.norm(M, axis=2).max(1),
        "element": np.abs(M).max((1, 2)),
    }


def rank_correlation(x: Array, y: Array) -> float:
    """Spearman's rank correlation."""
    from scipy.stats import spearmanr  # half a second to import, and few commands need it

    return float(spearmanr(x, y).statistic)


@dataclass(frozen=True)
class Strength:
    """How strongly one size of the initial overlaps sets the escape time.

    Attributes:
        rank: rank correlation of an early escape with the size.
        beyond_squares: that correlation minus the one with ΣM²; None for ΣM² itself.
    """

    rank: Estimate
    beyond_squares: Estimate | None


def strengths(M: Array, times: Array, rng: Generator, resamples: int) -> dict[str, Strength]:
    """How strongly each size of ``alignments`` sets the escape time, with a bootstrap over the starts.

    Args:
        M: (S, p, p*) overlaps of the starts.
        times: (S,) escape times; inf, a start that never escapes, has the last rank.
        rng, resamples: of the bootstrap.
    """
    sizes = alignments(M)
    samples = np.column_stack([times, *sizes.values()])

    def rank(some: Array, column: int) -> float:
        return -rank_correlation(some[:, 0], some[:, column])

    found = {}
    for column, name in enumerate(sizes, 1):
        alone = bootstrap(samples, lambda some, c=column: rank(some, c), rng, resamples)
        beyond = None
        if name != "squares":
            beyond = bootstrap(samples, lambda some, c=column: rank(some, c) - rank(some, 1), rng, resamples)
        found[name] = Strength(alone, beyond)
    return found
