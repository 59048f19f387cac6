"""SGD of overparametrised quadratic networks, its limits, and where they lead: ``escape.run``.

Symbols and equation numbers are those of arXiv:2604.03068. docs/escape.md has the formulas, docs/engines.md
the engines.
"""

import sys
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.config.keywords import takes
from shallownets.config.section import LARGEST
from shallownets.drawing import style
from shallownets.drawing.solved import Solved
from shallownets.errors import Impossible
from shallownets.numerics import memory, seeds
from shallownets.numerics.progress import MOMENT, progress
from shallownets.studies.escape import starts
from shallownets.studies.escape.measure.plateau import first_below
from shallownets.studies.escape.model import Array, plateau_norm, plateau_risk, polar_factor, population_risk
from shallownets.studies.escape.parameters import work
from shallownets.studies.escape.parameters.kinds import times
from shallownets.studies.escape.parameters.simulate import Asked, Common, Experiment
from shallownets.studies.escape.simulate import SGD, simulate
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau, solutions
from shallownets.studies.escape.trajectory import Trajectory, recording_times

__all__ = ["Run", "run"]

FRACTION = 0.5  # of the plateau's risk, below which a run has escaped
_SPAN = 4.0  # the last time, unless it is given, over the escape time of the plateau's rate
_POINTS = 401  # times recorded, unless the number is given or the run has fewer samples
_MOMENT, _LONGEST = 10.0, 7 * 86400.0  # seconds: a run of more is announced; one of more is refused
_COPIES = 3  # of the recorded overlaps when most memory is used


@dataclass(frozen=True, repr=False, eq=False)
class Run(Solved):
    """R runs from a start each, at T times. What diverges is NaN from then on.

    Attributes:
        given: the parameters, with a value for everything that the call left open.
        starts: (R,) where each began: M of shape (p, p*), Q of shape (p, p).
        trajectory: the order parameters against time, as every engine returns them.
    """

    given: Experiment
    starts: list[Start]
    trajectory: Trajectory

    @property
    def alpha(self) -> Array:
        """(T,) time, in samples over N."""
        return self.trajectory.alpha

    @property
    def M(self) -> Array:
        """(R, T, p, p*) overlaps w_i.w*_r/N of student and teacher."""
        return self.trajectory.M

    @property
    def Q(self) -> Array:
        """(R, T, p, p) overlaps w_i.w_j/N of the student's vectors."""
        return self.trajectory.Q

    @property
    def diverged_at(self) -> Array:
        """(R,) time at which a run was found diverged; infinite where it was not."""
        return self.trajectory.diverged_at

    @cached_property
    def risk(self) -> Array:
        """(R, T) population risk E[(f - y)^2]/2 [23]."""
        return population_risk(self.M, self.Q)

    @cached_property
    def distance(self) -> Array:
        """(R, T) squared distance over N to the solution that the start predicts [17, 19]; NaN if p < p*."""
        if self.given.p < self.given.p_star:
            return np.full(self.risk.shape, np.nan)
        return np.array(
            [
                solutions.squared_distance(M, Q, polar_factor(start.M))
                for start, M, Q in zip(self.starts, self.M, self.Q, strict=True)
            ]
        )

    @cached_property
    def escaped_at(self) -> Array:
        """(R,) time at which the risk falls below half of the plateau's; infinite where it never does."""
        return first_below(self.alpha, self.risk, plateau.plateau_level(self.given.p, self.given.p_star, FRACTION))

    @property
    def predicted_escape(self) -> float:
        """Time of that escape by the law of the plateau's first decline [13], continued to there."""
        return plateau_time(self.given, self.given.eta_hat)

    @property
    def plateau_risk(self) -> float:
        """Risk of the plateau at small learning rate, 1/p* + 1/(p + 2)."""
        return plateau_risk(self.given.p, self.given.p_star)

    def said(self) -> str:
        given, escaped = self.given, np.isfinite(self.escaped_at)
        when = f", at alpha = {self.escaped_at[escaped].mean():.3g}" if escaped.any() else ""
        return (
            f"p = {given.p}, p* = {given.p_star}, N = {given.N}, eta = {given.eta:g}, {given.engine} to "
            f"alpha = {given.alpha_max:g}: {escaped.sum()} of {given.replicates} escape{when}"
        )

    def to_pandas(self) -> pd.DataFrame:
        """A row for each run and time: run, alpha, risk, distance."""
        R, T = self.risk.shape
        columns = {"run": np.repeat(np.arange(R), T), "alpha": np.tile(self.alpha, R)}
        return pd.DataFrame(columns | {"risk": self.risk.ravel(), "distance": self.distance.ravel()})

    def draw(self) -> style.Picture:
        """Risk and distance to the predicted solutions against time, a line for each run."""
        given = self.given
        figure = style.Picture(figsize=(style.PAGE if given.p >= given.p_star else style.COLUMN, 2.7))
        panels = {"population risk $L$": self.risk}
        if given.p >= given.p_star:
            panels["$d^2$ / $N$ to the predicted solution"] = self.distance
        for number, (label, values) in enumerate(panels.items()):
            axes = figure.add_subplot(1, len(panels), number + 1)
            for run, one in enumerate(values):
                axes.plot(self.alpha, one, color=style.colour(run), linewidth=0.9)
            axes.set_yscale("linear" if number else "log")
            level, name = [
                (plateau_risk(given.p, given.p_star), r"plateau as $\eta \to 0$"),
                (2 * given.p, "random solutions"),
            ][number]
            axes.axhline(level, color=style.GREY, linestyle=":", linewidth=0.9, zorder=0)
            axes.annotate(name, (self.alpha[-1], level), (0, 2), textcoords="offset points", ha="right", fontsize=7)
            axes.set(xlabel=r"time $\alpha$ = samples / $N$", ylabel=label)
        sizes = f"$p={given.p}$, $p^*={given.p_star}$, $N={given.N}$, $\\eta={given.eta:g}$"
        figure.suptitle(f"{sizes}, engine {given.engine}", fontsize=9)
        return figure


@takes(Asked)
def run(given: Asked) -> Run:
    """Simulate a student that learns a teacher from Gaussian inputs, one fresh sample a step [1, 2, 4].

    Each run has a start of its own: orthonormal student vectors (Q = I) whose overlaps M with the teacher are of order
    N^(-1/2). The same seed gives the same starts to all engines. These are `direct`, one-pass SGD on the weights;
    `chain`, the same process as a Markov chain of the overlaps, whose cost does not grow with N; `ode` [6] and
    `spectral`, the limit of large N at finite learning rate; `gradient-flow`, that of small learning rate, too.

    Returns:
        Run: the order parameters, the risk and the escape times of the runs.

    Raises:
        Impossible: a value that makes no sense, in one line, or a run that takes longer than a week or more memory than
            there is; it is a ValueError.

    Examples:
        >>> from shallownets import escape
        >>> run = escape.run(p=4, p_star=2, N=10_000, eta_hat=0.1, engine="spectral", seed=0)
        >>> run
        <escape.Run p = 4, p* = 2, N = 10000, eta = 0.4, spectral to alpha = 92: 4 of 4 escape, at alpha = 27.4>
        >>> run.risk.shape, run.M.shape
        ((4, 401), (4, 401, 4, 2))
        >>> run.to_pandas().columns.to_list()
        ['run', 'alpha', 'risk', 'distance']
    """
    experiment = _filled_in(given)
    _afford(experiment)
    return _simulate(experiment)


def _filled_in(given: Asked) -> Experiment:
    """A value for what the user left open, from what is given.

    Raises:
        Impossible: there is none; what it names is a value that was given.
    """
    rate = f"eta = {given.eta:g}" if given.eta else f"eta_hat = {given.eta_hat or 0.1:g}"
    eta = given.eta or given.p * (given.eta_hat or 0.1)
    last = f"alpha_max = {given.alpha_max:g}" if given.alpha_max else f"{rate} without alpha_max"
    usual = _SPAN * min(plateau_time(given, eta / given.p), sys.float_info.max / 10)
    alpha_max = given.alpha_max or float(f"{usual:.2g}")
    if alpha_max >= LARGEST:
        raise Impossible(f"{last}: a run to alpha = {alpha_max:g}; expected one to less than {LARGEST:g}")
    if alpha_max * given.N < 2:
        raise Impossible(f"{last}: {alpha_max * given.N:g} samples at N = {given.N}; expected at least 2")
    points = given.points or min(_POINTS, int(alpha_max * given.N))
    holds, _, expected = times("points", points, alpha_max, given.N)
    if not holds:
        raise Impossible(f"points = {points}: expected {expected}")
    common = {name: getattr(given, name) for name in Common.__struct_fields__}
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
        Impossible: more memory than there is, or longer than ``_LONGEST``.
    """
    seconds, numbers = _seconds(given), given.replicates * given.points * given.p * (given.p + given.p_star)
    if given.engine == "direct":
        starts.require_weights(given.p, given.p_star, given.N)
    recorded = f"replicates = {given.replicates} and {given.points} times: the overlaps"
    memory.require(8 * _COPIES * numbers, recorded)
    takes = f"{given.replicates} runs to alpha = {given.alpha_max:g}, {given.alpha_max * given.N:.2g} samples each,"
    if seconds > _LONGEST:
        other = "fewer of them, a larger eta, a smaller N, or the engine spectral"
        raise Impossible(f"{takes} take about {_duration(seconds)} on one core; expected {other}")
    if seconds > _MOMENT:
        print(f"{takes} take about {_duration(seconds)} on one core", file=sys.stderr, flush=True)


def rate(given: Common, eta_hat: float) -> float:
    """The learning rate per student unit, eta/p, that theory is to be taken at: 0 for gradient flow."""
    return 0.0 if given.engine == "gradient-flow" else eta_hat


def plateau_time(given: Common, eta_hat: float) -> float:
    """Escape time α if the risk fell at the plateau's rate [13] all the way to ``FRACTION``."""
    p, p_star, at = given.p, given.p_star, rate(given, eta_hat)
    growth = (
        2 * eta_hat * float(plateau.finite_overlap_rate(p, p_star, at if at < plateau.last_escape(p, p_star) else 0))
    )
    # while the norms are learned, <M^2> shrinks from 1/N by plateau_norm
    onset = plateau.escape_prefactor(p, p_star) * plateau_norm(p) / given.N
    return float(np.log(max(FRACTION / onset, np.e))) / growth


def _simulate(given: Experiment) -> Run:
    """A start for each run, and the runs.

    Raises:
        Impossible: values that the engine refuses.
    """
    sizes = {"p": given.p, "p_star": given.p_star, "N": given.N}
    experiment = sizes | {"engine": given.engine, "eta": given.eta}
    draws = [seeds.sequence(given.seed, "simulate start", sizes, r) for r in range(given.replicates)]
    streams = [seeds.sequence(given.seed, "simulate samples", experiment, r) for r in range(given.replicates)]
    begun = [starts.orthonormal_overlaps(given.p, given.p_star, given.N, default_rng(draw)) for draw in draws]
    alpha = recording_times(given.alpha_max, given.points, given.N if given.engine in SGD else None)
    with progress(f"{given.engine}, {given.replicates} runs", given.replicates * alpha[-1], MOMENT) as advance:
        try:
            trajectory = simulate(
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
            raise Impossible(str(error)) from error
    return Run(given, begun, trajectory)
