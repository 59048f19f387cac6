"""Starts that are not orthogonal: how far the reached solution is from the closest one, and from the predicted one.

From: widths, dimensions, overlaps of the students and a seed. Gaussian student vectors at several N; unit vectors with
the same overlap with each other, from none to nearly one; and at one overlap very large N.
Makes: a table of measurements and the tidy CSV of the figure `not_orthogonal`.
"""

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.statistics import bootstrap, mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape import starts
from shallownets.studies.escape.measure import solutions as measure
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory.frames import remainder_exponent

MODULE = "shallownets.studies.escape.stages.not_orthogonal"
LOST = 0.01  # of the start's selectivity, at which "the closest solution" is no longer true


def threshold(overlaps: Array, lost: Array) -> float:
    """Overlap at which the mean lost selectivity (overlaps along the last axis) first exceeds ``LOST``, interpolated.

    The greatest overlap where it never does.
    """
    means = lost.mean(0)
    above = np.flatnonzero(means > LOST)
    if not above.size or above[0] == 0:
        return float(overlaps[above[0] if above.size else -1])
    k = above[0]
    return float(np.interp(LOST, means[k - 1 : k + 1], overlaps[k - 1 : k + 1]))


def ends(
    draw: Callable[[Generator], Start], key: dict, eta_hat: float, args: argparse.Namespace
) -> tuple[dict[str, Array], list[dict]]:
    """(what ``measure.end_of`` measures, one number a start; the figure's data) at one point; eta_hat 0: gradient flow.

    Args:
        draw: draws a start.
        key: the columns that name the starts. They are the same for gradient flow and finite learning rate.
    """
    p, p_star = args.widths
    eta, alpha = (eta_hat or 1.0) * p, args.t_max / (eta_hat or 1.0)
    found = []
    for replicate in range(args.starts):
        stream = seeds.sequence(args.seed, "not orthogonal", {"p": p, "p_star": p_star} | key, replicate)
        found.append(measure.end_of(draw(default_rng(stream)), eta, alpha, args.tolerance, eta_hat == 0))
    samples = {name: np.array([one[name] for one in found]) for name in found[0]}
    drawn = [{"quantity": name, "eta_hat": eta_hat} | key | mean(values).row() for name, values in samples.items()]
    return samples, drawn


def against_size(args: argparse.Namespace) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of Gaussian vectors: exponents in N of what gradient flow leaves unpredicted."""
    p, p_star = args.widths
    found, drawn = [], []
    for N in args.dimensions:
        key = {"start": "Gaussian", "N": N, "overlap": 0.0}
        for eta_hat in (0.0, args.eta_hat):
            samples, shown = ends(partial(starts.gaussian_vectors, p, p_star, N), key, eta_hat, args)
            drawn += shown
            if eta_hat == 0:
                found.append(samples)
    key = {"p": p, "p_star": p_star, "start": "Gaussian", "N": 0.0, "overlap": 0.0, "eta_hat": 0.0}
    rows = []
    for name in ("remainder", "lost selectivity"):
        slope = measure.log_exponent(np.array(args.dimensions, float), [samples[name] for samples in found])
        rows.append({"quantity": f"exponent of the {name}"} | key | {"predicted_value": 0.0} | slope.row())
    return rows, drawn


def at_one_overlap(samples: dict[str, Array], key: dict, args: argparse.Namespace) -> list[dict]:
    """Measurements at one overlap of the students: each drift and loss, and how much of the drift is predicted."""
    rows = []
    for name in ("drift", "remainder", "lost selectivity"):
        predicted = samples.get(f"predicted {name}", np.zeros(1)).mean()
        rows.append({"quantity": name} | key | {"predicted_value": predicted} | mean(samples[name]).row())
    if key["overlap"] > 0:
        both = np.stack([samples["drift"], samples["predicted drift"]], 1)
        rng = default_rng(seeds.sequence(args.seed, "not orthogonal bootstrap", key, 0))
        ratio = bootstrap(both, lambda some: float(np.divide(*some.mean(0))), rng)
        rows.append({"quantity": "drift over the predicted one"} | key | {"predicted_value": 1.0} | ratio.row())
    gain = mean(samples["drift"] - samples["remainder"])
    rows.append({"quantity": "drift beyond the remainder"} | key | {"predicted_value": 0.0} | gain.row())
    return rows


def against_overlap(eta_hat: float, args: argparse.Namespace) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of students with equal overlaps, and where the selectivity is lost."""
    p, p_star = args.widths
    found, rows, drawn = [], [], []
    for overlap in args.overlaps:
        key = {"start": "equal overlaps", "N": args.N, "overlap": overlap}
        samples, shown = ends(partial(starts.equal_overlaps, p, p_star, args.N, overlap), key, eta_hat, args)
        found.append(samples)
        drawn += shown
        rows += at_one_overlap(samples, {"p": p, "p_star": p_star} | key | {"eta_hat": eta_hat}, args)
    overlaps = np.array(args.overlaps)
    lost, predicted = (
        np.array([samples[name] for samples in found]).T for name in ("lost selectivity", "predicted lost selectivity")
    )
    rng = default_rng(seeds.sequence(args.seed, "not orthogonal bootstrap", {"eta_hat": eta_hat}, 0))
    estimate = bootstrap(lost, lambda some: threshold(overlaps, some), rng)
    key = {"p": p, "p_star": p_star, "start": "equal overlaps", "N": args.N, "overlap": -1.0, "eta_hat": eta_hat}
    key |= {"predicted_value": threshold(overlaps, predicted)}
    return [*rows, {"quantity": "overlap at which selectivity is lost"} | key | estimate.row()], drawn


def at_large_sizes(args: argparse.Namespace) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) at very large N and one overlap: how fast gradient flow reaches the predicted R."""
    p, p_star = args.widths
    remainders, drawn = [], []
    for N in args.large:
        key = {"start": "large", "N": N, "overlap": args.large_overlap}
        samples, shown = ends(partial(starts.equal_overlaps, p, p_star, N, args.large_overlap), key, 0.0, args)
        remainders.append(samples["remainder"])
        drawn += shown
    slope = measure.log_exponent(np.array(args.large), remainders)
    key = {"p": p, "p_star": p_star, "start": "large", "N": 0.0, "overlap": args.large_overlap, "eta_hat": 0.0}
    key |= {"predicted_value": remainder_exponent(p, p_star)}
    return [{"quantity": "exponent of the remainder"} | key | slope.row()], drawn


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--widths", type=pair, required=True, help="p,p* with p > 1")
    parser.add_argument("--dimensions", type=cli.count, nargs="+", required=True, help="N of Gaussian vectors")
    parser.add_argument(
        "--overlaps", type=cli.not_negative, nargs="+", required=True, help="of the students, rising from 0 to < 1"
    )
    parser.add_argument("--N", type=cli.count, required=True, help="M is of order N^(-1/2) for all overlaps")
    parser.add_argument("--large", type=cli.positive, nargs="+", required=True, help="very large N")
    parser.add_argument("--large-overlap", type=cli.positive, required=True, help="overlap of the students there")
    parser.add_argument("--eta-hat", type=cli.positive, required=True, help="finite eta/p, besides gradient flow")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="for each point, at least 2")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time, eta_hat samples/N")
    cli.shared(parser, "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()
    p, p_star = args.widths
    if list(args.overlaps) != sorted(set(args.overlaps)) or args.overlaps[0] < 0 or args.overlaps[-1] >= 1:
        raise UserError(f"--overlaps {args.overlaps}: rising numbers from 0 to below 1 are right")
    if p < p_star or p == 1:
        raise UserError(f"--widths {p},{p_star}: p of at least p* and above 1 is right")
    for option, dimensions in (("--dimensions", args.dimensions), ("--large", args.large)):
        if len(set(dimensions)) < 3 or min(dimensions) < p + p_star:
            raise UserError(
                f"{option} {min(dimensions):g}: three or more, each at least p + p* = {p + p_star}, are right"
            )

    parts = [
        against_size(args),
        against_overlap(0.0, args),
        against_overlap(args.eta_hat, args),
        at_large_sizes(args),
    ]
    parameters = {"p": p, "p_star": p_star} | {
        name: getattr(args, name) for name in ("N", "eta_hat", "starts", "t_max", "seed")
    }
    record = record_of(MODULE, parameters, {"estimate": "1", "N": "1"})
    save_table(args.measurements, pd.DataFrame([row for rows, _ in parts for row in rows]), record)
    save_table(args.figure_data, pd.DataFrame([row for _, rows in parts for row in rows]), record)


if __name__ == "__main__":
    cli.run(main)
