"""Phase II: the risk before and after the radial fit along a run of SGD, and its excess against the samples it uses.

From: sizes, a step size, the times of the fits, their numbers of samples, and a seed.
Makes: a table of measurements and the tidy CSV of the figure `radial_fit`. Where SGD diverges, both end before it.
"""

import numpy as np
import pandas as pd
from numpy.random import SeedSequence, default_rng

from shallownets import cli
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import radial, stiefel
from shallownets.studies.riccati.stages import drawn, sizes
from shallownets.studies.riccati.starts import Start
from shallownets.studies.riccati.theory import least_squares

MODULE = "shallownets.studies.riccati.stages.radial_fit"
UNITS = {"t": "time of the flow, twice the sum of eta", "samples": "of Phase II", "risk": "E y^2"}
FIT = 100.0  # samples of SGD that take as long as a fit, for the progress


def fits(
    Z: np.ndarray, lam: np.ndarray, d: int, samples: int, streams: list[SeedSequence]
) -> tuple[Estimate, Estimate]:
    """Risk of fits above the best radial part's, and what their positive parts change.

    Args:
        Z: (M*, N) overlaps; any weights that have them are as good as any others.
        lam: (M*,) the teacher's eigenvalues.
        d: input dimension.
        samples: of each fit.
        streams: of the samples, a fit each.
    """
    W = Start(Z, np.linalg.cholesky(np.eye(Z.shape[1]) - Z.T @ Z).T).weights(d)
    best = Z.T @ (lam[:, None] * Z)
    found = []
    for stream in streams:
        Omega = radial.fit(W, lam, samples, default_rng(stream))
        above, of_positive = (((part - best) ** 2).sum() for part in (Omega, radial.positive_part(Omega)))
        found.append((above, of_positive - above))
    return tuple(map(mean, zip(*found, strict=True)))


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    sizes.add(parser)
    parser.add_argument("--eta-d", type=cli.positive, required=True, help="step size times d")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time of the flow")
    parser.add_argument("--points", type=cli.at_least(2), required=True, help="times of fits, 0 and the last included")
    parser.add_argument("--samples", type=cli.count, required=True, help="of Phase II, over N^2")
    parser.add_argument(
        "--scan", type=cli.count, nargs="+", required=True, help="numbers of samples at the end, over N^2"
    )
    parser.add_argument("--replicates", type=cli.at_least(2), required=True, help="fits, each on samples of its own")
    cli.shared(parser, "seed", "measurements", "figure-data")
    args = parser.parse_args()

    d, N, lam = args.d, args.N, model.spectrum(args.M_star, args.beta)
    key = sizes.of(args) | {"eta_d": args.eta_d}
    eta = args.eta_d / d
    records = np.rint(np.linspace(0, args.t_max, args.points) / (2 * eta)).astype(int)
    sizes.require_samples(args.eta_d, records[-1])
    start = drawn.start(args.seed, "radial fit", args.M_star, N, d, 0, beta=args.beta)

    def streams(record: int, per_square: int) -> list[SeedSequence]:
        experiment = key | {"record": record, "samples": per_square}
        return [seeds.sequence(args.seed, "riccati, radial fit", experiment, fit) for fit in range(args.replicates)]

    rows, shown, lost = [], [], Lost()
    with progress("SGD and radial fits", records[-1] + FIT * args.replicates * args.points) as advance:
        stream = seeds.sequence(args.seed, "riccati, radial fit, samples of SGD", key, 0)
        run = stiefel.simulate(start, lam, d, eta, records, stream, advance)
        left = int((records <= run.diverged_at).sum())
        if left < len(records):
            t = 2 * eta * run.diverged_at
            lost.notes.append(f"{len(records) - left} of {len(records)} times: SGD diverges at t = {t:.3g}")
        for record, (t, Z) in enumerate(zip(run.t[:left], run.Z[:left], strict=True)):
            best = float(model.risk(Z, lam))
            above, change = fits(Z, lam, d, args.samples * N**2, streams(record, args.samples))
            after = Estimate(best + above.value, above.error, above.n)
            curves = {"before": (float(model.plain_risk(Z, lam)), 0.0), "best": (best, 0.0)}
            curves["after"] = after.value, after.error
            curves["predicted"] = best + least_squares.excess(Z, lam, args.samples * N**2), 0.0
            shown += [
                {"panel": "risk", "series": name, "t": t, "samples": args.samples * N**2, "value": v, "error": e}
                for name, (v, e) in curves.items()
            ]
            advance(FIT * args.replicates)
        last = key | {"t": t, "samples": args.samples * N**2, "per_square": args.samples}
        least = 2 - 2 / np.sqrt(N) * lam[:N].sum()  # of equal weights, on the best directions
        rows.append({"quantity": "before"} | last | Estimate(curves["before"][0], 0.0, 1).row() | {"theory": least})
        rows.append({"quantity": "after"} | last | after.row() | {"theory": best})
        rows.append({"quantity": "change by the positive part"} | last | change.row())

        for samples in args.scan:
            above, _ = fits(Z, lam, d, samples * N**2, streams(len(records), samples))
            first = least_squares.excess(Z, lam, samples * N**2)
            ratio = Estimate(above.value / first, above.error / first, above.n)
            size = {"t": t, "samples": samples * N**2, "per_square": samples}
            unknowns = N * (N + 1) / 2
            rows.append({"quantity": "excess"} | key | size | ratio.row() | {"theory": unknowns / (samples * N**2)})
            for name, (v, e) in {"after": (above.value, above.error), "predicted": (first, 0.0)}.items():
                shown.append({"panel": "excess", "series": name} | size | {"value": v, "error": e})

    parameters = key | {"samples": args.samples, "replicates": args.replicates, "seed": args.seed} | lost.parameters
    record = record_of(MODULE, parameters, UNITS)
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.DataFrame(shown).drop(columns="per_square"), record)


if __name__ == "__main__":
    cli.run(main)
