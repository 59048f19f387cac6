"""Starts: uniformly random directions U_0, as overlaps with the teacher and, for SGD, as weights that have them."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets import haar
from shallownets.errors import Impossible
from shallownets.riccati.model import Array


def require_dimension(d: int, M_star: int, N: int) -> None:
    """Refuse a dimension without room for independent directions of teacher and student.

    Raises:
        Impossible: d < M* + N.
    """
    if d < M_star + N:
        raise Impossible(f"d = {d}: a number of at least M* + N = {M_star + N} is right")


@dataclass(frozen=True)
class Start:
    """Initial directions, by what matters of them.

    Attributes:
        Z: (M*, N) overlaps Θ^T U_0.
        rest: (N, N) the part of U_0 outside the teacher's span, in some basis: Z^T Z + rest^T rest = I.

    Raises:
        Impossible: shapes that do not fit, or columns that are not orthonormal.
    """

    Z: Array
    rest: Array

    def __post_init__(self) -> None:
        for name in ("Z", "rest"):
            object.__setattr__(self, name, np.atleast_2d(np.asarray(getattr(self, name), float)))
        N = self.Z.shape[1]
        if self.rest.shape != (N, N):
            raise Impossible(f"rest has shape {self.rest.shape}; Z of shape {self.Z.shape} needs ({N}, {N})")
        if not np.allclose(self.Z.T @ self.Z + self.rest.T @ self.rest, np.eye(N), rtol=0, atol=1e-12):
            raise Impossible("the columns are not orthonormal: Z^T Z + rest^T rest is not the identity")

    def weights(self, d: int) -> Array:
        """(d, N) orthonormal columns with these overlaps: the teacher on the first M* axes, the rest on the next N.

        Raises:
            Impossible: d < M* + N.
        """
        M_star, N = self.Z.shape
        require_dimension(d, M_star, N)
        W = np.zeros((d, N))
        W[:M_star] = self.Z
        W[M_star : M_star + N] = self.rest
        return W


def uniform(M_star: int, N: int, d: int, rng: Generator) -> Start:
    """N orthonormal directions uniform in R^d (Haar): entries of Z are close to N(0, 1/d), at a cost without d.

    Raises:
        Impossible: d < M* + N.
    """
    require_dimension(d, M_star, N)
    return Start(*haar.block(M_star, N, d, rng))
