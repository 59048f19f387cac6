"""Samples that SGD takes to a given risk, and what the exact flow and the flow at finite step say they should be.

From: sizes, the rule for the step size, the risk, and a seed.
Makes: an .npz artefact with these numbers, a start each.
"""

import argparse

import numpy as np

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.results.artefacts import record_of, save_arrays
from shallownets.studies.riccati import model
from shallownets.studies.riccati.engines import stiefel
from shallownets.studies.riccati.measure import gaps
from shallownets.studies.riccati.stages import drawn
from shallownets.studies.riccati.theory import finite_step

MODULE = "shallownets.studies.riccati.stages.samples_to_risk"
UNITS = {
    "sgd": "samples; inf where SGD diverged or did not reach the risk, nan where it was not run",
    "flow": "samples",
    "finite step": "samples; inf where it did not reach the risk",
}
RECORDS = 200  # times looked at before SGD is expected there; the risk between them is interpolated
PATIENCE = 2.0  # it is given up after this many times as long, or with the flow at finite step
ROUNDING = 1e-12  # of a risk


def size(text: str) -> tuple[int, int, int, int]:
    """Four whole numbers of at least 1, such as ``32,16,256,8``."""
    parts = text.split(",")
    if len(parts) != 4:
        raise argparse.ArgumentTypeError(f"{text!r} given; four whole numbers such as 32,16,256,8 are right")
    return tuple(map(cli.count, parts))


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--sizes", type=size, nargs="+", required=True, help="M*,N,d,starts")
    parser.add_argument("--beta", type=cli.positive, required=True, help="coefficients are m^-beta")
    parser.add_argument("--kappa", type=cli.positive, required=True, help="eta = kappa / (d M*^gamma)")
    parser.add_argument("--gamma", type=cli.not_negative, default=0.0, help="that gamma")
    parser.add_argument("--risk", type=cli.positive, required=True, help="the risk with the best radial part")
    parser.add_argument("--without-sgd", action="store_true", help="only the flows, whose cost does not grow with d")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the numbers of samples, .npz")
    args = parser.parse_args()

    rows = []
    work = sum(float(M_star * N * starts * (1 if args.without_sgd else d * d)) for M_star, N, d, starts in args.sizes)
    with progress(f"samples to the risk {args.risk:g}", work) as advance:
        for M_star, N, d, starts in args.sizes:
            lam, eta = model.spectrum(M_star, args.beta), args.kappa / (d * M_star**args.gamma)
            least = model.best_risk(lam, N)
            if not least + ROUNDING < args.risk < 1:
                raise UserError(
                    f"--risk {args.risk:g}: a number above {least:.3g}, the least of N = {N}, and below 1 is right"
                )

            def low_enough(Z: np.ndarray, lam: np.ndarray = lam) -> bool:
                return bool(model.risk(Z, lam) <= args.risk)

            for replicate in range(starts):
                start = drawn.start(args.seed, "samples to a risk", M_star, N, d, replicate, beta=args.beta)
                if low_enough(start.Z):
                    raise UserError(f"--risk {args.risk:g}: a start at d = {d} has less; a smaller number is right")
                flow = gaps.time_to_risk(start, lam, args.risk)
                finite = finite_step.time_to_risk(start.Z, lam, d, eta, args.risk, finite_step.LONG * flow)
                used = np.nan
                if not args.without_sgd:
                    expected = finite if np.isfinite(finite) else finite_step.LONG * flow / PATIENCE
                    records = np.rint(np.arange(PATIENCE * RECORDS + 1) * expected / (2 * eta * RECORDS)).astype(int)
                    experiment = {"M_star": M_star, "N": N, "d": d, "beta": args.beta, "eta": eta}
                    stream = seeds.sequence(args.seed, "riccati, samples to a risk", experiment, replicate)
                    run = stiefel.simulate(start, lam, d, eta, records, stream, until=low_enough)
                    used = gaps.reached(run.samples, model.risk(run.Z, lam), args.risk)
                rows.append((M_star, N, d, used, flow / (2 * eta), finite / (2 * eta)))
                advance(float(M_star * N * (1 if args.without_sgd else d * d)))

    names = ("M_star", "N", "d", "sgd", "flow", "finite step")
    arrays = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    parameters = {name: getattr(args, name) for name in ("beta", "kappa", "gamma", "risk", "seed")}
    save_arrays(args.out, arrays, record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
