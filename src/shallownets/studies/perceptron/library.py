"""The student perceptron of least logistic loss at a fixed norm, in the limit of many dimensions: ``perceptron.solve``.

Symbols are those of docs/perceptron.md, which has the formulas; they were derived for this project, and the equations
of the paper, arXiv:2505.13230, were not at hand.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator
from numpy.random import default_rng

from shallownets.config.keywords import takes
from shallownets.drawing import style
from shallownets.drawing.solved import Solved
from shallownets.errors import Impossible
from shallownets.numerics import seeds
from shallownets.numerics.progress import MOMENT, progress
from shallownets.numerics.statistics import Estimate, mean
from shallownets.studies.perceptron import model, starts
from shallownets.studies.perceptron.engines.descend import descend
from shallownets.studies.perceptron.engines.minimise import minimise
from shallownets.studies.perceptron.measure import curves
from shallownets.studies.perceptron.parameters.solve import Solve
from shallownets.studies.perceptron.theory import limits, saddle

__all__ = ["Simulated", "Solution", "solve"]

_DIGITS = 1e-9  # of an error, beyond which the solution says nothing


def turned(noise: float) -> str:
    """What follows the number of examples in words: nothing, or the share of turned labels with all its digits."""
    return f", {100 * noise:.15g} % of the labels turned" if noise else ""


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


def examples_of(given: Solve) -> int:
    """Examples of a simulated sample: alpha N, as a whole number."""
    return max(1, round(given.alpha * given.N))


def _simulate(given: Solve) -> Simulated:
    """The minimiser at the norm, and the flow when it gets there, on the same samples.

    Where the flow gets there in fewer than two samples, all that have a minimiser are kept.
    """
    parameters = {"alpha": given.alpha, "N": given.N, "inputs": given.inputs, "noise": given.noise}
    norm, found = np.array([given.norm]), np.full((given.simulate, 3), np.nan)
    P, done = examples_of(given), 0.0
    with progress(f"{given.simulate} samples, N = {given.N}", given.simulate, MOMENT) as advance:

        def on_the_way(share: float) -> None:
            nonlocal done
            done += share
            advance(share)

        for replicate in range(given.simulate):
            stream = seeds.sequence(given.seed, "perceptron, command", parameters, replicate)
            examples = starts.draw(given.N, P, default_rng(stream), given.inputs, given.noise)
            try:
                W = minimise(examples, norm).W
                found[replicate, :2] = model.test_error(examples.overlap(W))[0], (examples.z @ W[0] < 0).mean()
                free = descend(examples, norm, advance=on_the_way).W
                found[replicate, 2] = model.test_error(examples.overlap(free))[0]
            except Impossible:
                pass  # counted, and said in the summary
            on_the_way(replicate + 1 - done)
    solved, both = np.isfinite(found[:, 0]), np.isfinite(found).all(1)
    kept = found[both if both.sum() > 1 else solved]
    fixed, training, free = (mean(one) if len(one) > 1 and np.isfinite(one).all() else None for one in kept.T)
    return Simulated(fixed, free, training, int((~solved).sum()), int((solved & ~both).sum()))


@dataclass(frozen=True, repr=False, eq=False)
class Solution(Solved):
    """The student of least loss at one norm, beside the classical rules.

    Attributes:
        given: the parameters.
        point: the replica-symmetric solution; its arrays, of shape (1,), are over the norms.
        best_norm, best_error: the norm of the least test error, and that error; nothing but ``best_told`` says
            whether that norm means anything.
        simulated: the same in samples of N dimensions; None unless ``simulate`` asked for some.
    """

    given: Solve
    point: saddle.Curve
    best_norm: float
    best_error: float
    simulated: Simulated | None

    @property
    def error(self) -> float:
        """Probability that a new example is misjudged."""
        return float(self.point.error[0])

    @property
    def training_error(self) -> float:
        """Share of the training examples that are misjudged."""
        return float(self.point.training_error[0])

    @property
    def multiplier(self) -> float:
        """Force along the student that the norm holds: how fast a free norm passes here; below 0 where none does."""
        return float(self.point.multiplier[0])

    @property
    def stability(self) -> float:
        """The number of de Almeida and Thouless: above 1 replica symmetry is broken, the solution an approximation."""
        return float(self.point.stability[0])

    @cached_property
    def hebb(self) -> float:
        """Test error of Hebb's rule, the limit of small norm."""
        return limits.hebb(self.given.alpha, self.given.noise)

    @property
    def best_told(self) -> bool:
        """Whether the best norm is told from Hebb's rule, the limit of small norms, by the digits of the solution."""
        return self.best_error < self.hebb * (1 - _DIGITS)

    @cached_property
    def most_stable(self) -> float | None:
        """Test error at maximum stability, the limit of large norm; None where labels are turned."""
        return None if self.given.noise else limits.stability(self.given.alpha)[0]

    @cached_property
    def bayes(self) -> float | None:
        """Test error that nothing is below; None where labels are turned, for which it is not solved here."""
        return None if self.given.noise else limits.bayes(self.given.alpha)

    @cached_property
    def curve(self) -> saddle.Curve:
        """The solution at 120 norms around this one and the best one, if that is told from Hebb's rule."""
        given = self.given
        best = self.best_norm if self.best_told else given.norm
        # no farther than to a norm that is solved: the best one, with room, or the given one
        norms = np.geomspace(min(given.norm, best) / 30, max(given.norm, 10 * self.best_norm), 120)
        return saddle.solve(given.alpha, norms, given.noise)

    def said(self) -> str:
        given = self.given
        best = (
            f"at the best norm, {self.best_norm:.3g}"
            if self.best_told
            else "by Hebb's rule, to the last digit the best"
        )
        return (
            f"alpha = {given.alpha:g}, norm = {given.norm:g}, noise = {given.noise:g}: error {self.error:.4g}; "
            f"{self.best_error:.4g} {best}"
        )

    def to_pandas(self) -> pd.DataFrame:
        """The curve, a row for each norm: norm, error, training_error, multiplier, stability."""
        names = ("error", "training_error", "multiplier", "stability")
        return pd.DataFrame({"norm": self.curve.lam} | {name: getattr(self.curve, name) for name in names})

    def draw(self) -> style.Picture:
        """Test error against the norm, with the classical rules and what was simulated."""
        given, done = self.given, self.simulated
        figure = style.Picture(figsize=(style.COLUMN, 2.7))
        axes = figure.subplots()
        axes.plot(self.curve.lam, self.curve.error, color="black", label="solution")
        rules = {"Hebb": self.hebb, "maximum stability": self.most_stable, "Bayes": self.bayes}
        for n, (name, value) in enumerate((name, value) for name, value in rules.items() if value is not None):
            axes.axhline(value, color=style.colour(n), linestyle="--", linewidth=0.9, label=name)
        axes.axvline(given.norm, color=style.GREY, linewidth=0.7, zorder=0)
        seen = (("fixed norm", done.fixed, "s"), ("free norm", done.free, "o")) if done else ()
        for name, one, marker in seen:
            if one:
                look: style.Look = {"marker": marker, "linestyle": "", "fillstyle": "none", "color": "black"}
                axes.errorbar([given.norm], [one.value], [3 * one.error], label=f"simulated, {name}", **look)
        axes.set(
            xscale="log", yscale="log", xlabel=r"norm of the student $\lambda$", ylabel=r"test error $\varepsilon$"
        )
        axes.xaxis.set_major_formatter("{x:g}")
        low, high = axes.get_ylim()
        if high < 10 * low:  # where a decade has one label or none
            axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            axes.yaxis.set_minor_locator(NullLocator())
        elif high < 100 * low:
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_title(rf"$\alpha={given.alpha:g}$ examples over dimension{turned(given.noise)}", fontsize=8)
        axes.legend(frameon=True, framealpha=1, edgecolor="none")  # over the line of the norm
        return figure


@takes(Solve)
def solve(given: Solve) -> Solution:
    """Solve a perceptron that learns a teacher perceptron from alpha N examples by logistic loss, at one norm.

    The solution is that of the replica method for N to infinity (the formulas are those of ``theory.saddle``). With
    ``simulate``, samples of N dimensions are drawn; in each, the loss is minimised at this norm, and followed by
    gradient flow whose norm is free.

    Returns:
        Solution: the test error and what it is held against.

    Raises:
        Impossible: a value that makes no sense, in one line; it is a ValueError.

    Examples:
        >>> from shallownets import perceptron
        >>> found = perceptron.solve(alpha=5, norm=3)
        >>> found
        <perceptron.Solution alpha = 5, norm = 3, noise = 0: error 0.08541; 0.08398 at the best norm, 4.54>
        >>> found.bayes < found.best_error < found.hebb
        True
        >>> found.to_pandas().columns.to_list()
        ['norm', 'error', 'training_error', 'multiplier', 'stability']
    """
    point = saddle.solve(given.alpha, given.norm, given.noise)
    best = curves.optimum(given.alpha, given.noise)
    return Solution(given, point, *best, _simulate(given) if given.simulate else None)
