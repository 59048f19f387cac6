"""Starts that are not orthogonal: how far the reached solution is from the closest one, and from the predicted one.

From: widths, dimensions, overlaps of the students and a seed. Gaussian student vectors at several N; unit vectors with
the same overlap with each other, from none to nearly one; and at one overlap very large N.
Makes: a table of measurements and the tidy CSV of the figure `not_orthogonal`.
"""

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng

from shallownets import cli, seeds, statistics
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape import starts
from shallownets.escape.measure import solutions as measure
from shallownets.escape.stages.pairs import pair
from shallownets.escape.theory.frames import remainder_exponent

MODULE = "shallownets.escape.stages.not_orthogonal"
LOST = 0.01  # of the start's selectivity, at which "the closest solution" is no longer true
_KINDS = ("drift", "remainder", "lost selectivity", "excess distance")


def threshold(overlaps: np.ndarray, lost: np.ndarray) -> float:
    """Overlap at which the mean lost selectivity (overlaps along the last axis) first exceeds ``LOST``, interpolated.

    The greatest overlap where it never does.
    """
    means = lost.mean(0)
    above = np.flatnonzero(means > LOST)
    if not above.size or above[0] == 0:
        return float(overlaps[above[0] if above.size else -1])
    k = above[0]
    return float(np.interp(LOST, means[k - 1 : k + 1], overlaps[k - 1 : k + 1]))


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

    rows, drawn = [], []

    def ends(draw, key: dict, eta_hat: float) -> dict[str, np.ndarray]:
        """Everything measured, one number a start; also rows of the figure's table. η = p in gradient flow."""
        found = []
        for replicate in range(args.starts):
            # the same starts for gradient flow and finite η
            stream = seeds.sequence(args.seed, "not orthogonal", {"p": p, "p_star": p_star} | key, replicate)
            eta = (eta_hat or 1.0) * p
            alpha = args.t_max / (eta_hat or 1.0)
            found.append(measure.end_of(draw(default_rng(stream)), eta, alpha, args.tolerance, eta_hat == 0))
        samples = {name: np.array([one[name] for one in found]) for name in found[0]}
        for name, values in samples.items():
            drawn.append({"quantity": name, "eta_hat": eta_hat} | key | statistics.mean(values).row())
        return samples

    def gaussian(N: int):
        return lambda rng: starts.gaussian_vectors(p, p_star, N, rng)

    def equal(N: float, overlap: float):
        def draw(rng: Generator):
            return starts.equal_overlaps(p, p_star, N, overlap, rng)

        return draw

    remainders, losses = [], []
    for N in args.dimensions:
        samples = ends(gaussian(N), {"start": "Gaussian", "N": N, "overlap": 0.0}, 0.0)
        ends(gaussian(N), {"start": "Gaussian", "N": N, "overlap": 0.0}, args.eta_hat)
        remainders.append(samples["remainder"])
        losses.append(samples["lost selectivity"])
    key = {"p": p, "p_star": p_star, "start": "Gaussian", "N": 0.0, "overlap": 0.0, "eta_hat": 0.0}
    for name, samples in (("remainder", remainders), ("lost selectivity", losses)):
        slope = measure.log_exponent(np.array(args.dimensions, float), samples)
        rows.append({"quantity": f"exponent of the {name}"} | key | {"predicted_value": 0.0} | slope.row())

    for eta_hat in (0.0, args.eta_hat):
        by_overlap: dict[str, list] = {}
        for overlap in args.overlaps:
            key = {"start": "equal overlaps", "N": args.N, "overlap": overlap}
            samples = ends(equal(args.N, overlap), key, eta_hat)
            for name, values in samples.items():
                by_overlap.setdefault(name, []).append(values)
            row = {"p": p, "p_star": p_star} | key | {"eta_hat": eta_hat}
            for name in _KINDS[:-1]:
                predicted = samples.get(f"predicted {name}", np.zeros(1)).mean()
                value = statistics.mean(samples[name]).row()
                rows.append({"quantity": name} | row | {"predicted_value": predicted} | value)
            if overlap > 0:
                both = np.stack([samples["drift"], samples["predicted drift"]], 1)
                rng = default_rng(seeds.sequence(args.seed, "not orthogonal bootstrap", row, 0))
                ratio = statistics.bootstrap(both, lambda some: float(np.divide(*some.mean(0))), rng).row()
                rows.append({"quantity": "drift over the predicted one"} | row | {"predicted_value": 1.0} | ratio)
            gain = statistics.mean(samples["drift"] - samples["remainder"]).row()
            rows.append({"quantity": "drift beyond the remainder"} | row | {"predicted_value": 0.0} | gain)
        overlaps = np.array(args.overlaps)
        lost, predicted = (np.array(by_overlap[f"{word}lost selectivity"]).T for word in ("", "predicted "))
        rng = default_rng(seeds.sequence(args.seed, "not orthogonal bootstrap", {"eta_hat": eta_hat}, 0))
        estimate = statistics.bootstrap(lost, lambda some: threshold(overlaps, some), rng)  # noqa: B023
        row |= {"overlap": -1.0, "predicted_value": threshold(overlaps, predicted)}
        rows.append({"quantity": "overlap at which selectivity is lost"} | row | estimate.row())

    large = []
    for N in args.large:
        key = {"start": "large", "N": N, "overlap": args.large_overlap}
        large.append(ends(equal(N, args.large_overlap), key, 0.0)["remainder"])
    slope = measure.log_exponent(np.array(args.large), large)
    row = {"p": p, "p_star": p_star, "start": "large", "N": 0.0, "overlap": args.large_overlap, "eta_hat": 0.0}
    predicted = {"predicted_value": remainder_exponent(p, p_star)}
    rows.append({"quantity": "exponent of the remainder"} | row | predicted | slope.row())

    parameters = {"p": p, "p_star": p_star, "N": args.N, "eta_hat": args.eta_hat, "starts": args.starts}
    record = record_of(MODULE, parameters | {"t_max": args.t_max, "seed": args.seed}, {"estimate": "1", "N": "1"})
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.DataFrame(drawn), record)


if __name__ == "__main__":
    cli.run(main)
