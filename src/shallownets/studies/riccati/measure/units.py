"""The unit of time: how times to half the risk grow with the width, and that of a direction with d."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shallownets.numerics.statistics import Estimate, fit_power_law, line_through
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.measure.times import Times
from shallownets.studies.riccati.model import Array


def without_logarithms(half: Times, M_star: int, beta: float, d: int) -> Times:
    """Times to half the risk over |A|_F M*^β; their unit is log(d/M* - 1), which is 0 at d = 2 M*."""
    scale = model.norm(M_star, beta) * M_star**beta
    return replace(half, found=half.found / scale, theory=half.theory / scale, unit=np.log(d / M_star - 1))


def slope_in_log_d(dimensions: Sequence[int], times: Sequence[Estimate]) -> Estimate:
    """The slope in log d of the time of a direction, over at least three dimensions: 1/2λ where the unit holds."""
    return line_through(np.log(dimensions), times).coefficients[1]


@dataclass(frozen=True)
class Exponent:
    """An exponent in the width M* = N: measured, and that of theory over the same widths."""

    measured: Estimate
    theory: float


EXPONENTS = (
    "exponent of half risk",
    "exponent of half risk over the unit",
    "exponent of half risk, time of the loss",
)


def exponents(
    widths: Array, d: Array, times: Array, errors: Array, degrees: Array, theory: Array, unit: Array
) -> dict[str, Exponent]:
    """Exponents of the time to half the risk: over log(d/N), over the unit, and in the time of the loss.

    Args:
        widths: (n,) of teacher and student, at least three.
        d: (n,) input dimensions.
        times, errors, degrees: (n,) measured, with their standard errors and the degrees of freedom of these.
        theory, unit: (n,) as ``times.half_risk`` has them.
    """
    log = np.log(d / widths)
    # The loss of a student with the factor N^-1/2 has the gradient N^-1/2 (I - U U^T) T U: its clock is slower.
    scales = dict(zip(EXPONENTS, (log, unit, log / np.sqrt(widths)), strict=True))
    return {
        name: Exponent(
            fit_power_law(widths, times / scale, errors / times, degrees).coefficients[1],
            curves.power(widths, theory / scale),
        )
        for name, scale in scales.items()
    }
