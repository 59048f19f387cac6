"""Figure 3: distances to the solution predicted from one start, and the risks, for that start and for others.

From: widths, a learning rate and a seed; all starts are orthonormal sets at one N.
Makes: a tidy CSV from which alone the figure is drawn, and a table of measurements.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds, statistics
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import chain, ode
from shallownets.studies.escape.theory import late as late_times
from shallownets.studies.escape.theory import solutions as theory
from shallownets.studies.escape.trajectory import recording_times

MODULE = "shallownets.studies.escape.stages.fig3_data"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--p", type=cli.count, required=True, help="student width")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width, below p")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension, at least p + p*")
    parser.add_argument("--eta", type=cli.positive, required=True, help="learning rate")
    parser.add_argument("--alpha-max", type=cli.positive, required=True, help="last time, samples/N")
    parser.add_argument("--points", type=cli.count, required=True, help="recorded times, 0 and the last included")
    parser.add_argument("--others", type=cli.count, required=True, help="other starts")
    parser.add_argument("--replicates", type=cli.count, required=True, help="runs of SGD from the matching start")
    cli.shared(parser, "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()
    p, p_star, N, eta = args.p, args.p_star, args.N, args.eta
    if p <= p_star:
        raise UserError(f"--p {p}: a student wider than the teacher's p* = {p_star} is right")

    key = {"p": p, "p_star": p_star, "N": N}
    streams = [seeds.sequence(args.seed, "Figure 3 start", key, r) for r in range(args.others + 1)]
    alpha = recording_times(args.alpha_max, args.points, N)
    matching, *others = [starts.orthonormal(p, p_star, N, default_rng(stream)) for stream in streams]
    samples = [seeds.sequence(args.seed, "Figure 3 samples", key | {"eta": eta}, r) for r in range(args.replicates)]
    with progress(f"SGD N = {N}", args.replicates * alpha[-1]) as advance:
        sgd = chain.simulate(matching, N, eta, alpha, samples, advance)
    R = model.polar_factor(matching.M)
    limits = [ode.simulate(start, eta, alpha, args.tolerance) for start in (matching, *others)]
    runs = [("matching", limits[0]), *(("other", run) for run in limits[1:]), ("SGD", sgd)]

    frames, ends = [], {"matching": [], "other": [], "SGD": []}
    for curve, (kind, run) in enumerate(runs):
        for replicate in range(len(run.M)):
            seen = run.valid[replicate]
            M, Q = run.M[replicate, seen], run.Q[replicate, seen]
            distance, risk = theory.squared_distance(M, Q, R), model.population_risk(M, Q)
            columns = {"kind": kind, "curve": curve + replicate, "alpha": alpha[seen]}
            frames.append(pd.DataFrame(columns | {"distance": distance, "risk": risk}))
            if seen[-1]:
                ends[kind].append((distance[-1], risk[-1]))
    late = alpha[len(alpha) // 10 :]
    excess = np.array([late_times.excess_norm(p, p_star, eta, time) for time in late])
    tail = {"kind": "theory", "curve": -1, "alpha": late, "distance": (p - p_star) * excess}
    tail["risk"] = [late_times.late_risk(p, p_star, eta, q_0) for q_0 in excess]
    frames.append(pd.DataFrame(tail))

    lost, rows, q_0 = Lost(), [], 0.0
    others = [run.valid[0, -1] for run in limits[1:]]
    if lost.enough(limits[0].valid[:, -1], "ODE, start of the prediction", "diverged", 1):
        q_0 = np.linalg.eigvalsh(limits[0].Q[0, -1])[0]
        matched, risk = ends["matching"][0]
        rows += [
            ("matching distance", Estimate(float(matched), 0.0, 1)),
            ("matching distance over tail", Estimate(float(matched / ((p - p_star) * q_0)), 0.0, 1)),
        ]
        if lost.enough(others, "ODE, other starts", "diverged"):
            other, risks = np.transpose(ends["other"])
            rows += [
                ("least other distance", Estimate(float(other.min()), 0.0, other.size)),
                ("other distance", statistics.mean(other)),
                ("final risk", Estimate(float(max(risk, risks.max())), 0.0, other.size + 1)),
            ]
    if lost.enough(sgd.valid[:, -1], "SGD", "diverged"):
        rows.append(("SGD distance", statistics.mean([distance for distance, _ in ends["SGD"]])))
    shared = key | {"eta": eta, "alpha": alpha[-1], "q_0": q_0}
    parameters = {"p": p, "p_star": p_star, "N": N, "eta": eta, "others": args.others, "seed": args.seed}
    parameters |= {"replicates": args.replicates, "diverged": int((~sgd.valid[:, -1]).sum())} | lost.parameters
    units = {"alpha": "samples/N", "distance": "N", "risk": "1", "estimate": "1"}
    record = record_of(MODULE, parameters, units)
    columns = ["quantity", *shared, *Estimate(0, 0, 0).row()]
    table = pd.DataFrame([{"quantity": name} | shared | estimate.row() for name, estimate in rows], columns=columns)
    save_table(args.measurements, table, record)
    save_table(args.figure_data, pd.concat(frames, ignore_index=True), record)


if __name__ == "__main__":
    cli.run(main)
