"""Where the ODE ends from starts that are not orthogonal: how far from the closest and from the predicted solution.

From: widths, dimensions, overlaps of the students and a seed. Gaussian student vectors at several N; unit vectors with
the same overlap with each other, from none to nearly one; and at one overlap very large N.
Makes: of each kind of start, (K,), what names it and what is measured from each of S starts, (K, S).
"""

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.measure.frames import ends, plateaus
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.beyond import NotOrthogonalRuns

UNITS = {
    "start": "Gaussian, equal overlaps or large, equal overlaps at large N",
    "N": "1",
    "overlap": "1, of unit students with each other",
    "eta_hat": "learning rate per student unit, eta/p; 0: gradient flow",
    "escape": "over that of orthonormal students; NaN: not measured",
    "plateau": "over that of orthonormal students; NaN: not measured",
}


class Kind(NamedTuple):
    """A kind of start, and the learning rate per student unit of the ODE; 0: gradient flow."""

    start: str
    N: int | float
    overlap: float
    eta_hat: float


def kinds(given: NotOrthogonalRuns) -> list[Kind]:
    """All kinds of start: Gaussian ones at each N, equal overlaps at one N, and one overlap at very large N."""
    rates = 0.0, given.eta_hat
    return [
        *(Kind("Gaussian", N, 0.0, rate) for N in given.dimensions for rate in rates),
        *(Kind("equal overlaps", given.N, overlap, rate) for rate in rates for overlap in given.overlaps),
        *(Kind("large", N, given.large_overlap, 0.0) for N in given.large),
    ]


def measured(kind: Kind, given: NotOrthogonalRuns) -> dict[str, Array]:
    """What ``measure.frames`` finds from starts of one kind, (S,) each."""
    widths = dict(zip(("p", "p_star"), given.widths, strict=True))
    if kind.start == "Gaussian":
        draw = partial(starts.gaussian_vectors, *given.widths, int(kind.N))
    else:
        draw = partial(starts.equal_overlaps, *given.widths, kind.N, kind.overlap)
    key = widths | {"start": kind.start, "N": kind.N, "overlap": kind.overlap}
    begun = [
        draw(default_rng(seeds.sequence(given.seed, "not orthogonal", key, index))) for index in range(given.starts)
    ]
    escape = plateau = np.full(given.starts, np.nan)
    if kind.start == "Gaussian" and kind.eta_hat == 0:
        escape, plateau = plateaus(begun, given.tolerance)
    return ends(begun, kind.eta_hat, given.t_max, given.tolerance) | {"escape": escape, "plateau": plateau}


@stage
def not_orthogonal_runs(given: NotOrthogonalRuns) -> Data:
    tried, found = kinds(given), []
    with progress("ODE from starts that are not orthogonal", len(tried)) as advance:
        for kind in tried:
            found.append(measured(kind, given))
            advance(1)
    arrays = {name: np.array([getattr(kind, name) for kind in tried]) for name in Kind._fields}
    arrays |= {name: np.array([one[name] for one in found]) for name in found[0]}
    return Data(Arrays(arrays, dict.fromkeys(arrays, "1") | UNITS))
