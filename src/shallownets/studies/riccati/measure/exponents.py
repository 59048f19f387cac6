"""The risk as a power of time: its exponent at a finite dimension, and how far it is from decoupled directions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallownets.numerics.statistics import Estimate, fit_power_law, mean
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.theory import emergence, scaling


@dataclass(frozen=True)
class PowerPart:
    """The part of the risk that is a power of time, at one dimension: measured over starts, and predicted.

    Attributes:
        exponent: of time.
        gap: mean over the times of the log of that part over the one of decoupled directions.
        deflated_exponent: of directions that are learned one by one, each of which uses up one of the student's.
        deflated_gap: theirs.
    """

    exponent: Estimate
    gap: Estimate
    deflated_exponent: float
    deflated_gap: float


def power_part(times: Array, risks: Array, M_star: int, N: int, beta: float, d: int) -> PowerPart:
    """Measure and predict the exponent and the gap in a window of times.

    Args:
        times: (T,) in the window.
        risks: (starts, T) of the exact flow.
        M_star, N, beta, d: the teacher's width and tail, the student's width, the input dimension.
    """
    lam = model.spectrum(M_star, beta)
    decoupled, deflated = (
        scaling.power_part(emergence.decoupled_risk(times, lam, shares), M_star, beta)
        for shares in (emergence.equal_shares(M_star, N, d), emergence.deflated_shares(M_star, N, d))
    )
    parts = [scaling.power_part(risk, M_star, beta) for risk in risks]
    return PowerPart(
        mean([curves.power(times, part) for part in parts]),
        mean([_gap(part, decoupled) for part in parts]),
        curves.power(times, deflated),
        _gap(deflated, decoupled),
    )


def _gap(part: Array, decoupled: Array) -> float:
    return np.log(part / decoupled).mean()


@dataclass(frozen=True)
class GapExponent:
    """The exponent of the gap in log(d/N): measured, and that of deflated directions in the same weighted fit."""

    measured: Estimate
    deflated: float


def gap_exponent(d: Sequence[int], N: int, parts: Sequence[PowerPart]) -> GapExponent:
    """How the gap falls with log(d/N), over at least three dimensions.

    Args:
        d: the dimensions.
        N: the student's width.
        parts: at each of them.
    """
    log_d = np.log(np.array(d, float) / N)
    relative = [abs(one.gap.error / one.gap.value) for one in parts]
    degrees = [one.gap.freedom for one in parts]
    line = fit_power_law(log_d, [abs(one.gap.value) for one in parts], relative, degrees)
    theory = fit_power_law(log_d, np.abs([one.deflated_gap for one in parts]), relative)
    return GapExponent(line.coefficients[1], theory.coefficients[1].value)
