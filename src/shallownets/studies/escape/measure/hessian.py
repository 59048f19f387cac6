"""The Hessian at stationary points by brute force: eigenvalues, multiplicities and signs, and the gradient."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.studies.escape.model import Array
from shallownets.studies.escape.theory.landscape import StationaryPoint, gradient, hessian, risk

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


def _row(quantity: str, level: str, samples: Iterable[float]) -> dict:
    samples = np.asarray(list(samples), float)
    interval = {"estimate": samples.mean(), "low": samples.min(), "high": samples.max(), "n": samples.size}
    return {"quantity": quantity, "level": level} | interval


def measure(point: StationaryPoint, N: int, rng: Generator) -> list[dict]:
    """What is found at a stationary point of random orientation.

    Returns:
        Rows with quantity, level ("all" where there is none), estimate, low, high, n. Quantities: gradient (its norm),
        risk; negative, zero, positive (counts); and for each level of the formula, in ascending order, the measured
        eigenvalue and multiplicity of the cluster in the same place. low and high of an eigenvalue are the least and
        the greatest of its cluster.

    Raises:
        ArithmeticError: the measured levels are not as many as those of the formula.
    """
    W, W_star = weights(point, N, rng)
    values = np.linalg.eigvalsh(hessian(W, W_star))
    count = signs(values)
    rows = [
        _row("gradient", "all", [np.linalg.norm(gradient(W, W_star))]),
        _row("risk", "all", [risk(W, W_star)]),
        _row("negative", "all", [count.negative]),
        _row("zero", "all", [count.zero]),
        _row("positive", "all", [count.positive]),
    ]
    levels, found = point.levels(N), clusters(values)
    if len(levels) != len(found):
        raise ArithmeticError(f"{len(found)} levels measured at {point}, N = {N}, and {len(levels)} predicted")
    for level, cluster in zip(levels, found, strict=True):
        rows += [_row("eigenvalue", level.name, cluster), _row("multiplicity", level.name, [len(cluster)])]
    return rows
