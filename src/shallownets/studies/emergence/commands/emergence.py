"""Say when a student learns each direction of its teacher, by theory, gradient flow and SGD, and draw the staircase.

From: the widths of teacher and student, the dimension, the link and the tail.
Makes: a summary on the screen, and a plot, PNG or PDF, of the shares and of the loss against time.

Theory knows the start alone: which neuron takes which direction, when, and the power law of the loss. The flow is
integrated from the same start. So is SGD, where --kappa says so, as a chain that is exact in law; its samples are of
the order d^(k-1)/kappa: --link h3 --d 200 --P 4 --N 16 --kappa 0.2 takes some seconds.
"""

import textwrap
from collections.abc import Iterator

import numpy as np

from shallownets.drawing import command
from shallownets.studies.emergence import library
from shallownets.studies.emergence.engines.sgd import SgdRun
from shallownets.studies.emergence.library import Run, chosen, step_size
from shallownets.studies.emergence.parameters.learn import Learn
from shallownets.studies.emergence.theory import noise, scaling

_WIDTH = 100
_SHOWN = 12  # directions in the table


def _time(value: float) -> str:
    return f"{value:.4g}" if np.isfinite(value) else "never"


def summary(done: Run) -> Iterator[str]:
    """When each direction is learned, and what that means, in words."""
    given, k, run, T = done.given, done.link.exponent, done.flow, done.theory.times
    yield f"{given.link}: information exponent {k}. P = {given.P} directions, N = {given.N} neurons, d = {given.d}."
    column = f"{'SGD':>10}  " if done.sgd else ""
    yield f"{'direction':>9}  {'strength':>8}  {'theory':>10}  {'flow':>10}  {column}{'neuron':>6}  as foreseen"
    shown = chosen(given.P, _SHOWN)
    for m in shown:
        same = run.owner[m] == done.theory.owner[m]
        owner = str(run.owner[m]) if run.learned[m] else "-"
        column = f"{_time(done.sgd.times[m]):>10}  " if done.sgd else ""
        yield (
            f"{m + 1:>9}  {done.a[m]:>8.3g}  {_time(T[m]):>10}  {_time(run.times[m]):>10}  {column}{owner:>6}  "
            f"{'yes' if same else 'no'}"
        )
    count, possible = int(run.learned.sum()), int(np.isfinite(T).sum())
    parts = {}
    if shown.size < given.P:
        hidden = count - int(run.learned[shown].sum())
        parts["Shown"] = f"{shown.size} of {given.P} directions; {hidden} of those that are learned are not among them."
    parts["Learned"] = f"{count} of {given.P} directions by t = {run.t[-1]:.3g}, each in a step of about 1/a_m."
    if count < possible:
        why = f"near ties, whose number falls as d^{1 - k / 2:g}, or " if k > 2 else ""
        parts["Missing"] = f"{possible - count} more could have been learned: {why}overlaps too small for this time."
    if possible < min(given.N, given.P):
        parts["Never"] = (
            f"{min(given.N, given.P) - possible} more have neurons left, but by theory none that learns them: at odd k "
            "an overlap below zero comes to a halt."
        )
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
        parts["SGD"] = _of_sgd(done, done.sgd)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<9}", subsequent_indent=" " * 9)


def _of_sgd(done: Run, sgd: SgdRun) -> str:
    """What SGD did, in words, beside the flow."""
    given, eta = done.given, step_size(done.given, done.a, done.link)
    if not sgd.steps:
        return f"No step was made: one of {eta:.3g} is more than twice the time t; a smaller kappa makes some."
    over = eta / noise.largest_step(float(done.a[0]), given.d, done.link)
    count, both = int(sgd.learned.sum()), np.logical_and(sgd.learned, done.flow.learned)
    said = f"{count} of {given.P} directions after {sgd.steps:.3g} samples of step {eta:.3g}; times are sums of steps. "
    if both.any():
        said += f"They are {np.median(sgd.times[both] / done.flow.times[both]):.3g} of the flow's, at the median. "
    if np.isfinite(sgd.lost_at):
        why = "one rare sample took all away" if over < 1 else "a step this large holds nothing that it learns"
        said += f"Then the run is lost: {why}. "
    return said + f"The step is {over:.2g} of the largest that holds the strongest direction."


def main(words: list[str]) -> None:
    command.run(words, __name__, Learn, library.run, summary)
