"""Starts that are not orthogonal: how far the reached solution is from the closest one, and from the predicted one.

From: widths, dimensions, overlaps of the students and a seed. Gaussian student vectors at several N; unit vectors with
the same overlap with each other, from none to nearly one; and at one overlap very large N.
Makes: the table of measurements, and the data of the figure not_orthogonal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import bootstrap, mean
from shallownets.stage import Table, Tables, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.measure.frames import ends, overlap_of_loss, plateaus
from shallownets.studies.escape.measure.solutions import log_exponent
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.beyond import NotOrthogonal
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory.frames import remainder_exponent

_BESIDE = "escape time over that of orthonormal students", "risk of the plateau over that of orthonormal students"
UNITS = {"eta_hat": "learning rate per student unit, eta/p; 0: gradient flow", "estimate": "1", "N": "1"}


@dataclass(frozen=True)
class Ends:
    """Where the ODE ends from all starts of one kind.

    Attributes:
        key: the columns that name the starts, the same for gradient flow and a finite learning rate.
        eta_hat: learning rate per student unit, eta/p; 0: gradient flow.
        samples: what ``measure.solutions.end_of`` measures, (S,) each; for Gaussian students under gradient flow what
            ``measure.frames.plateaus`` does, too.
    """

    key: dict
    eta_hat: float
    samples: dict[str, Array]


def ends_from(draw: Callable[[Generator], Start], key: dict, eta_hat: float, given: NotOrthogonal) -> Ends:
    """Draw starts of one kind and follow the ODE from each."""
    drawn_by = dict(zip(("p", "p_star"), given.widths, strict=True)) | key
    streams = [seeds.sequence(given.seed, "not orthogonal", drawn_by, index) for index in range(given.starts)]
    begun = [draw(default_rng(stream)) for stream in streams]
    samples = ends(begun, eta_hat, given.t_max, given.tolerance)
    if key["start"] == "Gaussian" and eta_hat == 0:
        samples |= dict(zip(_BESIDE, plateaus(begun, given.tolerance), strict=True))
    return Ends(key, eta_hat, samples)


def against_size(given: NotOrthogonal) -> list[Ends]:
    """Independent Gaussian students at several N, by gradient flow and at a finite learning rate."""
    found = []
    for N in given.dimensions:
        key = {"start": "Gaussian", "N": N, "overlap": 0.0}
        draw = partial(starts.gaussian_vectors, *given.widths, N)
        found += [ends_from(draw, key, eta_hat, given) for eta_hat in (0.0, given.eta_hat)]
    return found


def at_overlaps(
    kind: str, sizes: list[float], overlaps: list[float], eta_hat: float, given: NotOrthogonal
) -> list[Ends]:
    """Students with equal overlaps with each other, at each of several N and overlaps."""
    found = []
    for N in sizes:
        for overlap in overlaps:
            draw = partial(starts.equal_overlaps, *given.widths, N, overlap)
            found.append(ends_from(draw, {"start": kind, "N": N, "overlap": overlap}, eta_hat, given))
    return found


def rows_in_size(found: list[Ends], widths: dict, predicted: dict[str, float]) -> list[dict]:
    """Measurements of exponents in N of what gradient flow leaves unpredicted, by the names of these numbers."""
    flow = [one for one in found if one.eta_hat == 0]
    key = widths | flow[0].key | {"N": 0.0, "eta_hat": 0.0}
    sizes = np.array([one.key["N"] for one in flow], float)
    return [
        row(
            f"exponent of the {name}",
            log_exponent(sizes, [one.samples[name] for one in flow]),
            **key,
            predicted_value=law,
        )
        for name, law in predicted.items()
    ]


def rows_at_overlap(one: Ends, widths: dict, given: NotOrthogonal) -> list[dict]:
    """Measurements at one overlap of the students: each drift and loss, and how much of the drift is predicted."""
    key, samples, rows = widths | one.key | {"eta_hat": one.eta_hat}, one.samples, []
    for name in ("drift", "remainder", "lost selectivity"):
        predicted = samples.get(f"predicted {name}", np.zeros(1)).mean()
        rows.append(row(name, mean(samples[name]), **key, predicted_value=predicted))
    if key["overlap"] > 0:
        both = np.stack([samples["drift"], samples["predicted drift"]], 1)
        rng = default_rng(seeds.sequence(given.seed, "not orthogonal bootstrap", key, 0))
        ratio = bootstrap(both, lambda some: float(np.divide(*some.mean(0))), rng)
        rows.append(row("drift over the predicted one", ratio, **key, predicted_value=1.0))
        gain = mean(samples["drift"] - samples["remainder"])
        rows.append(row("drift beyond the remainder", gain, **key, predicted_value=0.0))
    return rows


def row_of_loss(found: list[Ends], widths: dict, given: NotOrthogonal) -> dict:
    """Measurement of the overlap from which on the selectivity is lost, at one learning rate."""
    overlaps, eta_hat = np.array(given.overlaps), found[0].eta_hat
    lost, predicted = (
        np.array([one.samples[name] for one in found]).T for name in ("lost selectivity", "predicted lost selectivity")
    )
    rng = default_rng(seeds.sequence(given.seed, "not orthogonal bootstrap", {"eta_hat": eta_hat}, 0))
    both = np.stack([lost, predicted], 1)

    def over(some: Array) -> float:
        return overlap_of_loss(overlaps, some[:, 0]) / overlap_of_loss(overlaps, some[:, 1])

    ratio = bootstrap(both, over, rng)
    key = widths | found[0].key | {"overlap": -1.0, "eta_hat": eta_hat}
    return row("overlap at which selectivity is lost over the predicted one", ratio, **key, predicted_value=1.0)


def rows_of_escape(one: Ends, widths: dict) -> list[dict]:
    """Measurements of plateau and escape from Gaussian students, over those of orthonormal ones with the same M."""
    key = widths | one.key | {"eta_hat": one.eta_hat}
    return [row(name, mean(one.samples[name]), **key, predicted_value=1.0) for name in _BESIDE]


@stage
def not_orthogonal(given: NotOrthogonal) -> Tables:
    widths = dict(zip(("p", "p_star"), given.widths, strict=True))
    gaussian = against_size(given)
    equal = [at_overlaps("equal overlaps", [given.N], given.overlaps, rate, given) for rate in (0.0, given.eta_hat)]
    large = at_overlaps("large", given.large, [given.large_overlap], 0.0, given)
    measured = rows_in_size(gaussian, widths, {"remainder": 0.0, "lost selectivity": 0.0})
    for one in gaussian:
        if one.eta_hat == 0:
            measured += rows_of_escape(one, widths)
    for found in equal:
        measured += [line for one in found for line in rows_at_overlap(one, widths, given)]
        measured.append(row_of_loss(found, widths, given))
    measured += rows_in_size(large, widths, {"remainder": remainder_exponent(*given.widths)})
    shown = [
        {"quantity": name, "eta_hat": one.eta_hat} | one.key | mean(values).row()
        for one in (*gaussian, *equal[0], *equal[1], *large)
        for name, values in one.samples.items()
        if name not in _BESIDE
    ]
    return Tables(Table(pd.DataFrame(measured), UNITS), Table(pd.DataFrame(shown), UNITS))
