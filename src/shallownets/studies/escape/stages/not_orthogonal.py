"""Starts that are not orthogonal: how far the reached solution is from the closest one, and from the predicted one.

From: where the ODE ends from Gaussian student vectors at several N, from unit vectors with the same overlap with each
other, from none to nearly one, and at one overlap from very large N.
Makes: the table of measurements, and the data of the figure not_orthogonal.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import bootstrap, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.escape.measure.frames import loss_over_predicted
from shallownets.studies.escape.measure.solutions import log_exponent
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.parameters.beyond import NotOrthogonal
from shallownets.studies.escape.stages.plateau_shared import row
from shallownets.studies.escape.theory.frames import remainder_exponent

UNITS = {"eta_hat": "learning rate per student unit, eta/p; 0: gradient flow", "estimate": "1", "N": "1"}
KEYS = "start", "N", "overlap"
BESIDE = {
    "escape": "escape time over that of orthonormal students",
    "plateau": "risk of the plateau over that of orthonormal students",
}


@dataclass(frozen=True)
class Ends:
    """Where the ODE ends from all starts of one kind.

    Attributes:
        key: the columns that name the starts, the same for gradient flow and a finite learning rate.
        eta_hat: learning rate per student unit, eta/p; 0: gradient flow.
        samples: what ``measure.solutions.end_of`` measures, (S,) each.
        beside: plateau and escape over those of orthonormal students, (S,) each by their quantities; NaN where they
            were not measured.
    """

    key: dict
    eta_hat: float
    samples: dict[str, Array]
    beside: dict[str, Array]


def ends_of(kept: Arrays) -> list[Ends]:
    """The ends that were kept, of all kinds of start in their order."""
    arrays = kept.arrays
    keys = zip(*(arrays[name].tolist() for name in KEYS), strict=True)
    samples = arrays.keys() - {*KEYS, "eta_hat", *BESIDE}
    return [
        Ends(
            dict(zip(KEYS, key, strict=True)),
            float(arrays["eta_hat"][n]),
            {name: arrays[name][n] for name in arrays if name in samples},
            {quantity: arrays[name][n] for name, quantity in BESIDE.items()},
        )
        for n, key in enumerate(keys)
    ]


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


def rows_at_overlap(one: Ends, widths: dict, seed: int) -> list[dict]:
    """Measurements at one overlap of the students: each drift and loss, and how much of the drift is predicted."""
    key, samples, rows = widths | one.key | {"eta_hat": one.eta_hat}, one.samples, []
    for name in ("drift", "remainder", "lost selectivity"):
        predicted = samples.get(f"predicted {name}", np.zeros(1)).mean()
        rows.append(row(name, mean(samples[name]), **key, predicted_value=predicted))
    if key["overlap"] > 0:
        both = np.stack([samples["drift"], samples["predicted drift"]], 1)
        rng = default_rng(seeds.sequence(seed, "not orthogonal bootstrap", key | {"N": int(key["N"])}, 0))
        ratio = bootstrap(both, lambda some: float(np.divide(*some.mean(0))), rng)
        rows.append(row("drift over the predicted one", ratio, **key, predicted_value=1.0))
        gain = mean(samples["drift"] - samples["remainder"])
        rows.append(row("drift beyond the remainder", gain, **key, predicted_value=0.0))
    return rows


def row_of_loss(found: list[Ends], widths: dict, seed: int) -> dict:
    """Measurement of the overlap from which on the selectivity is lost, at one learning rate."""
    overlaps, eta_hat = np.array([one.key["overlap"] for one in found]), found[0].eta_hat
    lost, predicted = (
        np.array([one.samples[name] for one in found]).T for name in ("lost selectivity", "predicted lost selectivity")
    )
    rng = default_rng(seeds.sequence(seed, "not orthogonal bootstrap", {"eta_hat": eta_hat}, 0))
    ratio = loss_over_predicted(overlaps, lost, predicted, rng)
    key = widths | found[0].key | {"overlap": -1.0, "eta_hat": eta_hat}
    return row("overlap at which selectivity is lost over the predicted one", ratio, **key, predicted_value=1.0)


def rows_of_escape(one: Ends, widths: dict) -> list[dict]:
    """Measurements of plateau and escape from Gaussian students, over those of orthonormal ones with the same M."""
    key = widths | one.key | {"eta_hat": one.eta_hat}
    return [row(name, mean(ratios), **key, predicted_value=1.0) for name, ratios in one.beside.items()]


@stage
def not_orthogonal(given: NotOrthogonal, runs: Arrays) -> Tables:
    widths = dict(zip(("p", "p_star"), runs.parameters["widths"], strict=True))
    found = ends_of(runs)
    gaussian, equal, large = (
        [one for one in found if one.key["start"] == start] for start in ("Gaussian", "equal overlaps", "large")
    )
    measured = rows_in_size(gaussian, widths, {"remainder": 0.0, "lost selectivity": 0.0})
    for one in gaussian:
        if one.eta_hat == 0:
            measured += rows_of_escape(one, widths)
    for eta_hat in (0.0, runs.parameters["eta_hat"]):
        here = [one for one in equal if one.eta_hat == eta_hat]
        measured += [line for one in here for line in rows_at_overlap(one, widths, given.seed)]
        measured.append(row_of_loss(here, widths, given.seed))
    measured += rows_in_size(large, widths, {"remainder": remainder_exponent(*widths.values())})
    shown = [
        {"quantity": name, "eta_hat": one.eta_hat} | one.key | mean(values).row()
        for one in found
        for name, values in one.samples.items()
    ]
    return Tables(*(Table(pd.DataFrame(rows), UNITS, runs.parameters) for rows in (measured, shown)))
