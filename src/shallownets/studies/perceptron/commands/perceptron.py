"""Solve the perceptron at one norm, say in words where it stands between the classical rules, simulate it, and draw it.

From: the number of examples over the dimension, and a norm; the share of turned labels.
Makes: a summary on the screen, and a plot, PNG or PDF, of the test error against the norm.

The solution is that of many dimensions. With --simulate it is held against the student of least loss at this norm, and
against gradient flow whose norm grows freely, on samples of examples.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator
from numpy.random import default_rng

from shallownets.claims.deviation import standard
from shallownets.drawing import command, style
from shallownets.errors import Impossible
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, mean
from shallownets.studies.perceptron import model, starts
from shallownets.studies.perceptron.engines.descend import descend
from shallownets.studies.perceptron.engines.minimise import minimise
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.parameters.solve import Solve
from shallownets.studies.perceptron.theory import limits, saddle

DEFAULTS = {"noise": "0", "simulate": "0", "N": "200", "inputs": "gaussian", "seed": "20260403"}
_WIDTH = 100
_WEAK = 1e-100  # force below which the Hessian of the loss has no digits


@dataclass(frozen=True)
class Simulated:
    """Errors over samples; None where fewer than two samples have one.

    Attributes:
        fixed, training: of the students of least loss at this norm.
        free: of gradient flow when it gets there, on the same samples.
        lost: samples without such a student, of which the others say nothing.
        late: samples that have one, but in which the flow did not get there; they are left out, too, if ``free`` is
            there.
    """

    fixed: Estimate | None
    free: Estimate | None
    training: Estimate | None
    lost: int
    late: int = 0


def _simulate(given: Solve) -> Simulated:
    """The minimiser at the norm, and the flow when it gets there, on the same samples.

    Where the flow gets there in fewer than two samples, all that have a minimiser are kept.
    """
    parameters = {"alpha": given.alpha, "N": given.N, "inputs": given.inputs, "noise": given.noise}
    norm, found = np.array([given.norm]), np.full((given.simulate, 3), np.nan)
    P = max(1, round(given.alpha * given.N))
    with progress(f"{given.simulate} samples, N = {given.N}", given.simulate) as advance:
        for replicate in range(given.simulate):
            stream = seeds.sequence(given.seed, "perceptron, command", parameters, replicate)
            examples = starts.draw(given.N, P, default_rng(stream), given.inputs, given.noise)
            try:
                W = minimise(examples, norm).W
                found[replicate, :2] = model.test_error(examples.overlap(W))[0], (examples.z @ W[0] < 0).mean()
                found[replicate, 2] = model.test_error(examples.overlap(descend(examples, norm).W))[0]
            except Impossible:
                pass  # counted, and said in the summary
            advance(1)
    solved, both = np.isfinite(found[:, 0]), np.isfinite(found).all(1)
    kept = found[both if both.sum() > 1 else solved]
    fixed, training, free = (mean(one) if len(one) > 1 and np.isfinite(one).all() else None for one in kept.T)
    return Simulated(fixed, free, training, int((~solved).sum()), int((solved & ~both).sum()))


def _place(given: Solve, error: float, best: float, multiplier: float) -> str:
    """Where the norm stands between the classical rules; training gets there where the multiplier is not below 0."""
    hebb = limits.hebb(given.alpha, given.noise)
    said = f"Hebb's rule has {hebb:.4g}, the best norm, {best:.4g}, has"
    share = given.norm / best
    place = (
        "close to Hebb's rule"
        if share < 1 and error > 0.95 * hebb
        else "at its best: a larger or smaller norm makes little difference"
        if 0.8 < share < 1.25
        else ("too small: training on would help", "too large: stopping earlier would help")[share > 1]
        if multiplier >= 0
        else ("smaller than the best one, which only a fixed norm reaches", "larger than the best one")[share > 1]
    )
    return f"The norm is {place}. {said}"


def summary(given: Solve, done: Simulated | None) -> Iterator[str]:
    """The solution in words, beside the classical rules and what was simulated."""
    curve = saddle.solve(given.alpha, given.norm, given.noise)
    error, multiplier = float(curve.error[0]), float(curve.multiplier[0])
    best, least = curves.optimum(given.alpha, given.noise)
    noisy = f", {100 * given.noise:g} % of the labels turned" if given.noise else ""
    yield f"alpha = {given.alpha:g} examples over dimension, norm = {given.norm:g}{noisy}."
    parts = {
        "Error": f"A new example is misjudged with probability {error:.4g}, "
        f"one of training with {curve.training_error[0]:.3g}.",
        "Rules": f"{_place(given, error, best, multiplier)} {least:.4g}.",
    }
    if saddle.solve(given.alpha, best, given.noise).multiplier[0] < 0:
        parts["Rules"] += (
            " The best norm lies beyond the end of a free one; there theory rests on replica symmetry alone."
        )
    if not given.noise:
        stable, kappa = limits.stability(given.alpha)
        bayes = limits.bayes(given.alpha)
        parts["Rules"] += (
            f" Maximum stability, the end of a norm that grows for ever, has {stable:.4g} at a margin of {kappa:.4g}; "
            f"nothing is better than Bayes, {bayes:.4g}, which this norm exceeds by {100 * (error / bayes - 1):.3g} %."
        )
    else:
        parts["Rules"] += (
            " Maximum stability and Bayes are left out: with turned labels there may be no student that is right on "
            "all examples, and the rule of Bayes is not solved here."
        )
    if curve.stability[0] > 1:
        parts["Stability"] = (
            f"Replica symmetry is not stable here (de Almeida and Thouless: {curve.stability[0]:.3g}, above 1), so "
            "that what is said of this norm is an approximation."
        )
    if multiplier > 0:
        parts["Growth"] = (
            f"A free norm passes here, growing by {multiplier:.3g} in a unit of time (loss summed over examples)."
        )
    elif multiplier == 0:
        parts["Growth"] = "A free norm passes here, after a time longer than a number can hold."
    else:
        parts["Growth"] = "A free norm never gets here: wrong labels stop it at a smaller one."
    if done is not None:
        parts["Simulated"] = _seen(given, done, error, multiplier)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<11}", subsequent_indent=" " * 11)


def _seen(given: Solve, done: Simulated, error: float, multiplier: float) -> str:
    # without turned labels the norm of least loss is infinite, and what fails is the arithmetic
    held = given.noise > 0 and not 0 <= multiplier < _WEAK
    why = (
        "have their least loss at a smaller norm"
        if held
        else "cannot be solved: the force that the norm holds is too small for a number"
    )
    lost = f"{done.lost} of {given.simulate} samples at N = {given.N} {why}"
    if done.fixed is None or done.training is None:
        return f"{lost}; expected a smaller norm."

    def said(one: Estimate) -> str:
        return f"{one.value:.4g} ± {one.error:.1g}"

    selected = done.lost > 0 or (done.late > 0 and done.free is not None)
    off = standard(done.fixed.value - error, done.fixed.error, done.fixed.freedom)
    beside = (
        f", {abs(off):.1f} standard deviations {'above' if off > 0 else 'below'} the solution by Student's t, where a "
        "correction of order 1/N is expected"
    )
    parts = [
        f"{done.fixed.n} {'selected ' if selected else ''}samples at N = {given.N}, {given.inputs} inputs: error "
        f"{said(done.fixed)} at this norm{'' if selected else beside}. In training {said(done.training)}."
    ]
    if done.free:
        parts.append(f"A free norm that passes here has {said(done.free)} on the same samples.")
    if done.late:
        left = ", which are left out" if done.free else ""
        parts.append(f"In {done.late} samples a free norm did not get here in the steps that were allowed{left}.")
    if selected:
        parts.append(f"{lost}, and are left out." if done.lost else "")
        kind = (
            "those whose labels are easier to fit, and their errors, in training and on new examples, are too low for "
            "those of all samples"
            if held
            else "those with the smaller margins, and their means are not those of all samples"
        )
        parts.append(
            f"The rest are no random ones: they are {kind}. The solution, which is of all, is not held against them."
        )
    return " ".join(filter(None, parts))


def draw(given: Solve, done: Simulated | None) -> Figure:
    """Test error against the norm, with the classical rules and what was simulated."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    best, _ = curves.optimum(given.alpha, given.noise)
    # no farther than to a norm that is solved: the best one, with room, or the given one
    lam = np.geomspace(min(given.norm, best) / 30, max(given.norm, 10 * best), 120)
    axes.plot(lam, saddle.solve(given.alpha, lam, given.noise).error, color="black", label="solution")
    rules = {"Hebb": limits.hebb(given.alpha, given.noise)}
    if not given.noise:
        rules |= {"maximum stability": limits.stability(given.alpha)[0], "Bayes": limits.bayes(given.alpha)}
    for n, (name, value) in enumerate(rules.items()):
        axes.axhline(value, color=style.colour(n), linestyle="--", linewidth=0.9, label=name)
    axes.axvline(given.norm, color=style.GREY, linewidth=0.7, zorder=0)
    seen = (("fixed norm", done.fixed, "s"), ("free norm", done.free, "o")) if done else ()
    for name, one, marker in seen:
        if one:
            look: style.Look = {"marker": marker, "linestyle": "", "fillstyle": "none", "color": "black"}
            axes.errorbar([given.norm], [one.value], [3 * one.error], label=f"simulated, {name}", **look)
    axes.set(xscale="log", yscale="log", xlabel=r"norm of the student $\lambda$", ylabel=r"test error $\varepsilon$")
    axes.xaxis.set_major_formatter("{x:g}")
    low, high = axes.get_ylim()
    if high < 10 * low:  # where a decade has one label or none
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.yaxis.set_minor_locator(NullLocator())
    elif high < 100 * low:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    turned = f", {100 * given.noise:g} % of the labels turned" if given.noise else ""
    axes.set_title(rf"$\alpha={given.alpha:g}$ examples over dimension{turned}", fontsize=8)
    axes.legend()
    return figure


def answer(given: Solve) -> command.Answer:
    """Where the student stands, in words and drawn."""
    done = _simulate(given) if given.simulate else None
    return summary(given, done), partial(draw, given, done)


def main(words: list[str]) -> None:
    command.run(words, __name__, Solve, DEFAULTS, answer)
