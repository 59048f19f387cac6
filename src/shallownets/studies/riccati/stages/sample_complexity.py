"""Samples to a given risk against the dimension (heavy tail) and the teacher's width (light tail).

From: the numbers of samples, of the heavy tail at several d, with SGD and far beyond it without, and of the light tail
at several M*, for each gamma.
Makes: a table of measurements and the data of the figure `sample_complexity`. Starts from which the risk was not
reached are left out and noted.
"""

from itertools import chain

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import WIDTH, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.riccati.measure.samples import SERIES, Size, samples_exponent
from shallownets.studies.riccati.parameters.sgd import SampleComplexity

UNITS = {"value": "samples/d", "exponent": "of samples/log(d/N) in d, heavy tail; of samples/d in M*, light tail"}


def sizes_of(kept: Arrays, tail: str, lost: Lost) -> list[Size]:
    """Each size in an artefact.

    Where fewer than two starts are left there is only the exact flow, which always arrives.

    Raises:
        UserError: there is one start only.
    """
    common = {"tail": tail} | {name: kept.parameters[name] for name in ("beta", "gamma", "kappa", "risk")}
    sizes = []
    for _, rows in pd.DataFrame(dict(kept.arrays)).groupby(["M_star", "d"]):
        M_star, N, d = (int(rows[name].iloc[0]) for name in ("M_star", "N", "d"))
        if len(rows) < 2:
            raise UserError(f"{kept.source}: expected at least 2 starts at M* = {M_star}, d = {d}, got 1")
        numbers = {name: rows[name].to_numpy() / d for name in SERIES if rows[name].notna().all()}
        arrived = np.all([np.isfinite(values) for values in numbers.values()], axis=0)
        runs = "SGD or its flow" if "sgd" in numbers else "flow at finite step"
        place = f"d = {d:g}" if tail == "heavy" else f"gamma = {common['gamma']:g}, M* = {M_star}"
        size = common | {"M_star": M_star, "N": N, "d": d}
        fits = {"quantity": ["exponent", "far exponent"], "tail": tail, "gamma": common["gamma"]}
        if lost.enough(arrived, f"{runs}, {place}", "did not reach the risk", [size, fits]):
            numbers = {name: values[arrived] for name, values in numbers.items()}
        else:
            numbers = {"flow": numbers["flow"]}
        sizes.append(Size(size, numbers))
    return sizes


def exponent(sizes: list[Size], variable: str, series: str, lost: Lost) -> dict | None:
    """The exponent with the columns of the last size; None where too few sizes are left.

    Raises:
        UserError: too few sizes were given.
    """
    if len(sizes) < 3:
        raise UserError(f"expected at least 3 values of {variable} for an exponent, got {len(sizes)}")
    left = [size for size in sizes if series in size.numbers]
    if len(left) < 3:
        of = "" if variable == "d" else f", gamma = {sizes[0].key['gamma']:g}"
        lost.note(f"exponent of {series} in {variable}{of}: {len(left)} of {len(sizes)} sizes left, too few")
        return None
    found = samples_exponent(left, variable, series)
    return dict(left[-1].key) | found.measured.row() | {"theory": found.finite_step}


@stage
def sample_complexity(given: SampleComplexity, heavy: Arrays, far: Arrays, light: list[Arrays]) -> Tables:
    rows, shown, lost = [], [], Lost()
    near, distant = sizes_of(heavy, "heavy", lost), sizes_of(far, "heavy", lost)
    lights = [sizes_of(one, "light", lost) for one in light]
    lost.require([1 for size in chain(near, *lights) if "sgd" in size.numbers])
    for size in chain(near, distant, *lights):
        for series, values in size.numbers.items():
            estimate = mean(values)
            shown.append(dict(size.key) | {"series": series, "value": estimate.value, "error": estimate.error})
        if "sgd" in size.numbers:
            over = mean(np.log(size.numbers["sgd"] / size.numbers["finite step"]))
            rows.append({"quantity": "SGD over finite step"} | dict(size.key) | over.row() | {"theory": 0.0})
    if row := exponent(distant, "d", "finite step", lost):
        rows.append({"quantity": "far exponent"} | row)
    wide = [[size for size in sizes if size.key["M_star"] >= given.fit_from] for sizes in lights]
    for variable, sizes in (("d", near), *(("M_star", sizes) for sizes in wide)):
        if row := exponent(sizes, variable, "sgd", lost):
            rows.append({"quantity": "exponent"} | row)
            error = (row["high"] - row["low"]) / (2 * WIDTH)
            shown.append(dict(sizes[-1].key) | {"series": "exponent", "value": row["estimate"], "error": error})
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
