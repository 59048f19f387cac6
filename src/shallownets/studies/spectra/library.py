"""Minima of regularised networks that learn features, and their weights: ``spectra.solve``.

Symbols are those of docs/spectra.md, which has the formulas; they were derived for this project, and the paper itself,
arXiv:2509.24882, was not read.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from shallownets.config.keywords import takes
from shallownets.drawing import style
from shallownets.drawing.solved import Solved
from shallownets.errors import Impossible
from shallownets.numerics import seeds
from shallownets.numerics.progress import MOMENT, progress
from shallownets.numerics.statistics import Estimate, mean
from shallownets.studies.spectra import model, starts
from shallownets.studies.spectra.engines import lasso, nuclear
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.parameters.solve import Solve
from shallownets.studies.spectra.theory import evolution, law, phases
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.quadratic import Quadratic

__all__ = ["Solution", "Trained", "solve"]

SINGLES = 400  # levels that are taken one by one
_SPAN = 100.0  # weight decays of the plot, over and under those that it must show
_POINTS = 60
_BINS = 40


@dataclass(frozen=True)
class Trained:
    """What trainings gave: the risk, the number of weights or the rank that is left, and eigenvalues above zero."""

    risk: Estimate
    left: Estimate
    values: Array


@dataclass(frozen=True, repr=False, eq=False)
class Solution(Solved):
    """The minimum at one number of samples and one weight decay.

    Attributes:
        given: the parameters.
        network: its levels, as state evolution takes them.
        state: the solution: risk, effective parameters, local exponents of the risk.
        best: that at the best weight decay; its lam is 0 where the risk falls as long as the decay does.
        bayes: the risk that nothing is below, of the quadratic network; None of the diagonal one.
        law: the spectrum of the quadratic network's weights, before the threshold ``state.x`` is taken off; else None.
        trained: certified minima; None unless ``train`` asked for some.
    """

    given: Solve
    network: Network
    state: State
    best: State
    bayes: float | None
    law: law.Law | None
    trained: Trained | None

    @property
    def risk(self) -> float:
        """R at this weight decay, by state evolution."""
        return self.state.risk

    @property
    def left(self) -> float:
        """Weights that are not zero, or the rank, by state evolution."""
        if isinstance(self.network, Quadratic):
            return max(self.network.rank(self.state.v, self.state.x), 0.0)
        return self.state.freedom

    @property
    def phase(self) -> phases.Phase:
        """The phase at leading order, with the exponents of its risk."""
        given = self.given
        return phases.phase(given.network == "quadratic", given.gamma, given.d, self.state.N, given.lam)

    @cached_property
    def curve(self) -> list[State]:
        """The solution at 60 weight decays around this one and the best one, if that is above 0, falling."""
        ends = sorted([self.given.lam, self.best.lam or self.given.lam])
        decays = np.geomspace(ends[1] * _SPAN, ends[0] / _SPAN, _POINTS)
        return curves.along_decay(self.network, self.state.N, decays)

    def said(self) -> str:
        given = self.given
        return (
            f"{given.network}, gamma = {given.gamma:g}, n = {given.n:g}, d = {given.d}, lam = {given.lam:g}: phase "
            f"{self.phase.name}, risk {self.risk:.4g}; {self.best.risk:.4g} at lam = {self.best.lam:.3g}"
        )

    def to_pandas(self) -> pd.DataFrame:
        """The curve, a row for each weight decay: lam, risk, freedom (effective parameters)."""
        return pd.DataFrame(
            {name: [getattr(state, name) for state in self.curve] for name in ("lam", "risk", "freedom")}
        )

    def draw(self) -> style.Picture:
        """Risk against weight decay, and the spectrum of the quadratic network's weights."""
        given, done = self.given, self.trained
        panels = 2 if self.law is not None else 1
        figure = style.Picture(figsize=(style.PAGE if panels == 2 else style.COLUMN, 2.7))
        axes = figure.subplots(1, panels, squeeze=False)[0]
        axes[0].plot(
            [state.lam for state in self.curve],
            [state.risk for state in self.curve],
            color="black",
            label="state evolution",
        )
        if self.best.lam:
            axes[0].axvline(self.best.lam, color=style.GREY, linestyle=":", linewidth=0.9, label="best weight decay")
        if self.bayes is not None:
            axes[0].axhline(self.bayes, color=style.COLOURS[2], linestyle="--", linewidth=0.9, label="Bayes")
        if done is not None:
            look: style.Look = {"marker": "o", "linestyle": "", "color": style.COLOURS[1]}
            axes[0].errorbar([given.lam], [done.risk.value], [3 * done.risk.error], label="trained", **look)
        axes[0].axvline(given.lam, color=style.GREY, linewidth=0.7, zorder=0)
        axes[0].set(xscale="log", yscale="log", xlabel=r"weight decay $\lambda$", ylabel="risk $R$")
        axes[0].legend(frameon=True, framealpha=1, edgecolor="none")  # over the line of the weight decay
        if self.law is not None:
            values, density = _bands(self.law, self.state.x)
            axes[1].plot(values, density, color="black", linewidth=0.9, label="theory")
            if done is not None and done.values.size:
                edges = np.linspace(0, max(np.nanmax(values), done.values.max()), _BINS + 1)
                counts, _ = np.histogram(done.values, edges)
                heights = counts / (given.train * given.d * (edges[1] - edges[0]))
                axes[1].bar(edges[:-1], heights, np.diff(edges), align="edge", color=style.COLOURS[5], label="trained")
            axes[1].axvline(0, color=style.GREY, linewidth=0.7, zorder=0)
            axes[1].set(yscale="log", xlabel="eigenvalue of $S$", ylabel="density", ylim=(0.05 / given.d, None))
            axes[1].legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)  # bands may be anywhere
        return figure


def _bands(of: law.Law, x: float) -> tuple[Array, Array]:
    """Eigenvalues less the threshold x and their density, rising, with a gap between two bands: no line joins them."""
    order = np.lexsort((of.x, -of.band))  # rounding may make ends of narrow bands equal
    gaps = np.flatnonzero(np.diff(of.band[order])) + 1
    return np.insert(of.x[order] - x, gaps, np.nan), np.insert(of.density[order], gaps, np.nan)


@takes(Solve)
def solve(given: Solve) -> Solution:
    """Solve a network that is trained on n samples to the minimum of its loss with weight decay.

    The network `diagonal` has outputs sum a_i w_i x_i/sqrt(d), and its training is a LASSO; `quadratic` has outputs
    Tr S Z, S = W W^T/sqrt(p d), and its training is nuclear-norm matrix sensing. The risk is that of state evolution at
    this d. With ``train`` the training objective is minimised, too, each time on samples of its own.

    Returns:
        Solution: the risk, its phase, the best weight decay, and the spectrum of the weights.

    Raises:
        Impossible: a value that makes no sense, in one line; it is a ValueError.

    Examples:
        >>> from shallownets import spectra
        >>> found = spectra.solve(network="quadratic", n=6000, d=80, lam=1)
        >>> found
        <spectra.Solution quadratic, gamma = 1, n = 6000, d = 80, lam = 1: phase II, risk 0.154; 0.1533 at lam = 0.896>
        >>> found.bayes < found.best.risk < found.risk
        True
        >>> found.to_pandas().shape
        (60, 3)
    """
    of = Quadratic if given.network == "quadratic" else Diagonal
    network = of(given.gamma, given.d, given.noise, SINGLES)
    state = evolution.solve(network, given.n, given.lam)
    best = evolution.best(network, given.n)
    trained = _train(given) if given.train else None
    if not isinstance(network, Quadratic):
        return Solution(given, network, state, best, None, None, trained)
    bayes, spectrum = law.bayes(network, given.n), law.law(network.levels, state.v, state.x)
    return Solution(given, network, state, best, bayes, spectrum, trained)


def _require(certified: bool, given: Solve) -> None:
    """Refuse a training that has ended without arriving.

    Raises:
        Impossible: its duality gap is too large.
    """
    if not certified:
        right = "expected more weight decay or more noise"
        raise Impossible(f"lam = {given.lam}: the minimum was not found within the solver's limit of steps; {right}")


def _train(given: Solve) -> Trained:
    """Certified minima on samples of their own.

    Raises:
        Impossible: a minimum was not found.
    """
    n = int(given.n)
    parameters = {"gamma": given.gamma, "d": given.d, "n": n, "noise": given.noise, "network": given.network}
    risks, left, values = [], [], []
    with progress(f"{given.train} trainings", given.train, MOMENT) as advance:
        for replicate in range(given.train):
            rng = np.random.default_rng(seeds.sequence(given.seed, "spectra, command", parameters, replicate))
            if given.network == "diagonal":
                samples = starts.vectors(given.gamma, given.d, n, given.noise, rng)
                least = lasso.minimise(samples, given.lam)
                _require(least.gap <= lasso.GAP * least.objective, given)
                risks.append(model.diagonal_risk(least.theta, samples.teacher))
                left.append(np.count_nonzero(least.theta))
            else:
                measured = starts.matrices(given.gamma, given.d, n, given.noise, rng)
                made = nuclear.minimise(measured, nuclear.penalty_of(given.lam, given.d))
                _require(made.gap <= nuclear.GAP * made.objective, given)
                risks.append(model.quadratic_risk(made.S, measured.teacher))
                left.append(made.factor.shape[1])
                values.append((made.factor**2).sum(0))
            advance(1)
    return Trained(mean(risks), mean(left), np.concatenate(values) if values else np.empty(0))
