"""The tail of a trained spectrum beside that of the teacher, and what it says of the risk."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy

from shallownets.numerics.statistics import WIDTH, Estimate, mean
from shallownets.studies.spectra.measure import spectrum
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.theory import evolution, law
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.quadratic import Quadratic

_FEWEST = 4  # eigenvalues of which an exponent is taken


def exponent(network: Quadratic, state: State) -> float:
    """Hill's exponent of the trained spectrum by theory; NaN where fewer than four eigenvalues are left."""
    left = spectrum.quantiles(law.law(network.levels, state.v), network.d) - state.x
    return spectrum.hill(left) if (left > 0).sum() >= _FEWEST else np.nan


def discordant(hill: Array, risk: Array) -> Estimate:
    """Share of pairs of decays of which the one with the heavier tail does not have the lower risk.

    The error is the standard deviation for two unrelated orders, where it is a half in the mean: Kendall's rank
    correlation, one less twice that share, has the variance 2 (2 m + 5)/(9 m (m - 1)) then.

    Args:
        hill: (m,) exponents at so many decays, and
        risk: (m,) the risks.
    """
    first, second = np.triu_indices(hill.size, 1)
    apart, worse = (np.sign(values[first] - values[second]) for values in (hill, risk))
    m = hill.size
    by_chance = np.sqrt(2 * (2 * m + 5) / (9 * m * (m - 1))) / 2
    return Estimate(float((apart != worse).mean()), float(by_chance), m, np.inf)


def first_crossing(network: Quadratic, n: float, lam: Array, hill: Array, heavy: float) -> State | None:
    """The state at which, from weak decay on, the exponent first falls to the teacher's; None where it never does.

    Args:
        n: samples.
        lam: (m,) rising decays between which it is looked for, and
        hill: (m,) the exponents there.
        heavy: the teacher's exponent.
    """
    below = np.flatnonzero(hill <= heavy)
    if not below.size or not below[0]:
        return None

    def gap(log_lam: float) -> float:
        return exponent(network, evolution.solve(network, n, float(np.exp(log_lam)))) - heavy

    ends = np.log(lam[[below[0] - 1, below[0]]])
    return evolution.solve(network, n, float(np.exp(scipy.optimize.brentq(gap, *ends, xtol=1e-4))))


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
