"""The risk as a power of time: its exponent at a finite dimension, and how far it is from decoupled directions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallownets.numerics.statistics import Estimate, fit_power_law, mean
from shallownets.studies.riccati import model
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.theory import emergence, equivalent, scaling


@dataclass(frozen=True)
class PowerPart:
    """The part of the risk that is a power of time, at one dimension: measured over starts, and predicted.

    Attributes:
        exponent: of time.
        gap: mean over the times of the log of that part over the one of decoupled directions.
        deflated_exponent: of directions that are learned one by one, each of which uses up one of the student's.
        deflated_gap: theirs.
        equivalent_exponent: of the deterministic equivalent.
        equivalent_gap: its own.
    """

    exponent: Estimate
    gap: Estimate
    deflated_exponent: float
    deflated_gap: float
    equivalent_exponent: float
    equivalent_gap: float


def power_part(times: Array, risks: Array, M_star: int, N: int, beta: float, d: int) -> PowerPart:
    """Measure and predict the exponent and the gap in a window of times.

    Args:
        times: (T,) in the window.
        risks: (starts, T) of the exact flow.
        M_star, N, beta, d: the teacher's width and tail, the student's width, the input dimension.
    """
    lam = model.spectrum(M_star, beta)
    decoupled, deflated, theory = (
        scaling.power_part(risk, M_star, beta)
        for risk in (
            emergence.decoupled_risk(times, lam, emergence.equal_shares(M_star, N, d)),
            emergence.decoupled_risk(times, lam, emergence.deflated_shares(M_star, N, d)),
            equivalent.risk(times, lam, N, d),
        )
    )
    parts = [scaling.power_part(risk, M_star, beta) for risk in risks]
    return PowerPart(
        mean([curves.power(times, part) for part in parts]),
        mean([_gap(part, decoupled) for part in parts]),
        curves.power(times, deflated),
        _gap(deflated, decoupled),
        curves.power(times, theory),
        _gap(theory, decoupled),
    )


def _gap(part: Array, decoupled: Array) -> float:
    return np.log(part / decoupled).mean()


@dataclass(frozen=True)
class GapExponent:
    """The exponent of the gap in log(d/N): measured, and those of theory in the same weighted fit.

    Attributes:
        deflated: of directions that are learned one by one, each of which uses up one of the student's.
        equivalent: of the deterministic equivalent.
    """

    measured: Estimate
    deflated: float
    equivalent: float


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
    deflated, theory = (
        fit_power_law(log_d, np.abs(gaps), relative).coefficients[1].value
        for gaps in ([one.deflated_gap for one in parts], [one.equivalent_gap for one in parts])
    )
    return GapExponent(line.coefficients[1], deflated, theory)
