"""Simulate one experiment, compare it with theory in words, and draw it.

From: widths, input dimension, learning rate and engine. Each run has a start of its own: orthonormal student vectors
(Q = 1) whose overlaps M with the teacher are of order N^(-1/2).
Makes: a summary on the screen, and a plot, PNG or PDF.

Engines: `direct` is one-pass SGD on the weights, `chain` the same process as a Markov chain of the overlaps, whose cost
does not grow with N; `ode` and `spectral` are the limit of large N at finite learning rate, `gradient-flow` that of
small learning rate, too.
"""

import argparse
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.random import default_rng

from shallownets import cli, sources
from shallownets.config import settings, yamlfile
from shallownets.config.check import LARGEST
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.numerics import memory, seeds
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import mean
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.measure.plateau import first_below
from shallownets.studies.escape.model import Array, plateau_norm, plateau_risk, polar_factor, population_risk
from shallownets.studies.escape.parameters import work
from shallownets.studies.escape.simulate import ENGINES, SGD, simulate
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import finite, landscape, late, plateau, solutions
from shallownets.studies.escape.trajectory import Trajectory, recording_times
from shallownets.workflow import catalogue

FRACTION = 0.5  # of the plateau's risk, below which a run has escaped
_SPAN = 4.0  # the last time, unless it is given, over the escape time of the plateau's rate
_POINTS = 401  # times recorded, unless the number is given or the run has fewer samples
_MOMENT, _LONGEST = 10.0, 7 * 86400.0  # seconds: a run of more is announced; one of more is refused
_COPIES = 3  # of the recorded overlaps when most memory is used
_CHECKOUT = sources.ROOT.parent
_WIDTH = 100


def parse(words: list[str]) -> argparse.Namespace:
    """The arguments, held to the limits of the config.

    Raises:
        UserError: a value that makes no sense.
    """
    parser = cli.parser("shallownets simulate", __doc__)
    add = parser.add_argument
    add("--p", type=cli.count, default=4, help="student width, number of vectors (default: 4)")
    add("--p-star", type=cli.count, default=2, help="teacher width p*, number of vectors (default: 2)")
    add("--N", type=cli.count, default=10000, help="input dimension, at least p + p* (default: 10000)")
    rate = parser.add_mutually_exclusive_group()
    rate.add_argument("--eta-hat", type=cli.positive, help="learning rate per student unit, eta/p (default: 0.1)")
    rate.add_argument("--eta", type=cli.positive, help="learning rate, a pure number; p times eta-hat")
    add("--engine", choices=ENGINES, default="chain", help="what simulates it, see above (default: chain)")
    add("--alpha-max", type=cli.positive, help="last time, samples/N (default: four times the escape time)")
    add("--points", type=cli.count, help="times recorded, 0 and the last included (default: 401, or all samples)")
    add("--replicates", type=cli.count, default=4, help="how many runs (default: 4)")
    add("--seed", type=cli.index, default=20260403, help="root seed, a whole number (default: that of the paper tier)")
    add("--tolerance", type=cli.positive, default=1e-10, help="relative error of a step of the limits (default: 1e-10)")
    add("--out", type=cli.path, nargs="+", default=[Path("simulation.png")], help="the plot, .png or .pdf, or both")
    args = parser.parse_args(words)
    for path in args.out:
        if path.suffix not in (".png", ".pdf"):
            raise UserError(f"--out {path}: a name that ends in .png or .pdf is right")
    _fill_in(args)
    _check(args)
    _afford(args)
    return args


def _fill_in(args: argparse.Namespace) -> None:
    """Give a value to what the user left open, from what is given.

    Raises:
        UserError: there is none; the option named is one that was given.
    """
    rate = f"--eta = {args.eta:g}" if args.eta else f"--eta-hat = {args.eta_hat or 0.1:g}"
    args.eta = args.eta if args.eta else args.p * (args.eta_hat or 0.1)
    args.eta_hat = args.eta / args.p
    last = f"--alpha-max = {args.alpha_max:g}" if args.alpha_max else f"{rate} without --alpha-max"
    args.alpha_max = args.alpha_max or float(f"{_SPAN * min(_plateau_time(args), sys.float_info.max / 10):.2g}")
    if args.alpha_max >= LARGEST:
        raise UserError(f"{last}: a run to alpha = {args.alpha_max:g}; one to less than {LARGEST:g} is right")
    if args.alpha_max * args.N < 2:
        raise UserError(f"{last}: {args.alpha_max * args.N:g} samples at N = {args.N}; a run of at least 2 is right")
    args.points = args.points or min(_POINTS, int(args.alpha_max * args.N))


def _duration(seconds: float) -> str:
    """A length of time in its largest unit of which there is more than one."""
    for unit, length in (("years", 365.25 * 86400), ("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds > length:
            return f"{seconds / length:.2g} {unit}"
    return f"{seconds:.2g} seconds"


def _seconds(args: argparse.Namespace) -> float:
    """What the runs take on one core, with a start each; those that end early take less."""
    samples = args.alpha_max * args.N
    if args.engine == "direct":
        runs = args.replicates * work.direct(args.N, args.p, args.p_star, samples)
    elif args.engine == "chain":
        runs = work.chain(args.p, args.p_star, args.replicates, samples)
    else:
        ode = args.engine == "ode"
        runs = args.replicates * (work.ode(args.p, args.eta_hat * args.alpha_max) if ode else work.SPECTRAL)
    return runs + args.replicates * work.START


def _afford(args: argparse.Namespace) -> None:
    """Say what a long run will cost, before it starts.

    Raises:
        UserError: more memory than there is, or longer than ``_LONGEST``.
    """
    seconds, numbers = _seconds(args), args.replicates * args.points * args.p * (args.p + args.p_star)
    if args.engine == "direct":
        starts.require_weights(args.p, args.p_star, args.N)
    recorded = f"--replicates = {args.replicates} and {args.points} times: the overlaps"
    memory.require(8 * _COPIES * numbers, recorded)
    takes = f"{args.replicates} runs to alpha = {args.alpha_max:g}, {args.alpha_max * args.N:.2g} samples each,"
    if seconds > _LONGEST:
        other = "fewer of them, a larger --eta, a smaller --N, or --engine spectral"
        raise UserError(f"{takes} take about {_duration(seconds)} on one core: {other} is right")
    if seconds > _MOMENT:
        print(f"{takes} take about {_duration(seconds)} on one core", file=sys.stderr, flush=True)


def _check(args: argparse.Namespace) -> None:
    """Hold the values to what the config of a run allows: the same limits, the same words.

    Raises:
        UserError: a value that the config would not take.
    """
    config = yamlfile.load(_CHECKOUT / "config.yaml")
    section = config["escape"]
    names = ("p", "p_star", "N", "eta", "alpha_max", "points", "replicates")
    section["runs"]["fig1"] |= {name: getattr(args, name) for name in names}
    section["runs"]["fig1"] |= {"chain_N": args.N, "chain_replicates": args.replicates}
    section["tolerance"], config["seed"] = args.tolerance, args.seed
    try:
        settings.check(config, catalogue.names(_CHECKOUT))
    except UserError as error:
        for above in ("config: escape.runs.fig1.", "config: escape.", "config: "):
            if str(error).startswith(above):
                name, rest = str(error).removeprefix(above).split(" = ", 1)
                raise UserError(f"--{name.replace('_', '-')} = {rest}") from None
        raise


def _rate(args: argparse.Namespace) -> float:
    """The learning rate over p that theory is to be taken at: 0 for gradient flow."""
    return 0.0 if args.engine == "gradient-flow" else args.eta_hat


def _noise(args: argparse.Namespace) -> float:
    """ν: the noise of the samples over the start's overlaps; 0 for the limits."""
    return finite.escape_noise(args.p, args.p_star, args.eta_hat) if args.engine in SGD else 0.0


def _plateau_time(args: argparse.Namespace) -> float:
    """Escape time α if the risk fell at the plateau's rate [13] all the way to ``FRACTION``."""
    p, p_star = args.p, args.p_star
    at = _rate(args) if _rate(args) < plateau.last_escape(p, p_star) else 0.0
    growth = 2 * args.eta_hat * float(plateau.finite_overlap_rate(p, p_star, at))
    # while the norms are learned, <M^2> shrinks from 1/N by plateau_norm
    onset = plateau.escape_prefactor(p, p_star) * plateau_norm(p) / args.N
    return float(np.log(max(FRACTION / onset, np.e))) / growth


def run(args: argparse.Namespace) -> tuple[list[Start], Trajectory]:
    """The starts, one for each run, and the runs.

    Raises:
        UserError: values that the engine refuses.
    """
    sizes = {"p": args.p, "p_star": args.p_star, "N": args.N}
    experiment = sizes | {"engine": args.engine, "eta": args.eta}
    draws = [seeds.sequence(args.seed, "simulate start", sizes, r) for r in range(args.replicates)]
    streams = [seeds.sequence(args.seed, "simulate samples", experiment, r) for r in range(args.replicates)]
    begun = [starts.orthonormal_overlaps(args.p, args.p_star, args.N, default_rng(draw)) for draw in draws]
    alpha = recording_times(args.alpha_max, args.points, args.N if args.engine in SGD else None)
    with progress(f"{args.engine}, {args.replicates} runs", args.replicates * alpha[-1]) as advance:
        try:
            return begun, simulate(
                begun,
                args.engine,
                args.eta,
                alpha,
                N=args.N,
                streams=streams,
                tolerance=args.tolerance,
                progress=advance,
            )
        except (ArithmeticError, ValueError) as error:
            raise UserError(str(error)) from error


def _said(values: Array) -> str:
    """A mean over runs with its standard error, in as many digits as the error has."""
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return f"{values[0]:.4g}"
    estimate = mean(values)
    if estimate.error < 1e-4:
        return f"{estimate.value:.3g} ± {estimate.error:.1g}"
    digits = max(0, -int(np.floor(np.log10(estimate.error))))
    return f"{estimate.value:.{digits}f} ± {estimate.error:.{digits}f}"


def distances(begun: list[Start], runs: Trajectory) -> Array:
    """(R, T) squared distances over N to the solutions that the starts predict [17, 19]; for p >= p*."""
    return np.array(
        [
            solutions.squared_distance(M, Q, polar_factor(start.M))
            for start, M, Q in zip(begun, runs.M, runs.Q, strict=True)
        ]
    )


def _plateau(args: argparse.Namespace, risk: Array, runs: Trajectory, escapes: Array) -> str:
    p, p_star, rate = args.p, args.p_star, _rate(args)
    small = f"{plateau_risk(p, p_star):.4g} = 1/p* + 1/(p+2) for small eta"
    if rate >= plateau.last_plateau(p, p_star):
        last = plateau.last_plateau(p, p_star)
        return f"None is predicted beyond eta-hat = {last:.3g}: the noise of the steps makes the norms diverge."
    norm = plateau_norm(p) * float(plateau.relative_norm(p, p_star, rate))
    here = float(population_risk(np.zeros((p, p_star)), norm * np.eye(p)))
    more = f", {here:.4g} at this eta" if rate else ""
    # by then the norms are within exp(-4 * 0.5) of the plateau's, and there the risk is stationary in them
    at = min(0.5 / args.eta_hat, escapes.min() / 2, args.alpha_max)
    settled = np.array([np.interp(at, runs.alpha, one) for one in risk])
    seen = f"With the norms learned, at alpha = {at:.3g}, the risk is {_said(settled)}."
    return f"{seen} Predicted: {small}{more}."


def _escape(args: argparse.Namespace, begun: list[Start], escapes: Array) -> str:
    p, p_star, rate = args.p, args.p_star, _rate(args)
    level = plateau.plateau_level(p, p_star, FRACTION)
    done = np.isfinite(escapes)
    few = "" if done.all() else f"{done.sum()} of {len(escapes)} runs escape. "
    seen = f"the risk falls below {level:.4g}, half of the plateau's, at alpha = {_said(escapes)}" if done.any() else ""
    if rate >= (last := plateau.last_escape(p, p_star)):
        none = f"None is predicted beyond eta-hat = {last:.3g}, where no plateau lets the overlaps grow."
        return f"{few}{seen.capitalize()}{'. ' if seen else ''}{none}"
    law = f"Eq. 13, the law of the plateau's first decline, continued to there: {_plateau_time(args):.4g}."
    if not rate:
        return f"{few}{seen.capitalize()}{'. ' if seen else ''}{law}"
    limit = [spectral.escape_time(start, args.eta, level, 1e3 * args.alpha_max, args.tolerance) for start in begun]
    shift = finite.noise_shift(p, p_star, rate) if args.engine in SGD else 0.0
    noise = f" less {-shift:.3g} for the noise of the samples" if shift else ""
    predicted = f"Predicted: {np.mean(limit) + shift:.4g}, the spectral ODE from the same starts{noise}."
    return f"{few}{seen.capitalize()}{'. ' if seen else ''}{predicted} {law}"


def _excess(args: argparse.Namespace, escapes: Array) -> float | None:
    """Late norm q_0 of the directions that no teacher needs; None while it is not small beside the plateau's."""
    since = args.alpha_max - escapes.min()  # they begin to shrink at the escape
    if args.p <= args.p_star or since <= 0:
        return None
    q_0 = late.excess_norm(args.p, args.p_star, args.eta, since)
    return q_0 if q_0 < 0.2 * plateau_norm(args.p) else None


def _end(args: argparse.Namespace, last: Array, escapes: Array) -> str:
    p, p_star, rate = args.p, args.p_star, _rate(args)
    seen = f"At alpha = {args.alpha_max:g} the risk is {_said(last)}."
    stable = plateau.last_convergence(p_star)
    if p < p_star:
        least = f"{landscape.StationaryPoint(p, p_star, p, 0).risk:.4g}"
        return f"{seen} Predicted: {least}, the least that p < p* vectors can reach, for small eta."
    if rate >= stable:
        return f"{seen} Beyond eta-hat = p*/(2 (p* + 2)) = {stable:.3g} no solution is stable."
    if p == p_star:
        return f"{seen} Predicted: 0, approached exponentially."
    q_0 = _excess(args, escapes)
    if q_0 is None:
        return f"{seen} Predicted: 0 in the end, as alpha^-2."
    return f"{seen} Predicted: {late.late_risk(p, p_star, p * rate, q_0):.2g}, the late law, as alpha^-2 to 0."


def _solution(args: argparse.Namespace, begun: list[Start], runs: Trajectory, escapes: Array) -> str:
    if args.p < args.p_star:
        return "None has zero error, since p < p*."
    distance = distances(begun, runs)
    seen = (
        f"The squared distance over N to the solution closest to the start goes from {_said(distance[:, 0])} to "
        f"{_said(distance[:, -1])}; random solutions are 2 p = {2 * args.p} apart."
    )
    if args.engine not in SGD:
        q_0 = _excess(args, escapes)
        left = f"{(args.p - args.p_star) * q_0:.2g}, on the way to 0" if q_0 else "0 in the end"
        return f"{seen} Predicted: {left}."
    ends = [
        float(solutions.selectivity(start.M, polar_factor(M)))
        for start, M in zip(begun, runs.M[:, -1], strict=True)
        if np.isfinite(M).all()
    ]
    found = (
        f"{seen} The noise of the samples leads SGD elsewhere: its selectivity, 1 for the closest solution and 0 for "
        f"a random one, is {_said(np.array(ends))}."
    )
    if args.eta_hat >= plateau.last_escape(args.p, args.p_star):
        return found
    return f"{found} Predicted: {finite.plateau_selectivity(args.p, args.p_star, args.eta_hat):.4g}."


def summary(args: argparse.Namespace, begun: list[Start], runs: Trajectory) -> Iterator[str]:
    """What happened, in words, beside what theory predicts."""
    risk = population_risk(runs.M, runs.Q)
    escapes = first_below(runs.alpha, risk, plateau.plateau_level(args.p, args.p_star, FRACTION))
    diverged = np.isfinite(runs.diverged_at)
    yield (
        f"Student p = {args.p}, teacher p* = {args.p_star}, N = {args.N}, eta = {args.eta:g} (eta-hat = eta/p = "
        f"{args.eta_hat:g}), engine {args.engine}, replicates: {args.replicates}, "
        f"to alpha = {args.alpha_max:g} samples/N."
    )
    parts = {}
    if diverged.any():
        parts["Diverged"] = (
            f"{diverged.sum()} of {len(diverged)} runs, at alpha = {_said(runs.diverged_at)}. Predicted for every run "
            f"beyond eta-hat = {plateau.last_plateau(args.p, args.p_star):.3g}, where the norms have no plateau."
        )
    if not diverged.all():
        parts["Plateau"] = _plateau(args, risk, runs, escapes)
        parts["Escape"] = _escape(args, begun, escapes)
        parts["End"] = _end(args, risk[:, -1], escapes)
        parts["Solution"] = _solution(args, begun, runs, escapes)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<10}", subsequent_indent=" " * 10)


def draw(args: argparse.Namespace, begun: list[Start], runs: Trajectory) -> Figure:
    """Risk and distance to the predicted solutions against time, a line for each run."""
    figure = Figure(figsize=(style.PAGE if args.p >= args.p_star else style.COLUMN, 2.7))
    panels = {"population risk $L$": population_risk(runs.M, runs.Q)}
    if args.p >= args.p_star:
        panels["$d^2$ / $N$ to the predicted solution"] = distances(begun, runs)
    for number, (label, values) in enumerate(panels.items()):
        axes = figure.add_subplot(1, len(panels), number + 1)
        for run, one in enumerate(values):
            axes.plot(runs.alpha, one, color=style.colour(run), linewidth=0.9)
        axes.set_yscale("linear" if number else "log")
        level, name = [
            (plateau_risk(args.p, args.p_star), r"plateau as $\eta \to 0$"),
            (2 * args.p, "random solutions"),
        ][number]
        axes.axhline(level, color=style.GREY, linestyle=":", linewidth=0.9, zorder=0)
        axes.annotate(name, (runs.alpha[-1], level), (0, 2), textcoords="offset points", ha="right", fontsize=7)
        axes.set(xlabel=r"time $\alpha$ = samples / $N$", ylabel=label)
    sizes = f"$p={args.p}$, $p^*={args.p_star}$, $N={args.N}$, $\\eta={args.eta:g}$"
    figure.suptitle(f"{sizes}, engine {args.engine}", fontsize=9)
    return figure


def main(words: list[str]) -> None:
    args = parse(words)
    begun, runs = run(args)
    try:
        print("\n".join(summary(args, begun, runs)), flush=True)
    finally:  # the runs may have taken hours: their plot is kept even where nobody can read the words
        style.apply()
        style.save(draw(args, begun, runs), args.out, sources.digest(sources.closure(__name__)))
    print(f"Drawn: {', '.join(map(str, args.out))}")
