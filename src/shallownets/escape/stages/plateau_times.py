"""Escape times against N, against the student's width, and against what the start looks like.

From: the escape times of SGD, one file for each N; the ODE's are computed here.
Makes: the table of measurements, and the data of the figure escape_time.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import load_arrays, record_of, save_table
from shallownets.escape.engines import spectral
from shallownets.escape.measure.plateau import alignments, rank_correlation
from shallownets.escape.model import plateau_norm
from shallownets.escape.stages.pairs import pair
from shallownets.escape.stages.plateau_shared import exact, gaussian_starts, row
from shallownets.escape.starts import Start
from shallownets.escape.theory import plateau
from shallownets.lost import Lost
from shallownets.statistics import bootstrap, mean

MODULE = "shallownets.escape.stages.plateau_times"
UNITS = {"alpha": "samples/N", "slope": "samples/N per unit of log N"}
LONG = 1e6  # samples/N after which the ODE is given up; it never comes near
SETTLED = 0.1  # norms count as learned within this of their plateau value, relatively


def times(starts: list[Start], eta_hat: float, fraction: float, tolerance: float) -> np.ndarray:
    """Escape times of the ODE, inf where it diverges or never escapes."""
    p, p_star = starts[0].M.shape
    level = plateau.plateau_level(p, p_star, fraction)
    return np.array([spectral.escape_time(start, p * eta_hat, level, LONG, tolerance) for start in starts])


def slope(eta_hat: float, p: int, p_star: int) -> float:
    """Escape time per unit of log N at this learning rate: half the time in which M grows by a factor e."""
    return 1 / (2 * eta_hat * float(plateau.finite_overlap_rate(p, p_star, eta_hat)))


def norm_time(p: int, p_star: int, eta_hat: float, tolerance: float) -> float:
    """Time α in which norms 1 come within SETTLED of their value on the plateau, for good; 0 where they are; M = 0."""
    alpha = np.linspace(0, 3 / eta_hat, 3001)
    run = spectral.simulate(Start(np.zeros((p, p_star)), np.eye(p)), p * eta_hat, alpha, tolerance)
    norm = plateau_norm(p) * float(plateau.relative_norm(p, p_star, eta_hat))
    far = np.abs(np.trace(run.Q[0], axis1=1, axis2=2) / p / norm - 1) > SETTLED
    return float(alpha[np.flatnonzero(far)[-1] + 1]) if far.any() else 0.0


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument(
        "--sgd", type=cli.path, nargs="+", required=True, help="escape times of SGD, .npz, N increasing"
    )
    parser.add_argument("--N", type=cli.positive, nargs="+", required=True, help="dimensions of the ODE's starts")
    parser.add_argument("--eta-hat", type=cli.positive, nargs="+", required=True, help="learning rates over p")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="starts of the ODE, at least 2")
    parser.add_argument(
        "--widths", type=pair, nargs="+", required=True, help="p,p* compared at one N and learning rate"
    )
    parser.add_argument("--aligned", type=pair, required=True, help="p,p* of the starts whose alignment is examined")
    parser.add_argument("--at", type=cli.positive, required=True, help="the N of both comparisons")
    parser.add_argument("--at-eta-hat", type=cli.positive, required=True, help="the learning rate over p of both")
    cli.shared(parser, "resamples", "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()

    files = [load_arrays(path) for path in args.sgd]
    said = files[0].record["parameters"]
    p, p_star, fraction = said["p"], said["p_star"], said["fraction"]
    measured, shown, lost = [], [], Lost()

    # SGD against N
    for file in files:
        N, sgd, limit = file.record["parameters"]["N"], file.arrays["sgd"], file.arrays["ode"]
        done = np.isfinite(sgd)
        keys = {"engine": "SGD", "p": p, "p_star": p_star, "N": N, "eta_hat": said["eta_hat"]}
        measured.append(row("censored", exact((~done).sum(), len(sgd)), **keys))
        if not lost.enough(done, f"SGD, N = {N}", "did not escape"):
            continue
        estimate = mean(sgd[done])
        measured += [row("time", estimate, **keys), row("time_over_ode", mean((sgd - limit)[done]), **keys)]
        shown.append(keys | {"quantity": "time", "value": estimate.value, "error": estimate.error})

    # the ODE against N, from the same Gaussian overlaps scaled by N^(-1/2): a slope for each start
    for eta_hat in args.eta_hat:
        how = eta_hat, fraction, args.tolerance
        unit = gaussian_starts(args.seed, p, p_star, round(args.at), args.starts)
        found = np.array(
            [times([Start(start.M * np.sqrt(round(args.at) / N), start.Q) for start in unit], *how) for N in args.N]
        )
        kept = np.isfinite(found).all(0)
        if not lost.enough(kept, f"ODE, eta_hat = {eta_hat:g}", "did not escape at every N"):
            continue
        found = found[:, kept]
        for N, one in zip(args.N, found, strict=True):
            estimate = mean(one)
            keys = {"engine": "ODE", "p": p, "p_star": p_star, "N": N, "eta_hat": eta_hat}
            measured.append(row("time", estimate, **keys))
            shown.append(keys | {"quantity": "time", "value": estimate.value, "error": estimate.error})
        if len(args.N) > 1:
            x = np.log(args.N)
            # the upper half of log N: at the lower end the overlaps are no longer small
            upper = x >= (x[0] + x[-1]) / 2
            centred = x[upper] - x[upper].mean()
            slopes = centred @ found[upper] / (centred @ centred)
            keys = {"engine": "ODE", "p": p, "p_star": p_star, "N": 0, "eta_hat": eta_hat}
            measured.append(row("slope", mean(slopes), **keys, theory=slope(eta_hat, p, p_star)))
            shown += [
                keys | {"quantity": "law", "N": N, "error": 0.0, "value": found[-1].mean() + gap}
                for N, gap in zip(args.N, (x - x[-1]) * slope(eta_hat, p, p_star), strict=True)
            ]

    # against the width of the student
    by_width = {}
    for width, star in args.widths:
        starts = gaussian_starts(args.seed, width, star, round(args.at), args.starts)
        found = times(starts, args.at_eta_hat, fraction, args.tolerance)
        if not lost.enough(np.isfinite(found), f"ODE, p = {width}, p* = {star}", "did not escape", len(found)):
            continue
        by_width[width, star] = found
        keys = {"engine": "ODE", "p": width, "p_star": star, "N": args.at, "eta_hat": args.at_eta_hat}
        estimate = mean(found)
        measured.append(row("width_time", estimate, **keys))
        shown.append(keys | {"quantity": "width", "value": estimate.value, "error": estimate.error})
        share = norm_time(width, star, args.at_eta_hat, args.tolerance) / estimate.value
        measured.append(row("norm_learning_share", exact(share, args.starts), **keys))
    for star in sorted({star for _, star in by_width}):
        narrow, wide = (by_width[pick(w for w, s in by_width if s == star), star] for pick in (min, max))
        rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", {"p_star": star, "N": args.at}, 0))
        ratio = bootstrap(
            np.column_stack([narrow, wide]), lambda s: s[:, 0].mean() / s[:, 1].mean(), rng, args.resamples
        )
        keys = {"engine": "ODE", "p": 0, "p_star": star, "N": args.at, "eta_hat": args.at_eta_hat}
        measured.append(row("narrow_over_wide", ratio, **keys))

    # against the alignment of the start
    starts = gaussian_starts(args.seed, *args.aligned, round(args.at), args.starts)
    escape = times(starts, args.at_eta_hat, fraction, args.tolerance)
    sizes = alignments(np.array([start.M for start in starts]))
    # a start that never escapes has the last rank of all times
    samples = np.column_stack([escape, *sizes.values()])
    rng = default_rng(seeds.sequence(args.seed, "plateau bootstrap", {"aligned": str(args.aligned)}, 0))
    keys = {"engine": "ODE", "p": args.aligned[0], "p_star": args.aligned[1], "N": args.at, "eta_hat": args.at_eta_hat}
    for column, name in enumerate(sizes, 1):

        def strength(sample: np.ndarray, column: int = column) -> float:
            return -rank_correlation(sample[:, 0], sample[:, column])

        measured.append(row(f"rank_{name}", bootstrap(samples, strength, rng, args.resamples), **keys))
        if name != "squares":
            gap = bootstrap(samples, lambda s, f=strength: f(s) - f(s, 1), rng, args.resamples)
            measured.append(row(f"rank_{name}_minus_squares", gap, **keys))

    lost.require(shown)
    table = pd.DataFrame(measured).fillna({"theory": 0.0})
    parameters = {"p": p, "p_star": p_star, "fraction": fraction, "starts": args.starts, "at": args.at}
    parameters |= {"at_eta_hat": args.at_eta_hat, "tolerance": args.tolerance, "seed": args.seed} | lost.parameters
    save_table(args.measurements, table, record_of(MODULE, parameters, UNITS))
    save_table(args.figure_data, pd.DataFrame(shown), record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
