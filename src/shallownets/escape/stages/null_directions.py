"""The two kinds of null direction at a zero-error solution: tangent to the manifold of solutions, or flat only.

From: widths, the input dimension, steps and a seed.
Makes: measurements and figure data: how many of each there are, and the risk against the step along them.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape.measure.hessian import orthogonal
from shallownets.escape.measure.manifolds import Solution, generator, power_law, unit
from shallownets.escape.theory.landscape import (
    extra_null_directions,
    manifold_dimension,
    quartic_coefficient,
    relaxed_quartic_coefficient,
    tangent_directions,
)
from shallownets.statistics import Estimate, mean

MODULE = "shallownets.escape.stages.null_directions"
UNITS = {
    "x": "student width, or step of W/sqrt(N)",
    "y": "number, or risk",
    "estimate": "1 or radians",
    "predicted": "1",
}


def solution(p: int, p_star: int, N: int, rng) -> Solution:
    """A zero-error solution with a random rotation and a random teacher."""
    left = orthogonal(p, rng)
    W_star = np.sqrt(N) * orthogonal(N, rng)[:p_star]
    return Solution(np.sqrt(p / p_star) * left[:, :p_star] @ W_star, W_star, tangent_directions(left, W_star))


def laws(at: Solution, steps: np.ndarray, streams: list) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data): the risk along random directions of each kind, their mean power and coefficient."""
    p_star = len(at.W_star)
    slopes: dict[str, list] = {}
    ratios: dict[str, list] = {}
    on_manifold, drawn = [], []
    for index, stream in enumerate(streams):
        rng = default_rng(stream)
        extra, tangent, positive = (unit(basis, rng) for basis in (at.extra, at.tangent, at.positive))
        turn = generator(at.W, rng)
        paths = {
            "positive": (lambda step, d=positive: at.straight(d, step), 2, None),
            "tangent, straight": (lambda step, d=tangent: at.straight(d, step), 4, quartic_coefficient(tangent)),
            "extra, straight": (lambda step, d=extra: at.straight(d, step), 4, quartic_coefficient(extra)),
            "extra, relaxed": (
                lambda step, d=extra: at.relaxed(d, step),
                4,
                relaxed_quartic_coefficient(extra, p_star),
            ),
        }
        for kind, (law, power, coefficient) in paths.items():
            risks, slope = power_law(law, steps)
            slopes.setdefault(kind, []).append(slope)
            if coefficient is not None:
                ratios.setdefault(kind, []).append(np.exp(np.mean(np.log(risks / steps**power))) / coefficient)
            drawn += [
                {"panel": "laws", "kind": kind, "direction": index, "power": power, "x": step, "y": value}
                for step, value in zip(steps, risks, strict=True)
            ]
        on_manifold += [at.turned(turn, step) for step in steps]
        drawn += [
            {"panel": "laws", "kind": "tangent, curved", "direction": index, "power": 0, "x": step, "y": value}
            for step, value in zip(steps, on_manifold[-len(steps) :], strict=True)
        ]
    measured = [{"quantity": "exponent", "kind": kind} | mean(values).row() for kind, values in slopes.items()]
    measured += [
        {"quantity": "coefficient over formula", "kind": kind} | mean(values).row() for kind, values in ratios.items()
    ]
    worst = Estimate(max(on_manifold), 0, len(on_manifold))
    measured.append({"quantity": "largest risk", "kind": "tangent, curved"} | worst.row())
    return measured, drawn


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--p", type=cli.count, nargs="+", required=True, help="student widths of the counts")
    parser.add_argument("--p-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="input dimension, at least p + p_star")
    parser.add_argument("--law-p", type=cli.count, required=True, help="student width of the laws, above p_star")
    parser.add_argument(
        "--directions", type=cli.at_least(2), required=True, help="random directions of each kind, at least 2"
    )
    parser.add_argument("--steps", type=cli.positive, nargs=2, required=True, help="shortest and longest step")
    parser.add_argument("--points", type=cli.at_least(2), required=True, help="how many steps, at least 2")
    cli.shared(parser, "seed", "measurements", "figure-data")
    args = parser.parse_args()
    p_star, N = args.p_star, args.N
    for p in [*args.p, args.law_p]:
        if not p_star <= p <= N - p_star:
            raise UserError(f"p = {p}: a width from p_star = {p_star} to N - p_star = {N - p_star} is right")

    if args.law_p == p_star:
        raise UserError(f"--law-p {args.law_p}: a width above p_star is right, extra null directions exist only there")
    if args.steps[0] >= args.steps[1]:
        raise UserError(f"--steps {args.steps[0]:g} {args.steps[1]:g}: the shortest step before a longer one is right")
    measured, counts = [], []
    for p in args.p:
        keys = {"p": p, "p_star": p_star, "N": N}
        at = solution(p, p_star, N, default_rng(seeds.sequence(args.seed, "null directions", keys, 0)))
        found = {
            "all null": len(at.null),
            "tangent": len(at.null) - len(at.extra),
            "extra": len(at.extra),
            "largest angle": at.angle,
        }
        measured += [
            {"quantity": name, "kind": "all"} | keys | {"longest_step": 0.0} | Estimate(value, 0, 1).row()
            for name, value in found.items()
        ]
        formula = {"tangent": manifold_dimension(p, p_star), "extra": extra_null_directions(p, p_star, N)}
        counts += [
            {"panel": "counts", "kind": kind, "direction": 0, "power": 0, "x": p, "y": number}
            for kind, number in (
                ("all null", found["all null"]),
                ("tangent", found["tangent"]),
                ("tangent, formula", formula["tangent"]),
                ("all null, formula", formula["tangent"] + formula["extra"]),
            )
        ]

    keys = {"p": args.law_p, "p_star": p_star, "N": N}
    at = solution(**keys, rng=default_rng(seeds.sequence(args.seed, "null directions", keys, 0)))
    streams = [seeds.sequence(args.seed, "directions", keys, index) for index in range(args.directions)]
    steps = np.geomspace(*args.steps, args.points)
    rows, drawn = laws(at, steps, streams)
    measured += [keys | {"longest_step": float(steps[-1])} | row for row in rows]

    columns = ["quantity", "kind", "p", "p_star", "N", "longest_step", "estimate", "low", "high", "n"]
    parameters = keys | {"seed": args.seed, "directions": args.directions}
    record = record_of(MODULE, parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(measured)[columns], record)
    save_table(args.figure_data, pd.DataFrame([*counts, *drawn]), record)


if __name__ == "__main__":
    cli.run(main)
