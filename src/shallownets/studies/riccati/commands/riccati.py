"""Follow a student that learns a wide teacher direction by direction, say in words what theory predicts, and draw it.

From: the widths of teacher and student, the dimension, and the tail of the teacher's coefficients.
Makes: a summary on the screen, and a plot, PNG or PDF, of the risk and of single overlaps against time.

The flow is solved exactly from one random start, at any time, by the matrix Riccati equation of its overlaps. Theory
knows no start: the deterministic equivalent, and directions learned one by one. With --eta-d, SGD on the Stiefel
manifold runs from the same start: --M-star 4 --N 3 --d 50 --beta 1 --eta-d 0.1 takes some seconds.
"""

import textwrap
from collections.abc import Iterator

import numpy as np

from shallownets.drawing import command
from shallownets.studies.riccati import library
from shallownets.studies.riccati.library import Solution
from shallownets.studies.riccati.measure import curves
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.parameters.solve import Solve
from shallownets.studies.riccati.theory import emergence, scaling

_WIDTH = 100
_SHOWN = 12  # directions in the table


def summary(found: Solution) -> Iterator[str]:
    """When each direction is learned, and what that means, in words."""
    given, last = found.given, found.learned_at.size
    yield f"Teacher M* = {given.M_star}, coefficients m^-{given.beta:g}; student N = {given.N}; d = {given.d}."
    overlaps = found.flow.diagonal[:, :last]
    times, _ = curves.crossings(found.t, np.clip(overlaps, 1e-300, 1 - 1e-15))
    mean, deviation = emergence.deflated_times(found.lam, given.N, given.d)
    yield f"{'direction':>9}  {'lambda':>8}  {'log(d/N)/2 lambda':>17}  {'over starts':>19}  {'exact flow':>10}"
    shown = np.arange(last) if last <= _SHOWN else np.unique(np.geomspace(1, last, _SHOWN).round().astype(int)) - 1
    for j in shown:
        over = f"{mean[j]:.4g} ± {deviation[j]:.2g}"
        here = f"{times[j]:.4g}" if np.isfinite(times[j]) else "at once" if overlaps[0, j] >= 0.5 else "not yet"
        yield f"{j + 1:>9}  {found.lam[j]:>8.3g}  {found.learned_at[j]:>17.4g}  {over:>19}  {here:>10}"
    parts = {}
    if shown.size < last:
        parts["Shown"] = f"{shown.size} of the {last} directions that a student of this width can learn."
    learned = int((overlaps[-1] >= 0.5).sum())
    parts["Learned"] = f"{learned} of {last} directions by t = {found.t[-1]:.3g}, where G_jj has passed 1/2."
    parts["Theory"] = _theory(found, times, mean)
    parts["Law"] = _law(given.beta)
    parts["Risk"] = f"From {found.risk[0]:.4g} to {found.risk[-1]:.4g} of E y^2; {found.best_risk:.4g} at best."
    if found.sgd is not None:
        parts["SGD"] = _of_sgd(found, found.sgd)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<9}", subsequent_indent=" " * 9)


def _theory(found: Solution, times: Array, mean: Array) -> str:
    """How far the flow is from what theory says of it."""
    seen = np.isfinite(times)
    said = ""
    if seen.any():
        equal, deflated = (float(np.median(times[seen] / of[seen])) for of in (found.learned_at, mean))
        said = (
            f"Times are {equal:.3g} of log(d/N)/2 lambda at the median, and {deflated:.3g} of the mean over starts, "
            "which knows that each direction learned has used up one of the student's, and holds for those far apart. "
        )
    off, alone = (float(np.abs(found.risk - of).max()) for of in (found.equivalent, found.decoupled))
    return (
        f"{said}The risk is within {off:.2g} of the deterministic equivalent at all times, and within {alone:.2g} of "
        "directions learned one by one from equal shares."
    )


def _law(beta: float) -> str:
    """The power of time, between the first directions and the last."""
    if beta == 0.5:
        return "At beta = 1/2 the risk falls as a logarithm of t, between the first directions and the last."
    what = "The risk falls" if beta > 0.5 else "One less the risk grows"
    between = "where many directions are learned and many are left; the last ones, and log d, hide it at small sizes"
    return f"{what} as t^{scaling.exponent(beta):.3g}, {between}."


def _of_sgd(found: Solution, sgd: Array) -> str:
    """What SGD did, in words, beside the flow."""
    given = found.given
    samples = found.t * given.d / (2 * given.eta_d)
    held = given.eta_d * (1 + 2 / given.N)
    kept = np.isfinite(sgd)
    few = int((found.lam[: found.learned_at.size] < held).sum())
    noise = f"To leading order noise holds back all with lambda below eta d (1 + 2/N) = {held:.3g}: {few} directions."
    if not kept.all():
        lost = max(samples[kept.argmin()], 1)
        return f"It had lost what it learned by {lost:.3g} samples; a smaller eta-d holds it. {noise}"
    return (
        f"Risk {sgd[-1]:.4g} after {samples[-1]:.3g} samples of step {given.eta_d / given.d:.3g}; the flow has "
        f"{found.risk[-1]:.4g}, and the largest difference on the way is {np.abs(sgd - found.risk).max():.2g}. {noise}"
    )


def main(words: list[str]) -> None:
    command.run(words, __name__, Solve, library.solve, summary)
