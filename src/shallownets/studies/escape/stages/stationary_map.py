"""The map of all stationary points, by formula and by brute force, and a trajectory that passes several of them.

From: widths, input dimensions, singular values of the overlap M at the trajectory's start, and a seed.
Makes: a table of measurements and the tidy CSV of the figure `stationary_map`.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.statistics import Estimate
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.engines import gradient_flow
from shallownets.studies.escape.measure import staircase
from shallownets.studies.escape.measure.hessian import signs, weights
from shallownets.studies.escape.stages.hessian import sizes
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory.landscape import ZERO, StationaryPoint, all_points, hessian, risk

MODULE = "shallownets.studies.escape.stages.stationary_map"
_LATE = 1.5  # the trajectory goes on this much longer than its smallest singular value needs to grow


def brute_force(point: StationaryPoint, N: int, seed: int) -> tuple[float, np.ndarray]:
    """(risk, eigenvalues of the Hessian) at a point of random orientation."""
    keys = {"p": point.p, "p_star": point.p_star, "N": N, "k_t": point.k_t, "k_o": point.k_o}
    W, W_star = weights(point, N, default_rng(seeds.sequence(seed, "stationary map", keys, 0)))
    return risk(W, W_star), np.linalg.eigvalsh(hessian(W, W_star))


def exact(value: float, n: int = 1) -> dict:
    """The columns of a number without error."""
    return Estimate(float(value), 0.0, n).row()


def survey(p: int, p_star: int, N: int, seed: int) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of all stationary points at one size."""
    drawn, slopes, wrong, spurious = [], [], 0, 0
    points = all_points(p, p_star)
    for point in points:
        value, eigenvalues = brute_force(point, N, seed)
        count = signs(eigenvalues)
        levels = point.levels(N)
        index = sum(level.count for level in levels if level.value < 0 and level.name != ZERO)
        positive = sum(level.count for level in levels if level.value > 0 and level.name != ZERO)
        wrong += (count.negative, count.positive) != (index, positive)
        if point.k_t < p_star:
            spurious += count.negative == 0
            slopes.append(eigenvalues[0] * p * p_star / 4)
        drawn.append(
            {"kind": "point", "p": p, "p_star": p_star, "N": N, "k_t": point.k_t, "k_o": point.k_o}
            | {"risk": point.risk, "index": index, "measured_risk": value, "measured_index": count.negative}
        )
    key = {"p": p, "p_star": p_star, "N": N}
    found = {
        "points whose signs differ from the formula": exact(wrong, len(points)),
        "spurious minima": exact(spurious, len(slopes)),
        "least steep way down": exact(max(slopes), len(slopes)),
    }
    return [{"quantity": name} | key | row for name, row in found.items()], drawn


def descent(p: int, p_star: int, N: int, values: list[float], points: int, tolerance: float):
    """(measurements, figure data) of a gradient flow whose singular values of M at the start are far apart."""
    M = np.zeros((p, p_star))
    np.fill_diagonal(M, values)
    last = _LATE * p * p_star / 4 * np.log(1 / min(values))
    run = gradient_flow.simulate(Start(M, np.eye(p)), 1.0, np.linspace(0.0, last, points), tolerance)
    path = staircase.along(run, N)
    key = {"p": p, "p_star": p_star, "N": N}
    drawn = pd.DataFrame(
        key
        | {"kind": "path", "t": run.alpha, "measured_risk": path.risk, "measured_index": path.index}
        | {"gradient": path.gradient}
    ).to_dict("records")
    rows, order = [], 0
    for step, at in enumerate(path.stops()):
        point = staircase.nearest(run.M[0, at], run.Q[0, at])
        softest = min(abs(level.value) for level in point.levels(N) if level.name != ZERO)
        stop = key | {"step": step, "gradient": path.gradient[at], "softest": softest, "point_risk": point.risk}
        order += (point.k_t, point.k_o) == (step, p - step)
        rows += [
            {"quantity": "risk of a stop"} | stop | exact(path.risk[at]),
            {"quantity": "index of a stop"} | stop | exact(path.index[at]),
        ]
        drawn.append(
            {"kind": "stop", "k_t": point.k_t, "k_o": point.k_o, "t": run.alpha[at], "risk": point.risk}
            | key
            | {"measured_risk": path.risk[at], "measured_index": path.index[at], "gradient": path.gradient[at]}
        )
    rows.append({"quantity": "stops in order"} | key | exact(order, len(path.stops())))
    rows.append({"quantity": "stops"} | key | exact(len(path.stops())))
    # p p*/4 log of the ratio of two singular values passes between two escapes
    times = run.alpha[path.stops()]
    if len(times) > 1:
        expected = p * p_star / 4 * np.log(values[0] / values[1])
        rows.append({"quantity": "time between stops"} | key | {"expected": expected} | exact(np.diff(times)[0]))
    return rows, drawn


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--maps", type=sizes("p,p_star,N"), nargs="+", required=True, help="sizes shown, p >= p_star")
    parser.add_argument("--p-max", type=cli.count, required=True, help="every p_star <= p up to this is surveyed")
    parser.add_argument("--values", type=cli.positive, nargs="+", required=True, help="singular values of M, one each")
    parser.add_argument("--points", type=cli.count, required=True, help="times on the path")
    cli.shared(parser, "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()
    for p, p_star, N in args.maps:
        if p < p_star or p + p_star > N:
            raise UserError(f"--maps {p},{p_star},{N}: p of at least p_star and N of at least p + p_star are right")
    p, p_star, N = args.maps[0]
    if len(args.values) != p_star or list(args.values) != sorted(args.values, reverse=True) or args.values[0] >= 1:
        raise UserError(f"--values {args.values}: {p_star} falling numbers below 1 are right, one for each teacher")

    rows, drawn = [], []
    for size in args.maps:
        drawn += survey(*size, args.seed)[1]
    for width in range(1, args.p_max + 1):
        for teachers in range(1, width + 1):
            rows += survey(width, teachers, width + teachers + 1, args.seed)[0]
    measured, path = descent(p, p_star, N, args.values, args.points, args.tolerance)
    parameters = {"p": p, "p_star": p_star, "N": N, "values": args.values, "maps": [list(size) for size in args.maps]}
    record = record_of(MODULE, parameters | {"seed": args.seed}, {"risk": "1", "index": "1", "t": "eta samples/N"})
    extra = {"step": -1, "gradient": 0.0, "softest": 0.0, "point_risk": 0.0, "expected": 0.0}
    save_table(args.measurements, pd.DataFrame(rows + measured).fillna(extra), record)
    save_table(args.figure_data, pd.DataFrame(drawn + path), record)


if __name__ == "__main__":
    cli.run(main)
