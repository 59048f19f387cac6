"""Samples: inputs, the teacher's noisy labels, and how a symmetric matrix is measured without being stored n times."""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from shallownets.errors import Impossible
from shallownets.studies.spectra.model import Array, powers

_HALVES = 64  # dimension from which a product of two halves is faster than one with copies of them


@dataclass(frozen=True)
class Vectors:
    """Samples of the diagonal network.

    Attributes:
        x: (n, d) inputs.
        y: (n,) labels.
        teacher: (d,) θ*.
    """

    x: Array
    y: Array
    teacher: Array


def _weighted(x: Array, r: Array) -> Array:
    """sum r x x^T. In many dimensions in half of the operations: of each sign it is a matrix times itself."""
    if x.shape[1] < _HALVES:
        return x.T @ (x * r[:, None])
    over, under = (x[side] * np.sqrt(np.abs(r[side]))[:, None] for side in (r > 0, r < 0))
    return over.T @ over - under.T @ under


@dataclass(frozen=True)
class Squares:
    """Measurements Tr S Z, Z = (x x^T - 1)/√d, of symmetric matrices (d, d).

    Attributes:
        x: (n, d) inputs.
    """

    x: Array

    @property
    def shape(self) -> tuple[int, int]:
        return self.x.shape[0], self.x.shape[1]

    @cached_property
    def single(self) -> "Squares":
        """In single precision."""
        return Squares(self.x.astype(np.float32))

    def of(self, S: Array) -> Array:
        """(n,) Tr S Z."""
        return (np.einsum("ij,ij->i", self.x @ S, self.x) - np.trace(S)) / sqrt(self.shape[1])

    def of_factor(self, V: Array) -> Array:
        """(n,) Tr V V^T Z of a factor (d, r): n d r operations in place of n d^2."""
        seen = self.x @ V
        return (np.einsum("ij,ij->i", seen, seen) - np.vdot(V, V)) / sqrt(self.shape[1])

    def back(self, r: Array) -> Array:
        """(d, d) sum r Z."""
        made = _weighted(self.x, r)
        np.einsum("ii->i", made)[:] -= r.sum()
        made /= sqrt(self.shape[1])
        return made


@dataclass(frozen=True)
class Gaussians:
    """Measurements Tr S Z with symmetric Gaussian Z of the covariance of ``Squares``, for which theory is exact.

    Attributes:
        rows: (n, d (d + 1)/2) upper triangles, off the diagonal times √2, so that a scalar product of rows is a trace.
        d: dimension.
    """

    rows: Array
    d: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.shape[0], self.d

    @cached_property
    def single(self) -> "Gaussians":
        """In single precision."""
        return Gaussians(self.rows.astype(np.float32), self.d)

    @cached_property
    def _upper(self) -> tuple[NDArray[np.int64], Array]:
        """Places of the upper triangle in a matrix that is laid out in a row, and its factors in ``rows``."""
        i, j = np.triu_indices(self.d)
        return i * self.d + j, np.where(i == j, 1, np.sqrt(2)).astype(self.rows.dtype)

    def of(self, S: Array) -> Array:
        """(n,) Tr S Z."""
        places, factors = self._upper
        return self.rows @ (S.ravel()[places] * factors)

    def of_factor(self, V: Array) -> Array:
        """(n,) Tr V V^T Z."""
        return self.of(V @ V.T)

    def back(self, r: Array) -> Array:
        """(d, d) sum r Z."""
        places, factors = self._upper
        made = np.zeros(self.d**2, self.rows.dtype)
        made[places] = (r @ self.rows) / factors
        half = made.reshape(self.d, self.d)
        return half + half.T - np.diag(np.diag(half))


@dataclass(frozen=True)
class Apart:
    """Measurements of ``Squares`` whose diagonals are drawn apart: same covariance, but a diagonal entry of Z says
    nothing of the others in its row.

    Attributes:
        x: (n, d) inputs, of the entries off the diagonal.
        diagonal: (n, d) Gaussian diagonals of Z, of variance 2/d.
    """

    x: Array
    diagonal: Array

    @property
    def shape(self) -> tuple[int, int]:
        return self.x.shape[0], self.x.shape[1]

    @cached_property
    def single(self) -> "Apart":
        """In single precision."""
        return Apart(self.x.astype(np.float32), self.diagonal.astype(np.float32))

    @cached_property
    def _exchanged(self) -> Array:
        """(n, d) the diagonals less what x x^T has there."""
        return self.diagonal - self.x**2 / sqrt(self.shape[1])

    def of(self, S: Array) -> Array:
        """(n,) Tr S Z."""
        return np.einsum("ij,ij->i", self.x @ S, self.x) / sqrt(self.shape[1]) + self._exchanged @ np.diag(S)

    def of_factor(self, V: Array) -> Array:
        """(n,) Tr V V^T Z."""
        seen = self.x @ V
        return np.einsum("ij,ij->i", seen, seen) / sqrt(self.shape[1]) + self._exchanged @ (V**2).sum(1)

    def back(self, r: Array) -> Array:
        """(d, d) sum r Z."""
        made = _weighted(self.x, r)
        made /= sqrt(self.shape[1])
        np.einsum("ii->i", made)[:] = r @ self.diagonal
        return made


Operator = Squares | Gaussians | Apart
Kind = Literal["inputs", "gaussian", "apart"]


@dataclass(frozen=True)
class Matrices:
    """Samples of the quadratic network.

    Attributes:
        operator: how a matrix is measured.
        y: (n,) labels.
        teacher: (d,) eigenvalues s of S*, which is diagonal.
    """

    operator: Operator
    y: Array
    teacher: Array


def vectors(gamma: float, d: int, n: int, noise: float, rng: Generator) -> Vectors:
    """n samples of the diagonal network; noise: Δ.

    Raises:
        Impossible: there is no sample.
    """
    _check(n, d)
    teacher, x = powers(gamma, d), rng.standard_normal((n, d))
    return Vectors(x, x @ teacher + np.sqrt(noise) * rng.standard_normal(n), teacher)


def matrices(gamma: float, d: int, n: int, noise: float, rng: Generator, kind: Kind = "inputs") -> Matrices:
    """n samples of the quadratic network.

    Args:
        noise: Δ.
        kind: of the measurements: those of inputs, x x^T - 1; symmetric Gaussian ones; those of inputs but for the
            diagonal, which is drawn apart. All have one covariance.

    Raises:
        Impossible: there is no sample.
    """
    _check(n, d)
    teacher = np.sqrt(d) * powers(gamma, d)
    operator: Operator
    if kind == "gaussian":  # entries of variance 1/d, 2/d on the diagonal: each entry of a row has variance 2/d
        operator = Gaussians(np.sqrt(2 / d) * rng.standard_normal((n, d * (d + 1) // 2)), d)
    elif kind == "apart":
        operator = Apart(rng.standard_normal((n, d)), np.sqrt(2 / d) * rng.standard_normal((n, d)))
    else:
        operator = Squares(rng.standard_normal((n, d)))
    return Matrices(operator, operator.of(np.diag(teacher)) + np.sqrt(noise) * rng.standard_normal(n), teacher)


def _check(n: int, d: int) -> None:
    if n < 1 or d < 1:
        raise Impossible(f"n = {n}, d = {d}: expected at least 1")
