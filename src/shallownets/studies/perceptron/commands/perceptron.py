"""Solve the perceptron at one norm, say in words where it stands between the classical rules, simulate it, and draw it.

From: the number of examples over the dimension, and a norm; the share of turned labels.
Makes: a summary on the screen, and a plot, PNG or PDF, of the test error against the norm.

The solution is that of many dimensions. With --simulate it is held against the student of least loss at this norm, and
against gradient flow whose norm grows freely, on samples of examples.
"""

import textwrap
from collections.abc import Iterator

from shallownets.claims.significance import standard
from shallownets.drawing import command
from shallownets.numerics.statistics import Estimate
from shallownets.studies.perceptron import library
from shallownets.studies.perceptron.library import Simulated, Solution
from shallownets.studies.perceptron.parameters.solve import Solve
from shallownets.studies.perceptron.theory import limits, saddle

_WIDTH = 100
_INPUTS = {"gaussian": "Gaussian inputs", "signs": "inputs of -1 and 1"}
_WHOLE = 1e-9  # of a number of examples, which is rounding
_WEAK = 1e-100  # force below which the Hessian of the loss has no digits


def _place(found: Solution) -> str:
    """Where the norm stands between the classical rules; training gets there where the multiplier is not below 0."""
    share = found.given.norm / found.best_norm
    place = (
        "close to Hebb's rule"
        if (share < 1 or not found.best_told) and 0.95 < found.error / found.hebb < 1 / 0.95
        else "at its best: a larger or smaller norm makes little difference"
        if 0.8 < share < 1.25
        else ("too small: training on would help", "too large: stopping earlier would help")[share > 1]
        if found.multiplier >= 0
        else ("smaller than the best one, which only a fixed norm reaches", "larger than the best one")[share > 1]
    )
    best = (
        f"the best norm, {found.best_norm:.4g}, has {found.best_error:.4g}"
        if found.best_told
        else "which no norm falls below by as much as the solution has digits"
    )
    return f"The norm is {place}. Hebb's rule has {found.hebb:.4g}, {best}."


def summary(found: Solution) -> Iterator[str]:
    """The solution in words, beside the classical rules and what was simulated."""
    given, error, multiplier = found.given, found.error, found.multiplier
    yield f"alpha = {given.alpha:g} examples over dimension, norm = {given.norm:g}{library.turned(given.noise)}."
    parts = {
        "Error": f"A new example is misjudged with probability {error:.4g}, "
        f"one of training with {found.training_error:.3g}.",
        "Rules": f"{_place(found)}",
    }
    if found.best_told and saddle.solve(given.alpha, found.best_norm, given.noise).multiplier[0] < 0:
        parts["Rules"] += (
            " The best norm lies beyond the end of a free one; there theory rests on replica symmetry alone."
        )
    if found.bayes is not None:
        stable, kappa = limits.stability(given.alpha)
        parts["Rules"] += (
            f" Maximum stability, the end of a norm that grows for ever, has {stable:.4g} at a margin of {kappa:.4g}; "
            f"nothing is better than Bayes, {found.bayes:.4g}, which this norm exceeds by "
            f"{100 * (error / found.bayes - 1):.3g} %."
        )
    else:
        parts["Rules"] += (
            " Maximum stability and Bayes are left out: with turned labels there may be no student that is right on "
            "all examples, and the rule of Bayes is not solved here."
        )
    if found.stability > 1:
        parts["Stability"] = (
            f"Replica symmetry is not stable here (de Almeida and Thouless: {found.stability:.3g}, above 1), so "
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
    if found.simulated is not None:
        P = library.examples_of(given)
        if abs(P - given.alpha * given.N) > _WHOLE * P:  # no fraction of an example is drawn
            there = saddle.solve(P / given.N, given.norm, given.noise)
            seen = _seen(given, found.simulated, float(there.error[0]), float(there.multiplier[0]))
            words = f"{P} examples, alpha = {P / given.N:.4g}, where the solution has {there.error[0]:.4g}. {seen}"
            parts["Simulated"] = words
        else:
            parts["Simulated"] = _seen(given, found.simulated, error, multiplier)
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
        f"{done.fixed.n} {'selected ' if selected else ''}samples at N = {given.N}, {_INPUTS[given.inputs]}: error "
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


def main(words: list[str]) -> None:
    command.run(words, __name__, Solve, library.solve, summary)
