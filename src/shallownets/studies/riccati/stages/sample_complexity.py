"""Samples to a given risk against the dimension (heavy tail) and the teacher's width (light tail).

From: the artefacts of `samples_to_risk`.
Makes: a table of measurements and the tidy CSV of the figure `sample_complexity`. Starts from which the risk was not
reached are left out and noted.
"""

from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import WIDTH, fit_power_law, mean
from shallownets.results.artefacts import load_arrays, record_of, save_table

MODULE = "shallownets.studies.riccati.stages.sample_complexity"
UNITS = {"value": "samples/d", "exponent": "of samples/log(d/N) in d, heavy tail; of samples/d in M*, light tail"}
SERIES = ("sgd", "finite step", "flow")
Sizes = list[tuple[dict, dict]]


def sizes_of(path: Path, tail: str, lost: Lost) -> Sizes:
    """For each size in an artefact its columns, and each series' numbers of samples over d, from the same starts.

    Where fewer than two starts are left there is only the exact flow, which always arrives.

    Raises:
        UserError: there is one start only.
    """
    artefact = load_arrays(path)
    common = {"tail": tail} | {name: artefact.record["parameters"][name] for name in ("beta", "gamma", "kappa", "risk")}
    sizes = []
    for _, rows in pd.DataFrame(dict(artefact.arrays)).groupby(["M_star", "d"]):
        M_star, N, d = (int(rows[name].iloc[0]) for name in ("M_star", "N", "d"))
        if len(rows) < 2:
            raise UserError(f"{path}: one start at M* = {M_star}, d = {d}; at least 2 are right, for a standard error")
        numbers = {name: rows[name].to_numpy() / d for name in SERIES if rows[name].notna().all()}
        arrived = np.all([np.isfinite(values) for values in numbers.values()], axis=0)
        runs = "SGD or its flow" if "sgd" in numbers else "flow at finite step"
        place = f"d = {d:g}" if tail == "heavy" else f"gamma = {common['gamma']:g}, M* = {M_star}"
        if lost.enough(arrived, f"{runs}, {place}", "did not reach the risk"):
            numbers = {name: values[arrived] for name, values in numbers.items()}
        else:
            numbers = {"flow": numbers["flow"]}
        sizes.append((common | {"M_star": M_star, "N": N, "d": d}, numbers))
    return sizes


def exponent(sizes: Sizes, variable: str, series: str, lost: Lost) -> dict | None:
    """A power law's exponent with the columns of the last size; ``theory`` is the flow at finite step's in this fit.

    Against d, it is that of samples over log(d/N), which is the flow's time but for a constant. None where too few
    sizes are left.

    Raises:
        UserError: too few sizes were given.
    """
    if len(sizes) < 3:
        raise UserError(f"{len(sizes)} values of {variable} enter an exponent; at least 3 are right")
    given, sizes = sizes, [size for size in sizes if series in size[1]]
    if len(sizes) < 3:
        of = "" if variable == "d" else f", gamma = {given[0][0]['gamma']:g}"
        lost.notes.append(f"exponent of {series} in {variable}{of}: {len(sizes)} of {len(given)} sizes left, too few")
        return None
    x = np.array([key[variable] for key, _ in sizes])
    unit = np.array([key["d"] / np.log(key["d"] / key["N"]) if variable == "d" else 1.0 for key, _ in sizes])
    estimates = [mean(numbers[series]) for _, numbers in sizes]
    relative = [e.error / e.value for e in estimates]
    fitted = fit_power_law(x, unit * [e.value for e in estimates], relative).coefficients[1]
    limit = np.log(unit * [numbers["finite step"].mean() for _, numbers in sizes])
    theory = np.polyfit(np.log(x), limit, 1, w=1 / np.array(relative))[0]
    return sizes[-1][0] | fitted.row() | {"theory": theory}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--heavy", type=cli.path, required=True, help="at several d, .npz")
    parser.add_argument("--far", type=cli.path, required=True, help="at large d, without SGD, .npz")
    parser.add_argument("--light", type=cli.path, nargs="+", required=True, help="at several M*, one a gamma, .npz")
    parser.add_argument("--fit-from", type=cli.count, required=True, help="least M* that enters the light exponents")
    cli.shared(parser, "measurements", "figure-data")
    args = parser.parse_args()

    rows, shown, lost = [], [], Lost()
    heavy, far = sizes_of(args.heavy, "heavy", lost), sizes_of(args.far, "heavy", lost)
    lights = [sizes_of(path, "light", lost) for path in args.light]
    lost.require([1 for _, numbers in chain(heavy, *lights) if "sgd" in numbers])
    for key, numbers in chain(heavy, far, *lights):
        for series, values in numbers.items():
            estimate = mean(values)
            shown.append(key | {"series": series, "value": estimate.value, "error": estimate.error})
        if "sgd" in numbers:
            over = mean(np.log(numbers["sgd"] / numbers["finite step"]))
            rows.append({"quantity": "SGD over finite step"} | key | over.row() | {"theory": 0.0})
    if row := exponent(far, "d", "finite step", lost):
        rows.append({"quantity": "far exponent"} | row)
    chosen = [[size for size in light if size[0]["M_star"] >= args.fit_from] for light in lights]
    for variable, sizes in (("d", heavy), *(("M_star", light) for light in chosen)):
        if row := exponent(sizes, variable, "sgd", lost):
            rows.append({"quantity": "exponent"} | row)
            error = (row["high"] - row["low"]) / (2 * WIDTH)
            shown.append(sizes[-1][0] | {"series": "exponent", "value": row["estimate"], "error": error})

    record = record_of(MODULE, {"fit_from": args.fit_from} | lost.parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.DataFrame(shown), record)


if __name__ == "__main__":
    cli.run(main)
