"""Solve one network, say in words in which phase it is and what its weights look like, train it, and draw it.

From: the network, the teacher's exponent, samples, dimension and weight decay.
Makes: a summary on the screen, and a plot, PNG or PDF, of the risk against weight decay and of the spectrum.

Networks: `diagonal` has outputs sum a_i w_i x_i/sqrt(d), and its training is a LASSO; `quadratic` has outputs Tr S Z,
S = W W^T/sqrt(p d), and its training is nuclear-norm matrix sensing. The risk is that of state evolution at this d.
With --train it is held against certified minima of the training objective.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from shallownets.drawing import command, style
from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import Estimate, mean
from shallownets.studies.spectra import model, starts
from shallownets.studies.spectra.engines import lasso, nuclear
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.parameters.solve import Solve
from shallownets.studies.spectra.theory import evolution, free, law, phases
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.network import Network
from shallownets.studies.spectra.theory.quadratic import Quadratic

DEFAULTS = {"gamma": "1", "noise": "0.5", "train": "0", "seed": "20260403"}
_WIDTH = 100
_SINGLES = 400  # levels that are taken one by one
_SPAN = 100.0  # weight decays of the plot, over and under those that it must show
_BINS = 40
_STEEP = 2.5  # exponent that no phase has
_OFF = 0.3  # of an exponent from that of its phase


@dataclass(frozen=True)
class Solved:
    """What theory says."""

    network: Network
    state: State
    best: State
    bayes: float | None
    law: law.Law | None


@dataclass(frozen=True)
class Trained:
    """What trainings gave: the risk, the number of weights or the rank that is left, and eigenvalues above zero."""

    risk: Estimate
    left: Estimate
    values: Array


def solve(given: Solve) -> Solved:
    """State evolution, the best weight decay, and of the quadratic network Bayes and the spectrum."""
    of = Quadratic if given.network == "quadratic" else Diagonal
    network = of(given.gamma, given.d, given.noise, _SINGLES)
    state = evolution.solve(network, given.n, given.lam)
    best = evolution.best(network, given.n)
    if not isinstance(network, Quadratic):
        return Solved(network, state, best, None, None)
    return Solved(network, state, best, law.bayes(network, given.n), law.law(network.levels, state.v, state.x))


def train(given: Solve) -> Trained:
    """Certified minima on samples of their own."""
    n = round(given.n)
    parameters = {"gamma": given.gamma, "d": given.d, "n": n, "noise": given.noise, "network": given.network}
    risks, left, values = [], [], []
    with progress(f"{given.train} trainings", given.train) as advance:
        for replicate in range(given.train):
            rng = np.random.default_rng(seeds.sequence(given.seed, "spectra, command", parameters, replicate))
            if given.network == "diagonal":
                samples = starts.vectors(given.gamma, given.d, n, given.noise, rng)
                theta = lasso.minimise(samples, given.lam).theta
                risks.append(model.diagonal_risk(theta, samples.teacher))
                left.append(np.count_nonzero(theta))
            else:
                measured = starts.matrices(given.gamma, given.d, n, given.noise, rng)
                made = nuclear.minimise(measured, nuclear.penalty_of(given.lam, given.d))
                risks.append(model.quadratic_risk(made.S, measured.teacher))
                left.append(made.factor.shape[1])
                values.append((made.factor**2).sum(0))
            advance(1)
    return Trained(mean(risks), mean(left), np.concatenate(values) if values else np.empty(0))


def _times(one: Estimate) -> str:
    return f"{one.value:.4g} ± {one.error:.1g}"


def summary(given: Solve, found: Solved, done: Trained | None) -> Iterator[str]:
    """The solution in words, beside the best weight decay and what was trained."""
    state, best = found.state, found.best
    quadratic = given.network == "quadratic"
    phase = phases.phase(quadratic, given.gamma, given.d, state.N, given.lam)
    yield (
        f"{given.network} network, gamma = {given.gamma:.10g}, d = {given.d}, n = {given.n:g} (n_eff = {state.N:g}), "
        f"lam = {given.lam:g}, noise {given.noise:g}."
    )
    parts = {
        "Phase": f"{phase.name}, at leading order: {phase.spectrum}. Here the risk goes as n^{_power(state.by_n)} "
        f"lam^{_power(state.by_lam)}."
        f"{_beside_the_peak(state, phases.peak_at(quadratic, given.d)) or _near_a_boundary(state, phase)}",
        "Risk": f"{state.risk:.4g} by state evolution, of {found.network.zero:g} at zero weights; "
        f"{_count(state.freedom, given.n * found.network.rounding(given.n))} fit {given.n:g} samples.",
        "Best": f"lam = {best.lam:.3g} has {best.risk:.4g}: {_advice(given.lam, best.lam, state.risk / best.risk)}.",
    }
    if found.bayes is not None:
        parts["Best"] += (
            f" Nothing is better than Bayes, {found.bayes:.4g}, which the best exceeds by "
            f"{100 * (best.risk / found.bayes - 1):.3g} %."
        )
    if found.law is not None:
        parts["Spectrum"] = _spectrum(given, found, found.law)
    if done is not None:
        off = (done.risk.value - state.risk) / done.risk.error if done.risk.error else 0.0
        what = "rank" if quadratic else "weights that are not zero:"
        parts["Trained"] = (
            f"{done.risk.n} trainings: risk {_times(done.risk)}, {abs(off):.1f} standard errors "
            f"{'above' if off > 0 else 'below'} state evolution; {what} {_times(done.left)}."
        )
        if quadratic and done.risk.value > state.risk + 3 * done.risk.error and state.N < 100:
            parts["Trained"] += (
                " With few samples state evolution is too low: a feature's own measurement is correlated with its row."
            )
        if quadratic and round(given.n) < given.d:
            parts["Trained"] += (
                " With fewer samples than dimensions the minimum is not unique: rank and risk are those of "
                "proximal steps from zero."
            )
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<10}", subsequent_indent=" " * 10)


def _power(exponent: float) -> str:
    return f"{round(exponent, 2) + 0.0:.2f}"  # no negative zero


def _count(freedom: float, rounding: float) -> str:
    if freedom > rounding:
        return f"{freedom:.3g} effective parameters"
    return "0 effective parameters" if rounding < 0.5 else f"fewer than {rounding:.1g} effective parameters"


def _beside_the_peak(state: State, peak: float) -> str:
    if abs(state.by_n) <= _STEEP or not 0.5 < state.N / peak < 2:
        return ""
    return " It is beside the interpolation peak, where these slopes hold for this point alone."


def _near_a_boundary(state: State, phase: phases.Phase) -> str:
    if abs(state.by_n - phase.by_n) > _OFF or abs(state.by_lam - phase.by_lam) > _OFF:  # never where it has no power
        return " This point is near a boundary: leading order does not hold yet."
    return ""


def _advice(lam: float, best: float, ratio: float) -> str:
    if ratio < 1.01:
        return "this one makes little difference"
    return f"this one is too {'weak' if lam < best else 'strong'} and costs a factor {ratio:.3g}"


def _spectrum(given: Solve, found: Solved, of: law.Law) -> str:
    x = found.state.x
    left = max(given.d * free.above(found.network.levels, found.state.v, x).mass, 0.0)
    alone = of.held * given.d < 1.5
    spikes = int(np.argmin(alone)) if not alone.all() else alone.size
    seen = int((of.edges[:spikes, 0] > x).sum())
    bulk = of.edges[-1] - x
    where = "is removed" if bulk[1] <= 0 else f"reaches to {bulk[1]:.3g}"
    top = f", the largest at {of.edges[0].mean() - x:.3g}" if seen else ""
    count = f"at least {seen}" if seen == _SINGLES < given.d else f"{seen}"  # beyond these levels are lumped together
    return f"rank {left:.3g} of {given.d}; {count} eigenvalues stand alone{top}; the lowest band {where}."


def draw(given: Solve, found: Solved, done: Trained | None) -> Figure:
    """Risk against weight decay, and the spectrum of the quadratic network's weights."""
    panels = 2 if found.law is not None else 1
    figure = Figure(figsize=(style.PAGE if panels == 2 else style.COLUMN, 2.7))
    axes = figure.subplots(1, panels, squeeze=False)[0]
    ends = sorted([given.lam, found.best.lam])
    decays = np.geomspace(ends[1] * _SPAN, ends[0] / _SPAN, 60)
    states = curves.along_decay(found.network, found.state.N, decays)
    axes[0].plot(decays, [state.risk for state in states], color="black", label="state evolution")
    axes[0].axvline(found.best.lam, color=style.GREY, linestyle=":", linewidth=0.9, label="best weight decay")
    if found.bayes is not None:
        axes[0].axhline(found.bayes, color=style.COLOURS[2], linestyle="--", linewidth=0.9, label="Bayes")
    if done is not None:
        look: style.Look = {"marker": "o", "linestyle": "", "color": style.COLOURS[1]}
        axes[0].errorbar([given.lam], [done.risk.value], [3 * done.risk.error], label="trained", **look)
    axes[0].axvline(given.lam, color=style.GREY, linewidth=0.7, zorder=0)
    axes[0].set(xscale="log", yscale="log", xlabel=r"weight decay $\lambda$", ylabel="risk $R$")
    axes[0].legend()
    if found.law is not None:
        order = np.argsort(found.law.x)
        values = found.law.x[order] - found.state.x
        axes[1].plot(values, found.law.density[order], color="black", linewidth=0.9, label="theory")
        if done is not None and done.values.size:
            edges = np.linspace(0, max(values.max(), done.values.max()), _BINS + 1)
            counts, _ = np.histogram(done.values, edges)
            heights = counts / (given.train * given.d * (edges[1] - edges[0]))
            axes[1].bar(edges[:-1], heights, np.diff(edges), align="edge", color=style.COLOURS[5], label="trained")
        axes[1].axvline(0, color=style.GREY, linewidth=0.7, zorder=0)
        axes[1].set(yscale="log", xlabel="eigenvalue of $S$", ylabel="density", ylim=(0.05 / given.d, None))
        axes[1].legend()
    return figure


def answer(given: Solve) -> command.Answer:
    """Phase, risk and weights, in words and drawn."""
    found = solve(given)
    done = train(given) if given.train else None
    return summary(given, found, done), partial(draw, given, found, done)


def main(words: list[str]) -> None:
    command.run(words, __name__, Solve, DEFAULTS, answer)
