"""SGD against the exact flow: how the gap closes with the step size, and what the flow at finite step says of it.

From: the artefacts of `sgd_curves`, one a step size.
Makes: a table of measurements and the tidy CSV of the figure `sgd_flow`.
"""

import numpy as np
import pandas as pd

from shallownets import cli
from shallownets.artefacts import load_arrays, record_of, save_table
from shallownets.errors import UserError
from shallownets.riccati.measure import gaps
from shallownets.statistics import fit_power_law, mean

MODULE = "shallownets.riccati.stages.sgd_flow"
UNITS = {"t": "time of the flow, twice the sum of eta", "risk": "E y^2", "gap": "R/R_flow - 1, mean over times"}
RISKS = ("sgd", "flow", "finite step")


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--runs", type=cli.path, nargs="+", required=True, help="at constant step sizes, .npz")
    parser.add_argument("--falling", type=cli.path, required=True, help="at a falling step size, .npz")
    parser.add_argument("--fit-to", type=cli.positive, required=True, help="largest eta d that enters the exponent")
    parser.add_argument("--measurements", type=cli.path, required=True, help="the measurements, .csv")
    parser.add_argument("--figure-data", type=cli.path, required=True, help="the figure's data, .csv")
    args = parser.parse_args()

    rows, shown, found, ends = [], [], {}, {}
    for path in sorted([*args.runs, args.falling], key=lambda path: load_arrays(path).record["parameters"]["eta_d"]):
        artefact = load_arrays(path)
        parameters, arrays = artefact.record["parameters"], artefact.arrays
        key = {name: parameters[name] for name in ("d", "M_star", "N", "beta", "eta_d")}
        key["schedule"] = "falling" if path == args.falling else "constant"
        if np.isfinite(arrays["diverged_at"]).any():
            raise UserError(f"{path}: SGD diverged at eta d = {key['eta_d']:g}; a smaller step size is right")
        if len(arrays["sgd"]) < 2:
            raise UserError(f"{path}: one replicate; at least 2 are right, for a standard error")
        gap = {name: mean(gaps.excess(arrays[name], arrays["flow"])) for name in ("sgd", "finite step")}
        over = mean(np.log(arrays["sgd"] / arrays["finite step"])[:, 1:].mean(1))
        rows.append({"quantity": "gap"} | key | gap["sgd"].row() | {"theory": gap["finite step"].value})
        rows.append({"quantity": "SGD over finite step"} | key | over.row() | {"theory": 0.0})
        for name in RISKS:
            curve = {"risk": arrays[name].mean(0), "error": arrays[name].std(0, ddof=1) / len(arrays[name]) ** 0.5}
            shown.append(pd.DataFrame({"panel": "risk", "series": name} | key | {"t": arrays["t"]} | curve))
        ends[key["schedule"], key["eta_d"]] = np.log(arrays["sgd"][:, -1])
        if key["schedule"] == "constant":
            found[key["eta_d"]] = gap
            for name, value in gap.items():
                point = {"panel": "gap", "series": name} | key | {"risk": value.value, "error": value.error}
                shown.append(pd.DataFrame([point]))

    falling = load_arrays(args.falling).record["parameters"]
    matched = falling["eta_d"]
    if matched not in found:
        raise UserError(f"{args.falling}: no constant step size eta d = {matched:g} beside it; one of --runs is right")
    common = {name: key[name] for name in ("d", "M_star", "N", "beta")}
    small = [eta_d for eta_d in found if eta_d <= args.fit_to]
    if len(small) < 3:
        raise UserError(f"--fit-to {args.fit_to:g}: {len(small)} step sizes are that small; at least 3 are right")
    gap = [found[eta_d]["sgd"] for eta_d in small]
    exponent = fit_power_law(small, [g.value for g in gap], [g.error / g.value for g in gap]).coefficients[1]
    weights = [g.value / g.error for g in gap]
    theory = np.polyfit(np.log(small), np.log([found[e]["finite step"].value for e in small]), 1, w=weights)[0]
    rows.append({"quantity": "gap exponent"} | common | exponent.row() | {"theory": theory})
    shown.append(pd.DataFrame([{"panel": "exponent", "risk": exponent.value, "error": exponent.error} | common]))

    difference = ends["falling", matched] - ends["constant", matched]
    rows.append({"quantity": "falling over constant"} | common | {"eta_d": matched} | mean(difference).row())

    record = record_of(MODULE, common | {"fit_to": args.fit_to, "falls_from": falling["falls_from"]}, UNITS)
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.concat(shown, ignore_index=True), record)


if __name__ == "__main__":
    cli.run(main)
