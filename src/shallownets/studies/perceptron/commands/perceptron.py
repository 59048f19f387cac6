"""Solve the perceptron at one norm, say in words where it stands between the classical rules, simulate it, and draw it.

From: the number of examples over the dimension, and a norm; the share of turned labels.
Makes: a summary on the screen, and a plot, PNG or PDF, of the test error against the norm.

The solution is that of many dimensions. With --simulate it is held against the student of least loss at this norm, and
against gradient flow whose norm grows freely, on samples of examples.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.random import default_rng

from shallownets import sources
from shallownets.config.commandline import Parser, path
from shallownets.drawing import style
from shallownets.errors import Impossible, UserError
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


@dataclass(frozen=True)
class Simulated:
    """Errors over samples; None where no student has this norm."""

    fixed: Estimate | None
    free: Estimate | None
    training: Estimate | None


def _simulate(given: Solve) -> Simulated:
    """The minimiser at the norm, and the flow when it gets there, on the same samples."""
    parameters = {"alpha": given.alpha, "N": given.N, "inputs": given.inputs, "noise": given.noise}
    norm, found = np.array([given.norm]), {"fixed": [], "free": [], "training": []}
    P = max(1, round(given.alpha * given.N))
    with progress(f"{given.simulate} samples, N = {given.N}", given.simulate) as advance:
        for replicate in range(given.simulate):
            stream = seeds.sequence(given.seed, "perceptron, command", parameters, replicate)
            examples = starts.draw(given.N, P, default_rng(stream), given.inputs, given.noise)
            try:
                W = minimise(examples, norm).W
                found["fixed"].append(float(model.test_error(examples.overlap(W))[0]))
                found["training"].append(float((examples.z @ W[0] < 0).mean()))
                found["free"].append(float(model.test_error(examples.overlap(descend(examples, norm).W))[0]))
            except Impossible:
                pass  # this sample's loss is least at a smaller norm; the summary counts it
            advance(1)
    return Simulated(**{name: mean(values) if len(values) > 1 else None for name, values in found.items()})


def _place(given: Solve, error: float, best: float) -> str:
    """Where the norm stands between the classical rules."""
    hebb = limits.hebb(given.alpha, given.noise)
    said = f"Hebb's rule has {hebb:.4g}, the best norm, {best:.4g}, has"
    share = given.norm / best
    place = (
        "close to Hebb's rule"
        if share < 1 and error > 0.95 * hebb
        else "at its best: a larger or smaller norm makes little difference"
        if 0.8 < share < 1.25
        else "too small: training on would help"
        if share < 1
        else "too large: stopping earlier would help"
    )
    return f"The norm is {place}. {said}"


def summary(given: Solve, done: Simulated | None) -> Iterator[str]:
    """The solution in words, beside the classical rules and what was simulated."""
    curve = saddle.solve(given.alpha, given.norm, given.noise)
    error = float(curve.error[0])
    best, least = curves.optimum(given.alpha, given.noise)
    noisy = f", {100 * given.noise:g} % of the labels turned" if given.noise else ""
    yield f"alpha = {given.alpha:g} examples over dimension, norm = {given.norm:g}{noisy}."
    parts = {
        "Error": f"A new example is misjudged with probability {error:.4g}, "
        f"one of training with {curve.training_error[0]:.3g}.",
        "Rules": f"{_place(given, error, best)} {least:.4g}.",
    }
    if not given.noise:
        stable, kappa = limits.stability(given.alpha)
        bayes = limits.bayes(given.alpha)
        parts["Rules"] += (
            f" Maximum stability, the end of a norm that grows for ever, has {stable:.4g} at a margin of {kappa:.4g}; "
            f"nothing is better than Bayes, {bayes:.4g}, which this norm exceeds by {100 * (error / bayes - 1):.3g} %."
        )
    multiplier = float(curve.multiplier[0])
    if multiplier > 0:
        parts["Growth"] = (
            f"A free norm passes here, growing by {multiplier:.3g} in a unit of time (loss summed over examples)."
        )
    elif not given.noise:
        parts["Growth"] = "A free norm passes here, after a time longer than a number can hold."
    else:
        parts["Growth"] = "A free norm never gets here: wrong labels stop it at a smaller one."
    if done is not None:
        parts["Simulated"] = _seen(given, done, error)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<11}", subsequent_indent=" " * 11)


def _seen(given: Solve, done: Simulated, error: float) -> str:
    if done.fixed is None or done.training is None:
        return (
            f"No two of {given.simulate} samples at N = {given.N} have a student of this norm; expected a smaller one."
        )

    def said(one: Estimate) -> str:
        return f"{one.value:.4g} ± {one.error:.1g}"

    left = given.simulate - done.fixed.n
    few = f" {left} of {given.simulate} samples have no student of this norm and are left out." if left else ""
    free = f" A free norm that passes here has {said(done.free)}." if done.free else ""
    off = (done.fixed.value - error) / done.fixed.error
    return (
        f"{done.fixed.n} samples at N = {given.N}, {given.inputs} inputs: error {said(done.fixed)} at this norm, "
        f"{abs(off):.1f} standard errors {'above' if off > 0 else 'below'} the solution; in training "
        f"{said(done.training)}.{free}{few}"
    )


def draw(given: Solve, done: Simulated | None) -> Figure:
    """Test error against the norm, with the classical rules and what was simulated."""
    figure = Figure(figsize=(style.COLUMN, 2.7))
    axes = figure.subplots()
    best, _ = curves.optimum(given.alpha, given.noise)
    ends = sorted([given.norm, best])
    lam = np.geomspace(ends[0] / 30, 10 * ends[1], 120)
    axes.plot(lam, saddle.solve(given.alpha, lam, given.noise).error, color="black")
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
    axes.set(xscale="log", yscale="log", xlabel=r"norm $\lambda$", ylabel=r"test error $\varepsilon$")
    axes.set_title(rf"$\alpha={given.alpha:g}$")
    axes.legend()
    return figure


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets perceptron", __doc__ or "")
    parser.add_section(Solve, DEFAULTS)
    parser.add_argument(
        "--out", type=path, nargs="+", default=[path("perceptron.png")], help="the plot, .png or .pdf, or both"
    )
    args = parser.parse_args(words)
    given = parser.section(Solve, args)
    for file in args.out:
        if file.suffix not in (".png", ".pdf"):
            raise UserError(f"--out {file}: expected a name that ends in .png or .pdf")
    done = _simulate(given) if given.simulate else None
    print("\n".join(summary(given, done)), flush=True)
    style.apply()
    style.save(draw(given, done), args.out, sources.digest(sources.closure(__name__)))
    print(f"Drawn: {', '.join(map(str, args.out))}")
