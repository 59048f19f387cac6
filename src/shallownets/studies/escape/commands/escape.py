"""Simulate one experiment, compare it with theory in words, and draw it.

From: widths, input dimension, learning rate and engine. Each run has a start of its own: orthonormal student vectors
(Q = 1) whose overlaps M with the teacher are of order N^(-1/2).
Makes: a summary on the screen, and a plot, PNG or PDF.

Engines: `direct` is one-pass SGD on the weights, `chain` the same process as a Markov chain of the overlaps, whose cost
does not grow with N; `ode` and `spectral` are the limit of large N at finite learning rate, `gradient-flow` that of
small learning rate, too.
"""

import textwrap
from collections.abc import Iterator

import numpy as np

from shallownets.drawing import command
from shallownets.numerics.statistics import mean
from shallownets.studies.escape import library
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.library import FRACTION, Run, rate
from shallownets.studies.escape.model import Array, plateau_norm, polar_factor, population_risk
from shallownets.studies.escape.parameters.simulate import Asked
from shallownets.studies.escape.simulate import SGD
from shallownets.studies.escape.theory import finite, landscape, late, plateau, solutions

_WIDTH = 100


def _said(values: Array) -> str:
    """A mean over runs with its standard error, in as many digits as the error has."""
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return f"{values[0]:.4g}"
    estimate = mean(values)
    if estimate.error < 1e-4:
        return f"{estimate.value:.3g} ± {estimate.error:.1g}"
    digits = max(0, -int(np.floor(np.log10(estimate.error))))
    return f"{estimate.value:.{digits}f} ± {estimate.error:.{digits}f}"


def _plateau(done: Run) -> str:
    given = done.given
    p, p_star, at = given.p, given.p_star, rate(given, given.eta_hat)
    small = f"{done.plateau_risk:.4g} = 1/p* + 1/(p+2) for small eta"
    if at >= plateau.last_plateau(p, p_star):
        last = plateau.last_plateau(p, p_star)
        return f"None is predicted beyond eta-hat = {last:.3g}: the noise of the steps makes the norms diverge."
    norm = plateau_norm(p) * float(plateau.relative_norm(p, p_star, at))
    here = float(population_risk(np.zeros((p, p_star)), norm * np.eye(p)))
    more = f", {here:.4g} at this eta" if at else ""
    # by then the norms are within exp(-4 * 0.5) of the plateau's, and there the risk is stationary in them
    when = min(0.5 / given.eta_hat, done.escaped_at.min() / 2, given.alpha_max)
    settled = np.array([np.interp(when, done.alpha, one) for one in done.risk])
    seen = f"With the norms learned, at alpha = {when:.3g}, the risk is {_said(settled)}."
    return f"{seen} Predicted: {small}{more}."


def _escape(done: Run) -> str:
    given, escapes = done.given, done.escaped_at
    p, p_star, at = given.p, given.p_star, rate(given, given.eta_hat)
    level = plateau.plateau_level(p, p_star, FRACTION)
    escaped = np.isfinite(escapes)
    few = "" if escaped.all() else f"{escaped.sum()} of {len(escapes)} runs escape. "
    seen = (
        f"the risk falls below {level:.4g}, half of the plateau's, at alpha = {_said(escapes)}" if escaped.any() else ""
    )
    if at >= (last := plateau.last_escape(p, p_star)):
        none = f"None is predicted beyond eta-hat = {last:.3g}, where no plateau lets the overlaps grow."
        return f"{few}{seen.capitalize()}{'. ' if seen else ''}{none}"
    law = f"Eq. 13, the law of the plateau's first decline, continued to there: {done.predicted_escape:.4g}."
    if not at:
        return f"{few}{seen.capitalize()}{'. ' if seen else ''}{law}"
    (limit,) = spectral.escape_times(done.starts, [given.eta], [level], 1e3 * given.alpha_max, given.tolerance)
    shift = finite.noise_shift(p, p_star, at) if given.engine in SGD else 0.0
    noise = f" less {-shift:.3g} for the noise of the samples" if shift else ""
    predicted = f"Predicted: {np.mean(limit) + shift:.4g}, the spectral ODE from the same starts{noise}."
    return f"{few}{seen.capitalize()}{'. ' if seen else ''}{predicted} {law}"


def _excess(done: Run) -> float | None:
    """Late norm q_0 of the directions that no teacher needs; None while it is not small beside the plateau's."""
    given = done.given
    since = given.alpha_max - done.escaped_at.min()  # they begin to shrink at the escape
    if given.p <= given.p_star or since <= 0:
        return None
    q_0 = late.excess_norm(given.p, given.p_star, given.eta, since)
    return q_0 if q_0 < 0.2 * plateau_norm(given.p) else None


def _end(done: Run) -> str:
    given = done.given
    p, p_star, at = given.p, given.p_star, rate(given, given.eta_hat)
    seen = f"At alpha = {given.alpha_max:g} the risk is {_said(done.risk[:, -1])}."
    stable = plateau.last_convergence(p_star)
    if p < p_star:
        least = f"{landscape.StationaryPoint(p, p_star, p, 0).risk:.4g}"
        return f"{seen} Predicted: {least}, the least that p < p* vectors can reach, for small eta."
    if at >= stable:
        return f"{seen} Beyond eta-hat = p*/(2 (p* + 2)) = {stable:.3g} no solution is stable."
    if p == p_star:
        return f"{seen} Predicted: 0, approached exponentially."
    q_0 = _excess(done)
    if q_0 is None:
        return f"{seen} Predicted: 0 in the end, as alpha^-2."
    return f"{seen} Predicted: {late.late_risk(p, p_star, p * at, q_0):.2g}, the late law, as alpha^-2 to 0."


def _solution(done: Run) -> str:
    given, distance = done.given, done.distance
    if given.p < given.p_star:
        return "None has zero error, since p < p*."
    seen = (
        f"The squared distance over N to the solution closest to the start goes from {_said(distance[:, 0])} to "
        f"{_said(distance[:, -1])}; random solutions are 2 p = {2 * given.p} apart."
    )
    if given.engine not in SGD:
        q_0 = _excess(done)
        left = f"{(given.p - given.p_star) * q_0:.2g}, on the way to 0" if q_0 else "0 in the end"
        return f"{seen} Predicted: {left}."
    ends = [
        float(solutions.selectivity(start.M, polar_factor(M)))
        for start, M in zip(done.starts, done.M[:, -1], strict=True)
        if np.isfinite(M).all()
    ]
    found = (
        f"{seen} The noise of the samples leads SGD elsewhere: its selectivity, 1 for the closest solution and 0 for "
        f"a random one, is {_said(np.array(ends))}."
    )
    if given.eta_hat >= plateau.last_escape(given.p, given.p_star):
        return found
    return f"{found} Predicted: {finite.plateau_selectivity(given.p, given.p_star, given.eta_hat):.4g}."


def summary(done: Run) -> Iterator[str]:
    """What happened, in words, beside what theory predicts."""
    given, diverged = done.given, np.isfinite(done.diverged_at)
    yield (
        f"Student p = {given.p}, teacher p* = {given.p_star}, N = {given.N}, eta = {given.eta:g} (eta-hat = eta/p = "
        f"{given.eta_hat:g}), engine {given.engine}, replicates: {given.replicates}, "
        f"to alpha = {given.alpha_max:g} samples/N."
    )
    parts = {}
    if diverged.any():
        parts["Diverged"] = (
            f"{diverged.sum()} of {len(diverged)} runs, at alpha = {_said(done.diverged_at)}. Predicted for every run "
            f"beyond eta-hat = {plateau.last_plateau(given.p, given.p_star):.3g}, where the norms have no plateau."
        )
    if not diverged.all():
        parts["Plateau"] = _plateau(done)
        parts["Escape"] = _escape(done)
        parts["End"] = _end(done)
        parts["Solution"] = _solution(done)
    for name, text in parts.items():
        yield textwrap.fill(text, _WIDTH, initial_indent=f"{name:<10}", subsequent_indent=" " * 10)


def main(words: list[str]) -> None:
    command.run(words, __name__, Asked, library.run, summary)
