"""How exact the exact solutions are, beside integrations of the equation and of the weights.

From: sizes, a tail and a seed.
Makes: a table of measurements: the largest difference of any entry, at any of the times and from any of the starts, and
beside it (`own`) how much the integration itself changes with a tolerance ten times as coarse.
"""

import numpy as np
import pandas as pd

from shallownets import cli
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import exact, integration
from shallownets.studies.riccati.stages import drawn

MODULE = "shallownets.studies.riccati.stages.exactness"


def gram(Z: np.ndarray) -> np.ndarray:
    """Z Z^T of each matrix, (..., n, n)."""
    return Z @ np.swapaxes(Z, -1, -2)


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--M-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="student width where weights are integrated")
    parser.add_argument("--d", type=cli.count, required=True, help="input dimension")
    parser.add_argument("--beta", type=cli.positive, required=True, help="coefficients are m^-beta")
    parser.add_argument("--scale", type=cli.positive, required=True, help="norm of the full flow's initial weights")
    parser.add_argument("--times", type=cli.positive, nargs="+", required=True, help="times in units of 1/lambda_1")
    parser.add_argument("--starts", type=cli.count, required=True, help="random starts")
    cli.shared(parser, "tolerance", "seed", "measurements")
    args = parser.parse_args()

    lam = model.spectrum(args.M_star, args.beta)
    times = np.sort(args.times) / lam[0]
    kept = args.M_star + args.N  # rows in which W is not zero at any time
    tolerances = (args.tolerance, 10 * args.tolerance)
    compared = []  # quantity, closed form, integration, integration ten times as coarse
    for replicate in range(args.starts):
        # As wide as the teacher: G has full rank, and an integration of the equation can be trusted.
        wide = drawn.start(args.seed, "exactness", args.M_star, args.M_star, args.d, replicate)
        closed = gram(np.array(list(exact.overlaps(wide, lam, times))))
        runs = [integration.overlaps(gram(wide.Z), lam, times, tolerance) for tolerance in tolerances]
        compared.append(("riccati equation", closed, *runs))
        start = drawn.start(args.seed, "exactness", args.M_star, args.N, args.d, replicate)
        W_0 = args.scale * start.weights(args.d)
        runs = [integration.weights(W_0, lam, times, tolerance)[:, :kept] for tolerance in tolerances]
        closed = gram(np.array(list(exact.weights(start, args.scale, lam, times))))
        compared.append(("full flow", closed, *map(gram, runs)))
        closed = gram(np.array(list(exact.overlaps(start, lam, times))))
        runs = [gram(np.linalg.qr(W)[0][:, : args.M_star]) for W in runs]
        compared.append(("directions of the full flow", closed, *runs))

    parameters = {name: getattr(args, name) for name in ("M_star", "N", "d", "beta", "scale", "tolerance")}
    rows = []
    for quantity in dict.fromkeys(name for name, *_ in compared):
        of = [arrays for name, *arrays in compared if name == quantity]
        worst = max(abs(closed - fine).max() for closed, fine, _ in of)
        own = max(abs(coarse - fine).max() for _, fine, coarse in of)
        rows.append(
            {"quantity": quantity}
            | parameters
            | {"own": own, "estimate": worst, "low": worst, "high": worst, "n": args.starts}
        )
    parameters |= {"times": args.times, "seed": args.seed}
    record = record_of(MODULE, parameters, {"times": "1/lambda_1"})
    save_table(args.measurements, pd.DataFrame(rows), record)


if __name__ == "__main__":
    cli.run(main)
