"""The Hessian at stationary points by brute force: eigenvalues, multiplicities and signs, and the gradient."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.studies.escape.model import Array
from shallownets.studies.escape.theory.landscape import (
    Level,
    StationaryPoint,
    eigenvectors,
    gradient,
    hessian,
    risk,
)

NULL = 1e-9  # an eigenvalue below this fraction of the largest counts as null; rounding is about 1e-15 of it
_GAP = 1e-9  # eigenvalues closer than this fraction of the largest belong to one level


def orthogonal(n: int, rng: Generator) -> Array:
    """Random orthogonal (n, n) matrix."""
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


def weights(point: StationaryPoint, N: int, rng: Generator) -> tuple[Array, Array]:
    """(W, W_star) at a stationary point with everything free drawn at random: teacher, rotations, occupied spaces."""
    axes = orthogonal(N, rng)
    p_star = point.p_star
    teacher = orthogonal(p_star, rng) @ axes[:p_star]
    return point.weights(orthogonal(point.p, rng), teacher, axes[p_star:]), np.sqrt(N) * axes[:p_star]


@dataclass(frozen=True)
class Signs:
    """How many eigenvalues are negative, zero and positive."""

    negative: int
    zero: int
    positive: int


def signs(values: Array) -> Signs:
    """Count the eigenvalues of a Hessian by sign; null is below 1e-9 of the largest absolute value."""
    bound = NULL * np.abs(values).max()
    negative, positive = int((values < -bound).sum()), int((values > bound).sum())
    return Signs(negative, len(values) - negative - positive, positive)


def clusters(values: Array) -> list[Array]:
    """Ascending eigenvalues cut wherever two neighbours are further apart than 1e-9 of the largest: the levels."""
    values = np.sort(values)
    return np.split(values, np.flatnonzero(np.diff(values) > _GAP * np.abs(values).max()) + 1)


@dataclass(frozen=True)
class MeasuredLevel:
    """A level of the formula, and the eigenvalues in the same place: those of one cluster, (n,) ascending."""

    level: Level
    eigenvalues: Array


@dataclass(frozen=True)
class Measured:
    """What brute force finds at a stationary point of random orientation.

    Attributes:
        gradient: its norm, with respect to W/√N.
        risk: there.
        signs: of the Hessian's eigenvalues.
        levels: those of the formula, in ascending order, with the eigenvalues that were found.
    """

    gradient: float
    risk: float
    signs: Signs
    levels: list[MeasuredLevel]


def measure(point: StationaryPoint, N: int, rng: Generator) -> Measured:
    """Gradient, risk and spectrum at weights (p, N) of random orientation.

    Raises:
        ArithmeticError: the measured levels are not as many as those of the formula.
    """
    W, W_star = weights(point, N, rng)
    values = np.linalg.eigvalsh(hessian(W, W_star))
    levels, found = point.levels(N), clusters(values)
    if len(levels) != len(found):
        raise ArithmeticError(f"{len(found)} levels measured at {point}, N = {N}, and {len(levels)} predicted")
    return Measured(
        float(np.linalg.norm(gradient(W, W_star))),
        risk(W, W_star),
        signs(values),
        [MeasuredLevel(*pair) for pair in zip(levels, found, strict=True)],
    )


def plateau_signs(p: int, p_star: int, N: int, rng: Generator) -> Signs:
    """Signs of the Hessian's eigenvalues on the plateau, at a random orientation; p <= N - p*."""
    return signs(np.linalg.eigvalsh(hessian(*weights(StationaryPoint(p, p_star, 0, p), N, rng))))


def eigenvector_error(point: StationaryPoint, N: int, rng: Generator) -> float:
    """Largest length of H U - value U over all eigenvectors of the formula, at a random orientation of the point."""
    left, axes, p_star = orthogonal(point.p, rng), orthogonal(N, rng), point.p_star
    teacher = orthogonal(p_star, rng) @ axes[:p_star]
    outside = axes[p_star:]
    W, W_star = point.weights(left, teacher, outside), np.sqrt(N) * axes[:p_star]
    right = np.concatenate([teacher[: point.k_t], outside[: point.k_o], teacher[point.k_t :], outside[point.k_o :]])
    values, vectors = eigenvectors(point, left, right)
    flat = vectors.reshape(len(values), -1)
    return float(np.linalg.norm(flat @ hessian(W, W_star) - values[:, None] * flat, axis=1).max())


def curvature_error(point: StationaryPoint, N: int, rng: Generator, step: float) -> float:
    """Largest deviation of N times the second difference of the risk in W itself from an eigenvalue, over the levels.

    Args:
        point, N, rng: where, at a random orientation.
        step: of W/√N.
    """
    W, W_star = weights(point, N, rng)
    values, vectors = np.linalg.eigh(hessian(W, W_star))
    first = np.unique(np.round(values, 9), return_index=True)[1]
    h, errors = step * np.sqrt(N), []
    for value, U in zip(values[first], vectors.T[first].reshape(-1, *W.shape), strict=True):
        second = (risk(W + h * U, W_star) - 2 * risk(W, W_star) + risk(W - h * U, W_star)) / h**2
        errors.append(abs(N * second - value))
    return float(max(errors))


def derivative_errors(p: int, p_star: int, N: int, rng: Generator, step: float) -> tuple[float, float]:
    """Deviations of gradient [24] and Hessian [25] from central differences at random W, along random directions.

    Returns:
        The largest of the gradient's and of the Hessian's, over p N directions of unit length.
    """
    W, W_star = rng.standard_normal((p, N)), np.sqrt(N) * orthogonal(N, rng)[:p_star]
    g, H, h = gradient(W, W_star), hessian(W, W_star), step * np.sqrt(N)
    slopes, turns = [], []
    for U in orthogonal(p * N, rng).reshape(-1, p, N):
        slopes.append((risk(W + h * U, W_star) - risk(W - h * U, W_star)) / (2 * step) - (g * U).sum())
        change = (gradient(W + h * U, W_star) - gradient(W - h * U, W_star)) / (2 * step)
        turns.append(np.abs(change.ravel() - H @ U.ravel()).max())
    return float(np.abs(slopes).max()), float(max(turns))
