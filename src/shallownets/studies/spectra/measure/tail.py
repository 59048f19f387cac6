"""The tail of a trained spectrum beside that of the teacher, and what it says of the risk."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy

from shallownets.numerics.statistics import WIDTH, mean
from shallownets.studies.spectra.measure import spectrum
from shallownets.studies.spectra.model import Array


def departure(values: Array, teacher: Array) -> float:
    """Hill's exponent of the positive values less that of as many of the teacher's first levels.

    Above 0 the tail is lighter than the teacher's. Both are estimates from as many places, so that it is 0 for a
    spectrum in proportion to the levels at any size, where 1 + 1/gamma is the limit of many.

    Args:
        values: (k,) eigenvalues, of which at least two are positive.
        teacher: (d,) levels, falling.
    """
    return spectrum.hill(values) - spectrum.hill(teacher[: (values > 0).sum()])


def side(teacher: Array, left: int, v: float, x: float) -> str:
    """How noise and threshold turn the tail of few features: ``lighter``, ``heavier``, or ``between``.

    A feature s that stands out has the eigenvalue s + v/s - x. The logarithm of its ratio to s rises with s above 2v/x
    and falls below. Where it falls from the last feature of the upper half to the first one the tail is lighter than
    the teacher's, where it rises heavier, whatever the levels are.

    Args:
        teacher: (d,) levels, falling.
        left: eigenvalues above the threshold, at least 4.
        v, x: variance of the noise, and threshold.
    """
    first, last = teacher[0], teacher[left // 2 - 1]
    return "lighter" if first * x < 2 * v else "heavier" if last * x > 2 * v else "between"


class Places(NamedTuple):
    """Risk and the tail's departure at several weight decays.

    Attributes:
        risk, departure: (decays,) by theory, or (draws, decays) of networks trained on the same samples at all decays.
    """

    risk: Array
    departure: Array


class Orders(NamedTuple):
    """What trained networks make of the pairs of decays that theory tells apart.

    Attributes:
        pairs: how many.
        as_theory: share of those whose risks, and whose distances from the teacher's tail, are ordered as by theory.
        nearer: share of those of which the one with the nearer tail has the lower risk.
        nearer_by_theory: that share by theory.
    """

    pairs: int
    as_theory: float
    nearer: float
    nearer_by_theory: float


def orders(theory: Places, trained: Places) -> Orders:
    """Orders of risk and of the tail's distance from the teacher's over pairs of weight decays.

    Pairs count of which both differences are by theory more than the noise: Student's t of three standard deviations,
    times the standard error of the trained difference on the same samples. Which of two departures is the smaller one
    is asked with the signs that theory gives them, so that a mean over draws stays linear.

    Raises:
        ValueError: fewer than two draws.
    """
    signs = np.sign(theory.departure)
    ours: Sequence[Array] = (theory.risk, signs * theory.departure)
    theirs: Sequence[Array] = (trained.risk, signs * trained.departure)
    reach = -float(scipy.special.stdtrit(len(trained.risk) - 1, scipy.special.ndtr(-WIDTH)))
    expected, found = [], []
    for a, b in combinations(range(signs.size), 2):
        gaps = [of[a] - of[b] for of in ours]
        measured = [mean(of[:, a] - of[:, b]) for of in theirs]
        if all(abs(gap) > reach * one.error for gap, one in zip(gaps, measured, strict=True)):
            expected.append(np.sign(gaps))
            found.append(np.sign([one.value for one in measured]))
    if not expected:
        return Orders(0, np.nan, np.nan, np.nan)
    by_theory, by_training = np.array(expected), np.array(found)
    return Orders(
        len(by_theory),
        float((by_theory == by_training).all(1).mean()),
        float((by_training.prod(1) > 0).mean()),
        float((by_theory.prod(1) > 0).mean()),
    )
