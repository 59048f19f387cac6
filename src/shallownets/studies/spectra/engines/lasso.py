"""The diagonal network's minimum, a LASSO: coordinate descent or the path in the penalty, with a duality gap."""

from dataclasses import dataclass

import numpy as np

from shallownets.numerics.jit import kernel
from shallownets.studies.spectra.engines.path import follow
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.starts import Vectors

GAP = 1e-9  # of the objective at zero weights
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


def _certify(theta: Array, force: Array, moment: Array, square: float, penalty: float) -> tuple[float, float]:
    """Objective, and its distance from the dual at the residual times k.

    k is the best that the dual allows, of either sign: with k = 1 the gap is useless near interpolation.
    """
    left = max(square - theta @ (moment + force), 0.0)  # |y - X θ|^2
    along = square - theta @ moment  # (y - X θ).y
    objective = left / 2 + penalty * np.abs(theta).sum()
    largest = np.abs(force).max(initial=0.0)
    most = penalty / largest if largest else np.inf
    k = min(max(along / left, -most), most) if left else 0.0
    return objective, objective - (k * along - k * k * left / 2)


def minimise(samples: Vectors, lam: float, start: Array | None = None, gap: float = GAP) -> Minimum:
    """The minimum over θ of (1/2) |y - X θ|^2 + lam √d |θ|_1.

    Sweeps of coordinate descent find signs; then the minimum over the face with these signs is a linear system, and the
    step towards it goes as far as no sign changes. Both only go down. With much decay two rounds are enough. With
    little, n weights of d must be chosen, one after the other: then the path takes over, and rounds mend its rounding.

    Args:
        lam: the paper's weight decay, above 0.
        start: (d,) a θ nearby, such as the minimum at another lam.
        gap: relative to the objective at zero weights, at which the minimum is good enough.
    """
    x, y = samples.x, samples.y
    penalty = lam * np.sqrt(x.shape[1])
    gram, moment, square = x.T @ x, x.T @ y, float(y @ y)
    theta = np.zeros(x.shape[1]) if start is None else start.copy()
    force = moment - gram @ theta
    objective, away = _certify(theta, force, moment, square, penalty)
    for turn in range(_ROUNDS):
        if turn == _EASY:
            on_path = follow(gram, moment, penalty, samples.x.shape[0])[0]
            value = _certify(on_path, moment - gram @ on_path, moment, square, penalty)[0]
            if value < objective:
                theta = _on_face(gram, moment, on_path, penalty)
                force = moment - gram @ theta
        _sweep(gram, penalty, theta, force, _SWEEPS)
        theta = _on_face(gram, moment, theta, penalty)
        force = moment - gram @ theta
        objective, away = _certify(theta, force, moment, square, penalty)
        if away <= gap * square / 2:
            break
    return Minimum(theta, float(objective), float(away))


def _on_face(gram: Array, moment: Array, theta: Array, penalty: float) -> Array:
    """From θ towards the minimum with its signs, up to the first coordinate that becomes zero."""
    on = np.flatnonzero(theta)
    face = gram[np.ix_(on, on)]
    try:
        target = np.linalg.solve(face, moment[on] - penalty * np.sign(theta[on]))
    except np.linalg.LinAlgError:
        return theta
    step = target - theta[on]
    back = step * np.sign(theta[on]) < 0
    reach = np.where(back, -theta[on] / np.where(back, step, 1), np.inf)
    share = min(1.0, float(reach.min(initial=np.inf)))
    moved = theta.copy()
    moved[on] += share * step
    moved[on[reach <= share]] = 0
    return moved
