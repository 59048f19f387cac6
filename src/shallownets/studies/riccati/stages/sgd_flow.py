"""SGD against the exact flow: how the gap closes with the step size, and what the flow at finite step says of it.

From: the artefacts of `sgd_curves`, one a step size.
Makes: a table of measurements and the tidy CSV of the figure `sgd_flow`. Runs that diverged are left out and noted.
"""

import numpy as np
import pandas as pd

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import Estimate, fit_power_law, mean
from shallownets.results.artefacts import load_arrays, record_of, save_table
from shallownets.studies.riccati.measure import gaps

MODULE = "shallownets.studies.riccati.stages.sgd_flow"
UNITS = {"t": "time of the flow, twice the sum of eta", "risk": "E y^2", "gap": "R/R_flow - 1, mean over times"}
RISKS = ("sgd", "flow", "finite step")


def gap_exponent(found: dict[float, dict[str, Estimate]]) -> tuple[Estimate, float]:
    """SGD's exponent of the gap in the step size, and that of the flow at finite step in the same weighted fit."""
    gap = [of["sgd"] for of in found.values()]
    exponent = fit_power_law(list(found), [g.value for g in gap], [g.error / g.value for g in gap]).coefficients[1]
    weights = [g.value / g.error for g in gap]
    theory = np.log([of["finite step"].value for of in found.values()])
    return exponent, np.polyfit(np.log(list(found)), theory, 1, w=weights)[0]


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--runs", type=cli.path, nargs="+", required=True, help="at constant step sizes, .npz")
    parser.add_argument("--falling", type=cli.path, required=True, help="at a falling step size, .npz")
    parser.add_argument("--fit-to", type=cli.positive, required=True, help="largest eta d that enters the exponent")
    cli.shared(parser, "measurements", "figure-data")
    args = parser.parse_args()

    files = {path: load_arrays(path) for path in (*args.runs, args.falling)}
    step = {path: file.record["parameters"]["eta_d"] for path, file in files.items()}
    matched, given = step[args.falling], [step[path] for path in args.runs]
    if matched not in given:
        raise UserError(f"{args.falling}: no constant step size eta d = {matched:g} beside it; one of --runs is right")
    small = [eta_d for eta_d in given if eta_d <= args.fit_to]
    if len(small) < 3:
        raise UserError(f"--fit-to {args.fit_to:g}: {len(small)} step sizes are that small; at least 3 are right")

    rows, shown, found, ends, lost = [], [], {}, {}, Lost()
    for path in sorted(files, key=step.get):
        parameters, arrays = files[path].record["parameters"], files[path].arrays
        schedule = "falling" if path == args.falling else "constant"
        key = {name: parameters[name] for name in ("d", "M_star", "N", "beta", "eta_d")} | {"schedule": schedule}
        if len(arrays["sgd"]) < 2:
            raise UserError(f"{path}: one replicate; at least 2 are right, for a standard error")
        followed = np.all([np.isfinite(arrays[name]).all(1) for name in RISKS], axis=0)
        ends[schedule, step[path]] = np.log(np.where(followed, arrays["sgd"][:, -1], np.nan))
        if not lost.enough(followed, f"SGD at eta d = {step[path]:g}, {schedule}", "diverged"):
            continue
        risks = {name: arrays[name][followed] for name in RISKS}
        gap = {name: mean(gaps.excess(risks[name], risks["flow"])) for name in ("sgd", "finite step")}
        over = mean(np.log(risks["sgd"] / risks["finite step"])[:, 1:].mean(1))
        rows.append({"quantity": "gap"} | key | gap["sgd"].row() | {"theory": gap["finite step"].value})
        rows.append({"quantity": "SGD over finite step"} | key | over.row() | {"theory": 0.0})
        for name, risk in risks.items():
            curve = {"risk": risk.mean(0), "error": risk.std(0, ddof=1) / len(risk) ** 0.5}
            shown.append(pd.DataFrame({"panel": "risk", "series": name} | key | {"t": arrays["t"]} | curve))
        if schedule == "constant":
            found[step[path]] = gap
            for name, value in gap.items():
                point = {"panel": "gap", "series": name} | key | {"risk": value.value, "error": value.error}
                shown.append(pd.DataFrame([point]))
    lost.require(rows)

    falling = files[args.falling].record["parameters"]
    common = {name: falling[name] for name in ("d", "M_star", "N", "beta")}
    # a gap of no size, by chance, has no logarithm
    fitted = {eta_d: found[eta_d] for eta_d in sorted(small) if eta_d in found and found[eta_d]["sgd"].value > 0}
    if len(fitted) < 3:
        lost.notes.append(f"exponent of the gap: {len(fitted)} of {len(small)} step sizes left, too few")
    else:
        exponent, theory = gap_exponent(fitted)
        rows.append({"quantity": "gap exponent"} | common | exponent.row() | {"theory": theory})
        shown.append(pd.DataFrame([{"panel": "exponent", "risk": exponent.value, "error": exponent.error} | common]))

    difference = ends["falling", matched] - ends["constant", matched]
    both = np.isfinite(difference)
    if both.sum() > 1:
        row = {"quantity": "falling over constant"} | common | {"eta_d": matched} | mean(difference[both]).row()
        rows.append(row)

    parameters = common | {"fit_to": args.fit_to, "falls_from": falling["falls_from"]} | lost.parameters
    record = record_of(MODULE, parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.concat(shown, ignore_index=True), record)


if __name__ == "__main__":
    cli.run(main)
