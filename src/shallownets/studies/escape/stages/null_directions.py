"""The two kinds of null direction at a zero-error solution: tangent to the manifold of solutions, or flat only.

From: widths, the input dimension, steps and a seed.
Makes: measurements and figure data: how many of each there are, and the risk against the step along them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence, default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.statistics import Estimate, mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.measure.hessian import orthogonal
from shallownets.studies.escape.measure.manifolds import Solution, generator, power_law, unit
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.theory.landscape import (
    extra_null_directions,
    manifold_dimension,
    quartic_coefficient,
    relaxed_quartic_coefficient,
    tangent_directions,
)

MODULE = "shallownets.studies.escape.stages.null_directions"
UNITS = {
    "x": "student width, or step of W/sqrt(N)",
    "y": "number, or risk",
    "estimate": "1 or radians",
    "predicted": "1",
}


def solution(p: int, p_star: int, N: int, seed: int) -> Solution:
    """A zero-error solution with a random rotation and a random teacher."""
    rng = default_rng(seeds.sequence(seed, "null directions", {"p": p, "p_star": p_star, "N": N}, 0))
    left = orthogonal(p, rng)
    W_star = np.sqrt(N) * orthogonal(N, rng)[:p_star]
    return Solution(np.sqrt(p / p_star) * left[:, :p_star] @ W_star, W_star, tangent_directions(left, W_star))


@dataclass(frozen=True)
class Path:
    """A way from a solution along a null or a positive direction.

    Attributes:
        risk: the risk after a step.
        power: that of the step by which it rises.
        coefficient: predicted, of that power; None where there is no formula.
    """

    risk: Callable[[float], float]
    power: int
    coefficient: float | None = None


def paths(at: Solution, rng: Generator) -> dict[str, Path]:
    """Paths along one random direction of each kind."""
    extra, tangent, positive = (unit(basis, rng) for basis in (at.extra, at.tangent, at.positive))
    relaxed = relaxed_quartic_coefficient(extra, len(at.W_star))
    return {
        "positive": Path(partial(at.straight, positive), 2),
        "tangent, straight": Path(partial(at.straight, tangent), 4, quartic_coefficient(tangent)),
        "extra, straight": Path(partial(at.straight, extra), 4, quartic_coefficient(extra)),
        "extra, relaxed": Path(partial(at.relaxed, extra), 4, relaxed),
    }


def drawn(kind: str, direction: int, power: int, steps: Array, risks: Array) -> list[dict]:
    """Figure data of the risk against the step along one direction."""
    keys = {"panel": "laws", "kind": kind, "direction": direction, "power": power}
    return [keys | {"x": step, "y": risk} for step, risk in zip(steps, risks, strict=True)]


def laws(at: Solution, steps: Array, streams: list[SeedSequence]) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data): the risk along random directions of each kind, their mean power and coefficient."""
    slopes: dict[str, list[float]] = {}
    ratios: dict[str, list[float]] = {}
    on_manifold, lines = [], []
    for index, stream in enumerate(streams):
        rng = default_rng(stream)
        for kind, path in paths(at, rng).items():
            risks, slope = power_law(path.risk, steps)
            slopes.setdefault(kind, []).append(slope)
            if path.coefficient is not None:
                ratio = np.exp(np.mean(np.log(risks / steps**path.power))) / path.coefficient
                ratios.setdefault(kind, []).append(ratio)
            lines += drawn(kind, index, path.power, steps, risks)
        turn = generator(at.W, rng)
        risks = [at.turned(turn, step) for step in steps]
        on_manifold += risks
        lines += drawn("tangent, curved", index, 0, steps, risks)
    measured = [{"quantity": "exponent", "kind": kind} | mean(values).row() for kind, values in slopes.items()]
    measured += [
        {"quantity": "coefficient over formula", "kind": kind} | mean(values).row() for kind, values in ratios.items()
    ]
    worst = Estimate(max(on_manifold), 0, len(on_manifold))
    measured.append({"quantity": "largest risk", "kind": "tangent, curved"} | worst.row())
    return measured, lines


def counts(at: Solution, keys: dict) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data beside the formulas) of how many null directions of each kind a solution has.

    Args:
        at: the solution.
        keys: its p, p_star and N.
    """
    found = {
        "all null": len(at.null),
        "tangent": len(at.null) - len(at.extra),
        "extra": len(at.extra),
        "largest angle": at.angle,
    }
    measured = [
        {"quantity": name, "kind": "all"} | keys | {"longest_step": 0.0} | Estimate(value, 0, 1).row()
        for name, value in found.items()
    ]
    tangent, extra = manifold_dimension(keys["p"], keys["p_star"]), extra_null_directions(**keys)
    numbers = {
        "all null": found["all null"],
        "tangent": found["tangent"],
        "tangent, formula": tangent,
        "all null, formula": tangent + extra,
    }
    lines = [
        {"panel": "counts", "kind": kind, "direction": 0, "power": 0, "x": keys["p"], "y": number}
        for kind, number in numbers.items()
    ]
    return measured, lines


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

    measured, lines = [], []
    for p in args.p:
        keys = {"p": p, "p_star": p_star, "N": N}
        rows, shown = counts(solution(**keys, seed=args.seed), keys)
        measured += rows
        lines += shown
    keys = {"p": args.law_p, "p_star": p_star, "N": N}
    streams = [seeds.sequence(args.seed, "directions", keys, index) for index in range(args.directions)]
    steps = np.geomspace(*args.steps, args.points)
    rows, shown = laws(solution(**keys, seed=args.seed), steps, streams)
    measured += [keys | {"longest_step": float(steps[-1])} | row for row in rows]

    columns = ["quantity", "kind", "p", "p_star", "N", "longest_step", "estimate", "low", "high", "n"]
    record = record_of(MODULE, keys | {"seed": args.seed, "directions": args.directions}, UNITS)
    save_table(args.measurements, pd.DataFrame(measured)[columns], record)
    save_table(args.figure_data, pd.DataFrame(lines + shown), record)


if __name__ == "__main__":
    cli.run(main)
