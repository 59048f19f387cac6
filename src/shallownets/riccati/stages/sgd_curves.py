"""SGD at one step size, the exact flow and the flow at finite step, from the same random starts.

From: sizes, a step size or how it falls, and a seed.
Makes: an .npz artefact with the risks (with the best radial part) at equal times of the flow.
"""

import numpy as np
from scipy.optimize import brentq

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_arrays
from shallownets.errors import UserError
from shallownets.progress import progress
from shallownets.riccati import model
from shallownets.riccati.engines import exact, stiefel
from shallownets.riccati.stages import drawn
from shallownets.riccati.theory import finite_step

MODULE = "shallownets.riccati.stages.sgd_curves"
UNITS = {"t": "time of the flow, twice the sum of eta", "sgd": "E y^2", "flow": "E y^2", "finite step": "E y^2"}


def pace(eta: float, first: float, t_max: float) -> float:
    """κ such that η = first/(1 + k/κ) takes as many samples to t_max as a constant η does."""
    samples = t_max / (2 * eta)
    return brentq(lambda kappa: 2 * first * kappa * np.log1p(samples / kappa) - t_max, samples * 1e-9, samples * 1e9)


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--d", type=cli.count, required=True, help="input dimension, at least M* + N")
    parser.add_argument("--M-star", type=cli.count, required=True, help="teacher width")
    parser.add_argument("--N", type=cli.count, required=True, help="student width")
    parser.add_argument("--beta", type=cli.positive, required=True, help="coefficients are m^-beta")
    parser.add_argument("--eta-d", type=cli.positive, required=True, help="step size times d")
    parser.add_argument("--falls-from", type=cli.positive, help="begin here and fall as 1/k, with as many samples")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time of the flow")
    parser.add_argument("--points", type=cli.count, required=True, help="times recorded, 0 and the last included")
    parser.add_argument("--replicates", type=cli.count, required=True, help="starts, each with one run of SGD")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the risks, .npz")
    args = parser.parse_args()

    d, lam, eta = args.d, model.spectrum(args.M_star, args.beta), args.eta_d / args.d
    parameters = {name: getattr(args, name) for name in ("d", "M_star", "N", "beta", "eta_d", "t_max")}
    if args.falls_from is None:
        schedule, at_time, samples_at = eta, lambda t: eta, lambda t: t / (2 * eta)
    else:
        if args.falls_from <= args.eta_d:
            raise UserError(f"--falls-from {args.falls_from:g}: a number above --eta-d {args.eta_d:g} is right")
        parameters["falls_from"] = args.falls_from
        first = args.falls_from / d
        kappa = pace(eta, first, args.t_max)
        schedule = lambda k: first / (1 + k / kappa)  # noqa: E731
        at_time = lambda t: first * np.exp(-t / (2 * first * kappa))  # noqa: E731
        samples_at = lambda t: kappa * np.expm1(t / (2 * first * kappa))  # noqa: E731

    samples = np.rint(samples_at(np.linspace(0, args.t_max, args.points))).astype(int)
    risks, diverged = {name: [] for name in ("sgd", "flow", "finite step")}, []
    with progress(f"SGD at eta d = {args.eta_d:g}", float(args.replicates * samples[-1])) as advance:
        for replicate in range(args.replicates):
            start = drawn.start(args.seed, "SGD", args.M_star, args.N, d, replicate, beta=args.beta)
            stream = seeds.sequence(args.seed, "riccati, samples of SGD", parameters, replicate)
            run = stiefel.simulate(start, lam, d, schedule, samples, stream, advance)
            flow = [model.risk(Z, lam) for Z in exact.overlaps(start, lam, run.t)]
            finite = finite_step.overlaps(start.Z, lam, d, at_time, run.t)
            for name, curve in zip(risks, (model.risk(run.Z, lam), flow, model.risk(finite, lam)), strict=True):
                risks[name].append(curve)
            diverged.append(run.diverged_at)

    arrays = {name: np.array(curves) for name, curves in risks.items()}
    arrays |= {"samples": samples, "t": run.t, "diverged_at": np.array(diverged)}
    save_arrays(args.out, arrays, record_of(MODULE, parameters | {"seed": args.seed}, UNITS))


if __name__ == "__main__":
    cli.run(main)
