"""The minimiser at fixed norm, by Newton's method on student and multiplier at once.

With W = λ w the loss is sum log(1 + exp(-2 z.W)), convex, on the sphere |W|^2 = λ^2 N. At the minimum

    sum f z = μ W,  f = 2/(1 + exp(2 z.W)),  |W|^2 = λ^2 N

where μ > 0 the student is that of a ridge, and the minimiser in the whole ball. One Cholesky factor of the Hessian
serves both, the student's step and the multiplier's.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.starts import Examples

_STEPS, _SHORT = 40, 1e-6  # the error squares with each step: after one this short it is 1e-12
_ROUGH = 1e-2  # the same on the way to a norm
_RATIO = 2.0  # of one norm to the next on the way to a larger one


@dataclass(frozen=True)
class Minimisers:
    """Students of least loss at several norms.

    Attributes:
        lam: (n,) norms λ = |W|/√N.
        W: (n, N) students.
        multiplier: (n,) m = μ λ.
    """

    lam: Array
    W: Array
    multiplier: Array


def _force(margin: Array) -> Array:
    return 2 * scipy.special.expit(-2 * margin)


def _hessian(z: Array, f: Array) -> Array:
    """sum f (2 - f) z z^T, its lower triangle."""
    return scipy.linalg.blas.dsyrk(1.0, (z * np.sqrt(f * (2 - f))[:, None]).T, lower=1)


def _newton(z: Array, W: Array, mu: float, norm: float, short: float) -> tuple[Array, float, bool]:
    """Student and μ at one norm |W|, from those close to them; whether they were reached.

    The last step is a share below ``short`` of the norm, and what is left of the order of its square.
    """
    for _ in range(_STEPS):
        f = _force(z @ W)
        gradient = mu * W - z.T @ f
        hessian = _hessian(z, f)
        hessian[np.diag_indices_from(hessian)] += mu
        try:
            factor = scipy.linalg.cho_factor(hessian, lower=True, check_finite=False, overwrite_a=True)
        except scipy.linalg.LinAlgError:
            return W, mu, False
        along, across = scipy.linalg.cho_solve(factor, np.column_stack([gradient, W]), check_finite=False).T
        # W (-along - dμ across) = (norm^2 - |W|^2)/2
        change = max(float(-((norm**2 - W @ W) / 2 + W @ along) / (W @ across)), -0.9 * mu)
        step = -along - change * across
        size = float(np.linalg.norm(step)) / norm
        share = min(1.0, 0.5 / size)
        W, mu = W + share * step, mu + share * change
        if size < short and abs(W @ W / norm**2 - 1) < short:
            return W, mu, True
    return W, mu, False


def minimise(examples: Examples, lam: Array) -> Minimisers:
    """The students of least loss at each norm.

    Args:
        examples: what they see.
        lam: norms λ, above 0, rising.

    Raises:
        Impossible: a norm that no ridge μ > 0 holds, because the loss has its minimum, or is flat, at a smaller one.
    """
    z, N = examples.z, examples.teacher.size
    hebb = z.sum(0)
    norm = np.sqrt(N)
    now = min(0.05, lam[0])
    W = hebb * now * norm / np.linalg.norm(hebb)
    mu = np.linalg.norm(z.T @ _force(z @ W)) / (now * norm)
    found = []
    W, mu, reached = _newton(z, W, mu, now * norm, _SHORT)
    for goal in lam:
        ratio = _RATIO
        while reached and now < goal:
            new = min(goal, ratio * now)
            short = _SHORT if new == goal else _ROUGH
            W_new, mu_new, arrived = _newton(z, W * new / now, mu * now / new, new * norm, short)
            if arrived and mu_new > 0:
                W, mu, now = W_new, mu_new, new
            else:
                ratio = np.sqrt(ratio)
                reached = ratio > 1.01
        if not reached:
            raise Impossible(
                f"norm = {goal:g}: no ridge holds it, the norm of a student is at most about {now:.4g} here"
            )
        found.append((W, mu * now))
    students, multipliers = zip(*found, strict=True)
    return Minimisers(np.asarray(lam, float), np.array(students), np.array(multipliers))


def free(examples: Examples) -> Array:
    """The student W (N,) of least loss at any norm; there is one where the labels cannot be separated.

    Raises:
        Impossible: the norm grows without end.
    """
    z, N = examples.z, examples.teacher.size
    W = np.zeros(N)
    for _ in range(_STEPS):
        f = _force(z @ W)
        try:
            step = scipy.linalg.solve(_hessian(z, f), z.T @ f, assume_a="pos", lower=True, check_finite=False)
        except scipy.linalg.LinAlgError:  # fewer examples than dimensions, or forces that have faded
            break
        size = np.linalg.norm(step) / np.sqrt(N)
        W = W + step * min(1.0, 1 / size)
        if size < _SHORT:
            return W
    raise Impossible("the labels can be separated: the norm of a student that is free grows without end")
