"""SGD on the Stiefel manifold, tried: is its mean step that of the flow, and do its columns stay orthonormal?

From: sizes and a seed.
Makes: a table of measurements.
"""

import numpy as np
import pandas as pd

from shallownets import cli
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact, stiefel
from shallownets.studies.riccati.stages import drawn, sizes
from shallownets.studies.riccati.starts import Start

MODULE = "shallownets.studies.riccati.stages.sgd_checks"
STILL = 1e-4  # time of the flow in which W stands still, up to this relative order


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    sizes.add(parser)
    parser.add_argument("--eta-d", type=cli.positive, required=True, help="step size times d of the long run")
    parser.add_argument("--samples", type=cli.count, required=True, help="of the long run, and of each mean step")
    parser.add_argument("--replicates", type=cli.at_least(2), required=True, help="mean steps, at least 2")
    cli.shared(parser, "seed", "measurements")
    args = parser.parse_args()

    d, N, lam = args.d, args.N, model.spectrum(args.M_star, args.beta)
    key = sizes.of(args) | {"samples": args.samples}
    start = drawn.start(args.seed, "checks", args.M_star, N, d, 0, beta=args.beta)

    def stream(purpose: str, replicate: int = 0) -> np.random.SeedSequence:
        return seeds.sequence(args.seed, f"riccati, {purpose}", key, replicate)

    rows, lost = [], Lost()
    with progress("checks of SGD", args.samples * (args.replicates + 1.0)) as advance:
        records = np.linspace(0, args.samples, 11).astype(int)
        run = stiefel.simulate(start, lam, d, args.eta_d / d, records, stream("long run"), advance)
        if lost.enough(run.diverged_at == np.inf, f"SGD at eta d = {args.eta_d:g}, long run", "diverged", least=1):
            worst = float(np.abs(run.W.T @ run.W - np.eye(N)).max())
            rows.append({"quantity": "orthonormality"} | key | {"t": run.t[-1]} | Estimate(worst, 0.0, 1).row())

        # A mean step is best seen halfway: at a random start it is small, at the end it vanishes.
        Z = next(exact.overlaps(start, lam, [np.log(d / N) / (2 * lam[0])]))
        halfway = Start(Z, np.linalg.cholesky(np.eye(N) - Z.T @ Z).T)
        step = lam[:, None] * Z - Z @ (Z.T @ (lam[:, None] * Z))
        eta = STILL / (2 * args.samples)
        shares = []
        for replicate in range(args.replicates):
            moved = stiefel.simulate(halfway, lam, d, eta, [args.samples], stream("mean step", replicate), advance)
            shares.append(((moved.Z[0] - Z) * step).sum() / (STILL * (step**2).sum()))
        rows.append({"quantity": "mean step over the flow's"} | key | {"t": STILL} | mean(shares).row())

    parameters = key | {"eta_d": args.eta_d, "seed": args.seed} | lost.parameters
    save_table(args.measurements, pd.DataFrame(rows), record_of(MODULE, parameters, {"t": "time of the flow"}))


if __name__ == "__main__":
    cli.run(main)
