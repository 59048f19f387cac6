"""Solve one network, say in words in which phase it is and what its weights look like, train it, and draw it.

From: the network, the teacher's exponent, samples, dimension and weight decay.
Makes: a summary on the screen, and a plot, PNG or PDF, of the risk against weight decay and of the spectrum.

Networks: `diagonal` has outputs sum a_i w_i x_i/sqrt(d), and its training is a LASSO; `quadratic` has outputs Tr S Z,
S = W W^T/sqrt(p d), and its training is nuclear-norm matrix sensing. The risk is that of state evolution at this d.
With --train it is held against certified minima of the training objective.
"""

import textwrap
from collections.abc import Iterator

import numpy as np

from shallownets.claims.significance import standard
from shallownets.drawing import command
from shallownets.numerics.statistics import Estimate
from shallownets.studies.spectra import library
from shallownets.studies.spectra.library import SINGLES, Solution, Trained
from shallownets.studies.spectra.parameters.solve import Solve
from shallownets.studies.spectra.theory import law, phases
from shallownets.studies.spectra.theory.evolution import State

_WIDTH = 100
_STEEP = 2.5  # exponent that no phase has
_OFF = 0.3  # of an exponent from that of its phase


def _times(one: Estimate) -> str:
    return f"{one.value:.4g} ± {one.error:.1g}"


def summary(found: Solution) -> Iterator[str]:
    """The solution in words, beside the best weight decay and what was trained."""
    given, state, best, phase, done = found.given, found.state, found.best, found.phase, found.trained
    quadratic = given.network == "quadratic"
    yield (
        f"{given.network} network, gamma = {given.gamma:.10g}, d = {given.d}, n = {given.n:g} (n_eff = {state.N:g}), "
        f"lam = {given.lam:g}, noise {given.noise:g}."
    )
    parts = {
        "Phase": f"{phase.name}, at leading order: {phase.spectrum}. Here the risk goes as n^{_power(state.by_n)} "
        f"lam^{_power(state.by_lam)}."
        f"{_beside_the_peak(state, phases.peak_at(quadratic, given.d))}{_near_a_boundary(found)}",
        "Risk": f"{state.risk:.4g} by state evolution, of {found.network.zero:g} at zero weights; "
        f"{_count(state.freedom, given.n * found.network.rounding(given.n))} fit {given.n:g} samples.",
        "Best": f"{_least(best)}: {_advice(given.lam, best.lam, state.risk / best.risk)}.",
    }
    if found.bayes is not None:
        parts["Best"] += (
            f" Nothing is better than Bayes, {found.bayes:.4g}, which the best exceeds by "
            f"{100 * (best.risk / found.bayes - 1):.3g} %."
        )
    if found.law is not None:
        parts["Spectrum"] = _spectrum(found, found.law)
    if done is not None:
        parts["Trained"] = _trained(found, done)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<10}", subsequent_indent=" " * 10)


def _trained(found: Solution, done: Trained) -> str:
    state, quadratic = found.state, found.given.network == "quadratic"
    if done.left.value == 0:
        return f"{done.risk.n} trainings: no weight is left in any of them, and the risk is that of zero weights."
    off = standard(done.risk.value - state.risk, done.risk.error, done.risk.freedom)
    what = "rank" if quadratic else "weights that are not zero:"
    said = (
        f"{done.risk.n} trainings: risk {_times(done.risk)}, {abs(off):.1f} standard deviations "
        f"{'above' if off > 0 else 'below'} state evolution by Student's t; {what} {_times(done.left)}."
    )
    rank = done.left.value
    if quadratic and rank * (rank + 1) / 2 > found.given.n:
        return said + (
            " A matrix of this rank has more entries than there are samples, so that the minimum is not unique: "
            "rank and risk are those of Newton's steps from zero weights."
        )
    if quadratic and off > 3 and state.N < 100:
        return said + (
            " With few samples state evolution is too low: a feature's own measurement is correlated with its row."
        )
    return said


def _power(exponent: float) -> str:
    return f"{round(exponent, 2) + 0.0:.2f}"  # no negative zero


def _count(freedom: float, rounding: float) -> str:
    if freedom > rounding:
        return f"{freedom:.3g} effective parameters"
    return "0 effective parameters" if rounding < 0.5 else f"fewer than {rounding:.1g} effective parameters"


def _is_beside_the_peak(state: State, peak: float) -> bool:
    return abs(state.by_n) > _STEEP and 0.5 < state.N / peak < 2


def _beside_the_peak(state: State, peak: float) -> str:
    if _is_beside_the_peak(state, peak):
        return " It is beside the interpolation peak, where these slopes hold for this point alone."
    return ""


def _near_a_boundary(found: Solution) -> str:
    """Where slopes are not those of the phase, but for the peak's, or its words are not true of the numbers."""
    state, phase, quadratic = found.state, found.phase, found.given.network == "quadratic"
    off = abs(state.by_n - phase.by_n) > _OFF or abs(state.by_lam - phase.by_lam) > _OFF  # never where it has no power
    if _is_beside_the_peak(state, phases.peak_at(quadratic, found.given.d)):
        off = False
    if off or not phase.says(found.left / found.given.d, state.risk, found.network.zero, found.best.risk):
        return " This point is near a boundary: leading order does not hold yet."
    return ""


def _least(best: State) -> str:
    if best.lam:
        return f"lam = {best.lam:.3g} has {best.risk:.4g}"
    return f"no weight decay above 0 is the best, and the risk falls to {best.risk:.4g} as lam goes to 0"


def _advice(lam: float, best: float, ratio: float) -> str:
    if ratio < 1.01:
        return "this one makes little difference"
    return f"this one is too {'weak' if lam < best else 'strong'} and costs a factor {ratio:.3g}"


def _spectrum(found: Solution, of: law.Law) -> str:
    given, x = found.given, found.state.x
    alone = of.held * given.d < 1.5
    spikes = int(np.argmin(alone)) if not alone.all() else alone.size
    seen = int((of.edges[:spikes, 0] > x).sum())
    bulk = of.edges[-1] - x
    where = "is removed" if bulk[1] <= 0 else f"reaches to {bulk[1]:.3g}"
    top = f", the largest at {of.edges[0].mean() - x:.3g}" if seen else ""
    count = f"at least {seen}" if seen == SINGLES < given.d else f"{seen}"  # beyond these levels are lumped together
    return f"rank {found.left:.3g} of {given.d}; {count} eigenvalues stand alone{top}; the lowest band {where}."


def main(words: list[str]) -> None:
    command.run(words, __name__, Solve, library.solve, summary)
