"""The quadratic network's minimum over S >= 0, by a semismooth Newton method, certified by a duality gap."""

from dataclasses import dataclass
from itertools import count

import numpy as np

from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.starts import Matrices, Operator

GAP = 1e-4  # of the objective: three digits of the risk and more
_LARGEST = 1000  # steps: ten times the most that 2400 trainings of the paper tier take, which is 96
_SHRINK = 0.5  # of a step after which the objective is larger
_INNER, _LEFT = 30, 0.01  # conjugate gradients of a step: at most, and what they leave of the square of what was to do
# Curvature added in a step, in units of that of isotropic measurements, for directions that the samples leave flat:
_STIFF, _SOFTEST, _STIFFEST = 0.01, 1e-4, 1.0  # at first, at least and at most,
_STIFFER, _SOFTER = 4.0, 0.5  # and what it is multiplied with where the objective is larger, and after each step


@dataclass(frozen=True)
class Minimum:
    """A minimum of |y - A S|^2 + penalty Tr S over S >= 0.

    Attributes:
        factor: (d, r) V with S = V V^T.
        objective: its value.
        gap: the objective is at most this above the least one.
        steps: of Newton's method that were taken.
        certified: whether the gap is as small as was asked for.
    """

    factor: Array
    objective: float
    gap: float
    steps: int
    certified: bool

    @property
    def S(self) -> Array:
        """(d, d)."""
        return self.factor @ self.factor.T


def penalty_of(lam: float, d: int, p: int | None = None) -> float:
    """lam √(p d), the weight of Tr S in training at width p; p = d where it is not given."""
    return float(lam * np.sqrt((p or d) * d))


def bound(residual: Array, y: Array, largest: float, penalty: float) -> float:
    """What no objective is below: the dual at 2 k times a residual.

    Args:
        residual: (n,) y - A S of any S.
        largest: largest eigenvalue of 2 A^T residual.

    k is the best that the dual allows: with k = 1 the bound is useless near interpolation. Below 0 it would be bound by
    the least eigenvalue in place of the largest, so that a residual that points away from y bounds nothing but by 0.
    """
    left, along = float(residual @ residual), float(residual @ y)
    k = max(min(along / left, penalty / largest if largest > 0 else np.inf), 0.0) if left else 0.0
    return 2 * k * along - k * k * left


def minimise(samples: Matrices, penalty: float, start: Array | None = None, gap: float = GAP) -> Minimum:
    """The minimum over S >= 0 of |y - A S|^2 + penalty Tr S.

    S is the part with eigenvalues above zero of a matrix M. It is the minimum where M is S moved down its own gradient;
    to put M there is a proximal step. Newton's method puts M where the gradient will be that of the S to come
    (``_newton``): the equation for M has a derivative wherever M has no eigenvalue zero. Where the objective is then
    larger, less of Newton's correction is taken, in the end none, and the proximal step is made shorter. A step costs
    one measurement of a factor and one A^T, and as many of each in single precision as conjugate gradients take.

    Args:
        penalty: above 0, see ``penalty_of``.
        start: (d, r) a factor nearby.
        gap: relative to the objective at which the minimum is good enough. Relative to |y|^2 it would say nothing where
            decay is weak, for the objective is a small part of that then.

    Source: semismooth Newton steps with conjugate gradients are Zhao, Sun and Toh, SIAM J. Optim. 20, 1737 (2010).
    """
    operator, y = samples.operator, samples.y
    n, d = operator.shape
    step = d / (4 * n)  # that of isotropic measurements
    S = np.zeros((d, d)) if start is None else start @ start.T
    proximal = newton = np.zeros((d, d))
    objective, away, stiff = np.inf, np.inf, _STIFF
    for steps in count(1):
        while True:
            values, vectors = np.linalg.eigh(S + proximal + newton)
            kept = values > 0
            V = vectors[:, kept] * np.sqrt(values[kept])
            residual = y - operator.of_factor(V)
            found = float(residual @ residual + penalty * (V**2).sum())
            if found <= objective * (1 + 1e-12):
                break
            if newton.any():
                stiff = min(_STIFFER * stiff, _STIFFEST)
                small = np.linalg.norm(newton) < np.linalg.norm(proximal)
                newton = np.zeros((d, d)) if small else _SHRINK * newton
            else:
                step, proximal = _SHRINK * step, _SHRINK * proximal
        objective, down = found, 2 * operator.back(residual)
        away = objective - bound(residual, y, float(np.linalg.eigvalsh(down)[-1]), penalty)
        if away <= gap * objective or steps == _LARGEST:
            break
        S, proximal = V @ V.T, step * (down - penalty * np.eye(d))
        stiff = max(_SOFTER * stiff, _SOFTEST)
        newton = _newton(operator.single, step, stiff, values, vectors, proximal)
    return Minimum(V, objective, away, steps, away <= gap * objective)


def _newton(operator: Operator, step: float, stiff: float, values: Array, vectors: Array, proximal: Array) -> Array:
    """(d, d) what Newton's method adds to the proximal step of M.

    Args:
        operator: in single precision, which is enough for a direction and takes half of the time.
        values: (d,) eigenvalues of M.
        vectors: (d, d) its eigenvectors.
        proximal: (d, d) the proximal step from S.

    In the eigenvectors, S changes by share * X, entry by entry, as M changes by X: the share is 1 between two values
    above zero, 0 between two below, and a/(a + b) between a and -b; between two zeros, where it is not defined, half.
    What X has to be is the proximal step from S + share * X,

        X = proximal + (1 - stiff - 2 step A^T A) share * X.

    Conjugate gradients in the scalar product that the share weighs solve it where the share is not 0, and what they
    leave is one more proximal step.
    """
    above, size = np.maximum(values, 0), np.abs(values)
    both = size[:, None] + size
    share = np.divide(above[:, None] + above, both, out=np.full_like(both, 0.5), where=both > 0).astype(np.float32)
    basis = vectors.astype(np.float32)
    rest = along = (vectors.T @ proximal @ vectors).astype(np.float32)
    change = -rest
    first = left = float(np.vdot(rest, share * rest))
    for _ in range(_INNER):
        if left <= _LEFT * first:
            break
        moved = share * along
        curved = basis.T @ operator.back(operator.of(basis @ moved @ basis.T)) @ basis
        image = along - (1 - stiff) * moved + 2 * step * curved
        length = left / float(np.vdot(moved, image))
        change, rest = change + length * along, rest - length * image
        before, left = left, float(np.vdot(rest, share * rest))
        along = rest + left / before * along
    return vectors @ (change + rest).astype(np.float64) @ vectors.T
