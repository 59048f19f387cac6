"""Training of the weights themselves, as the paper does it: L-BFGS or gradient descent on W, or on a and w."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from shallownets.studies.spectra import model
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.starts import Matrices, Vectors

# The objective of weights of any shape, and its gradient.
Objective = Callable[[Array], tuple[float, Array]]

_STEPS = 20_000
_MEMORY = 20  # of L-BFGS
_GROWTH, _SHRINK = 1.02, 0.5  # of the learning rate after a step that went down, and one that did not


@dataclass(frozen=True)
class Trained:
    """Weights where training stopped.

    Attributes:
        weights: of the shape of the start.
        objective: the training objective there.
        steps: iterations.
    """

    weights: Array
    objective: float
    steps: int


def quadratic(samples: Matrices, penalty: float) -> Objective:
    """sum (y - Tr S Z)^2 + penalty Tr S of weights U (d, p) with S = U U^T.

    U = W/(p d)^(1/4), so that with penalty = lam √(p d) this is the paper's objective of W; a fixed penalty at several
    widths is one problem in S.
    """

    def of(U: Array) -> tuple[float, Array]:
        residual = samples.y - samples.operator.of_factor(U)
        value = residual @ residual + penalty * (U**2).sum()
        return float(value), -4 * samples.operator.back(residual) @ U + 2 * penalty * U

    return of


def diagonal(samples: Vectors, lam: float) -> Objective:
    """sum (y - f)^2 + lam (|a|^2 + |w|^2) of the weights (2, d) = (a, w)."""
    x, y = samples.x, samples.y
    root = np.sqrt(x.shape[1])

    def of(weights: Array) -> tuple[float, Array]:
        a, w = weights
        residual = y - model.diagonal_output(a, w, x)
        value = residual @ residual + lam * (weights**2).sum()
        along = -2 * (residual @ x) / root
        return float(value), np.stack([along * w, along * a]) + 2 * lam * weights

    return of


def lbfgs(objective: Objective, start: Array, steps: int = _STEPS, tolerance: float = 1e-12) -> Trained:
    """L-BFGS from a start, until the objective falls by less than ``tolerance`` of itself."""

    def flat(weights: Array) -> tuple[float, Array]:
        value, gradient = objective(weights.reshape(start.shape))
        return value, gradient.ravel()

    options = {"maxiter": steps, "maxfun": 2 * steps, "maxcor": _MEMORY, "ftol": tolerance, "gtol": 1e-12}
    found = scipy.optimize.minimize(flat, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    return Trained(found.x.reshape(start.shape), float(found.fun), int(found.nit))


def descend(
    objective: Objective, start: Array, rate: float, steps: int, watch: Callable[[int, Array], bool] | None = None
) -> Trained:
    """Gradient descent whose learning rate grows slowly and is halved after a step that does not go down.

    Args:
        rate: first learning rate.
        steps: at most so many.
        watch: told the number of steps and the weights after each; says whether to stop.
    """
    weights = start.copy()
    value, gradient = objective(weights)
    for count in range(1, steps + 1):
        while True:
            new = weights - rate * gradient
            new_value, new_gradient = objective(new)
            if new_value <= value or rate < 1e-300:
                break
            rate *= _SHRINK
        weights, value, gradient = new, new_value, new_gradient
        rate *= _GROWTH
        if watch is not None and watch(count, weights):
            return Trained(weights, value, count)
    return Trained(weights, value, steps)
