"""Samples to a given risk against the dimension (heavy tail, or one direction) and the teacher's width (light tail).

From: the numbers of samples, of the heavy tail at several d, with SGD and far beyond it without, of one direction at
several d, and of the light tail at several M*, for each tail, step size and risk.
Makes: a table of measurements and the data of the figure `sample_complexity`. Starts from which the risk was not
reached are left out and noted.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import errors_of, mean
from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.riccati.measure.samples import SERIES, Size, samples_exponent
from shallownets.studies.riccati.parameters.sgd import SampleComplexity

UNITS = {
    "value": "samples/d",
    "exponent": "of samples/log(d/N) in d, heavy tail and one direction; of samples/d in M*, light tail",
    "risk": "E y^2, of the light tail above the best one of the width",
}

FITS = ["exponent", "far exponent", "exponent of SGD over flow"]


def series_of(kept: Arrays, tail: str, lost: Lost) -> list[list[Size]]:
    """The sizes in an artefact, for each of its risks.

    Where fewer than two starts are left there is only the exact flow, which always arrives.

    Raises:
        UserError: there is one start only, or the artefact is another stage's.
    """
    frame = pd.DataFrame({name: kept.arrays[name] for name in ("risk", "M_star", "N", "d", *SERIES)})
    return [
        sizes_of(rows, kept, {"tail": tail, "risk": float(risk)}, lost)
        for risk, rows in frame.groupby("risk", sort=False)
    ]


def sizes_of(frame: pd.DataFrame, kept: Arrays, key: dict, lost: Lost) -> list[Size]:
    """The sizes of one risk, whose columns ``key`` holds; otherwise as ``series_of``."""
    tail = key["tail"]
    common = key | {name: kept.parameters[name] for name in ("beta", "gamma", "kappa")}
    common["of_source"] = float(np.isclose(common["gamma"], 0.5 + common["beta"]))  # the source's step size, light tail
    sizes = []
    for _, rows in frame.groupby(["M_star", "d"]):
        M_star, N, d = (int(rows[name].iloc[0]) for name in ("M_star", "N", "d"))
        if len(rows) < 2:
            raise UserError(f"{kept.source}: expected at least 2 starts at M* = {M_star}, d = {d}, got 1")
        numbers = {name: rows[name].to_numpy() / d for name in SERIES if rows[name].notna().all()}
        arrived = np.all([np.isfinite(values) for values in numbers.values()], axis=0)
        runs = "SGD or its flow" if "sgd" in numbers else "flow at finite step"
        place = f"M* = {M_star}, {of_series(common)}" if tail == "light" else f"{tail}, d = {d:g}"
        size = common | {"M_star": M_star, "N": N, "d": d}
        fits = {"quantity": FITS, **common}
        if lost.enough(arrived, f"{runs}, {place}", "did not reach the risk", [size, fits]):
            numbers = {name: values[arrived] for name, values in numbers.items()}
        else:
            numbers = {"flow": numbers["flow"]}
        sizes.append(Size(size, numbers))
    return sizes


def of_series(key: Mapping) -> str:
    """Names a series of the light tail."""
    return ", ".join(f"{name} = {key[name]:g}" for name in ("beta", "gamma", "kappa", "risk"))


def over_flow(size: Size) -> Size:
    """The same size with samples over those that the exact flow takes from the same start."""
    return replace(size, numbers={name: values / size.numbers["flow"] for name, values in size.numbers.items()})


def exponent(sizes: list[Size], variable: str, series: str, lost: Lost) -> dict | None:
    """The exponent with the columns of the last size; None where too few sizes are left.

    Raises:
        UserError: too few sizes were given.
    """
    if len(sizes) < 3:
        raise UserError(f"expected at least 3 values of {variable} for an exponent, got {len(sizes)}")
    left = [size for size in sizes if series in size.numbers]
    if len(left) < 3:
        of = f", {sizes[0].key['tail']}" if variable == "d" else f", {of_series(sizes[0].key)}"
        lost.note(f"exponent of {series} in {variable}{of}: {len(left)} of {len(sizes)} sizes left, too few")
        return None
    found = samples_exponent(left, variable, series)
    least = {"least": left[0].key["M_star"]}
    return dict(left[-1].key) | least | found.measured.row() | {"theory": found.finite_step}


@stage
def sample_complexity(given: SampleComplexity, heavy: Arrays, far: Arrays, one: Arrays, light: list[Arrays]) -> Tables:
    rows, shown, lost = [], [], Lost()
    (near,), (distant,), (single,) = (
        series_of(kept, tail, lost) for kept, tail in ((heavy, "heavy"), (far, "heavy"), (one, "one direction"))
    )
    lights = [sizes for of_step in light for sizes in series_of(of_step, "light", lost)]
    lost.require([1 for size in chain(near, single, *lights) if "sgd" in size.numbers])
    for size in chain(near, distant, single, *lights):
        for series, values in size.numbers.items():
            estimate = mean(values)
            shown.append(dict(size.key) | {"series": series, "value": estimate.value, "error": estimate.error})
        if "sgd" in size.numbers:
            over = mean(np.log(size.numbers["sgd"] / size.numbers["finite step"]))
            rows.append({"quantity": "SGD over finite step"} | dict(size.key) | over.row() | {"theory": 0.0})
            over = mean(size.numbers["sgd"] / size.numbers["flow"])
            theory = (size.numbers["finite step"] / size.numbers["flow"]).mean()
            rows.append({"quantity": "SGD over flow"} | dict(size.key) | over.row() | {"theory": theory})
            shown.append(dict(size.key) | {"series": "SGD over flow", "value": over.value, "error": over.error})
            shown.append(dict(size.key) | {"series": "finite step over flow", "value": theory, "error": 0.0})
    if row := exponent(distant, "d", "finite step", lost):
        rows.append({"quantity": "far exponent"} | row)
    wide = [[size for size in sizes if size.key["M_star"] >= given.fit_from] for sizes in lights]
    for variable, sizes in (("d", near), ("d", single), *(("M_star", sizes) for sizes in wide)):
        if row := exponent(sizes, variable, "sgd", lost):
            rows.append({"quantity": "exponent"} | row)
            error = errors_of(row)
            shown.append(dict(sizes[-1].key) | {"series": "exponent", "value": row["estimate"], "error": error})
    for sizes in wide:
        if row := exponent([over_flow(size) for size in sizes], "M_star", "sgd", lost):
            rows.append({"quantity": "exponent of SGD over flow"} | row)
    frames = pd.DataFrame(rows), pd.DataFrame(shown)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))
