"""Samples to a risk: when SGD, the exact flow and the flow at finite step fall to it, and how that grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.random import SeedSequence

from shallownets.numerics.statistics import Estimate, exponent_beside, fit_power_law, mean
from shallownets.studies.riccati.engines import chain, exact
from shallownets.studies.riccati.model import Array, Places, risk
from shallownets.studies.riccati.starts import Start
from shallownets.studies.riccati.theory import finite_step

RECORDS = 200  # times looked at before SGD is expected there; the risk between them is interpolated
PATIENCE = 2.0  # it is given up after this many times as long, or with the flow at finite step
SERIES = ("sgd", "finite step", "flow")


def reached(positions: Array | Places, risk: Array, level: float) -> float:
    """Where a risk first falls to a level, by a line through the logarithms between records; inf where it does not.

    Args:
        positions: (T,) of the records, increasing: times or numbers of samples.
        risk: (T,) at them.
        level: above 0.
    """
    below = risk <= level
    if not below.any():
        return np.inf
    last = int(below.argmax())
    if last == 0:
        return float(positions[0])
    logs = np.log(risk[last - 1 : last + 1])
    share = (logs[0] - np.log(level)) / (logs[0] - logs[1])
    return float(positions[last - 1] + share * (positions[last] - positions[last - 1]))


def time_to_risk(start: Start, lam: Array, level: float) -> float:
    """When the exact flow's risk, which never rises, falls to a level above that of the best student of this width.

    Raises:
        ValueError: the start's risk is below the level.
    """

    def above(t: float) -> float:
        return float(risk(next(exact.overlaps(start, lam, [t])), lam)) - level

    end = 1 / lam[0]
    while above(end) > 0:
        end *= 2
    return float(scipy.optimize.brentq(above, 0.0, end, xtol=1e-9))


@dataclass(frozen=True)
class Samples:
    """Numbers of samples to a risk, from one start.

    Attributes:
        sgd: inf where SGD diverged or did not reach the risk, nan where it was not run.
        flow: of the exact flow, which always arrives.
        finite_step: of the flow at finite step; inf where it did not reach the risk.
    """

    sgd: float
    flow: float
    finite_step: float


def to_risks(
    start: Start, lam: Array, d: int, eta: float, levels: Sequence[float], stream: SeedSequence | None
) -> list[Samples]:
    """Follow SGD and both flows from one start to each of several risks, SGD in one run to the least of them.

    Args:
        start: of a greater risk.
        lam: (M*,) the teacher's eigenvalues.
        d: input dimension.
        eta: the step size.
        levels: the risks, above the least of this width.
        stream: of the samples; None: SGD is not run.
    """
    flows = [time_to_risk(start, lam, level) for level in levels]
    finite = [
        finite_step.time_to_risk(start.Z, lam, d, eta, level, finite_step.LONG * flow)
        for level, flow in zip(levels, flows, strict=True)
    ]
    used = [np.nan] * len(flows)
    if stream is not None:
        last, least = int(np.argmin(levels)), min(levels)
        expected = finite[last] if np.isfinite(finite[last]) else finite_step.LONG * flows[last] / PATIENCE
        records = np.rint(np.arange(PATIENCE * RECORDS + 1) * expected / (2 * eta * RECORDS)).astype(int)
        run = chain.simulate(start, lam, d, eta, records, stream, until=lambda Z: bool(risk(Z, lam) <= least))
        used = [reached(run.samples, risk(run.Z, lam), level) for level in levels]
    return [Samples(n, t / (2 * eta), s / (2 * eta)) for n, t, s in zip(used, flows, finite, strict=True)]


@dataclass(frozen=True)
class Size:
    """Samples over d to a risk at one size.

    Attributes:
        key: of the size and its step size, as a table's columns name them.
        numbers: (starts,) of each of ``SERIES`` that arrived, from the same starts.
    """

    key: Mapping[str, Any]
    numbers: Mapping[str, Array]


@dataclass(frozen=True)
class SamplesExponent:
    """The exponent of the samples in a size: measured, and the flow at finite step's in the same weighted fit."""

    measured: Estimate
    finite_step: float


def samples_exponent(sizes: Sequence[Size], variable: str, series: str) -> SamplesExponent:
    """A power law through at least three sizes.

    Args:
        sizes: with the series in each.
        variable: ``d`` or ``M_star``. Against d, the exponent is that of samples over log(d/N), which is the flow's
            time but for a constant; against M*, that of samples over d.
        series: one of ``SERIES``.
    """
    keys = [size.key for size in sizes]
    x = np.array([key[variable] for key in keys])
    unit = np.array([key["d"] / np.log(key["d"] / key["N"]) if variable == "d" else 1.0 for key in keys])
    estimates = [mean(size.numbers[series]) for size in sizes]
    relative = [e.error / e.value for e in estimates]
    degrees = [e.freedom for e in estimates]
    fitted = fit_power_law(x, unit * [e.value for e in estimates], relative, degrees).coefficients[1]
    theory = unit * [size.numbers["finite step"].mean() for size in sizes]
    return SamplesExponent(fitted, exponent_beside(x, theory, 1 / np.array(relative)))
