"""SGD at one step size, the exact flow and the flow at finite step, from the same random starts.

From: sizes, a step size or how it falls, and a seed.
Makes: an .npz artefact with the risks (with the best radial part) at equal times of the flow.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_arrays
from shallownets.errors import UserError
from shallownets.progress import progress
from shallownets.riccati import model
from shallownets.riccati.engines import exact, stiefel
from shallownets.riccati.stages import drawn, sizes
from shallownets.riccati.theory import finite_step

MODULE = "shallownets.riccati.stages.sgd_curves"
UNITS = {
    "t": "time of the flow, twice the sum of eta",
    "sgd": "E y^2; nan once it has diverged",
    "flow": "E y^2",
    "finite step": "E y^2; nan where it cannot be followed",
    "diverged_at": "samples; inf where SGD did not",
}


@dataclass(frozen=True)
class Steps:
    """A step size: by sample, by the flow's time t, and the samples k that it takes to that time."""

    by_sample: stiefel.Schedule
    by_time: Callable[[float], float]
    samples: Callable[[np.ndarray], np.ndarray]


def constant(eta: float) -> Steps:
    """η at all samples; k = t/2η."""
    return Steps(eta, lambda t: eta, lambda t: t / (2 * eta))


def falling(first: float, eta: float, t_max: float) -> Steps:
    """first/(1 + k/κ), with κ such that it takes as many samples to t_max as a constant η does."""
    samples = t_max / (2 * eta)
    kappa = scipy.optimize.brentq(
        lambda kappa: 2 * first * kappa * np.log1p(samples / kappa) - t_max, samples * 1e-9, samples * 1e9
    )
    return Steps(
        lambda k: first / (1 + k / kappa),
        lambda t: first * np.exp(-t / (2 * first * kappa)),
        lambda t: kappa * np.expm1(t / (2 * first * kappa)),
    )


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    sizes.add(parser)
    parser.add_argument("--eta-d", type=cli.positive, required=True, help="step size times d")
    parser.add_argument("--falls-from", type=cli.positive, help="begin here and fall as 1/k, with as many samples")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time of the flow")
    parser.add_argument("--points", type=cli.at_least(2), required=True, help="times recorded, 0 and the last included")
    parser.add_argument("--replicates", type=cli.count, required=True, help="starts, each with one run of SGD")
    parser.add_argument("--seed", type=cli.index, required=True, help="root seed")
    parser.add_argument("--out", type=cli.path, required=True, help="the risks, .npz")
    args = parser.parse_args()

    d, lam = args.d, model.spectrum(args.M_star, args.beta)
    parameters = sizes.of(args) | {"eta_d": args.eta_d, "t_max": args.t_max}
    if args.falls_from is None:
        steps = constant(args.eta_d / d)
    else:
        if not 1 + 1e-8 < args.falls_from / args.eta_d < 1e7:
            raise UserError(
                f"--falls-from {args.falls_from:g}: a number above --eta-d {args.eta_d:g} is right, up to 10^7 times it"
            )
        parameters["falls_from"] = args.falls_from
        steps = falling(args.falls_from / d, args.eta_d / d, args.t_max)

    samples = np.rint(steps.samples(np.linspace(0, args.t_max, args.points))).astype(int)
    sizes.require_samples(args.eta_d, samples[-1])
    risks, diverged = {name: [] for name in ("sgd", "flow", "finite step")}, []
    with progress(f"SGD at eta d = {args.eta_d:g}", float(args.replicates * samples[-1])) as advance:
        for replicate in range(args.replicates):
            start = drawn.start(args.seed, "SGD", args.M_star, args.N, d, replicate, beta=args.beta)
            stream = seeds.sequence(args.seed, "riccati, samples of SGD", parameters, replicate)
            run = stiefel.simulate(start, lam, d, steps.by_sample, samples, stream, advance)
            risks["sgd"].append(model.risk(run.Z, lam))
            diverged.append(run.diverged_at)
            risks["flow"].append([model.risk(Z, lam) for Z in exact.overlaps(start, lam, run.t)])
            try:
                finite = model.risk(finite_step.overlaps(start.Z, lam, d, steps.by_time, run.t), lam)
            except ArithmeticError:
                finite = np.full(run.t.size, np.nan)
            risks["finite step"].append(finite)

    arrays = {name: np.array(curves) for name, curves in risks.items()}
    arrays |= {"samples": samples, "t": run.t, "diverged_at": np.array(diverged)}
    save_arrays(args.out, arrays, record_of(MODULE, parameters | {"seed": args.seed}, UNITS))


if __name__ == "__main__":
    cli.run(main)
