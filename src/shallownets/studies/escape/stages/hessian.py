"""The Hessian's spectrum at every stationary point, by formula and by brute force; the plateau's ratio against p.

From: widths, input dimensions and a seed.
Makes: measurements, and figure data of the figures of spectra and of the ratio.
"""

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.statistics import Estimate
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.measure.hessian import measure, signs, weights
from shallownets.studies.escape.theory.landscape import (
    StationaryPoint,
    all_points,
    hessian,
    named_points,
    plateau_ratio,
)

MODULE = "shallownets.studies.escape.stages.hessian"
UNITS = {"estimate": "1", "eigenvalue": "1, of the Hessian with respect to W/sqrt(N)", "multiplicity": "1"}
_STATIONARY = 1e-10  # a gradient of this norm is zero up to rounding


def sizes(names: str) -> Callable[[str], tuple[int, ...]]:
    """Argument type: whole numbers of at least 1 joined by commas, as many as there are names."""

    def read(text: str) -> tuple[int, ...]:
        values = tuple(cli.count(part) for part in text.split(","))
        if len(values) != len(names.split(",")):
            raise argparse.ArgumentTypeError(f"{text!r} given; {names} is right")
        return values

    return read


def family(point: StationaryPoint) -> str:
    """Which of the classes of Sec. 4.2 a stationary point belongs to."""
    if point.k_t and point.k_o:
        return "mixed"
    if point.k_t:
        return "correlated"
    return "uncorrelated" if point.k_o else "tabula rasa"


def spectra(p: int, p_star: int, N: int, seed: int) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of the stationary points that have a name, at one size."""
    measured, drawn = [], []
    keys = {"p": p, "p_star": p_star, "N": N}
    for name, point in named_points(p, p_star).items():
        rng = default_rng(seeds.sequence(seed, "spectrum", keys | {"point": name}, 0))
        rows = measure(point, N, rng)
        measured += [{"point": name} | keys | row for row in rows]
        found = {(row["quantity"], row["level"]): row["estimate"] for row in rows}
        drawn += [
            {"point": name}
            | keys
            | {"level": level.name, "eigenvalue": level.value, "multiplicity": level.count}
            | {f"measured_{q}": found[q, level.name] for q in ("eigenvalue", "multiplicity")}
            for level in point.levels(N)
        ]
    return measured, drawn


def summaries(p: int, p_star: int, N: int, seed: int) -> list[dict]:
    """Measurements over every stationary point, named or not, at one size: its gradient, whether it has a way down."""
    keys = {"p": p, "p_star": p_star, "N": N}
    classes: dict[str, list[float]] = {}
    ways_down = []
    for point in all_points(p, p_star):
        rng = default_rng(seeds.sequence(seed, "stationary", keys | {"k_t": point.k_t, "k_o": point.k_o}, 0))
        values = {row["quantity"]: row["estimate"] for row in measure(point, N, rng) if row["level"] == "all"}
        classes.setdefault(family(point), []).append(values["gradient"])
        if point.k_t < min(p, p_star):
            ways_down.append(values["negative"])
    found = [("largest gradient", name, Estimate(float(max(norms)), 0, len(norms))) for name, norms in classes.items()]
    if mixed := classes.get("mixed"):
        stationary = sum(norm < _STATIONARY for norm in mixed)
        found.append(("stationary points", "mixed", Estimate(stationary, 0, len(mixed))))
    found.append(("fewest negative", "not a global minimum", Estimate(min(ways_down), 0, len(ways_down))))
    return [
        {"point": name} | keys | {"quantity": quantity, "level": "all"} | estimate.row()
        for quantity, name, estimate in found
    ]


def ratios(p_star: int, N: int, seed: int) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of the plateau's negative over null eigenvalues, for p = 1 to N - p*."""
    drawn = []
    for p in range(1, N - p_star + 1):
        keys = {"p": p, "p_star": p_star, "N": N}
        W, W_star = weights(StationaryPoint(p, p_star, 0, p), N, default_rng(seeds.sequence(seed, "plateau", keys, 0)))
        count = signs(np.linalg.eigvalsh(hessian(W, W_star)))
        drawn.append(keys | {"formula": plateau_ratio(p, p_star, N), "measured": count.negative / count.zero})
    rows = [("ratio", row["p"], Estimate(row["measured"], 0, 1)) for row in drawn]
    growth = np.diff([row["measured"] for row in drawn])
    rows.append(("least growth of the ratio", N - p_star, Estimate(float(growth.min()), 0, len(growth))))
    keys = {"point": "plateau", "p_star": p_star, "N": N, "level": "all"}
    return [keys | {"quantity": quantity, "p": p} | estimate.row() for quantity, p, estimate in rows], drawn


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument(
        "--sizes", type=sizes("p,p_star,N"), nargs="+", required=True, help="p,p_star,N with N >= p + p_star"
    )
    parser.add_argument(
        "--ratio-sizes", type=sizes("p_star,N"), nargs="+", required=True, help="p_star,N with N >= p_star + 2"
    )
    cli.shared(parser, "seed", "measurements")
    parser.add_argument("--spectra", type=cli.path, required=True, help="figure data of the spectra, .csv")
    parser.add_argument("--ratios", type=cli.path, required=True, help="figure data of the ratio, .csv")
    args = parser.parse_args()
    for p, p_star, N in args.sizes:
        if p + p_star > N:
            raise UserError(f"--sizes {p},{p_star},{N}: N of at least p + p_star = {p + p_star} is right")
    for p_star, N in args.ratio_sizes:
        if p_star + 2 > N:
            raise UserError(f"--ratio-sizes {p_star},{N}: N of at least p_star + 2 = {p_star + 2} is right")

    measured, levels, by_width = [], [], []
    for size in args.sizes:
        rows, drawn = spectra(*size, args.seed)
        measured += rows + summaries(*size, args.seed)
        levels += drawn
    for size in args.ratio_sizes:
        rows, drawn = ratios(*size, args.seed)
        measured += rows
        by_width += drawn
    columns = ["quantity", "point", "level", "p", "p_star", "N", "estimate", "low", "high", "n"]
    record = record_of(MODULE, {"seed": args.seed}, UNITS)
    save_table(args.measurements, pd.DataFrame(measured)[columns], record)
    save_table(args.spectra, pd.DataFrame(levels), record)
    save_table(args.ratios, pd.DataFrame(by_width), record)


if __name__ == "__main__":
    cli.run(main)
