"""Say when a student learns each direction of its teacher, by theory, gradient flow and SGD, and draw the staircase.

From: the widths of teacher and student, the dimension, the link and the tail.
Makes: a summary on the screen, and a plot, PNG or PDF, of the shares and of the loss against time.

Theory knows the start alone: which neuron takes which direction, when, and the power law of the loss. The flow is
integrated from the same start. So is SGD, where --kappa says so, as a chain that is exact in law; its samples are of
the order d^(k-1)/kappa: --link h3 --d 200 --P 4 --N 16 --kappa 0.2 takes some seconds.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from numpy.random import default_rng

from shallownets.drawing import command, style
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.studies.emergence import model, starts
from shallownets.studies.emergence.engines import chain, deflated, flow
from shallownets.studies.emergence.engines.sgd import SgdRun
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.measure import curves, laws
from shallownets.studies.emergence.measure.laws import Greedy
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.parameters.learn import Learn
from shallownets.studies.emergence.theory import noise, scaling, sequential
from shallownets.studies.emergence.trajectory import Run

DEFAULTS = {
    "P": "16",
    "N": "32",
    "d": "4096",
    "link": "h4",
    "beta": "1",
    "engine": "flow",
    "kappa": "0",
    "r0": "1e-6",
    "seed": "20260403",
}
_WIDTH = 100
_LONGER = 3.0  # the last time over that of greedy's last direction
_RECORDS = 400  # of SGD, for the plot
_SHOWN = 12  # directions in the table


@dataclass(frozen=True)
class Learned:
    """What theory says of a start, and what flow and SGD do from it; ``sgd`` is None where it was not asked for."""

    a: Array
    link: Link
    expected: Greedy
    run: Run
    sgd: SgdRun | None


def learn(given: Learn) -> Learned:
    """Theory, flow and SGD from one start.

    Raises:
        UserError: no neuron can learn anything, as where all overlaps with an odd link are below zero.
    """
    a, link = model.strengths(given.P, given.beta), model.named(given.link)
    widths = {"N": given.N, "P": given.P}
    start = starts.uniform(
        given.N, given.P, given.d, given.r0, default_rng(seeds.sequence(given.seed, "emergence, command", widths, 0))
    )
    expected = laws.greedy(start, a, link)
    known = expected.times[np.isfinite(expected.times)]
    if not known.size:
        raise UserError(f"N = {given.N}: no neuron of this start can learn; expected more of them, or another seed")
    engine = flow if given.engine == "flow" else deflated
    with progress(f"{given.engine}, N = {given.N}, P = {given.P}", 1) as advance:
        run = engine.simulate(start, a, link, _LONGER * float(known.max()), follow=given.P)
        advance(1)
    return Learned(a, link, expected, run, _samples(given, start, a, link, _LONGER * float(known.max())))


def _step(given: Learn, a: Array, link: Link) -> float:
    """η of SGD."""
    return given.kappa / (given.d ** (link.exponent / 2) * float(a @ a))


def _samples(given: Learn, start: starts.Start, a: Array, link: Link, t_end: float) -> SgdRun | None:
    """SGD from a start, up to a time of the flow or until all is learned."""
    if not given.kappa:
        return None
    steps = Steps(_step(given, a, link))
    records = np.unique(np.rint(steps.samples(np.geomspace(t_end / 1000, t_end, _RECORDS))))
    stream = seeds.sequence(given.seed, "emergence, command, samples", {"N": given.N, "P": given.P}, 0)
    with progress(f"SGD, {records[-1]:.3g} samples at most", float(records[-1])) as advance:
        return chain.simulate(start, a, link, steps, records, stream, enough=min(given.N, given.P), progress=advance)


def _chosen(P: int, most: int) -> Array:
    """Directions that are shown, counted from 0: all, or at most so many in equal ratios."""
    return np.unique(np.geomspace(1, P, min(P, most)).round().astype(int)) - 1


def _time(value: float) -> str:
    return f"{value:.4g}" if np.isfinite(value) else "never"


def summary(given: Learn, done: Learned) -> Iterator[str]:
    """When each direction is learned, and what that means, in words."""
    k, run, T = done.link.exponent, done.run, done.expected.times
    yield f"{given.link}: information exponent {k}. P = {given.P} directions, N = {given.N} neurons, d = {given.d}."
    column = f"{'SGD':>10}  " if done.sgd else ""
    yield f"{'direction':>9}  {'strength':>8}  {'theory':>10}  {'flow':>10}  {column}{'neuron':>6}  as foreseen"
    for m in _chosen(given.P, _SHOWN):
        same = run.owner[m] == done.expected.neuron[m]
        owner = str(run.owner[m]) if run.learned[m] else "-"
        column = f"{_time(done.sgd.times[m]):>10}  " if done.sgd else ""
        yield (
            f"{m + 1:>9}  {done.a[m]:>8.3g}  {_time(T[m]):>10}  {_time(run.times[m]):>10}  {column}{owner:>6}  "
            f"{'yes' if same else 'no'}"
        )
    count, possible = int(run.learned.sum()), min(given.N, given.P)
    parts = {"Learned": f"{count} of {given.P} directions by t = {run.t[-1]:.3g}, each in a step of about 1/a_m."}
    if count < possible:
        why = "near ties, whose number falls as 1/d, or " if k > 2 else ""
        parts["Missing"] = f"{possible - count} more could have been learned: {why}overlaps too small for this time."
    both = run.learned & np.isfinite(T)
    if k == 2:
        ratio = float(np.exp(np.log(run.times[both] / T[both]).mean())) if both.any() else np.nan
        parts["Theory"] = (
            "At k = 2 directions are not decoupled: neurons share the strongest ones. "
            f"Times are {ratio:.3g} of the decoupled ones, on average."
        )
    elif both.any():
        late = float(np.median(run.times[both] / T[both]))
        parts["Theory"] = (
            f"Greedy choice, largest a_m |M|^{k - 2} first, is exact at large d. Here times are {late:.4g} of "
            "its, at the median."
        )
    if given.beta > 0.5:
        law = f"loss + tail ~ t^{scaling.in_time(given.beta):.3g}"
        end = f"; {given.N} neurons end near N^{scaling.in_width(given.beta):.3g}" if given.N < given.P else ""
        search = f"d^{k / 2 - 1:g}" if k > 2 else "log d"
        parts["Law"] = f"{law}, with T_m ~ m^{given.beta:g} {search}{end}."
    else:
        parts["Law"] = "The squares of the strengths have no sum: what is learned, not the loss, is a power of time."
    parts["Loss"] = f"From {run.loss[0]:.4g} to {run.loss[-1]:.3g}."
    if done.sgd:
        parts["SGD"] = _of_sgd(given, done, done.sgd)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<9}", subsequent_indent=" " * 9)


def _of_sgd(given: Learn, done: Learned, sgd: SgdRun) -> str:
    """What SGD did, in words, beside the flow."""
    eta = _step(given, done.a, done.link)
    over = eta / noise.largest_step(float(done.a[0]), given.d, done.link)
    count, both = int(sgd.learned.sum()), np.logical_and(sgd.learned, done.run.learned)
    said = f"{count} of {given.P} directions after {sgd.steps:.3g} samples of step {eta:.3g}; times are sums of steps. "
    if both.any():
        said += f"They are {np.median(sgd.times[both] / done.run.times[both]):.3g} of the flow's, at the median. "
    if np.isfinite(sgd.lost_at):
        said += "Then one rare sample took all away: the run is lost. "
    return said + f"The step is {over:.2g} of the largest that holds the strongest direction."


def draw(given: Learn, done: Learned) -> Figure:
    """Shares and loss against time, beside theory."""
    figure = Figure(figsize=(style.PAGE, 2.9))
    left, right = figure.subplots(1, 2)
    run, T = done.run, done.expected.times
    first = float(T[np.isfinite(T)].min()) / 4
    for n, m in enumerate(_chosen(given.P, len(style.COLOURS))):
        left.plot(run.t, run.shares[:, m], color=style.colour(n), label=f"{m + 1}")
        if done.sgd:
            left.plot(done.sgd.t, done.sgd.shares[:, m], color=style.colour(n), linestyle=":")
        if np.isfinite(T[m]):
            left.plot(T[m], 0.5, "o", color=style.colour(n), markerfacecolor="white", zorder=3)
    left.set(xscale="log", xlabel="time $t$", ylabel="share of a direction", ylim=(-0.03, 1.1))
    left.set_title("flow; dotted: SGD; circles: theory" if done.sgd else "flow; circles: theory")
    left.legend(title="$m$", loc="upper left", ncols=2, handlelength=1)
    t = np.geomspace(first, run.t[-1], 300)
    right.plot(t, curves.loss_at(run, t), color="black", label=given.engine)
    if done.sgd:
        right.plot(done.sgd.t, done.sgd.loss, color="black", linestyle=":", label="SGD")
    if done.link.exponent > 2:
        law = sequential.loss(t, done.a, given.N, given.d, given.r0, done.link)
        right.plot(t, law, color=style.COLOURS[0], linestyle="--", label="mean over starts, sequential law")
    least = min(float(one.loss[np.isfinite(one.loss)].min()) for one in (run, done.sgd) if one)
    low = max(least, 1e-5 * float(run.loss[0]))
    right.set(xscale="log", yscale="log", xlabel="time $t$", ylabel=r"loss $2L$", ylim=(low / 2, 2 * run.loss[0]))
    right.legend(loc="lower left")
    for axes in (left, right):
        axes.set_xlim(first, run.t[-1])
        axes.xaxis.set_minor_formatter(NullFormatter())
        if run.t[-1] < 300 * first:
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    return figure


def answer(given: Learn) -> command.Answer:
    """When each direction is learned, in words and drawn."""
    done = learn(given)
    return summary(given, done), partial(draw, given, done)


def main(words: list[str]) -> None:
    command.run(words, __name__, Learn, DEFAULTS, answer)
