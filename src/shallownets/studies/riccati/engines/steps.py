"""The step sizes of SGD: constant, or falling with as many samples to the same time of the flow."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from shallownets.studies.riccati.engines.stiefel import Schedule
from shallownets.studies.riccati.model import Array


@dataclass(frozen=True)
class Steps:
    """A step size: by sample, by the flow's time t, and the samples k that it takes to that time."""

    by_sample: Schedule
    by_time: Callable[[float], float]
    samples: Callable[[Array], Array]


def constant(eta: float) -> Steps:
    """η at all samples; k = t/2η."""
    return Steps(eta, lambda t: eta, lambda t: t / (2 * eta))


def falling(first: float, eta: float, t_max: float) -> Steps:
    """first/(1 + k/κ), with κ such that it takes as many samples to t_max as a constant η does.

    Args:
        first: the step size of the first sample, above η and up to 10^7 times it.
        eta: the constant one that is matched.
        t_max: the flow's time, twice the sum of the step sizes.
    """
    samples = t_max / (2 * eta)
    kappa = scipy.optimize.brentq(
        lambda kappa: 2 * first * kappa * np.log1p(samples / kappa) - t_max, samples * 1e-9, samples * 1e9
    )
    return Steps(
        lambda k: first / (1 + k / kappa),
        lambda t: first * np.exp(-t / (2 * first * kappa)),
        lambda t: kappa * np.expm1(t / (2 * first * kappa)),
    )
