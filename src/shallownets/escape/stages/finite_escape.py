"""Escape times of SGD against N, and what starts and noise contribute to their spread.

From: the escape times of SGD and of the ODE from the same starts, one file for each N, and one by SGD on weights.
Makes: the table of measurements, and the data of the figure escape_finite.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
import scipy
from numpy.random import SeedSequence, default_rng

from shallownets import cli, seeds
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape import starts
from shallownets.escape.engines import chain
from shallownets.escape.measure.finite import variance_parts
from shallownets.escape.model import Array
from shallownets.escape.stages.plateau_shared import (
    LONG,
    EscapeTimes,
    Setting,
    difference,
    gaussian_starts,
    load_escape_times,
    ode_escape_times,
    rescaled,
    row,
)
from shallownets.escape.starts import Start
from shallownets.escape.theory import finite as theory
from shallownets.escape.theory import plateau
from shallownets.escape.trajectory import recording_times
from shallownets.lost import Lost
from shallownets.progress import progress
from shallownets.statistics import Estimate, fit_polynomial, mean

MODULE = "shallownets.escape.stages.finite_escape"
UNITS = {"time": "samples/N", "slope": "samples/N per unit of log N", "variance": "(samples/N)^2"}


def point(panel: str, series: str, x: float, estimate: Estimate) -> dict:
    """One line of the figure's data that was measured."""
    return {"panel": panel, "series": series, "x": x, "value": estimate.value, "error": estimate.error}


def curve(panel: str, series: str, x: Iterable[float], y: Iterable[float]) -> list[dict]:
    """Lines of the figure's data without error."""
    return [
        {"panel": panel, "series": series, "x": at, "value": value, "error": 0.0}
        for at, value in zip(x, y, strict=True)
    ]


def against_size(
    setting: Setting, simulated: Sequence[EscapeTimes], lost: Lost
) -> tuple[list[dict], dict[int, Estimate], dict[int, Estimate]]:
    """(measurements, mean escape time of SGD by N, by how much it exceeds the ODE's by N), samples/N.

    Raises:
        UserError: at no N did two runs escape.
    """
    shift = theory.noise_shift(setting.p, setting.p_star, setting.eta_hat)
    measured, times, shifts = [], {}, {}
    for runs in simulated:
        keys = setting.keys("chain", runs.N)
        measured.append(row("censored", runs.censored, **keys, theory=0.0))
        if not lost.enough(runs.both, f"SGD, N = {runs.N}", "did not escape"):
            continue
        times[runs.N] = mean(runs.sgd[runs.both])
        shifts[runs.N] = mean((runs.sgd - runs.ode)[runs.both])
        over = mean(runs.ode[np.isfinite(runs.ode)])
        measured.append(row("time", times[runs.N], **keys, theory=over.value + shift))
        measured.append(row("shift", shifts[runs.N], **keys, theory=shift))
    lost.require(times)
    return measured, times, shifts


def fits_in_size(
    setting: Setting, times: dict[int, Estimate], shifts: dict[int, Estimate], fit_from: int, limit_from: int
) -> list[dict]:
    """Measurements of the escape time's slope in log N and of the shift as N -> infinity; none from fewer than 3 N."""
    widths_and_rate = setting.p, setting.p_star, setting.eta_hat
    sizes = np.array(list(times))
    measured = []
    # the correction to the limit of the shift is of order 1/N
    for name, least, x, estimates, coefficient, law in (
        ("slope", fit_from, np.log(sizes), times, 1, theory.time_per_log(*widths_and_rate)),
        ("shift_limit", limit_from, 1 / sizes, shifts, 0, theory.noise_shift(*widths_and_rate)),
    ):
        used = sizes >= least
        if used.sum() > 2:
            y, errors = np.array([(one.value, one.error) for one in estimates.values()])[used].T
            line = fit_polynomial(x[used], y, errors)
            measured.append(row(name, line.coefficients[coefficient], **setting.keys("chain", 0), theory=law))
    return measured


def weights_beside_chain(setting: Setting, on_weights: EscapeTimes, by_chain: EscapeTimes) -> list[dict]:
    """Measurements of SGD on weights at one N: its mean escape time, and that less the chain's."""
    weights, same = (runs.sgd[np.isfinite(runs.sgd)] for runs in (on_weights, by_chain))
    if min(len(weights), len(same)) < 2:
        return []
    keys = setting.keys("direct", on_weights.N)
    a, b = mean(weights), mean(same)
    return [
        row("time", a, **keys, theory=b.value),
        row("direct_minus_chain", difference(a, b), **keys, theory=0.0),
    ]


@dataclass(frozen=True)
class Repeated:
    """Escape times of several runs of SGD from each of several starts, and of the ODE; every run escaped.

    Attributes:
        alpha: (T,) times at which the risk of SGD was looked at, samples/N.
        starts: S of them.
        sgd: (S, K) samples/N.
        ode: (S,) samples/N.
    """

    alpha: Array
    starts: list[Start]
    sgd: Array
    ode: Array


def drawn(seed: int, purpose: str, setting: Setting, N: int, count: int) -> list[SeedSequence]:
    """So many independent streams for one purpose."""
    experiment = {"p": setting.p, "p_star": setting.p_star, "N": N, "eta_hat": setting.eta_hat}
    return [seeds.sequence(seed, f"finite {purpose}", experiment, index) for index in range(count)]


def repeat(setting: Setting, args: argparse.Namespace, lost: Lost, advance: Callable[[float], None]) -> Repeated | None:
    """Run SGD and the ODE from drawn starts; None where fewer than two of them escape each time."""
    p, p_star, N = setting.p, setting.p_star, args.N
    alpha = recording_times(args.t_max / setting.eta_hat, args.points, N)
    streams = drawn(args.seed, "start", setting, N, args.starts)
    begun = [starts.orthonormal_overlaps(p, p_star, N, default_rng(stream)) for stream in streams]
    streams = drawn(args.seed, "samples", setting, N, args.starts * args.runs)
    each = [start for start in begun for _ in range(args.runs)]
    sgd = chain.escape_times(each, N, p * setting.eta_hat, setting.level, alpha, streams, advance)
    sgd = sgd.reshape(args.starts, args.runs)
    ode = ode_escape_times(begun, setting, 4 * alpha[-1], args.tolerance)
    kept = np.isfinite(sgd).all(1) & np.isfinite(ode)
    if not lost.enough(kept, f"starts and noise, eta_hat = {setting.eta_hat:g}", "did not escape each time"):
        return None
    return Repeated(alpha, [start for start, keep in zip(begun, kept, strict=True) if keep], sgd[kept], ode[kept])


def predicted_share(p: int, p_star: int, eta_hat: float) -> float:
    """Share of the variance of the escape time that the start explains."""
    return theory.start_share(theory.escape_noise(p, p_star, eta_hat), p * p_star)


def variances(setting: Setting, runs: Repeated, args: argparse.Namespace) -> tuple[list[dict], dict]:
    """(measurements of the spread's parts, the point of the figure: share of the starts) at one learning rate."""
    widths_and_rate = setting.p, setting.p_star, setting.eta_hat
    keys = setting.keys("chain", args.N)
    shift = row("noise_shift", mean(runs.sgd.mean(1) - runs.ode), **keys, theory=theory.noise_shift(*widths_and_rate))
    [stream] = drawn(args.seed, "bootstrap", setting, args.N, 1)
    parts = variance_parts(runs.sgd, default_rng(stream), args.resamples)
    variance, share = theory.escape_variance(*widths_and_rate), predicted_share(*widths_and_rate)
    predicted = {
        "total": variance,
        "starts": share * variance,
        "noise": (1 - share) * variance,
        "start_share": share,
    }
    measured = [row(f"variance_{name}", part, **keys, theory=predicted[name]) for name, part in parts.items()]
    return [shift, *measured], point("share", "SGD", setting.eta_hat, parts["start_share"])


def distributions(setting: Setting, runs: Repeated, args: argparse.Namespace) -> list[dict]:
    """Lines of the figure: escape times less the ODE's mean, sorted, of SGD, of SGD from one start and of the ODE."""
    N, eta = args.N, setting.p * setting.eta_hat
    typical = runs.starts[int(np.argsort(runs.ode)[len(runs.ode) // 2])]
    streams = drawn(args.seed, "fixed start", setting, N, runs.sgd.size)
    fixed = chain.escape_times(typical, N, eta, setting.level, runs.alpha, streams)
    samples = {"SGD": runs.sgd.ravel(), "SGD, one start": fixed[np.isfinite(fixed)], "ODE": runs.ode}
    return [
        line
        for name, times in samples.items()
        for line in curve("spread", name, np.sort(times) - runs.ode.mean(), np.full(len(times), 1 / len(times)))
    ]


def densities(setting: Setting) -> list[dict]:
    """Lines of the figure: predicted densities of the escape time less the ODE's mean, of SGD and of the ODE."""
    k = setting.p * setting.p_star
    slope = theory.time_per_log(setting.p, setting.p_star, setting.eta_hat)
    shift = theory.noise_shift(setting.p, setting.p_star, setting.eta_hat)
    # density of a - slope log χ²_k, with and without the shift by the noise
    grid = np.linspace(-4, 7, 221) * slope
    lines = []
    for name, by in (("theory, SGD", shift), ("theory, ODE", 0.0)):
        z = scipy.special.digamma(k / 2) + np.log(2) - (grid - by) / slope  # log χ²_k
        log_density = k / 2 * z - np.exp(z) / 2
        density = np.exp(log_density - log_density.max())
        density /= np.trapezoid(density, grid)
        lines += curve("spread", name, grid, density)
    return lines


def starts_and_noise(shown: Setting, args: argparse.Namespace, lost: Lost) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of what starts and noise contribute at one N, the spread itself at one rate."""
    measured, data = [], []
    total = args.starts * args.runs * args.t_max * sum(1 / eta_hat for eta_hat in args.eta_hat)
    with progress(f"starts and noise, N = {args.N}", total) as advance:
        for eta_hat in args.eta_hat:
            setting = replace(shown, eta_hat=eta_hat)
            if (runs := repeat(setting, args, lost, advance)) is None:
                continue
            rows, share = variances(setting, runs, args)
            measured += rows
            data.append(share)
            if setting == shown:
                data += distributions(setting, runs, args) + densities(setting)
    return measured, data


def ode_against_size(setting: Setting, sizes: list[int], args: argparse.Namespace, lost: Lost) -> dict[int, Estimate]:
    """Mean escape time of the ODE by N, samples/N, from Gaussian overlaps drawn once and scaled to each N."""
    largest = max(sizes)
    unit = gaussian_starts(args.seed, setting.p, setting.p_star, largest, args.ode_starts)
    times = {}
    for N in sizes:
        found = ode_escape_times(rescaled(unit, largest, N), setting, LONG, args.tolerance)
        done = np.isfinite(found)
        if lost.enough(done, f"ODE, N = {N}", "did not escape"):
            times[N] = mean(found[done])
    return times


def laws_against_size(setting: Setting, ode: dict[int, Estimate]) -> list[dict]:
    """Lines of the figure: predicted escape times through the ODE's at the largest N, and the predicted shift."""
    widths_and_rate = setting.p, setting.p_star, setting.eta_hat
    slope, shift = theory.time_per_log(*widths_and_rate), theory.noise_shift(*widths_and_rate)
    lines = []
    for N in ode:
        time = ode[max(ode)].value + slope * np.log(N / max(ode))
        lines += curve("N", "theory, ODE", [N], [time])
        lines += curve("N", "theory, SGD", [N], [time + shift])
        lines += curve("shift", "theory, SGD", [N], [shift])
    return lines


def law_of_the_share(setting: Setting, last: float) -> list[dict]:
    """Lines of the figure: predicted share of the starts up to somewhat beyond a learning rate over p."""
    rates = np.linspace(0, min(1.1 * last, 0.99 * plateau.last_escape(setting.p, setting.p_star)), 56)[1:]
    return curve("share", "theory", rates, [predicted_share(setting.p, setting.p_star, rate) for rate in rates])


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

    settings, simulated = zip(*map(load_escape_times, args.sgd), strict=True)
    setting, by_size, lost = settings[0], {runs.N: runs for runs in simulated}, Lost()
    measured, times, shifts = against_size(setting, simulated, lost)
    measured += fits_in_size(setting, times, shifts, args.fit_from, args.limit_from)
    _, on_weights = load_escape_times(args.direct)
    if on_weights.N not in by_size:
        raise UserError(f"{args.direct}: its N = {on_weights.N} is not one of the chain's")
    measured += weights_beside_chain(setting, on_weights, by_size[on_weights.N])
    rows, spread = starts_and_noise(setting, args, lost)
    ode = ode_against_size(setting, list(by_size), args, lost)

    shown = [
        *(point(panel, "SGD", N, each[N]) for N in times for panel, each in (("N", times), ("shift", shifts))),
        *spread,
        *(point("N", "ODE", N, time) for N, time in ode.items()),
        *laws_against_size(setting, ode),
        *law_of_the_share(setting, max(*args.eta_hat, setting.eta_hat)),
    ]
    chosen = "N", "seed", "starts", "runs", "ode_starts", "t_max", "points", "tolerance", "fit_from", "limit_from"
    parameters = asdict(setting) | {name: getattr(args, name) for name in chosen} | lost.parameters
    record = record_of(MODULE, parameters, UNITS)
    save_table(args.measurements, pd.DataFrame([*measured, *rows]), record)
    save_table(args.figure_data, pd.DataFrame(shown), record)


if __name__ == "__main__":
    cli.run(main)
