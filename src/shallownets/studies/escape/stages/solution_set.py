"""Facts of the solutions that need no dynamics: equations 14 to 19, and the least risk of a narrow student.

From: widths, a dimension and a seed.
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
from shallownets.studies.escape.engines import direct, ode
from shallownets.studies.escape.measure import solutions as measure
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.theory import solutions as theory

MODULE = "shallownets.studies.escape.stages.solution_set"
INPUTS = 100  # random inputs on which outputs are compared
FAR = 1e3  # η α of the gradient flow's end


def output(W, X):
    """Outputs [2] for inputs X of shape (count, N)."""
    return ((X @ W.T) ** 2).sum(1) / (W.shape[0] * W.shape[1])


def facts(p: int, p_star: int, N: int, frames: int, rng, stream) -> dict[str, Estimate]:
    """Everything that is measured at widths p >= p*; largest errors where not said otherwise."""
    start = starts.orthonormal(p, p_star, N, rng)
    X = rng.standard_normal((INPUTS, N))
    rotation = measure.random_frames(1, p, p, rng)[0]
    R = measure.random_frames(frames, p, p_star, rng)
    M, Q = theory.overlaps(R)
    W = np.sqrt(p / p_star) * R[0] @ start.W_star
    reached = starts.Start(M[0], Q[0], W, start.W_star)
    step = direct.simulate(reached, N, 0.1 * p, np.array([0.0, 1 / N]), [stream])
    best = model.polar_factor(start.M)
    distances = theory.squared_distance(start.M, start.Q, R)
    least = theory.squared_distance(start.M, start.Q, best)
    explicit = ((start.W - W) ** 2).sum() / N
    # a rotation of R's rows reaches every direction along the solutions
    turn = rng.standard_normal((p, p))
    turn = (turn - turn.T) @ best
    turn /= max(np.linalg.norm(turn), 1.0)  # p = 1 has no direction: its solutions are isolated
    h = 1e-4
    plus, minus = (model.polar_factor(best + sign * h * turn) for sign in (1, -1))
    slope = (theory.squared_distance(start.M, start.Q, plus) - theory.squared_distance(start.M, start.Q, minus)) / (
        2 * h
    )
    # a point with S/p != T/p*: one vector stretched by a hundredth
    off = W * np.where(np.arange(p) == 0, 1.01, 1.0)[:, None]
    mean, _ = theory.mutual_distance(p, p_star)
    half = frames // 2
    mutual = theory.squared_distance(M[:half], Q[:half], R[half : 2 * half])
    exact = {
        "rotated output": np.abs(output(rotation @ start.W, X) - output(start.W, X)).max(),
        "solution output": np.abs(output(W, X) - output(start.W_star, X)).max(),
        "solution risk": np.abs(model.population_risk(M, Q)).max(),
        "off-solution risk": model.population_risk(off @ start.W_star.T / N, off @ off.T / N),
        "step from a solution": max(np.abs(step.M[0, -1] - M[0]).max(), np.abs(step.Q[0, -1] - Q[0]).max()),
        "distance formula": abs(theory.squared_distance(start.M, start.Q, R[0]) - explicit),
        "closer solutions": int((distances < least).sum()),
        "slope at the closest": abs(slope),
    }
    return {name: Estimate(float(value), 0.0, 1) for name, value in exact.items()} | {
        "mutual distance": statistics.mean(mutual),
        "mutual variance": statistics.mean((mutual - mean) ** 2),
    }


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--widths", type=pair, nargs="+", required=True, help="p,p* with p >= p*")
    parser.add_argument("--narrow", type=pair, nargs="+", required=True, help="p,p* with p < p*")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension")
    parser.add_argument("--frames", type=cli.count, required=True, help="random solutions")
    parser.add_argument("--starts", type=cli.count, required=True, help="starts of narrow students")
    cli.shared(parser, "tolerance", "seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the table, .csv")
    args = parser.parse_args()

    rows = []
    for p, p_star in args.widths:
        key = {"p": p, "p_star": p_star}
        stream = seeds.sequence(args.seed, "solutions", key | {"N": args.N, "frames": args.frames}, 0)
        measured = facts(p, p_star, args.N, args.frames, default_rng(stream), stream.spawn(1)[0])
        rows += [{"quantity": name} | key | estimate.row() for name, estimate in measured.items()]
    for p, p_star in args.narrow:
        key = {"p": p, "p_star": p_star}
        risks = []
        for replicate in range(args.starts):
            stream = seeds.sequence(args.seed, "narrow start", key | {"N": args.N}, replicate)
            start = starts.gaussian(p, p_star, args.N, default_rng(stream))
            end = ode.simulate(start, 1.0, np.array([0.0, FAR * p]), args.tolerance, gradient_flow=True)
            risks.append(model.population_risk(end.M[0, -1], end.Q[0, -1]))
        for name, value in (("least final risk", min(risks)), ("largest final risk", max(risks))):
            rows.append({"quantity": name} | key | Estimate(float(value), 0.0, args.starts).row())
    parameters = {"N": args.N, "frames": args.frames, "starts": args.starts, "tolerance": args.tolerance}
    save_table(args.out, pd.DataFrame(rows), record_of(MODULE, parameters | {"seed": args.seed}, {"estimate": "1"}))


if __name__ == "__main__":
    cli.run(main)
