"""Second law in networks, and whether both laws predict the exponent of the error: published and own exponents.

From: trainings of both networks; the published exponents stand in ``theory.published``.
Makes: a table of measurements, and the data of the figure `deep_table`; without own rows where there were no images.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
from numpy.random import default_rng
from numpy.typing import NDArray

from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, bootstrap
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.perceptron.measure import deep
from shallownets.studies.perceptron.parameters.deep import DeepTable
from shallownets.studies.perceptron.stages import optional, trained
from shallownets.studies.perceptron.theory.published import TABLE

SHOWN = {"predicted": "g1 g2", "measured": "measured", "g1": "g1", "g2": "g2"}  # columns of the figure's table
COMPARED = {"g1, end less beginning": "g1", "g2, end less beginning": "g2"}  # a change, with the exponent itself
UNITS = {
    "estimate": "see quantity",
    "norm": "which",
    "star": "where norm* is",
    "smallest": "images of the smallest size that is fitted",
    "exponent": "of the error in the images as measured, or that whose change is said",
}


@stage
def deep_table(given: DeepTable, runs: list[Arrays]) -> Tables:
    rows, shown = [], []
    for one in TABLE:
        of = {"network": one.network, "images": one.images, "norm": "published", "star": "published"}
        apart = Estimate(one.predicted - one.measured, one.error, 1, np.inf)  # of fits whose samples are not known
        rows.append({"quantity": "published: predicted less measured"} | of | {"exponent": one.measured} | apart.row())
        values = {"predicted": one.predicted, "predicted_error": one.predicted_error}
        values |= {"measured": one.measured, "measured_error": one.measured_error}
        shown.append(of | values | {"g1": one.g1, "g2": one.g2})
    lost = Lost()
    for network, arrays in trained.by_network(runs).items():
        for norm in trained.NORMS:
            trainings = deep.trainings(arrays, norm)
            for star in deep.MILESTONES:
                of = {"network": network, "images": trained.IMAGES[network], "norm": norm, "star": star}
                kept = deep.reached(trainings, star)
                if not lost.enough(kept, trained.NETWORKS[network], f"never came to {star}", [of]):
                    continue
                some = trainings.some(np.flatnonzero(kept))
                for first in sorted({0, trainings.first_of_largest}):
                    here = of | {"smallest": arrays.sizes[first]}
                    found = _estimates(some.from_size(first), star, given)
                    missing = [name for name, one in found.items() if not np.isfinite(one.error)]
                    if missing:
                        who = f"{trained.NETWORKS[network]}, P from {here['smallest']:g}, {trained.NORMS[norm]}"
                        concerned = [here | {"quantity": name} for name in missing]
                        lost.note(f"{who}, {star}: too few records or sizes for {', '.join(missing)}", concerned)
                    for name, one in found.items():
                        again = first > 0 and name == "g1, end less beginning"  # of the same records in both ranges
                        if name not in missing and not again:
                            exponent = {"exponent": found[COMPARED.get(name, "measured")].value}
                            rows.append({"quantity": name} | here | exponent | one.row())
                    values = {name: found[quantity] for name, quantity in SHOWN.items()}
                    if not np.isfinite([one.error for one in values.values()]).all():
                        continue
                    errors = {f"{name}_error": one.error for name, one in values.items()}
                    shown.append(here | {name: one.value for name, one in values.items()} | errors)
    notes = dict(trained.notes(runs)) | lost.notes
    return Tables(
        Table(pd.DataFrame(rows), UNITS, notes=notes),
        Table(pd.DataFrame(shown), UNITS, {"errors": "bootstrap over trainings"} | optional.GROUP, notes),
    )


def _estimates(trainings: deep.Trainings, star: deep.Milestone, given: DeepTable) -> dict[str, Estimate]:
    """Exponents with their errors over replicates."""
    takes: dict[str, Callable[[deep.Laws], float]] = {
        "g1": lambda laws: laws.g1,
        "g2": lambda laws: laws.g2,
        "g1 g2": lambda laws: laws.product,
        "measured": lambda laws: laws.measured,
        "product less measured": lambda laws: laws.product - laws.measured,
        "g1, end less beginning": lambda laws: laws.g1_change,
        "g2, end less beginning": lambda laws: laws.g2_change,
    }

    @cache  # every estimate is of the same resamples, and many of these have the same trainings
    def laws(chosen: tuple[int, ...]) -> deep.Laws:
        return deep.laws(trainings.some(np.array(chosen)), star)

    found = {}
    for name, take in takes.items():
        rng = default_rng(seeds.sequence(given.seed, "perceptron, bootstrap of laws", {}, 0))

        def of(chosen: NDArray[np.integer], take: Callable[[deep.Laws], float] = take) -> float:
            return take(laws(tuple(sorted(chosen.tolist()))))

        found[name] = deep.widened(bootstrap(np.arange(len(trainings.norm)), of, rng, given.resamples))
    return found
