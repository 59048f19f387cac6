"""Simulate one experiment, compare it with theory in words, and draw it.

From: widths, input dimension, learning rate and engine. Each run has a start of its own: orthonormal student vectors
(Q = 1) whose overlaps M with the teacher are of order N^(-1/2).
Makes: a summary on the screen, and a plot, PNG or PDF.

Engines: `direct` is one-pass SGD on the weights, `chain` the same process as a Markov chain of the overlaps, whose cost
does not grow with N; `ode` and `spectral` are the limit of large N at finite learning rate, `gradient-flow` that of
small learning rate, too.
"""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from matplotlib.figure import Figure
from numpy.random import default_rng

from shallownets import sources
from shallownets.config.check import LARGEST
from shallownets.config.commandline import Parser
from shallownets.config.commandline import path as file
from shallownets.config.section import Limit, Many, Section, Seed, Tolerance, means
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
from shallownets.studies.escape.parameters.kinds import AlphaMax, Dimension, Eta, EtaHat, P, Points, PStar, room, times
from shallownets.studies.escape.simulate import SGD, simulate
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import finite, landscape, late, plateau, solutions
from shallownets.studies.escape.trajectory import Trajectory, recording_times

FRACTION = 0.5  # of the plateau's risk, below which a run has escaped
_SPAN = 4.0  # the last time, unless it is given, over the escape time of the plateau's rate
_POINTS = 401  # times recorded, unless the number is given or the run has fewer samples
_MOMENT, _LONGEST = 10.0, 7 * 86400.0  # seconds: a run of more is announced; one of more is refused
_COPIES = 3  # of the recorded overlaps when most memory is used
_WIDTH = 100


class _Common(Section):
    """What every experiment has."""

    p: P = 4
    p_star: PStar = 2
    N: Dimension = 10000
    engine: Annotated[
        Literal["direct", "chain", "ode", "spectral", "gradient-flow"], means("what simulates it, see above")
    ] = "chain"
    replicates: Annotated[Many, means("how many runs")] = 4
    seed: Seed = 20260403
    tolerance: Tolerance = 1e-10

    def limits(self) -> Iterator[Limit]:
        yield room("N", self.N, [(self.p, self.p_star)])


class Asked(_Common):
    """What the command takes; None: it follows from the rest."""

    eta_hat: Annotated[EtaHat | None, means("learning rate per student unit, eta/p; 0.1 unless --eta is given")] = None
    eta: Eta | None = None
    alpha_max: Annotated[AlphaMax | None, means("last time; unless given, four times the escape time")] = None
    points: Annotated[Points | None, means("recorded times; unless given, 401 or all samples")] = None


class Experiment(_Common, kw_only=True):
    """What is simulated, with a value for everything."""

    eta_hat: EtaHat
    eta: Eta
    alpha_max: AlphaMax
    points: Points


def parse(words: list[str]) -> tuple[Experiment, list[Path]]:
    """The experiment, with a value for everything, and the files of its plot.

    Raises:
        UserError: a value that makes no sense.
    """
    parser = Parser("python -m shallownets simulate", __doc__)
    parser.add_section(Asked)
    out = [Path("simulation.png")]
    parser.add_argument("--out", type=file, nargs="+", default=out, help="the plot, .png or .pdf, or both")
    args = parser.parse_args(words)
    for path in args.out:
        if path.suffix not in style.KINDS:
            raise UserError(f"--out {path}: expected a name that ends in {' or '.join(style.KINDS)}")
    experiment = _filled_in(parser.section(Asked, args))
    _afford(experiment)
    return experiment, args.out


def _filled_in(given: Asked) -> Experiment:
    """A value for what the user left open, from what is given.

    Raises:
        UserError: there is none; the option named is one that was given.
    """
    if given.eta and given.eta_hat:
        raise UserError(f"--eta {given.eta:g}: expected one of --eta and --eta-hat")
    rate = f"--eta {given.eta:g}" if given.eta else f"--eta-hat {given.eta_hat or 0.1:g}"
    eta = given.eta or given.p * (given.eta_hat or 0.1)
    last = f"--alpha-max {given.alpha_max:g}" if given.alpha_max else f"{rate} without --alpha-max"
    usual = _SPAN * min(_plateau_time(given, eta / given.p), sys.float_info.max / 10)
    alpha_max = given.alpha_max or float(f"{usual:.2g}")
    if alpha_max >= LARGEST:
        raise UserError(f"{last}: a run to alpha = {alpha_max:g}; expected one to less than {LARGEST:g}")
    if alpha_max * given.N < 2:
        raise UserError(f"{last}: {alpha_max * given.N:g} samples at N = {given.N}; expected at least 2")
    points = given.points or min(_POINTS, int(alpha_max * given.N))
    holds, _, expected = times("points", points, alpha_max, given.N)
    if not holds:
        raise UserError(f"--points {points}: expected {expected}")
    common = {name: getattr(given, name) for name in _Common.__struct_fields__}
    return Experiment(eta_hat=eta / given.p, eta=eta, alpha_max=alpha_max, points=points, **common)


def _duration(seconds: float) -> str:
    """A length of time in its largest unit of which there is more than one."""
    for unit, length in (("years", 365.25 * 86400), ("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds > length:
            return f"{seconds / length:.2g} {unit}"
    return f"{seconds:.2g} seconds"


def _seconds(given: Experiment) -> float:
    """What the runs take on one core, with a start each; those that end early take less."""
    samples = given.alpha_max * given.N
    if given.engine == "direct":
        runs = given.replicates * work.direct(given.N, given.p, given.p_star, samples)
    elif given.engine == "chain":
        runs = work.chain(given.p, given.p_star, given.replicates, samples)
    else:
        ode = given.engine == "ode"
        runs = given.replicates * (work.ode(given.p, given.eta_hat * given.alpha_max) if ode else work.SPECTRAL)
    return runs + given.replicates * work.START


def _afford(given: Experiment) -> None:
    """Say what a long run will cost, before it starts.

    Raises:
        UserError: more memory than there is, or longer than ``_LONGEST``.
    """
    seconds, numbers = _seconds(given), given.replicates * given.points * given.p * (given.p + given.p_star)
    if given.engine == "direct":
        starts.require_weights(given.p, given.p_star, given.N)
    recorded = f"--replicates = {given.replicates} and {given.points} times: the overlaps"
    memory.require(8 * _COPIES * numbers, recorded)
    takes = f"{given.replicates} runs to alpha = {given.alpha_max:g}, {given.alpha_max * given.N:.2g} samples each,"
    if seconds > _LONGEST:
        other = "fewer of them, a larger --eta, a smaller --N, or --engine spectral"
        raise UserError(f"{takes} take about {_duration(seconds)} on one core; expected {other}")
    if seconds > _MOMENT:
        print(f"{takes} take about {_duration(seconds)} on one core", file=sys.stderr, flush=True)


def _rate(given: _Common, eta_hat: float) -> float:
    """The learning rate per student unit, eta/p, that theory is to be taken at: 0 for gradient flow."""
    return 0.0 if given.engine == "gradient-flow" else eta_hat


def _plateau_time(given: _Common, eta_hat: float) -> float:
    """Escape time α if the risk fell at the plateau's rate [13] all the way to ``FRACTION``."""
    p, p_star, rate = given.p, given.p_star, _rate(given, eta_hat)
    at = rate if rate < plateau.last_escape(p, p_star) else 0.0
    growth = 2 * eta_hat * float(plateau.finite_overlap_rate(p, p_star, at))
    # while the norms are learned, <M^2> shrinks from 1/N by plateau_norm
    onset = plateau.escape_prefactor(p, p_star) * plateau_norm(p) / given.N
    return float(np.log(max(FRACTION / onset, np.e))) / growth


def run(given: Experiment) -> tuple[list[Start], Trajectory]:
    """The starts, one for each run, and the runs.

    Raises:
        UserError: values that the engine refuses.
    """
    sizes = {"p": given.p, "p_star": given.p_star, "N": given.N}
    experiment = sizes | {"engine": given.engine, "eta": given.eta}
    draws = [seeds.sequence(given.seed, "simulate start", sizes, r) for r in range(given.replicates)]
    streams = [seeds.sequence(given.seed, "simulate samples", experiment, r) for r in range(given.replicates)]
    begun = [starts.orthonormal_overlaps(given.p, given.p_star, given.N, default_rng(draw)) for draw in draws]
    alpha = recording_times(given.alpha_max, given.points, given.N if given.engine in SGD else None)
    with progress(f"{given.engine}, {given.replicates} runs", given.replicates * alpha[-1]) as advance:
        try:
            return begun, simulate(
                begun,
                given.engine,
                given.eta,
                alpha,
                N=given.N,
                streams=streams,
                tolerance=given.tolerance,
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


def _plateau(given: Experiment, risk: Array, runs: Trajectory, escapes: Array) -> str:
    p, p_star, rate = given.p, given.p_star, _rate(given, given.eta_hat)
    small = f"{plateau_risk(p, p_star):.4g} = 1/p* + 1/(p+2) for small eta"
    if rate >= plateau.last_plateau(p, p_star):
        last = plateau.last_plateau(p, p_star)
        return f"None is predicted beyond eta-hat = {last:.3g}: the noise of the steps makes the norms diverge."
    norm = plateau_norm(p) * float(plateau.relative_norm(p, p_star, rate))
    here = float(population_risk(np.zeros((p, p_star)), norm * np.eye(p)))
    more = f", {here:.4g} at this eta" if rate else ""
    # by then the norms are within exp(-4 * 0.5) of the plateau's, and there the risk is stationary in them
    at = min(0.5 / given.eta_hat, escapes.min() / 2, given.alpha_max)
    settled = np.array([np.interp(at, runs.alpha, one) for one in risk])
    seen = f"With the norms learned, at alpha = {at:.3g}, the risk is {_said(settled)}."
    return f"{seen} Predicted: {small}{more}."


def _escape(given: Experiment, begun: list[Start], escapes: Array) -> str:
    p, p_star, rate = given.p, given.p_star, _rate(given, given.eta_hat)
    level = plateau.plateau_level(p, p_star, FRACTION)
    done = np.isfinite(escapes)
    few = "" if done.all() else f"{done.sum()} of {len(escapes)} runs escape. "
    seen = f"the risk falls below {level:.4g}, half of the plateau's, at alpha = {_said(escapes)}" if done.any() else ""
    if rate >= (last := plateau.last_escape(p, p_star)):
        none = f"None is predicted beyond eta-hat = {last:.3g}, where no plateau lets the overlaps grow."
        return f"{few}{seen.capitalize()}{'. ' if seen else ''}{none}"
    expected = _plateau_time(given, given.eta_hat)
    law = f"Eq. 13, the law of the plateau's first decline, continued to there: {expected:.4g}."
    if not rate:
        return f"{few}{seen.capitalize()}{'. ' if seen else ''}{law}"
    limit = [spectral.escape_time(start, given.eta, level, 1e3 * given.alpha_max, given.tolerance) for start in begun]
    shift = finite.noise_shift(p, p_star, rate) if given.engine in SGD else 0.0
    noise = f" less {-shift:.3g} for the noise of the samples" if shift else ""
    predicted = f"Predicted: {np.mean(limit) + shift:.4g}, the spectral ODE from the same starts{noise}."
    return f"{few}{seen.capitalize()}{'. ' if seen else ''}{predicted} {law}"


def _excess(given: Experiment, escapes: Array) -> float | None:
    """Late norm q_0 of the directions that no teacher needs; None while it is not small beside the plateau's."""
    since = given.alpha_max - escapes.min()  # they begin to shrink at the escape
    if given.p <= given.p_star or since <= 0:
        return None
    q_0 = late.excess_norm(given.p, given.p_star, given.eta, since)
    return q_0 if q_0 < 0.2 * plateau_norm(given.p) else None


def _end(given: Experiment, last: Array, escapes: Array) -> str:
    p, p_star, rate = given.p, given.p_star, _rate(given, given.eta_hat)
    seen = f"At alpha = {given.alpha_max:g} the risk is {_said(last)}."
    stable = plateau.last_convergence(p_star)
    if p < p_star:
        least = f"{landscape.StationaryPoint(p, p_star, p, 0).risk:.4g}"
        return f"{seen} Predicted: {least}, the least that p < p* vectors can reach, for small eta."
    if rate >= stable:
        return f"{seen} Beyond eta-hat = p*/(2 (p* + 2)) = {stable:.3g} no solution is stable."
    if p == p_star:
        return f"{seen} Predicted: 0, approached exponentially."
    q_0 = _excess(given, escapes)
    if q_0 is None:
        return f"{seen} Predicted: 0 in the end, as alpha^-2."
    return f"{seen} Predicted: {late.late_risk(p, p_star, p * rate, q_0):.2g}, the late law, as alpha^-2 to 0."


def _solution(given: Experiment, begun: list[Start], runs: Trajectory, escapes: Array) -> str:
    if given.p < given.p_star:
        return "None has zero error, since p < p*."
    distance = distances(begun, runs)
    seen = (
        f"The squared distance over N to the solution closest to the start goes from {_said(distance[:, 0])} to "
        f"{_said(distance[:, -1])}; random solutions are 2 p = {2 * given.p} apart."
    )
    if given.engine not in SGD:
        q_0 = _excess(given, escapes)
        left = f"{(given.p - given.p_star) * q_0:.2g}, on the way to 0" if q_0 else "0 in the end"
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
    if given.eta_hat >= plateau.last_escape(given.p, given.p_star):
        return found
    return f"{found} Predicted: {finite.plateau_selectivity(given.p, given.p_star, given.eta_hat):.4g}."


def summary(given: Experiment, begun: list[Start], runs: Trajectory) -> Iterator[str]:
    """What happened, in words, beside what theory predicts."""
    risk = population_risk(runs.M, runs.Q)
    escapes = first_below(runs.alpha, risk, plateau.plateau_level(given.p, given.p_star, FRACTION))
    diverged = np.isfinite(runs.diverged_at)
    yield (
        f"Student p = {given.p}, teacher p* = {given.p_star}, N = {given.N}, eta = {given.eta:g} (eta-hat = eta/p = "
        f"{given.eta_hat:g}), engine {given.engine}, replicates: {given.replicates}, "
        f"to alpha = {given.alpha_max:g} samples/N."
    )
    parts = {}
    if diverged.any():
        parts["Diverged"] = (
            f"{diverged.sum()} of {len(diverged)} runs, at alpha = {_said(runs.diverged_at)}. Predicted for every run "
            f"beyond eta-hat = {plateau.last_plateau(given.p, given.p_star):.3g}, where the norms have no plateau."
        )
    if not diverged.all():
        parts["Plateau"] = _plateau(given, risk, runs, escapes)
        parts["Escape"] = _escape(given, begun, escapes)
        parts["End"] = _end(given, risk[:, -1], escapes)
        parts["Solution"] = _solution(given, begun, runs, escapes)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<10}", subsequent_indent=" " * 10)


def draw(given: Experiment, begun: list[Start], runs: Trajectory) -> Figure:
    """Risk and distance to the predicted solutions against time, a line for each run."""
    figure = Figure(figsize=(style.PAGE if given.p >= given.p_star else style.COLUMN, 2.7))
    panels = {"population risk $L$": population_risk(runs.M, runs.Q)}
    if given.p >= given.p_star:
        panels["$d^2$ / $N$ to the predicted solution"] = distances(begun, runs)
    for number, (label, values) in enumerate(panels.items()):
        axes = figure.add_subplot(1, len(panels), number + 1)
        for run, one in enumerate(values):
            axes.plot(runs.alpha, one, color=style.colour(run), linewidth=0.9)
        axes.set_yscale("linear" if number else "log")
        level, name = [
            (plateau_risk(given.p, given.p_star), r"plateau as $\eta \to 0$"),
            (2 * given.p, "random solutions"),
        ][number]
        axes.axhline(level, color=style.GREY, linestyle=":", linewidth=0.9, zorder=0)
        axes.annotate(name, (runs.alpha[-1], level), (0, 2), textcoords="offset points", ha="right", fontsize=7)
        axes.set(xlabel=r"time $\alpha$ = samples / $N$", ylabel=label)
    sizes = f"$p={given.p}$, $p^*={given.p_star}$, $N={given.N}$, $\\eta={given.eta:g}$"
    figure.suptitle(f"{sizes}, engine {given.engine}", fontsize=9)
    return figure


def main(words: list[str]) -> None:
    given, out = parse(words)
    begun, runs = run(given)
    try:
        print("\n".join(summary(given, begun, runs)), flush=True)
    finally:  # the runs may have taken hours: their plot is kept even where nobody can read the words
        style.apply()
        style.save(draw(given, begun, runs), out, sources.digest(sources.closure(__name__)))
    print(f"Drawn: {', '.join(map(str, out))}")
