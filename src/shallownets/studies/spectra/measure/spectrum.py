"""Trained spectra beside the law of the thresholded matrix."""

from typing import NamedTuple

import numpy as np

from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.theory.law import Law


class Spectrum(NamedTuple):
    """The spectrum of a trained S.

    Attributes:
        values: (d,) eigenvalues, falling.
        overlaps: (d,) of their vectors u with the teacher, u^T diag(teacher) u: the levels that they have learned.
    """

    values: Array
    overlaps: Array


def of_weights(S: Array, teacher: Array) -> Spectrum:
    """The spectrum of S (d, d) beside the teacher's levels (d,), in whose basis S is given."""
    values, vectors = np.linalg.eigh(S)
    return Spectrum(values[::-1], (vectors[:, ::-1] ** 2 * teacher[:, None]).sum(0))


def quantiles(law: Law, d: int) -> Array:
    """(d,) eigenvalues at the shares (i - 1/2)/d from the top of the law of M, falling."""
    order = np.argsort(-law.x)
    share = np.cumsum(law.share[order]) - law.share[order] / 2
    return np.interp((np.arange(d) + 0.5) / d, share / law.share.sum(), law.x[order])


def distance(values: Array, law: Law, x: float) -> float:
    """Kolmogorov's distance of trained eigenvalues above zero from the law of those that the threshold x leaves.

    Args:
        values: (k,) eigenvalues of S, of one training or of several together, all above 0.
        law: of M, cut at x.
    """
    above = law.x > x
    order = np.argsort(law.x[above])
    at = law.x[above][order] - x
    cumulated = np.cumsum(law.share[above][order])
    ordered = np.sort(values)
    expected = np.interp(ordered, at, cumulated / cumulated[-1], left=0, right=1)
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(np.maximum(expected - steps[:-1], steps[1:] - expected).max())


def hill(values: Array) -> float:
    """Exponent a of a density x^-a, by Hill's estimator over the upper half of positive values.

    Of levels i^-gamma it is 1 + 1/gamma.
    """
    ordered = np.sort(values[values > 0])[::-1]
    half = ordered[: max(ordered.size // 2, 2)]
    return float(1 + 1 / np.log(half[:-1] / half[-1]).mean())
