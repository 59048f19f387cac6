"""How exact the exact solutions are, beside integrations of the equation and of the weights."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from shallownets.studies.riccati.engines import exact, integration
from shallownets.studies.riccati.model import Array
from shallownets.studies.riccati.starts import Start

COARSE = 10  # times the tolerance, of the integration that says how much an integration itself changes with it


@dataclass(frozen=True)
class Difference:
    """The largest difference of an entry, at any of the times.

    Attributes:
        closed_form: from the closed form to the integration.
        own: from the integration to one with a tolerance ``COARSE`` times as large.
    """

    closed_form: float
    own: float


def largest(differences: Iterable[Difference]) -> Difference:
    """The largest of several, each of both numbers by itself."""
    both = [(one.closed_form, one.own) for one in differences]
    return Difference(*map(max, zip(*both, strict=True)))


def _gram(Z: Array) -> Array:
    """Z Z^T of each matrix, (..., n, n): what a rotation of the columns does not change."""
    return Z @ np.swapaxes(Z, -1, -2)


def _difference(closed: Array, fine: Array, coarse: Array) -> Difference:
    return Difference(abs(closed - fine).max(), abs(coarse - fine).max())


def of_equation(start: Start, lam: Array, times: Array, tolerance: float) -> Difference:
    """How far G(t), the closed solution of the matrix Riccati equation, is from an integration of that equation.

    Args:
        start: with a student as wide as the teacher: G has full rank, and an integration can be trusted.
        lam: (M*,) the teacher's eigenvalues.
        times: (T,) rising.
        tolerance: relative error of a step of the integration.
    """
    closed = _gram(np.array(list(exact.overlaps(start, lam, times))))
    runs = [integration.overlaps(_gram(start.Z), lam, times, part) for part in (tolerance, COARSE * tolerance)]
    return _difference(closed, *runs)


def of_weights(
    start: Start, d: int, scale: float, lam: Array, times: Array, tolerance: float
) -> tuple[Difference, Difference]:
    """How far W W^T of the full flow, and G of its directions, are from one integration of all d N weights.

    Args:
        start, lam, times, tolerance: as for ``of_equation``, at any width.
        d: input dimension.
        scale: norm of every initial weight vector.
    """
    M_star, N = start.Z.shape
    W_0 = scale * start.weights(d)
    # the other rows of W are zero at all times
    runs = [integration.weights(W_0, lam, times, part)[:, : M_star + N] for part in (tolerance, COARSE * tolerance)]
    full = _difference(_gram(np.array(list(exact.weights(start, scale, lam, times)))), *map(_gram, runs))
    closed = _gram(np.array(list(exact.overlaps(start, lam, times))))
    return full, _difference(closed, *(_gram(np.linalg.qr(W)[0][:, :M_star]) for W in runs))
