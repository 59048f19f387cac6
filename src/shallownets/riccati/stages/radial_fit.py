"""Phase II: the risk before and after the radial fit along a run of SGD, and its excess against the samples it uses.

From: sizes, a step size, the times of the fits, their numbers of samples, and a seed.
Makes: a table of measurements and the tidy CSV of the figure `radial_fit`.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.progress import progress
from shallownets.riccati import model
from shallownets.riccati.engines import radial, stiefel
from shallownets.riccati.stages import drawn
from shallownets.riccati.starts import Start
from shallownets.riccati.theory import least_squares
from shallownets.statistics import Estimate, mean

MODULE = "shallownets.riccati.stages.radial_fit"
UNITS = {"t": "time of the flow, twice the sum of eta", "samples": "of Phase II", "risk": "E y^2"}


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--d", type=cli.count, required=True, help="input dimension, at least M* + N")
    parser.add_argument("--M-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="student width")
    parser.add_argument("--beta", type=cli.positive, required=True, help="coefficients are m^-beta")
    parser.add_argument("--eta-d", type=cli.positive, required=True, help="step size times d")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time of the flow")
    parser.add_argument("--points", type=cli.count, required=True, help="times of fits, 0 and the last included")
    parser.add_argument("--samples", type=cli.count, required=True, help="of Phase II, over N^2")
    parser.add_argument(
        "--scan", type=cli.count, nargs="+", required=True, help="numbers of samples at the end, over N^2"
    )
    parser.add_argument("--replicates", type=cli.count, required=True, help="fits, each on samples of its own")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--measurements", type=cli.path, required=True, help="the measurements, .csv")
    parser.add_argument("--figure-data", type=cli.path, required=True, help="the figure's data, .csv")
    args = parser.parse_args()
    if args.replicates < 2:
        raise UserError("--replicates 1: at least 2 are right, for a standard error")

    d, N, lam = args.d, args.N, model.spectrum(args.M_star, args.beta)
    key = {name: getattr(args, name) for name in ("d", "M_star", "N", "beta", "eta_d")}
    eta = args.eta_d / d
    records = np.rint(np.linspace(0, args.t_max, args.points) / (2 * eta)).astype(int)
    start = drawn.start(args.seed, "radial fit", args.M_star, N, d, 0, beta=args.beta)

    def fits(Z: np.ndarray, record: int, samples: int) -> tuple[Estimate, Estimate]:
        """Excess risk of fits, and what their positive parts change: as of any weights with these overlaps."""
        W = Start(Z, np.linalg.cholesky(np.eye(N) - Z.T @ Z).T).weights(d)
        best = Z.T @ (lam[:, None] * Z)
        found = []
        for replicate in range(args.replicates):
            experiment = key | {"record": record, "samples": samples}
            rng = default_rng(seeds.sequence(args.seed, "riccati, radial fit", experiment, replicate))
            try:
                Omega = radial.fit(W, lam, samples * N**2, rng)
            except ValueError as error:
                raise UserError(f"--samples {samples}: {error}") from error
            above, of_positive = (((part - best) ** 2).sum() for part in (Omega, radial.positive_part(Omega)))
            found.append((above, of_positive - above))
        return tuple(map(mean, zip(*found, strict=True)))

    rows, shown = [], []
    with progress("SGD and radial fits", records[-1] + 100.0 * args.replicates * args.points) as advance:
        stream = seeds.sequence(args.seed, "riccati, radial fit, samples of SGD", key, 0)
        run = stiefel.simulate(start, lam, d, eta, records, stream, advance)
        for record, (t, Z) in enumerate(zip(run.t, run.Z, strict=True)):
            best = float(model.risk(Z, lam))
            above, change = fits(Z, record, args.samples)
            after = Estimate(best + above.value, above.error, above.n)
            curves = {"before": (float(model.plain_risk(Z, lam)), 0.0), "best": (best, 0.0)}
            curves["after"] = after.value, after.error
            curves["predicted"] = best + least_squares.excess(Z, lam, args.samples * N**2), 0.0
            shown += [
                {"panel": "risk", "series": name, "t": t, "samples": args.samples * N**2, "value": v, "error": e}
                for name, (v, e) in curves.items()
            ]
            advance(100.0 * args.replicates)
        last = key | {"t": t, "samples": args.samples * N**2, "per_square": args.samples}
        least = 2 - 2 / np.sqrt(N) * lam[:N].sum()  # of equal weights, on the best directions
        rows.append({"quantity": "before"} | last | Estimate(curves["before"][0], 0.0, 1).row() | {"theory": least})
        rows.append({"quantity": "after"} | last | after.row() | {"theory": best})
        rows.append({"quantity": "change by the positive part"} | last | change.row())

        for samples in args.scan:
            (above, _), first = fits(Z, len(run.t), samples), least_squares.excess(Z, lam, samples * N**2)
            ratio = Estimate(above.value / first, above.error / first, above.n)
            size = {"t": t, "samples": samples * N**2, "per_square": samples}
            unknowns = N * (N + 1) / 2
            rows.append({"quantity": "excess"} | key | size | ratio.row() | {"theory": unknowns / (samples * N**2)})
            for name, (v, e) in {"after": (above.value, above.error), "predicted": (first, 0.0)}.items():
                shown.append({"panel": "excess", "series": name} | size | {"value": v, "error": e})

    record = record_of(MODULE, key | {"samples": args.samples, "replicates": args.replicates, "seed": args.seed}, UNITS)
    save_table(args.measurements, pd.DataFrame(rows), record)
    save_table(args.figure_data, pd.DataFrame(shown).drop(columns="per_square"), record)


if __name__ == "__main__":
    cli.run(main)
