"""The diagonal network's minimum, a LASSO: coordinate descent or the path in the penalty, with a duality gap."""

from dataclasses import dataclass

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.spectra.engines.path import follow
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.starts import Vectors

GAP = 1e-4  # of the objective, at which a minimum is certified, as over matrices
_AIM = 1e-9  # of the objective, at which steps end; rounding leaves more at n = d and the weakest decay
_SWEEPS = 8  # between steps on the face
_EASY = 5  # rounds after which the path is tried
_ROUNDS = 2000


@dataclass(frozen=True)
class Minimum:
    """A minimum of (1/2) |y - X θ|^2 + L |θ|_1.

    Attributes:
        theta: (d,).
        objective: its value.
        gap: the objective is at most this above the least one.
    """

    theta: Array
    objective: float
    gap: float


@kernel("void(f8[:, ::1], f8, f8[::1], f8[::1], i8)")
def _sweep(gram, penalty, theta, force, sweeps):
    """Minimise along each coordinate in turn, in place; force = X^T (y - X θ) is kept.

    The first sweep takes all of them, the others those that are not zero.
    """
    for sweep in range(sweeps):
        for j in range(theta.size):
            if sweep > 0 and theta[j] == 0:
                continue
            curvature = gram[j, j]
            if curvature == 0:
                continue
            seen = force[j] + curvature * theta[j]
            new = max(seen - penalty, 0.0) + min(seen + penalty, 0.0)
            change = new / curvature - theta[j]
            if change != 0:
                theta[j] += change
                for i in range(theta.size):
                    force[i] -= change * gram[j, i]


def _certify(samples: Vectors, theta: Array, penalty: float) -> tuple[float, float, Array]:
    """Objective, its distance from the dual at the residual times k, and the force X^T (y - X θ).

    k is the best that the dual allows, of either sign: with k = 1 the gap is useless near interpolation. All are sums
    over the residual itself: where decay is weak it is small, and differences of squares of labels would be rounding.
    """
    residual = samples.y - samples.x @ theta
    force = samples.x.T @ residual
    left, along = float(residual @ residual), float(residual @ samples.y)
    objective = left / 2 + penalty * float(np.abs(theta).sum())
    largest = float(np.abs(force).max(initial=0.0))
    most = penalty / largest if largest else np.inf
    k = min(max(along / left, -most), most) if left else 0.0
    return objective, objective - (k * along - k * k * left / 2), force


def minimise(samples: Vectors, lam: float, start: Array | None = None, gap: float = _AIM) -> Minimum:
    """The minimum over θ of (1/2) |y - X θ|^2 + lam √d |θ|_1.

    Sweeps of coordinate descent find signs; then the minimum over the face with these signs is a linear system, and the
    step towards it goes as far as no sign changes. Both only go down. With much decay two rounds are enough. With
    little, n weights of d must be chosen, one after the other: then the path takes over, and rounds mend its rounding.

    Args:
        lam: the paper's weight decay, above 0.
        start: (d,) a θ nearby, such as the minimum at another lam.
        gap: relative to the objective, at which steps end, unless rounding ends them before. Relative to |y|^2 it
            would say nothing where decay is weak, for the objective is a small part of that then.
    """
    x, penalty = samples.x, lam * float(np.sqrt(samples.x.shape[1]))
    gram = x.T @ x
    theta = np.zeros(x.shape[1]) if start is None else start.copy()
    objective, away, force = _certify(samples, theta, penalty)
    for turn in range(_ROUNDS):
        if turn == _EASY:
            on_path = follow(gram, x.T @ samples.y, penalty, x.shape[0])[0]
            value, _, there = _certify(samples, on_path, penalty)
            if value < objective:
                theta, force = on_path, there
        _sweep(gram, penalty, theta, force, _SWEEPS)
        theta = _on_face(gram, force, theta, penalty)
        last = objective
        objective, away, force = _certify(samples, theta, penalty)
        if away <= gap * objective or (turn > _EASY and objective >= last):  # or rounding is all that is left
            break
    return Minimum(theta, objective, away)


def _on_face(gram: Array, force: Array, theta: Array, penalty: float) -> Array:
    """From θ towards the minimum with its signs, up to the first coordinate that becomes zero."""
    on = np.flatnonzero(theta)
    try:
        step = np.linalg.solve(gram[np.ix_(on, on)], force[on] - penalty * np.sign(theta[on]))
    except np.linalg.LinAlgError:
        return theta
    back = step * np.sign(theta[on]) < 0
    reach = np.where(back, -theta[on] / np.where(back, step, 1), np.inf)
    share = min(1.0, float(reach.min(initial=np.inf)))
    moved = theta.copy()
    moved[on] += share * step
    moved[on[reach <= share]] = 0
    return moved
