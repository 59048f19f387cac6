"""Which solution the ODE reaches: equations 16 and 19 to 22 and Appendix 7.4, from many random starts.

From: widths, a learning rate and a seed. Starts with Q(0) = 1 where the claim holds, and starts of independent
Gaussian vectors, where Q(0) is not the identity and R is no longer conserved.
Makes: a table of measurements.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.numerics import seeds, statistics
from shallownets.numerics.statistics import Estimate
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.measure import solutions as measure
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.theory import late as late_times
from shallownets.studies.escape.theory import solutions as theory

MODULE = "shallownets.studies.escape.stages.solution_selection"
POINTS = 101  # recorded times


def selection(p: int, p_star: int, eta: float, alpha, runs: list, tolerance: float) -> dict[str, Estimate]:
    """Everything measured on starts with Q(0) = 1: the largest over starts and times where not said otherwise."""
    ends, drifts, turned, commuting = [], [], [], []
    for start in runs:
        run = ode.simulate(start, eta, alpha, tolerance)
        R = model.polar_factor(start.M)
        drifts.append(measure.frame_drift(run.M[0], R).max())
        turned.append(measure.singular_vector_drift(run.M[0], start.M).max())
        commuting.append(measure.commutator(run.M[0], run.Q[0]).max())
        ends.append((R, run.M[0, -1], run.Q[0, -1], run.Q[0, len(alpha) // 2]))
    R, M, Q, halfway = map(np.stack, zip(*ends, strict=True))
    M_inf, Q_inf = theory.overlaps(R)
    risk = model.population_risk(M, Q)
    M_error, Q_error = (np.linalg.norm(A, axis=(-2, -1)) for A in (M - M_inf, Q - Q_inf))
    exact = {"drift of R": max(drifts), "drift of singular vectors": max(turned), "commutator": max(commuting)}
    exact["final risk"] = risk.max()
    if p > p_star:
        # the smallest eigenvalues of Q belong to the p - p* directions that no teacher needs
        late, earlier = (np.linalg.eigvalsh(A)[:, 0] for A in (Q, halfway))
        tails = np.array([late_times.late_deviation(p, p_star, q) for q in late])
        exact |= {
            "excess norm": late.max(),
            "decay of the excess norm": np.mean(
                (1 / late - 1 / earlier) / (eta * (alpha[-1] - alpha[len(alpha) // 2]))
            ),
            "deviation of M over its tail": np.mean(M_error / tails[:, 0]),
            "deviation of Q over its tail": np.mean(Q_error / tails[:, 1]),
            "risk over its tail": np.mean(risk / [late_times.late_risk(p, p_star, eta, q) for q in late]),
        }
    else:
        exact |= {"deviation of M": M_error.max(), "deviation of Q": Q_error.max()}
    values = {name: Estimate(float(value), 0.0, len(runs)) for name, value in exact.items()}
    # each start with the next: different starts end at different solutions
    apart = ((M - np.roll(M, 1, 0)) ** 2).sum((1, 2))
    return values | {"mutual distance of ends": statistics.mean(apart[::2])}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--widths", type=pair, nargs="+", required=True, help="p,p* with p >= p*")
    parser.add_argument("--N", type=cli.count, required=True, help="dimension N of the starts, M_ir ~ N(0, 1/N)")
    parser.add_argument("--starts", type=cli.at_least(4), required=True, help="for each pair of widths, at least 4")
    parser.add_argument("--eta-hat", type=cli.positive, required=True, help="learning rate over p")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time, eta_hat samples/N")
    parser.add_argument("--unequal", type=cli.count, nargs="+", required=True, help="N of Gaussian vectors")
    parser.add_argument("--unequal-widths", type=pair, required=True, help="their p,p*")
    cli.shared(parser, "tolerance", "seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the table, .csv")
    args = parser.parse_args()

    rows = []
    settings = {"N": args.N, "eta_hat": args.eta_hat, "tolerance": args.tolerance}
    for p, p_star in args.widths:
        key = {"p": p, "p_star": p_star} | settings
        streams = [seeds.sequence(args.seed, "selection", key, r) for r in range(args.starts)]
        runs = [starts.gaussian(p, p_star, args.N, default_rng(stream)) for stream in streams]
        alpha = np.linspace(0, args.t_max / args.eta_hat, POINTS)
        measured = selection(p, p_star, args.eta_hat * p, alpha, runs, args.tolerance)
        q_0 = measured["excess norm"].value if p > p_star else 0.0
        rows += [{"quantity": name} | key | {"q_0": q_0} | e.row() for name, e in measured.items()]

    p, p_star = args.unequal_widths
    alpha = np.array([0.0, args.t_max * p])  # gradient flow at η = 1
    drifts, excesses = [], []
    for N in args.unequal:
        key = {"p": p, "p_star": p_star, "N": N}
        drift, excess = [], []
        for replicate in range(args.starts):
            stream = seeds.sequence(args.seed, "Gaussian vectors", key, replicate)
            start = starts.gaussian_vectors(p, p_star, N, default_rng(stream))
            end = ode.simulate(start, 1.0, alpha, args.tolerance, gradient_flow=True).M[0, -1]
            closest, reached = model.polar_factor(start.M), model.polar_factor(end)
            drift.append(np.linalg.norm(reached - closest))
            least, got = (theory.squared_distance(start.M, start.Q, R) for R in (closest, reached))
            excess.append(got / least - 1)
        drifts.append(np.array(drift))
        excesses.append(np.array(excess))
        for name, values in (("drift of R, Gaussian vectors", drift), ("excess distance, Gaussian vectors", excess)):
            rows.append({"quantity": name} | key | statistics.mean(values).row())
    key = {"p": p, "p_star": p_star}
    for name, samples in (("exponent of the drift", drifts), ("exponent of the excess distance", excesses)):
        rows.append({"quantity": name} | key | measure.log_exponent(np.array(args.unequal), samples).row())
    parameters = settings | {"t_max": args.t_max, "starts": args.starts, "seed": args.seed}
    save_table(args.out, pd.DataFrame(rows), record_of(MODULE, parameters, {"estimate": "1"}))


if __name__ == "__main__":
    cli.run(main)
