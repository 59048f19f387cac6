"""Numbers from the risks of SGD: how far it is above the flow, and how the gap closes with the step size."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shallownets.numerics.statistics import Estimate, exponent_beside, mean, power_law_through
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.theory import scaling


def excess(risk: Array, reference: Array) -> Array:
    """R/R_ref - 1, averaged over all times but the first, (..., T) to (...)."""
    return (risk / reference - 1)[..., 1:].mean(-1)


@dataclass(frozen=True)
class Gap:
    """How far SGD is above the exact flow at one step size, from the same starts.

    Attributes:
        sgd: R/R_flow - 1, averaged over all times but the first.
        finite_step: that of the flow at finite step.
        over: log of SGD's risk over that of the flow at finite step, averaged over the same times.
    """

    sgd: Estimate
    finite_step: Estimate
    over: Estimate


def gap(sgd: Array, flow: Array, finite_step: Array) -> Gap:
    """The gap, from the risks (starts, T) of at least two starts."""
    return Gap(
        mean(excess(sgd, flow)),
        mean(excess(finite_step, flow)),
        mean(np.log(sgd / finite_step)[:, 1:].mean(1)),
    )


@dataclass(frozen=True)
class GapExponent:
    """The exponent of the gap in the step size: SGD's, and that of the flow at finite step in the same weighted fit."""

    sgd: Estimate
    finite_step: float


def gap_exponent(found: Mapping[float, Gap]) -> GapExponent:
    """How the gap closes, from at least three gaps above 0 by their step sizes."""
    sizes, gaps = list(found), [of.sgd for of in found.values()]
    fit = power_law_through(sizes, gaps)
    theory, weights = [of.finite_step.value for of in found.values()], [one.value / one.error for one in gaps]
    return GapExponent(fit.coefficients[1], exponent_beside(sizes, theory, weights))


@dataclass(frozen=True)
class RiskExponents:
    """Exponents of the risk's power part in time, from the same starts and in the same window.

    Attributes:
        sgd: over starts.
        flow: the exact flow's.
        finite_step: the flow at finite step's.
        over: SGD's less that of the flow at finite step, over starts.
    """

    sgd: Estimate
    flow: float
    finite_step: float
    over: Estimate


def risk_exponents(
    times: Array, window: tuple[float, float], risks: tuple[Array, Array, Array], M_star: int, beta: float
) -> RiskExponents:
    """Fit all three in a window of times that holds at least two.

    Args:
        times: (T,) rising.
        window: first and last time of the fit.
        risks: of SGD, the exact flow and the flow at finite step, (starts, T) each, of at least two starts.
        M_star, beta: the teacher's width and tail.

    Raises:
        ValueError: fewer than two times, or a tail without a power, β = 1/2.
    """
    if beta == 0.5:
        raise ValueError("at beta = 1/2 the risk has no power of time")
    inside = (window[0] <= times) & (times <= window[1])
    if inside.sum() < 2:
        raise ValueError(f"{inside.sum()} times in the window: at least two are needed")
    sgd, flow, finite = (
        np.array([curves.power(times[inside], part[inside]) for part in scaling.power_part(risk, M_star, beta)])
        for risk in risks
    )
    return RiskExponents(mean(sgd), float(flow.mean()), float(finite.mean()), mean(sgd - finite))
