"""Escape times of SGD against N, and what starts and noise contribute to their spread.

From: the escape times of SGD and of the ODE from the same starts, one file for each N, and one by SGD on weights.
Makes: the table of measurements, and the data of the figure escape_finite.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng
from scipy.special import digamma

from shallownets import cli, seeds
from shallownets.artefacts import load_arrays, record_of, save_table
from shallownets.errors import UserError
from shallownets.escape import starts
from shallownets.escape.engines import chain, spectral
from shallownets.escape.measure.finite import variance_parts
from shallownets.escape.stages.plateau_shared import exact, gaussian_starts, row
from shallownets.escape.starts import Start
from shallownets.escape.theory import finite as theory
from shallownets.escape.theory import plateau
from shallownets.escape.trajectory import recording_times
from shallownets.lost import Lost
from shallownets.progress import progress
from shallownets.statistics import Estimate, fit_polynomial, mean

MODULE = "shallownets.escape.stages.finite_escape"
UNITS = {"time": "samples/N", "slope": "samples/N per unit of log N", "variance": "(samples/N)^2"}
LONG = 1e6  # samples/N after which the ODE is given up; it never comes near


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument(
        "--sgd", type=cli.path, nargs="+", required=True, help="escape times of the chain, N increasing"
    )
    parser.add_argument("--direct", type=cli.path, required=True, help="those of SGD on weights, at one of these N")
    parser.add_argument("--fit-from", type=cli.count, required=True, help="least N that enters the slope")
    parser.add_argument("--limit-from", type=cli.count, required=True, help="least N of the fit of the shift in 1/N")
    parser.add_argument("--N", type=cli.count, required=True, help="dimension at which starts and noise are told apart")
    parser.add_argument("--eta-hat", type=cli.positive, nargs="+", required=True, help="learning rates over p for that")
    parser.add_argument("--starts", type=cli.at_least(2), required=True, help="starts, at least 2")
    parser.add_argument("--runs", type=cli.at_least(2), required=True, help="runs from each start, at least 2")
    parser.add_argument("--ode-starts", type=cli.at_least(2), required=True, help="of the ODE against N, at least 2")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last eta_hat alpha of these runs")
    parser.add_argument("--points", type=cli.count, required=True, help="times at which their risk is looked at")
    cli.shared(parser, "resamples", "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()

    files = [load_arrays(path) for path in args.sgd]
    said = files[0].record["parameters"]
    p, p_star, fraction, shown_rate = said["p"], said["p_star"], said["fraction"], said["eta_hat"]
    k = p * p_star
    measured, shown, lost = [], [], Lost()

    # against N
    sizes, means, shifts = [], [], []
    slope, shift = theory.time_per_log(p, p_star, shown_rate), theory.noise_shift(p, p_star, shown_rate)
    for file in files:
        N, sgd, limit = file.record["parameters"]["N"], file.arrays["sgd"], file.arrays["ode"]
        keys = {"engine": "chain", "p": p, "p_star": p_star, "N": N, "eta_hat": shown_rate}
        done = np.isfinite(sgd)
        measured.append(row("censored", exact((~done).sum(), len(sgd)), **keys, theory=0.0))
        done &= np.isfinite(limit)
        if not lost.enough(done, f"SGD, N = {N}", "did not escape"):
            continue
        sizes.append(N)
        means.append(mean(sgd[done]))
        shifts.append(mean((sgd - limit)[done]))
        over = mean(limit[np.isfinite(limit)])
        measured.append(row("time", means[-1], **keys, theory=over.value + shift))
        measured.append(row("shift", shifts[-1], **keys, theory=shift))
        for panel, estimate in (("N", means[-1]), ("shift", shifts[-1])):
            shown.append({"panel": panel, "series": "SGD", "x": N, "value": estimate.value, "error": estimate.error})
    lost.require(sizes)
    everywhere = {"engine": "chain", "p": p, "p_star": p_star, "N": 0, "eta_hat": shown_rate}
    sizes = np.array(sizes)
    # the correction to the limit of the shift is of order 1/N
    for name, least, x, estimates, coefficient, law in (
        ("slope", args.fit_from, np.log(sizes), means, 1, slope),
        ("shift_limit", args.limit_from, 1 / sizes, shifts, 0, shift),
    ):
        used = sizes >= least
        if used.sum() > 2:
            y, errors = np.array([(one.value, one.error) for one in estimates])[used].T
            line = fit_polynomial(x[used], y, errors)
            measured.append(row(name, line.coefficients[coefficient], **everywhere, theory=law))
    file = load_arrays(args.direct)
    at = file.record["parameters"]["N"]
    by_size = {other.record["parameters"]["N"]: other for other in files}
    if at not in by_size:
        raise UserError(f"{args.direct}: its N = {at} is not one of the chain's")
    weights, same = file.arrays["sgd"], by_size[at].arrays["sgd"]
    weights, same = weights[np.isfinite(weights)], same[np.isfinite(same)]
    if min(len(weights), len(same)) > 1:
        keys = {"engine": "direct", "p": p, "p_star": p_star, "N": at, "eta_hat": shown_rate}
        a, b = mean(weights), mean(same)
        measured.append(row("time", a, **keys, theory=b.value))
        difference = Estimate(a.value - b.value, float(np.hypot(a.error, b.error)), min(a.n, b.n))
        measured.append(row("direct_minus_chain", difference, **keys, theory=0.0))

    # starts and noise, at one N and several learning rates
    N = args.N
    with progress(
        f"starts and noise, N = {N}", args.starts * args.runs * args.t_max * sum(1 / e for e in args.eta_hat)
    ) as advance:
        for eta_hat in args.eta_hat:
            experiment = {"p": p, "p_star": p_star, "N": N, "eta_hat": eta_hat}
            level = plateau.plateau_level(p, p_star, fraction)
            alpha = recording_times(args.t_max / eta_hat, args.points, N)

            def draw(purpose: str, count: int, experiment: dict = experiment) -> list:
                return [seeds.sequence(args.seed, f"finite {purpose}", experiment, r) for r in range(count)]

            begun = [starts.orthonormal_overlaps(p, p_star, N, default_rng(s)) for s in draw("start", args.starts)]
            repeated = [start for start in begun for _ in range(args.runs)]
            streams = draw("samples", len(repeated))
            sgd = chain.escape_times(repeated, N, p * eta_hat, level, alpha, streams, advance)
            sgd = sgd.reshape(args.starts, args.runs)
            limit = np.array(
                [spectral.escape_time(s, p * eta_hat, level, 4 * alpha[-1], args.tolerance) for s in begun]
            )
            kept = np.isfinite(sgd).all(1) & np.isfinite(limit)
            if not lost.enough(kept, f"starts and noise, eta_hat = {eta_hat:g}", "did not escape each time"):
                continue
            begun, sgd, limit = [start for start, keep in zip(begun, kept, strict=True) if keep], sgd[kept], limit[kept]
            nu, variance = theory.escape_noise(p, p_star, eta_hat), theory.escape_variance(p, p_star, eta_hat)
            share = theory.start_share(nu, k)
            keys = {"engine": "chain", **experiment}
            measured.append(
                row("noise_shift", mean(sgd.mean(1) - limit), **keys, theory=theory.noise_shift(p, p_star, eta_hat))
            )
            parts = variance_parts(sgd, default_rng(draw("bootstrap", 1)[0]), args.resamples)
            predicted = {
                "total": variance,
                "starts": share * variance,
                "noise": (1 - share) * variance,
                "start_share": share,
            }
            measured += [row(f"variance_{name}", parts[name], **keys, theory=predicted[name]) for name in parts]
            estimate = parts["start_share"]
            shown.append(
                {"panel": "share", "series": "SGD", "x": eta_hat, "value": estimate.value, "error": estimate.error}
            )
            if eta_hat == shown_rate:
                typical = begun[int(np.argsort(limit)[len(limit) // 2])]
                fixed = chain.escape_times(typical, N, p * eta_hat, level, alpha, draw("fixed start", sgd.size))
                centre = limit.mean()
                samples = {"SGD": sgd.ravel(), "SGD, one start": fixed[np.isfinite(fixed)], "ODE": limit}
                shown += [
                    {"panel": "spread", "series": name, "x": time - centre, "value": 1 / len(times), "error": 0.0}
                    for name, times in samples.items()
                    for time in np.sort(times)
                ]
                # density of a - slope log χ²_k, with and without the shift by the noise
                grid = np.linspace(-4, 7, 221) * slope
                for name, moved in (("theory, SGD", shift), ("theory, ODE", 0.0)):
                    z = digamma(k / 2) + np.log(2) - (grid - moved) / slope  # log χ²_k
                    log_density = k / 2 * z - np.exp(z) / 2
                    density = np.exp(log_density - log_density.max())
                    density /= np.trapezoid(density, grid)
                    shown += [
                        {"panel": "spread", "series": name, "x": x, "value": y, "error": 0.0}
                        for x, y in zip(grid, density, strict=True)
                    ]

    # the ODE from Gaussian overlaps scaled to each N, and the laws through its mean at the largest
    level, largest = plateau.plateau_level(p, p_star, fraction), max(by_size)
    unit = gaussian_starts(args.seed, p, p_star, largest, args.ode_starts)
    limits = {}
    for size in by_size:
        scaled = [Start(start.M * np.sqrt(largest / size), start.Q) for start in unit]
        limit = [spectral.escape_time(start, p * shown_rate, level, LONG, args.tolerance) for start in scaled]
        done = np.isfinite(limit)
        if lost.enough(done, f"ODE, N = {size}", "did not escape"):
            limits[size] = over = mean(np.array(limit)[done])
            shown.append({"panel": "N", "series": "ODE", "x": size, "value": over.value, "error": over.error})
    for size in limits:
        back = over.value + slope * np.log(size / max(limits))
        shown += [
            {"panel": panel, "series": series, "x": size, "value": value, "error": 0.0}
            for panel, series, value in (
                ("N", "theory, ODE", back),
                ("N", "theory, SGD", back + shift),
                ("shift", "theory, SGD", shift),
            )
        ]
    last = max(*args.eta_hat, shown_rate)
    for eta_hat in np.linspace(0, 1.1 * last, 56)[1:]:
        share = theory.start_share(theory.escape_noise(p, p_star, eta_hat), k)
        shown.append({"panel": "share", "series": "theory", "x": eta_hat, "value": share, "error": 0.0})
    parameters = {"p": p, "p_star": p_star, "fraction": fraction, "eta_hat": shown_rate, "N": args.N, "seed": args.seed}
    parameters |= {
        "starts": args.starts,
        "runs": args.runs,
        "ode_starts": args.ode_starts,
        "t_max": args.t_max,
        "points": args.points,
    }
    parameters |= {"tolerance": args.tolerance, "fit_from": args.fit_from, "limit_from": args.limit_from}
    parameters |= lost.parameters
    save_table(args.measurements, pd.DataFrame(measured), record_of(MODULE, parameters, UNITS))
    save_table(args.figure_data, pd.DataFrame(shown), record_of(MODULE, parameters, UNITS))


if __name__ == "__main__":
    cli.run(main)
